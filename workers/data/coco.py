"""Reads object detection data in COCO format: a folder of pictures and an instances JSON.

Boxes stand in the file as x, y, width, height; from here on they are corners `x1, y1, x2, y2` in pixels of the stored
picture (top left corner 0, 0; EXIF orientation is not applied, as in pycocotools and torchvision). Labels are 0..K-1 in
the order of the category ids, whatever gaps those have.
"""

import hashlib
import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.detection import CocoSplit
from search_spaces.reading import shown

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]

LARGEST = 2**63 - 1
LONGEST_NAME = 150
UNREADABLE = re.compile(r"[\x00-\x1f\ud800-\udfff]")  # control characters, halves of surrogate pairs
FOUR_NUMBERS = "every bbox must be four numbers x, y, width, height"


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """One class of the data as its file numbers and names it."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Picture:
    """One picture and what is annotated on it: `boxes` [N, 4] corners in its own pixels, `labels` [N], `crowd` [N]."""

    id: int
    file: Path
    height: int
    width: int
    boxes: Floats
    labels: Labels
    crowd: Flags


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CocoDataset:
    """One split: pictures by ascending id, categories by ascending id, and how many degenerate boxes were dropped."""

    images: Path
    annotations: Path
    pictures: tuple[Picture, ...]
    categories: tuple[Category, ...]
    degenerate_boxes: int
    digest: str  # SHA-256 of the annotations file


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Boxes:
    """Every annotation of a file, one row each; `picture` is the position of its picture among the sorted ones."""

    picture: NDArray[np.int64]
    corners: NDArray[np.floating]
    labels: Labels
    crowd: Flags


def read_coco(split: CocoSplit, *, categories: Sequence[Category] | None = None) -> CocoDataset:
    """The split's pictures with their boxes.

    `categories`: the table the labels follow; by default the file's own. Training and validation must share one, and
    a category that both number alike must have one name.
    Boxes are clipped to their picture; those without width or height are dropped and counted. Raises `TrialFailure`
    of kind data for anything missing, broken or contradictory in the file; the pictures themselves are not opened.
    """
    path = Path(split.annotations)
    content = _content(path)
    document = _parsed(content, path)
    own = categories_of(document, path)
    table = own if categories is None else tuple(categories)
    _check_names(own, table, path)
    blanks = _blank_pictures(document, path, Path(split.images))
    boxes, degenerate = _without_degenerate(_boxes(document, path, blanks, table), blanks)
    return CocoDataset(
        images=Path(split.images),
        annotations=path,
        pictures=_with_boxes(blanks, boxes),
        categories=table,
        degenerate_boxes=degenerate,
        digest=hashlib.sha256(content).hexdigest(),
    )


def read_document(path: Path) -> dict[str, Any]:
    """The JSON of an annotations file with lists `images`, `annotations` and `categories`."""
    return _parsed(_content(path), path)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _broken(f"annotations file {path} cannot be read: {error.strerror}") from error


def _parsed(content: bytes, path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _broken(f"annotations file {path} is not valid JSON: {error}") from error
    for key in ("images", "annotations", "categories"):
        if not isinstance(document, dict) or not isinstance(document.get(key), list):
            raise _broken(f"annotations file {path} must be a JSON object with a list {key!r}")
    return document


def categories_of(document: dict[str, Any], path: Path) -> tuple[Category, ...]:
    """The categories of a document by ascending id; a category without a name is called by its id."""
    records = document["categories"]
    ids = _integers(records, "id", f"{path}: categories")
    if not ids:
        raise _broken(f"annotations file {path} has no categories, at least one is needed")
    if len(set(ids)) < len(ids):
        raise _broken(f"annotations file {path} has two categories with the same id")
    named = {number: _name(record, number, path) for number, record in zip(ids, records, strict=True)}
    return tuple(Category(id=number, name=named[number]) for number in sorted(named))


def _name(record: dict[str, Any], number: int, path: Path) -> str:
    """What the category is called; metrics carry the name, so people must be able to read and to ask for it."""
    name = str(record.get("name", number))
    if not 1 <= len(name) <= LONGEST_NAME or UNREADABLE.search(name):
        sentence = f"the name of category {number} must be 1..{LONGEST_NAME} readable characters, got {shown(name)}"
        raise _broken(f"{path}: categories: {sentence}")
    return name


def _check_names(own: tuple[Category, ...], table: tuple[Category, ...], path: Path) -> None:
    """One id must mean one class, or a network would be trained on other labels than it is judged by."""
    names = {category.id: category.name for category in table}
    for category in own:
        wanted = names.get(category.id, category.name)
        if category.name != wanted:
            sentence = f"category {category.id} must be {wanted!r} as in the other split, got {category.name!r}"
            raise _broken(f"{path}: categories: {sentence}")


def _blank_pictures(document: dict[str, Any], path: Path, folder: Path) -> list[Picture]:
    """The pictures by ascending id, boxes still empty."""
    records, place = document["images"], f"{path}: images"
    ids = _integers(records, "id", place)
    if not ids:
        raise _broken(f"annotations file {path} has no images, at least one is needed")
    if len(set(ids)) < len(ids):
        raise _broken(f"annotations file {path} has two images with the same id")
    files = [_inside(folder, name, place) for name in _column(records, "file_name", place)]
    heights, widths = _integers(records, "height", place), _integers(records, "width", place)
    if min(*heights, *widths, 1) < 1:
        raise _broken(f"{place}: height and width must be at least 1")
    return [_blank(*row) for row in sorted(zip(ids, files, heights, widths, strict=True))]


def _blank(number: int, file: Path, height: int, width: int) -> Picture:
    return Picture(
        id=number,
        file=file,
        height=height,
        width=width,
        boxes=np.zeros((0, 4), np.float32),
        labels=np.zeros(0, np.int64),
        crowd=np.zeros(0, np.bool_),
    )


def _inside(folder: Path, name: Any, place: str) -> Path:
    """The picture's path, which must stay below the folder of pictures."""
    relative = Path(str(name))
    if not str(name) or relative.is_absolute() or ".." in relative.parts:
        raise _broken(f"{place}: file_name must be a path below {folder}, got {name!r}")
    return folder / relative


def _boxes(document: dict[str, Any], path: Path, pictures: list[Picture], table: tuple[Category, ...]) -> Boxes:
    """All annotations of the document as arrays."""
    records, place = document["annotations"], f"{path}: annotations"
    positions = {picture.id: position for position, picture in enumerate(pictures)}
    labels = {category.id: label for label, category in enumerate(table)}
    return Boxes(
        picture=_looked_up(_column(records, "image_id", place), positions, "image_id", place),
        corners=_corners(_column(records, "bbox", place), place),
        labels=_looked_up(_column(records, "category_id", place), labels, "category_id", place),
        crowd=_crowds(records, place),
    )


def _crowds(records: list[dict[str, Any]], place: str) -> Flags:
    """Which annotations are crowds; one that does not say is none."""
    marks = [record.get("iscrowd", 0) for record in records]
    for index, mark in enumerate(marks):
        if mark not in (0, 1):
            raise _broken(f"{place}[{index}]: iscrowd must be 0 or 1, got {mark!r}")
    return np.array(marks, np.bool_)


def _corners(boxes: list[Any], place: str) -> NDArray[np.float64]:
    """x, y, width, height -> x1, y1, x2, y2; a negative side gives a degenerate box."""
    try:
        found = np.array(boxes or np.zeros((0, 4)))
    except ValueError as error:
        raise _broken(f"{place}: {FOUR_NUMBERS}") from error
    if found.shape != (len(boxes), 4) or found.dtype.kind not in "iuf":
        raise _broken(f"{place}: {FOUR_NUMBERS}")
    array = found.astype(np.float64)
    finite = np.isfinite(array).all(axis=1)
    if not finite.all():
        index = int(np.argmin(finite))
        raise _broken(f"{place}[{index}]: bbox must be four finite numbers, got {boxes[index]}")
    array[:, 2:] += array[:, :2]
    return array


def _without_degenerate(boxes: Boxes, pictures: list[Picture]) -> tuple[Boxes, int]:
    """The boxes clipped to their pictures, those with area only, and the number of the others."""
    sizes = np.array([(picture.width, picture.height) for picture in pictures], np.float64)
    limits = np.tile(sizes[boxes.picture], 2)
    corners = np.clip(boxes.corners, 0, limits).astype(np.float32)
    keep = (corners[:, 2:] > corners[:, :2]).all(axis=1)
    kept = Boxes(picture=boxes.picture[keep], corners=corners[keep], labels=boxes.labels[keep], crowd=boxes.crowd[keep])
    return kept, int((~keep).sum())


def _with_boxes(pictures: list[Picture], boxes: Boxes) -> tuple[Picture, ...]:
    """The pictures, each with its boxes in the order of the file."""
    order = np.argsort(boxes.picture, kind="stable")
    ends = np.searchsorted(boxes.picture[order], np.arange(len(pictures) + 1))
    rows = [order[start:end] for start, end in itertools.pairwise(ends)]
    return tuple(
        Picture(
            id=picture.id,
            file=picture.file,
            height=picture.height,
            width=picture.width,
            boxes=boxes.corners[own].astype(np.float32),
            labels=boxes.labels[own],
            crowd=boxes.crowd[own],
        )
        for picture, own in zip(pictures, rows, strict=True)
    )


def _looked_up(ids: list[Any], table: dict[int, int], name: str, place: str) -> NDArray[np.int64]:
    """Each id's place in the table."""
    try:
        return np.array([table[number] for number in ids], np.int64)
    except (KeyError, TypeError) as error:
        index, number = next((i, n) for i, n in enumerate(ids) if not isinstance(n, int | float) or n not in table)
        raise _broken(f"{place}[{index}]: {name} {number!r} is not among the {len(table)} known ids") from error


def _integers(records: list[Any], key: str, place: str) -> list[int]:
    """One whole number per record."""
    values = _column(records, key, place)
    for index, value in enumerate(values):
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole or not -LARGEST <= value <= LARGEST:
            raise _broken(f"{place}[{index}]: {key} must be a whole number of at most 64 bits, got {value!r}")
    return [int(value) for value in values]


def _column(records: list[Any], key: str, place: str) -> list[Any]:
    """One value per record."""
    try:
        return [record[key] for record in records]
    except (KeyError, TypeError) as error:
        index = next(i for i, record in enumerate(records) if not isinstance(record, dict) or key not in record)
        raise _broken(f"{place}[{index}] has no {key!r}") from error


def _broken(sentence: str) -> TrialFailure:
    return TrialFailure(FailureKind.DATA, sentence)
