"""What people do with data sets: over the database, each within their role, and recorded; or asked over REST."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from api.data_sets.records import Checking
from api.data_sets.registration import registrable
from api.data_sets.store import DataSets
from api.data_sets.views import (
    DataSetList,
    DataSetView,
    NewDataSet,
    data_set_list,
    data_set_view,
)
from api.people.desk import Desk
from api.rest import RestClient
from nas.data_sets import KINDS, DataSet
from nas.tasks.paths import named


class Catalogue(Protocol):
    """The registered data sets. All of it raises `NotFound`, with the nearest name."""

    def add(self, asked: NewDataSet) -> DataSetView: ...

    def list(self, *, limit: int = 50, cursor: str | None = None) -> DataSetList: ...

    def show(self, name: str) -> DataSetView: ...

    def check(self, name: str, checking: Checking) -> DataSetView: ...

    def remove(self, name: str) -> None: ...

    def find(self, name: str) -> DataSet: ...


class OpenCatalogue:
    """Implements `Catalogue` over the database, for whoever the desk is. Only an admin of all projects changes it."""

    def __init__(self, data_sets: DataSets, desk: Desk, *, roots: Sequence[Path]) -> None:
        self._data_sets = data_sets
        self._desk = desk
        self._roots = roots

    def add(self, asked: NewDataSet) -> DataSetView:
        """The set as it is stored. Raises `DocumentError`, `Forbidden` and `Taken`."""
        self._desk.check_all("register data sets")
        data = registrable(asked.kind, asked.data, self._roots)
        made = self._data_sets.add(asked.name, asked.kind, data, check=asked.check)
        self._record("data.add", made.data_set)
        return data_set_view(made)

    def list(self, *, limit: int = 50, cursor: str | None = None) -> DataSetList:
        """By ascending name."""
        return data_set_list(self._data_sets.all(limit=limit, cursor=cursor))

    def show(self, name: str) -> DataSetView:
        """One, with what is known of it."""
        return data_set_view(self._data_sets.registered(name))

    def check(self, name: str, checking: Checking) -> DataSetView:
        """The set, which whoever serves is asked to check. Raises `Forbidden`."""
        self._desk.check_all("have data sets checked")
        asked = self._data_sets.wish(name, checking)
        self._desk.record("data.check", name, project=None, checking=checking)
        return data_set_view(asked)

    def remove(self, name: str) -> None:
        """Takes the name back; files stay, and so do searches. Raises `Forbidden`."""
        self._desk.check_all("remove data sets")
        self._record("data.remove", self._data_sets.remove(name).data_set)

    def find(self, name: str) -> DataSet:
        """As documents find it: a `nas.data_sets.FindDataSet`."""
        return self._data_sets.find(name)

    def _record(self, action: str, which: DataSet) -> None:
        paths = {field: path for field, path, _ in named(KINDS[which.kind].model_validate(which.data))}
        self._desk.record(action, which.name, project=None, kind=which.kind, **paths)


class RemoteCatalogue:
    """Implements `Catalogue` over REST. Raises what `RestClient` raises."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    def add(self, asked: NewDataSet) -> DataSetView:
        return self._view(self._rest.call("POST", "/data", json=asked.model_dump(mode="json")))

    def list(self, *, limit: int = 50, cursor: str | None = None) -> DataSetList:
        params = {"limit": limit} | ({} if cursor is None else {"cursor": cursor})
        return self._rest.read(DataSetList, self._rest.call("GET", "/data", params=params))

    def show(self, name: str) -> DataSetView:
        return self._view(self._rest.call("GET", f"/data/{name}"))

    def check(self, name: str, checking: Checking) -> DataSetView:
        options = {"every_picture": checking is Checking.EVERY_PICTURE}
        return self._view(self._rest.call("POST", f"/data/{name}/check", json=options))

    def remove(self, name: str) -> None:
        self._rest.call("DELETE", f"/data/{name}")

    def find(self, name: str) -> DataSet:
        found = self.show(name)
        return DataSet(
            name=found.name, kind=found.kind, data=found.data, created_at=found.created_at, report=found.report
        )

    def _view(self, answer: Any) -> DataSetView:
        return self._rest.read(DataSetView, answer)
