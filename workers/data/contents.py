"""What the data of a task hold, read as the task reads them: pictures, classes, counts. No picture is opened."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from pathlib import Path

import numpy as np

from nas.data_sets import ClassCount
from nas.tasks.classification import ClassificationData
from nas.tasks.detection import DetectionData
from nas.tasks.options import Options
from nas.tasks.quality import QualityData
from workers.data.coco import CocoDataset, read_coco
from workers.data.labelled import read_labelled
from workers.quality.pictures import read_rated


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """The pictures of one part: their files, their names in labels, and where labels tell it height and width."""

    files: tuple[Path, ...]
    names: tuple[str, ...]
    shapes: tuple[tuple[int, int], ...] | None = None
    boxes: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """Both parts over one table of classes. `labels_digest` changes with any label."""

    train: Part
    val: Part
    classes: tuple[ClassCount, ...]
    labels_digest: str
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@singledispatch
def contents_of(data: Options) -> Contents:
    """What the data hold. Raises `TrialFailure` where a task could not read them either."""
    raise TypeError(f"data must be of a registered kind, got {type(data).__name__}")


@contents_of.register
def _of_detection(data: DetectionData) -> Contents:
    val = read_coco(data.val)
    train = read_coco(data.train, categories=val.categories)
    dropped = train.degenerate_boxes + val.degenerate_boxes
    counted = [_boxes_by_label(each, len(val.categories)) for each in (train, val)]
    return Contents(
        train=_annotated(train),
        val=_annotated(val),
        classes=_counts([category.name for category in val.categories], *counted),
        labels_digest=f"{train.digest} {val.digest}",
        faults=_too_few(data.classes, len(val.categories)),
        remarks=(f"{dropped} boxes without width or height are left out",) if dropped else (),
    )


@contents_of.register
def _of_classification(data: ClassificationData) -> Contents:
    found = read_labelled(data)
    names = found.train.classes
    counted = [np.bincount(each.labels, minlength=len(names)).tolist() for each in (found.train, found.val)]
    return Contents(
        train=_in_folder(found.train.folder, found.train.names),
        val=_in_folder(found.val.folder, found.val.names),
        classes=_counts(names, *counted),
        labels_digest=_digest([*names, *map(str, found.train.labels), *map(str, found.val.labels)]),
        faults=_too_few(data.classes, len(names)),
    )


@contents_of.register
def _of_quality(data: QualityData) -> Contents:
    found = read_rated(data)
    digest = hashlib.sha256()
    for each in (found.train, found.val):
        digest.update(np.ascontiguousarray(each.histograms, "<f8").tobytes())
    left_out = len(found.train.without_picture) + len(found.val.without_picture)
    return Contents(
        train=_in_folder(found.train.folder, found.train.names),
        val=_in_folder(found.val.folder, found.val.names),
        classes=(),
        labels_digest=digest.hexdigest(),
        remarks=(f"{left_out} rated pictures are missing and left out",) if left_out else (),
    )


def _annotated(split: CocoDataset) -> Part:
    return Part(
        files=tuple(each.file for each in split.pictures),
        names=tuple(each.file.relative_to(split.images).as_posix() for each in split.pictures),
        shapes=tuple((each.height, each.width) for each in split.pictures),
        boxes=sum(len(each.boxes) for each in split.pictures),
    )


def _in_folder(folder: Path, names: tuple[str, ...]) -> Part:
    return Part(files=tuple(folder / name for name in names), names=names)


def _boxes_by_label(split: CocoDataset, classes: int) -> list[int]:
    counted = Counter(label for each in split.pictures for label in each.labels.tolist())
    return [counted[label] for label in range(classes)]


def _counts(names: Sequence[str], train: Sequence[int], val: Sequence[int]) -> tuple[ClassCount, ...]:
    return tuple(
        ClassCount(name=name, train=ours, val=theirs) for name, ours, theirs in zip(names, train, val, strict=True)
    )


def _too_few(outputs: int | None, classes: int) -> tuple[str, ...]:
    """What a network of fewer outputs than there are classes would be refused for."""
    fault = f"classes must be at least {classes}, as many as the data have, got {outputs}"
    return (fault,) if outputs is not None and outputs < classes else ()


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\x00".join(texts).encode(errors="surrogateescape")).hexdigest()
