"""Reads pictures of one class each: a folder per class, as ImageNet's training pictures and torchvision's `ImageFolder`
have them, or one flat folder with a file of labels, as ImageNet's validation pictures have it.

Labels are 0..K-1 in the order of the class names of the training split; what is judged shares that table. Pictures
stand in the order of their names, of which the folder of the class is a part. Hidden files and folders are passed over.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.classification import ClassificationData, class_names

SUFFIXES = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
ENDINGS = ", ".join(SUFFIXES)
MOST_DIGITS = 9  # of the number of a class
Rows = list[tuple[int, str]]
"""Numbers of lines, from 1 on, and what stands there."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LabelledPictures:
    """One split: `names` of pictures in `folder`, the `labels` [N] of each, and the class each label stands for."""

    folder: Path
    names: tuple[str, ...]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    def __len__(self) -> int:
        """The number of pictures."""
        return len(self.names)


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledData:
    """Both splits, over one table of classes."""

    train: LabelledPictures
    val: LabelledPictures


def read_labelled(data: ClassificationData) -> LabelledData:
    """What the data holds; the pictures themselves are not opened.

    Raises `TrialFailure` of kind data for a folder or file that is missing, fewer than two classes, a class without
    pictures, classes that the splits do not share, and labels that name no class or no picture.
    """
    train = read_class_folders(Path(data.train))
    if len(train.classes) < 2:
        raise _broken(
            f"folder {train.folder} must hold at least 2 classes to tell apart, got {train.classes[0]!r} alone"
        )
    val = Path(data.val)
    if data.labels is None:
        return LabelledData(train=train, val=_agreeing(read_class_folders(val), train))
    order = None if data.class_order is None else Path(data.class_order)
    return LabelledData(train=train, val=read_flat(val, Path(data.labels), classes=train.classes, order=order))


def read_class_folders(folder: Path) -> LabelledPictures:
    """The pictures of a folder that holds a folder per class, however deep below that; links are followed."""
    classes = _class_names(folder)
    if not classes:
        flat = " (pictures in one folder need a file of labels)" if next(_pictures(folder), None) else ""
        raise _broken(f"folder {folder} must hold a folder per class, it holds none{flat}")
    names = [_pictures_of(folder, name) for name in classes]
    labels = np.repeat(np.arange(len(classes)), [len(found) for found in names])
    joined = tuple(name for found in names for name in found)
    return LabelledPictures(folder=folder, names=joined, labels=labels, classes=classes)


def read_flat(folder: Path, file: Path, *, classes: Sequence[str], order: Path | None = None) -> LabelledPictures:
    """The pictures of one folder that a file labels, in the order of their names.

    Lines `NAME CLASS`: CLASS is the name of one of `classes`, or in all lines a number 0..K-1. A tab parts the two, or
    where there is none the last blank. Pictures that no line names are left out. Lines of one number, 1..K: they label
    all pictures of the folder in the order of their names, and `order` says which class each number means.
    """
    lines = _lines(file)
    if not lines:
        raise _broken(f"labels {file} must hold a line per picture, it is empty")
    if all(line.isdecimal() for _, line in lines):
        named = _by_place(folder, lines, file, order, classes)
    else:
        named = _by_name(lines, file, classes)
    names = tuple(sorted(named))
    labels = np.array([named[name] for name in names], np.int64)
    return LabelledPictures(folder=folder, names=names, labels=labels, classes=tuple(classes))


def _agreeing(val: LabelledPictures, train: LabelledPictures) -> LabelledPictures:
    """The validation split; raises if its classes are not those of the training split."""
    for one, other in ((val, train), (train, val)):
        alone = sorted(set(one.classes) - set(other.classes))
        if alone:
            more = f" and {len(alone) - 1} more" if len(alone) > 1 else ""
            sentence = f"class {alone[0]!r}{more} of {one.folder} has no folder in {other.folder}"
            raise _broken(f"{sentence}; both must hold the same classes")
    return val


def _class_names(folder: Path) -> tuple[str, ...]:
    try:
        return class_names(folder)
    except OSError as error:
        raise _broken(f"folder {folder} cannot be read: {error.strerror}") from error


def _pictures_of(folder: Path, name: str) -> list[str]:
    """The pictures of a class, sorted, their names beginning with the class."""
    found = sorted(_pictures(folder / name))
    if not found:
        raise _broken(f"class {name!r} has no picture in {folder / name}; pictures end in {ENDINGS}")
    return [f"{name}/{picture}" for picture in found]


def _pictures(folder: Path) -> Iterator[str]:
    """The names of all pictures below a folder, relative to it, in any order."""
    for where, folders, files in os.walk(folder, followlinks=True, onerror=_unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        inside = Path(where).relative_to(folder)
        for name in files:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield (inside / name).as_posix()


def _unreadable(error: OSError) -> None:
    raise _broken(f"folder {error.filename} cannot be read: {error.strerror}") from error


def _by_name(lines: Rows, file: Path, classes: Sequence[str]) -> dict[str, int]:
    """Picture -> label of lines `NAME CLASS`."""
    pairs = [(number, *_parted(line, f"{file}, line {number}")) for number, line in lines]
    numbers = _numbers([(number, given) for number, _, given in pairs], file, classes)
    repeated = [name for name, times in Counter(name for _, name, _ in pairs).items() if times > 1]
    if repeated:
        raise _broken(f"labels {file} name the picture {repeated[0]!r} more than once")
    return {name: label for (_, name, _), label in zip(pairs, numbers, strict=True)}


def _parted(line: str, place: str) -> tuple[str, str]:
    """Name of the picture and its class."""
    parts = line.rsplit("\t", 1) if "\t" in line else line.rsplit(None, 1)
    if len(parts) < 2:
        raise _broken(f"{place}: must be `NAME CLASS`, got {line!r}")
    name, given = (part.strip() for part in parts)
    path = Path(name)
    if not name or path.is_absolute() or ".." in path.parts:
        raise _broken(f"{place}: NAME must be a path below the folder of pictures, got {name!r}")
    return name, given


def _numbers(given: Rows, file: Path, classes: Sequence[str]) -> list[int]:
    """The labels of what the lines say: names if any of it is one, else numbers from 0 on."""
    table = {name: label for label, name in enumerate(classes)}
    if not any(text in table for _, text in given):
        table = {str(label): label for label in range(len(classes))}
    return [_looked_up(text, table, f"{file}, line {number}", classes) for number, text in given]


def _looked_up(text: str, table: Mapping[str, int], place: str, classes: Sequence[str]) -> int:
    if text not in table:
        names, last = f"{classes[0]} ... {classes[-1]}", len(classes) - 1
        known = f"one of the {len(classes)} classes ({names}), or in all lines a number in 0..{last}"
        raise _broken(f"{place}: the class must be {known}, got {text!r}")
    return table[text]


def _by_place(folder: Path, lines: Rows, file: Path, order: Path | None, classes: Sequence[str]) -> dict[str, int]:
    """Picture -> label of lines that hold a number each, from 1 on."""
    if order is None:
        sentence = f"labels {file} hold one number per line: class_order must name the file that says what they mean"
        raise _broken(f"{sentence} (ILSVRC does not number its classes in the order of their names)")
    meant = _ordered(order, classes)
    names = sorted(_pictures(folder))
    if len(names) != len(lines):
        sentence = f"labels {file} must hold a line for each of the {len(names)} pictures in {folder}"
        raise _broken(f"{sentence}, got {len(lines)}")
    return {
        name: _meant(line, meant, f"{file}, line {number}") for name, (number, line) in zip(names, lines, strict=True)
    }


def _meant(line: str, meant: Mapping[int, tuple[str, int | None]], place: str) -> int:
    """The label of a number from 1 on."""
    number = int(line) if len(line) <= MOST_DIGITS else 0
    if number not in meant:
        raise _broken(f"{place}: must be in 1..{len(meant)}, got {line[:20]}")
    name, label = meant[number]
    if label is None:
        raise _broken(f"{place}: class {number} is {name!r}, which has no folder in the training split")
    return label


def _ordered(order: Path, classes: Sequence[str]) -> dict[int, tuple[str, int | None]]:
    """Name and label of class 1, 2 ... of a file with a class per line; a label is None for one not in the table."""
    table = {name: label for label, name in enumerate(classes)}
    names = [line if line in table else line.split()[0] for _, line in _lines(order)]
    if not names:
        raise _broken(f"class_order {order} must hold a line per class, it is empty")
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise _broken(f"class_order {order} names the class {repeated[0]!r} more than once")
    return {number: (name, table.get(name)) for number, name in enumerate(names, start=1)}


def _lines(file: Path) -> Rows:
    """The lines of a text that hold anything, with their numbers."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _broken(f"file {file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _broken(f"file {file} must be text in UTF-8: {error}") from error
    return [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _broken(sentence: str) -> TrialFailure:
    return TrialFailure(FailureKind.DATA, sentence)
