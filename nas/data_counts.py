"""How much there is to train on, as far as that is quick to learn: pictures and classes of a task's data."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nas.tasks.classification import ClassificationTask, class_names
from nas.tasks.detection import DetectionTask
from nas.tasks.options import TaskOptions

MOST_BYTES = 32_000_000  # of annotations that are read for their counts
MOST_FILES = 50_000  # in folders that are looked through


@dataclass(frozen=True, kw_only=True, slots=True)
class DataCounts:
    """Pictures to train on, and classes; None: not known, or not quickly."""

    pictures: int | None = None
    classes: int | None = None


UNKNOWN = DataCounts()


def counts_of(task: TaskOptions) -> DataCounts:
    """The counts of the task's data; unknown where it cannot be read, which whoever needs it will tell."""
    match task:
        case DetectionTask():
            classes = task.data.classes or _coco(Path(task.data.val.annotations)).classes
            return DataCounts(pictures=_coco(Path(task.data.train.annotations)).pictures, classes=classes)
        case ClassificationTask():  # and robustness, which is one
            return _folders(Path(task.data.train), task.data.classes)
        case _:
            return UNKNOWN


def with_classes(task: TaskOptions, counts: DataCounts) -> TaskOptions:
    """The task with its number of classes written down, where that is known: then nobody counts them again."""
    if counts.classes is None or not isinstance(task, DetectionTask | ClassificationTask):
        return task
    return task.model_copy(update={"data": task.data.model_copy(update={"classes": counts.classes})})


def _coco(file: Path) -> DataCounts:
    try:
        state = file.stat()
    except (OSError, ValueError):
        return UNKNOWN
    return UNKNOWN if state.st_size > MOST_BYTES else _coco_read(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=64)
def _coco_read(file: Path, _changed_at: int, _size: int) -> DataCounts:
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return UNKNOWN
    held = content if isinstance(content, dict) else {}
    images, categories = (held.get(name) for name in ("images", "categories"))
    return DataCounts(
        pictures=len(images) if isinstance(images, list) else None,
        classes=len(categories) if isinstance(categories, list) and categories else None,
    )


def _folders(folder: Path, classes: int | None) -> DataCounts:
    """A folder per class."""
    try:
        names = class_names(folder)
        return DataCounts(pictures=_files(folder, names), classes=classes or len(names) or None)
    except (OSError, ValueError):
        return DataCounts(classes=classes)


def _files(folder: Path, names: Iterable[str]) -> int | None:
    """How many files lie in these folders; None for none, or for too many to look through."""
    found = 0
    for name in names:
        found += len(os.listdir(folder / name))
        if found > MOST_FILES:
            return None
    return found or None
