"""Proxy checks as they are stored: a search per setting and one of the full task, told apart by their `proxy_part`.

Nothing else is stored of a check. Thresholds belong to the reading, so that judging by others trains nothing again.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from api.settings import Settings
from api.submission import submitted_document
from nas.data_sets import FindDataSet
from nas.document import SearchDocument, document_digest, parse_document, stored_document
from nas.errors import DocumentError, NotFound
from nas.ports import Storage
from nas.problems import Problem
from nas.proxy_check import planned_searches
from nas.proxy_options import FULL
from nas.proxy_report import ProxyReport, Thresholds
from nas.records import DEFAULT_PROJECT, Search, SearchStatus

PAGE = 200  # searches read at a time

if TYPE_CHECKING:
    from nas.measured_part import MeasuredPart


def submitted_check(
    data: Mapping[str, Any], settings: Settings, *, find: FindDataSet, anywhere: bool
) -> tuple[SearchDocument, ...]:
    """The searches of a submitted document's check, their paths absolute. Raises `DocumentError` as a submission does,
    also for paths of the settings."""
    submitted_document(data, settings, find=find, anywhere=anywhere)
    base = settings.data_roots[0] if settings.data_roots else None
    planned = planned_searches(parse_document(data, base, find=find))
    problems = [problem for each in planned for problem in _problems_of(each, settings, find=find, anywhere=anywhere)]
    if problems:
        raise DocumentError(problems)
    return planned


def find_or_create(
    storage: Storage, planned: Sequence[SearchDocument], *, project: str = DEFAULT_PROJECT
) -> list[Search]:
    """The stored searches of the project: those there are, finished or not, go on; a cancelled one is begun anew."""
    return [_found_or_created(storage, each, project) for each in planned]


def find_check(storage: Storage, name_or_id: str, *, project: str | None = None) -> list[Search]:
    """The searches of the newest check with this name, or of the one that this search belongs to; the newest of
    each setting, in the order in which settings were added, the full task last; of all projects or one. Raises
    `NotFound`."""
    parts = [search for search in _searches(storage, project) if search.document.get("proxy_part")]
    anchor = next((search for search in parts if name_or_id in (search.id, _part(search, "check"))), None)
    if anchor is None:
        raise NotFound(f"no proxy check has the name or id {name_or_id!r}")
    newest: dict[str, Search] = {}
    for search in reversed(parts):  # a later one takes the place of an earlier one
        if _same_check(search, anchor):
            newest[_part(search, "setting")] = search
    return sorted(newest.values(), key=lambda search: _part(search, "setting") == FULL)


def report_on(storage: Storage, searches: Sequence[Search], thresholds: Thresholds | None = None) -> ProxyReport:
    """What these searches of one check say, the full task being among them. Raises `NotFound` where it is not."""
    parts = [measured_part(storage, search) for search in searches]
    full = [part for part in parts if part.part.setting == FULL]
    if not full:
        raise NotFound(f"the proxy check of {searches[0].name} has no search of the full task")
    settings = [part for part in parts if part.part.setting != FULL]
    from nas.proxy_quality import proxy_report  # numpy: only where there is a report

    return proxy_report(full[0].part.check, settings, full[0], thresholds)


def measured_part(storage: Storage, search: Search) -> "MeasuredPart":
    """One search of a check as it is now."""
    from nas.measured_part import MeasuredPart

    document = stored_document(search)
    part, comparison = document.proxy_part, document.comparison
    assert part is not None, f"search {search.id} belongs to no check"
    repeats = comparison.seeds if comparison and comparison.top else 0
    return MeasuredPart(
        part=part,
        search=storage.search(search.id),
        trials=storage.trials(search.id),
        objective=document.objectives[0],
        epochs=document.task.epochs,
        planned=document.budget.trials * (1 + repeats),
    )


def _found_or_created(storage: Storage, planned: SearchDocument, project: str) -> Search:
    content, digest = planned.model_dump(mode="json"), document_digest(planned)
    for attempt in count(1):
        search = storage.create_search(planned.name, content, f"proxy-check/{digest}/{attempt}", project=project)
        if search.status is not SearchStatus.CANCELLED:
            return search
    raise AssertionError("a key that was never used makes a search that is not cancelled")


def _problems_of(
    planned: SearchDocument, settings: Settings, *, find: FindDataSet, anywhere: bool
) -> Iterator[Problem]:
    """Paths the service refuses, under the setting that names them."""
    assert planned.proxy_part is not None, "every planned search says what it is"
    setting = planned.proxy_part.setting
    place = FULL if setting == FULL else f"settings.{setting}"
    try:
        submitted_document(planned.model_dump(mode="json"), settings, find=find, anywhere=anywhere)
    except DocumentError as error:
        for field, sentence in error.problems:
            yield f"proxy_check.{place}.{field.removeprefix('task.')}", sentence


def _same_check(search: Search, other: Search) -> bool:
    """Whether both train the same architectures for the check of one name in one project."""
    same_name = (search.project, _part(search, "check")) == (other.project, _part(other, "check"))
    return same_name and search.document["strategy"] == other.document["strategy"]


def _part(search: Search, field: str) -> str:
    return str(search.document["proxy_part"][field])


def _searches(storage: Storage, project: str | None) -> Iterator[Search]:
    """All of them, or those of a project, newest first."""
    cursor: str | None = None
    while True:
        page = storage.searches(project=project, limit=PAGE, cursor=cursor)
        yield from page.searches
        cursor = page.next_cursor
        if cursor is None:
            return
