"""The Python client: what the command line reads and wishes, over REST. Answers with the records of the core.

`Reader` is the little of a storage that the command line needs; the SQL storage has it too, so every command works on
a service and on the state folder alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, Protocol, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.comparing import ComparisonList
from api.errors import Refused, Taken, Unreachable
from api.hosts import is_local
from api.people.local_token import local_token
from api.settings import Settings
from api.tabulating import TableView
from nas.errors import (
    DocumentError,
    IdempotencyConflict,
    IllegalTransition,
    InvalidQuery,
    NasError,
    NotFound,
    QuotaReached,
)
from nas.estimates import Estimate
from nas.exporting import ExportFormat
from nas.leaderboard import spelled_sort
from nas.ports import Page, Query, SearchPage, SearchSummary
from nas.records import Measurement, Pause, Search, SearchStatus, Trial, TrialWish

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
TIMEOUT_S = 30.0
KNOWN: dict[str, type[NasError]] = {  # by the last word of the problem's type
    "not-found": NotFound,
    "invalid-query": InvalidQuery,
    "invalid-request": InvalidQuery,
    "idempotency-conflict": IdempotencyConflict,
    "illegal-transition": IllegalTransition,
    "quota-reached": QuotaReached,
    "taken": Taken,
}


class Reader(Protocol):
    """The reading commands and the wish to cancel. All of it raises `NotFound`."""

    def request_cancel(self, search_id: str) -> Search: ...

    def request_pause(self, search_id: str, pause: Pause | None) -> Search: ...

    def request_trials(self, search_id: str, trials: int) -> Search: ...

    def request_trial(self, search_id: str, number: int, wish: TrialWish) -> Search: ...

    def search(self, name_or_id: str) -> Search: ...

    def searches(
        self,
        *,
        status: SearchStatus | None = None,
        project: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> SearchPage: ...

    def summary(self, search_id: str) -> SearchSummary: ...

    def trial(self, search_id: str, number: int) -> Trial: ...

    def leaderboard(self, search_id: str, query: Query) -> Page: ...

    def compared(self, search_id: str) -> list[Trial]: ...


@contextmanager
def connected(settings: Settings) -> Iterator["RestClient"]:
    """A client of the service that the settings name, inside."""
    with httpx.Client(base_url=settings.api_url, headers=bearer(settings), timeout=TIMEOUT_S) as http:
        yield RestClient(http)


def bearer(settings: Settings) -> dict[str, str]:
    """The header that says who asks: the token given, else that of the machine, which is shown to no other one."""
    local = local_token(settings.home) if is_local(settings.api_url) else None
    token = local if settings.api_token is None else settings.api_token.get_secret_value()
    return {"Authorization": f"Bearer {token}"} if token else {}


class RestClient:
    """Implements `Reader`, and submits. Raises `Unreachable` and `Refused` beside what the core raises."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def submit(
        self,
        document: Mapping[str, Any],
        *,
        idempotency_key: str | None = None,
        project: str | None = None,
        priority: int = 0,
    ) -> Search:
        """The queued search. Raises `DocumentError` with every problem the service finds."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        params = _given(project=project, priority=priority)
        return _search(self.call("POST", "/searches", json=document, headers=headers, params=params))

    def request_cancel(self, search_id: str) -> Search:
        return _search(self.call("POST", f"/searches/{search_id}/cancel", json={}))

    def request_pause(self, search_id: str, pause: Pause | None) -> Search:
        """The search, to pause, or with None to go on."""
        if pause is None:
            return _search(self.call("POST", f"/searches/{search_id}/resume", json={}))
        return _search(self.call("POST", f"/searches/{search_id}/pause", json={"now": pause is Pause.NOW}))

    def request_trials(self, search_id: str, trials: int) -> Search:
        """The search with a raised budget."""
        return _search(self.call("PATCH", f"/searches/{search_id}", json={"trials": trials}))

    def request_trial(self, search_id: str, number: int, wish: TrialWish) -> Search:
        """The search, one of whose trials is to be stopped or retried."""
        return _search(self.call("POST", f"/searches/{search_id}/trials/{number}/{wish}", json={}))

    def clone(self, search_id: str, changes: Mapping[str, Any]) -> Search:
        """A new search of the same document with changes. Raises `DocumentError`."""
        return _search(self.call("POST", f"/searches/{search_id}/clone", json=dict(changes)))

    def retrain(self, search_id: str, number: int, changes: Mapping[str, Any], *, seeds: int = 1) -> Search:
        """The queued search that trains a trial's architecture in full. Raises `DocumentError`."""
        options = {"changes": dict(changes), "seeds": seeds}
        return _search(self.call("POST", f"/searches/{search_id}/trials/{number}/retrain", json=options))

    def export(self, search_id: str, number: int, *, form: ExportFormat, judge: bool = True) -> Mapping[str, Any]:
        """Asks for a trial as an archive: how far that is."""
        options = {"format": form, "judge": judge}
        return dict(self.call("POST", f"/searches/{search_id}/trials/{number}/export", json=options))

    def export_of(self, search_id: str, number: int, *, form: ExportFormat) -> Mapping[str, Any]:
        """How far an export is."""
        path = f"/searches/{search_id}/trials/{number}/export"
        return dict(self.call("GET", path, params={"format": form}))

    def download(self, path: str) -> bytes:
        """A file of the service, by the path that it has told."""
        try:
            response = self.http.get(path)
        except httpx.HTTPError as error:
            raise Unreachable(f"the service at {self.http.base_url} cannot be reached: {error}") from error
        if not response.is_success:
            raise _refusal(response.status_code, response.json())
        return response.content

    def delete_search(self, search_id: str) -> None:
        """Removes an ended search with the files of its artifacts."""
        self.call("DELETE", f"/searches/{search_id}")

    def search(self, name_or_id: str) -> Search:
        return _search(self.call("GET", f"/searches/{name_or_id}"))

    def searches(
        self,
        *,
        status: SearchStatus | None = None,
        project: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> SearchPage:
        """Newest first."""
        params = _given(status=status, project=project, limit=limit, cursor=cursor)
        answer = self.call("GET", "/searches", params=params)
        return SearchPage(searches=tuple(_search(item) for item in answer["items"]), next_cursor=answer["next_cursor"])

    def summary(self, search_id: str) -> SearchSummary:
        answer = self.call("GET", f"/searches/{search_id}")
        return _read(
            SearchSummary,
            {
                "search": _search(answer),
                "trials_by_status": answer["trials"],
                "infeasible": answer["infeasible"],
                "redraws": answer["redraws"],
            },
        )

    def trial(self, search_id: str, number: int) -> Trial:
        return _trial(search_id, self.call("GET", f"/searches/{search_id}/trials/{number}"))

    def leaderboard(self, search_id: str, query: Query) -> Page:
        """A page in the order of the query."""
        params = _given(
            sort=spelled_sort(query),
            where=[f"{each.metric}{each.operator}{each.bound!r}" for each in query.where],
            status=[status.value for status in query.statuses],
            limit=query.limit,
            cursor=query.cursor,
        )
        answer = self.call("GET", f"/searches/{search_id}/leaderboard", params=params)
        items = answer["items"]
        return Page(
            trials=tuple(_row(search_id, item) for item in items),
            repeats={item["number"]: _estimates(item["repeats"]) for item in items if item["repeats"]},
            next_cursor=answer["next_cursor"],
        )

    def compared(self, search_id: str) -> list[Trial]:
        """Companions and the candidates they stand beside, ascending number."""
        answer = self.call("GET", f"/searches/{search_id}/comparisons", params={"paired": False})
        return [_row(search_id, item) for item in answer["trials"]]

    def comparisons(self, search_id: str, metrics: Sequence[str] = (), *, paired: bool = True) -> ComparisonList:
        """Candidates against their controls, by default as `api.comparing.default_metrics` says."""
        params = {"metric": list(metrics), "paired": paired}
        answer = self.call("GET", f"/searches/{search_id}/comparisons", params=params)
        return self.read(ComparisonList, answer)

    def table(
        self,
        search_id: str,
        *,
        rows: str | None = None,
        columns: str | None = None,
        metric: str | None = None,
        against: str | None = None,
    ) -> TableView:
        """Fields of the architectures against each other, as `api.tabulating.table_of` says."""
        params = _given(rows=rows, columns=columns, metric=metric, against=against)
        answer = self.call("GET", f"/searches/{search_id}/table", params=params)
        return self.read(TableView, answer)

    def read(self, model: type[M], answer: Any) -> M:
        """An answer as the model it is described by."""
        try:
            return model.model_validate(answer)
        except ValidationError as error:
            sentence = f"the service answered with something else than a {model.__name__}: {error}"
            raise Unreachable(sentence) from error

    def call(self, method: str, path: str, **request: Any) -> Any:
        """The answer of an endpoint below /api/v1, read as JSON."""
        try:
            response = self.http.request(method, f"/api/v1{path}", **request)
            answer = response.json() if response.content else None
        except httpx.HTTPError as error:
            raise Unreachable(f"the service at {self.http.base_url} cannot be reached: {error}") from error
        except ValueError as error:
            sentence = f"{self.http.base_url} answered {response.status_code}, but not as this service does"
            raise Unreachable(sentence) from error
        if response.is_success:
            return answer
        raise _refusal(response.status_code, answer or {})


def _refusal(status: int, problem: Mapping[str, Any]) -> Exception:
    """The problem as the exception that the storage would have raised."""
    slug = str(problem.get("type", "")).rpartition(":")[2]
    sentence = str(problem.get("detail") or problem.get("title") or f"status {status}")
    if slug == "invalid-document":
        return DocumentError([(each["field"], each["message"]) for each in problem["errors"]])
    return KNOWN[slug](sentence) if slug in KNOWN else Refused(f"the service refused: {sentence}")


def _given(**parameters: Any) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value is not None}


def _search(answer: Mapping[str, Any]) -> Search:
    return _read(Search, {"document": {}, **answer})


def _trial(search_id: str, answer: Mapping[str, Any]) -> Trial:
    return _read(Trial, {"search_id": search_id, **answer})


def _row(search_id: str, answer: Mapping[str, Any]) -> Trial:
    """A trial of a list: its curve is one measurement that holds the newest value of every metric."""
    measurements: Sequence[Measurement] = ()
    if answer["fidelity"] is not None:
        measurements = [
            Measurement(fidelity=answer["fidelity"], metrics=answer["metrics"], elapsed_s=answer["elapsed_s"] or 0.0)
        ]
    unknown = {"genotype": (), "architecture": {}, "static_metrics": answer["metrics"]}
    return _read(Trial, {"search_id": search_id, **answer, **unknown, "measurements": measurements})


def _estimates(answer: Mapping[str, Any]) -> dict[str, Estimate]:
    return {metric: _read(Estimate, values) for metric, values in answer.items()}


def _read(record: type[T], values: Mapping[str, Any]) -> T:
    """The record of those values that are its fields."""
    names = {field.name for field in fields(record)}  # type: ignore[arg-type]
    try:
        return TypeAdapter(record).validate_python({name: values[name] for name in names & set(values)})
    except ValidationError as error:
        raise Unreachable(f"the service answered with something else than a {record.__name__}: {error}") from error
