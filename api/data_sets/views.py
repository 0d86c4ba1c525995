"""What is asked about data sets, and what REST says about them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.data_sets.records import Checking, Registered, Standing
from api.people.records import Listing
from nas.data_sets import DataReport

SPLIT: dict[str, Any] = {
    "images": "/data/bccd/images",
    "annotations": "/data/bccd/annotations/instances_train.json",
}
DATA: dict[str, Any] = {
    "train": SPLIT,
    "val": {**SPLIT, "annotations": "/data/bccd/annotations/instances_val.json"},
}
ROW: dict[str, Any] = {
    "name": "blood-cells",
    "kind": "detection",
    "created_at": "2026-03-01T09:00:00Z",
    "standing": "sound",
    "pictures": {"train": 205, "val": 87},
    "classes": 3,
}
FINDINGS: dict[str, Any] = {"count": 0, "first": []}
PART: dict[str, Any] = {
    "pictures": 205,
    "size_bytes": 3_145_728,
    "boxes": 2_700,
    "opened": 205,
    "missing": FINDINGS,
    "broken": FINDINGS,
}
REPORT: dict[str, Any] = {
    "checked_at": "2026-03-01T09:00:04Z",
    "elapsed_s": 3.5,
    "every_picture": True,
    "fingerprint": "9f2c51d07be83a64",
    "train": PART,
    "val": {**PART, "pictures": 87},
    "classes": [{"name": "RBC", "train": 2_200, "val": 900}],
    "duplicates": FINDINGS,
    "faults": [],
    "remarks": [],
}

DataSetName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


def _example(value: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class NewDataSet(BaseModel):
    """A data set to be registered."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"name": "blood-cells", "kind": "detection", "data": DATA}]},
    )

    name: DataSetName = Field(description="what documents write as `data`")
    kind: Literal["detection", "classification", "quality"]
    data: dict[str, Any] = Field(description="where it lies, as the `data` of a task of that kind says it")
    check: Checking | None = Field(Checking.SAMPLE, description="how thoroughly it is looked at; null: not at all")


class Pictures(BaseModel):
    """Pictures of either part."""

    train: int
    val: int


class DataSetRow(BaseModel):
    """A data set in a list."""

    model_config = _example(ROW)

    name: str = Field(description="what documents write as `data`")
    kind: str
    created_at: datetime
    standing: Standing = Field(description="faulty: documents cannot name it")
    pictures: Pictures | None = Field(description="null until it was checked")
    classes: int | None = Field(description="null until it was checked, and where there are none")


class CheckProgress(BaseModel):
    """How far a check is."""

    done: int
    total: int = Field(description="pictures to open; 0 while labels are read")


class DataSetView(DataSetRow):
    """A data set, where it lies, and what the last check found."""

    model_config = _example({**ROW, "data": DATA, "report": REPORT, "checking": None})

    data: dict[str, Any]
    report: DataReport | None
    checking: CheckProgress | None


class DataSetList(BaseModel):
    """A page of data sets by name."""

    model_config = _example({"items": [ROW], "next_cursor": None})

    items: list[DataSetRow]
    next_cursor: str | None = Field(description="send it as `cursor` for the next page; null on the last")


class CheckOptions(BaseModel):
    """How to check a data set."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [{"every_picture": True}]})

    every_picture: bool = Field(False, description="open all of them; false: a sample")


def data_set_row(each: Registered) -> DataSetRow:
    """The set as a list shows it."""
    return DataSetRow(**_row(each))


def data_set_view(each: Registered) -> DataSetView:
    """The set with its report."""
    found = each.data_set
    checking = None if each.total is None else CheckProgress(done=each.done or 0, total=each.total)
    return DataSetView(**_row(each), data=found.data, report=found.report, checking=checking)


def data_set_list(page: Listing[Registered]) -> DataSetList:
    """A page of sets."""
    return DataSetList(items=[data_set_row(each) for each in page.items], next_cursor=page.next_cursor)


def _row(each: Registered) -> dict[str, Any]:
    found, report = each.data_set, each.data_set.report
    return {
        "name": found.name,
        "kind": found.kind,
        "created_at": found.created_at,
        "standing": each.standing,
        "pictures": None if report is None else _pictures(report),
        "classes": len(report.classes) or None if report else None,
    }


def _pictures(report: DataReport) -> Pictures | None:
    if report.train is None or report.val is None:
        return None
    return Pictures(train=report.train.pictures, val=report.val.pictures)
