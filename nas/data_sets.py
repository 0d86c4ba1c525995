"""Data sets that were registered once, under a name: what documents refer to, and what a check found of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nas.errors import DocumentError, NotFound
from nas.problems import KIND
from nas.tasks.classification import ClassificationData
from nas.tasks.detection import DetectionData
from nas.tasks.options import Options
from nas.tasks.quality import QualityData
from search_spaces.reading import nearest, shown

TASK, DATA, DATA_SET = "task", "data", "data_set"
KINDS: Mapping[str, type[Options]] = MappingProxyType(
    {"detection": DetectionData, "classification": ClassificationData, "quality": QualityData}
)
"""The kinds of data sets, and how documents say where one lies: the `data` of a task of that kind."""
READ_AS = MappingProxyType({"robustness": "classification"})  # a task whose data are of another kind than itself


class Findings(BaseModel):
    """How many were found, and the first of them."""

    model_config = ConfigDict(frozen=True)

    count: int = 0
    first: tuple[str, ...] = Field((), description="at most 20")


class SplitReport(BaseModel):
    """What one part of a data set holds."""

    model_config = ConfigDict(frozen=True)

    pictures: int
    size_bytes: int = Field(description="of all pictures that are there")
    boxes: int | None = Field(None, description="of detection; those without width or height are left out")
    opened: int = Field(description="pictures that were decoded whole")
    missing: Findings = Findings()
    broken: Findings = Field(Findings(), description="of those opened, with what is wrong about each")


class ClassCount(BaseModel):
    """A class, with its boxes in both parts; where there are no boxes, with its pictures."""

    model_config = ConfigDict(frozen=True)

    name: str
    train: int
    val: int


class DataReport(BaseModel):
    """What a check found. A set with faults cannot be trained on; remarks are for people to judge."""

    model_config = ConfigDict(frozen=True)

    checked_at: datetime
    elapsed_s: float
    every_picture: bool = Field(description="all pictures were opened; false: a sample of them")
    fingerprint: str = Field("", description="equal for equal labels, names and sizes of pictures; empty: unreadable")
    train: SplitReport | None = Field(None, description="null: the data cannot be read at all")
    val: SplitReport | None = None
    classes: tuple[ClassCount, ...] = ()
    duplicates: Findings = Field(Findings(), description="pictures of val that are, byte by byte, in train, too")
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DataSet:
    """A registered set: `data` is what the `data` of a task's document would say, its paths absolute."""

    name: str
    kind: str
    data: dict[str, Any]
    created_at: datetime
    report: DataReport | None = None  # None: never checked


FindDataSet = Callable[[str], DataSet]
"""By its name. Raises `NotFound`, with the nearest name."""


def with_named_data(document: Mapping[str, Any], find: FindDataSet) -> dict[str, Any]:
    """The document with the mapping that `task.data` names in the place of the name, which `data_set` keeps for people.

    A document that was made so before keeps its name as long as its data still are those of the set. Raises
    `DocumentError` where there is no such set, where it is of another kind, or was found faulty.
    """
    task = document.get(TASK)
    data = task.get(DATA) if isinstance(task, Mapping) else None
    if isinstance(task, Mapping) and isinstance(data, str) and kind_of_data(str(task.get(KIND))) in KINDS:
        found = _named(data, str(task.get(KIND)), find)
        return {**document, TASK: {**task, DATA: found.data}, DATA_SET: found.name}
    kept = document.get(DATA_SET)
    if isinstance(kept, str) and _still_that(kept, data, find):
        return dict(document)
    return {field: value for field, value in document.items() if field != DATA_SET}


def under_its_name(content: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of a document as a person would write it: a data set by its name, which is looked up when it is read."""
    if content.get(DATA_SET) is None:
        return dict(content)
    rest = {field: value for field, value in content.items() if field != DATA_SET}
    return {**rest, TASK: {**content[TASK], DATA: content[DATA_SET]}}


def kind_of_data(task_kind: str) -> str:
    """The kind of data that a kind of task takes; a text as the `data` of an installed task is its own affair."""
    return READ_AS.get(task_kind, task_kind)


def no_data_set(name: str, known: list[str]) -> NotFound:
    """That there is none of this name, with the nearest of those there are."""
    hint = nearest(name, known) if known else "; none is registered, `nas data add` does that"
    return NotFound(f"no data set has the name {shown(name)}{hint}")


def _named(name: str, task_kind: str, find: FindDataSet) -> DataSet:
    try:
        found = find(name)
    except NotFound as error:
        raise _problem(str(error)) from None
    if found.kind != kind_of_data(task_kind):
        raise _problem(f"must be a data set of kind {kind_of_data(task_kind)}, {name!r} is one of {found.kind}")
    if found.report is not None and found.report.faults:
        raise _problem(f"data set {name!r} has faults: {found.report.faults[0]}; `nas data show {name}` tells all")
    return found


def _still_that(name: str, data: Any, find: FindDataSet) -> bool:
    try:
        found = find(name)
        return bool(KINDS[found.kind].model_validate(data).model_dump(mode="json") == found.data)
    except (NotFound, ValidationError):
        return False


def _problem(sentence: str) -> DocumentError:
    return DocumentError([(f"{TASK}.{DATA}", sentence)])
