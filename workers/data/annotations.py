"""The annotations of a split, parsed once per machine and kept as arrays beside the picture cache.

Every trial of a search opens the same file. COCO's training annotations take Python 16 seconds and 3 GB to parse, their
arrays a second and little more than their size. The file's name tells what it was made from, as with the picture cache:
the annotations file and the table of categories (first half), size and times of the annotations file (second half).
"""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from nas.tasks.detection import CocoSplit
from workers.data.cache import digest_of, locked
from workers.data.coco import Category, CocoDataset, Picture, read_coco
from workers.training.checkpoint import write_atomically

VERSION = 1
UNREADABLE = (OSError, EOFError, ValueError, LookupError, zipfile.BadZipFile)


def open_annotations(split: CocoSplit, directory: Path, *, categories: Sequence[Category] | None = None) -> CocoDataset:
    """What `read_coco` returns for the same arguments, and raises; parsed only if no process did so before."""
    directory.mkdir(parents=True, exist_ok=True)
    source = digest_of([VERSION, str(Path(split.annotations).absolute()), _table(categories)])
    file = directory / f"{source}-{_state(Path(split.annotations))}.annotations"
    dataset = _opened(file, split)
    if dataset is not None:
        return dataset
    with locked(directory / f"{source}.lock"):
        dataset = _opened(file, split)
        if dataset is None:
            dataset = read_coco(split, categories=categories)
            _store(dataset, file, source)
    return dataset


def _table(categories: Sequence[Category] | None) -> list[tuple[int, str]] | None:
    return None if categories is None else [(category.id, category.name) for category in categories]


def _state(path: Path) -> str:
    """Changes with the file's content. A missing file has a state, too: reading it says what is wrong."""
    try:
        found = path.stat()
    except OSError:
        return digest_of(None)
    return digest_of([found.st_size, found.st_mtime_ns, found.st_ctime_ns])


def _store(dataset: CocoDataset, file: Path, source: str) -> None:
    """Writes the arrays, in one step, in place of those of an earlier state."""
    buffer = io.BytesIO()
    np.savez(buffer, **_arrays(dataset))
    replaced = [other for other in file.parent.glob(f"{source}-*.annotations") if other != file]
    write_atomically(file, buffer.getvalue())
    for other in replaced:
        other.unlink(missing_ok=True)


def _arrays(dataset: CocoDataset) -> dict[str, Any]:
    pictures = dataset.pictures
    about = {
        "pictures": [[one.id, str(one.file.relative_to(dataset.images)), one.height, one.width] for one in pictures],
        "categories": _table(dataset.categories),
        "degenerate_boxes": dataset.degenerate_boxes,
        "digest": dataset.digest,
    }
    return {
        "about": np.frombuffer(json.dumps(about).encode(), np.uint8),
        "ends": np.cumsum([0, *(len(picture.boxes) for picture in pictures)]),
        "boxes": np.concatenate([picture.boxes for picture in pictures]),
        "labels": np.concatenate([picture.labels for picture in pictures]),
        "crowd": np.concatenate([picture.crowd for picture in pictures]),
    }


def _opened(file: Path, split: CocoSplit) -> CocoDataset | None:
    """The dataset if it is there and sound: every array of the archive carries a checksum."""
    try:
        with file.open("rb") as stream, np.load(stream) as archive:
            arrays = dict(archive)
    except UNREADABLE:
        return None
    about = json.loads(arrays["about"].tobytes())
    return CocoDataset(
        images=Path(split.images),
        annotations=Path(split.annotations),
        pictures=tuple(_pictures(about["pictures"], arrays, Path(split.images))),
        categories=tuple(Category(id=number, name=name) for number, name in about["categories"]),
        degenerate_boxes=about["degenerate_boxes"],
        digest=about["digest"],
    )


def _pictures(rows: list[tuple[int, str, int, int]], arrays: dict[str, Any], folder: Path) -> Iterator[Picture]:
    boxes, labels, crowd = arrays["boxes"], arrays["labels"], arrays["crowd"]
    for (number, name, height, width), (start, end) in zip(rows, pairwise(arrays["ends"].tolist()), strict=True):
        yield Picture(
            id=number,
            file=folder / name,
            height=height,
            width=width,
            boxes=boxes[start:end],
            labels=labels[start:end],
            crowd=crowd[start:end],
        )
