"""Reads how people rated pictures: for each picture a histogram of the votes for the scores 1 (worst) .. 10.

Three kinds of files, told apart by their suffix:
- `.json`: a list of objects with `image_id` and `label`, ten numbers; whatever else they hold is left alone;
- `.csv`: a head line `image_id,vote_1,...,vote_10` and a line per picture; further columns are left alone;
- any other, as AVA.txt (Murray et al. 2012): lines of whole numbers between blanks: index, image id, ten counts of
  votes, two semantic tags, challenge id.
Votes are counts, or shares of all votes. Empty lines are skipped.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.quality import SCORES
from search_spaces.reading import shown

AVA_COLUMNS = 1 + 1 + SCORES + 2 + 1
WHOLE_NUMBER = re.compile("[0-9]{1,18}")
MOST_VOTES = 1e12
A_VOTE = f"a vote must be a number of 0 .. {MOST_VOTES:g}"
COLUMNS = ("image_id", *(f"vote_{score}" for score in range(1, SCORES + 1)))
PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Ratings:
    """The ratings of one file in its order: image ids, and a distribution of votes per picture."""

    file: Path
    image_ids: tuple[str, ...]
    histograms: NDArray[np.float64]  # [N, 10], rows adding up to 1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RatedPictures:
    """Pictures of a folder with their ratings, and what was left over on either side."""

    folder: Path
    names: tuple[str, ...]  # file names, in the order of the ratings
    image_ids: tuple[str, ...]
    histograms: NDArray[np.float64]  # [N, 10], rows adding up to 1
    without_picture: tuple[str, ...]  # image ids that are rated and have no picture
    without_rating: tuple[str, ...]  # file names of pictures that nobody rated


def read_ratings(file: Path) -> Ratings:
    """The ratings of a file. Raises `TrialFailure` of kind data naming file, line and value of the first wrong one."""
    rows: dict[str, list[float]] = {}
    places: dict[str, str] = {}
    for place, image_id, votes in _rows(file):
        if not image_id:
            raise _broken(f"{place}: an image id must not be empty")
        if image_id in rows:
            raise _broken(f"{place}: image id {image_id!r} is rated already, in {places[image_id]}")
        rows[image_id], places[image_id] = _checked(votes, place), place
    if not rows:
        raise _broken(f"ratings file {file} holds no ratings, at least one is needed")
    table = np.array(list(rows.values()), np.float64)
    return Ratings(file=file, image_ids=tuple(rows), histograms=table / table.sum(axis=1, keepdims=True))


def read_image_ids(file: Path) -> tuple[str, ...]:
    """The image ids of a list of them, one per line, as AVA's lists of training and test pictures are written."""
    lines = enumerate(_text(file, what="list of image ids").splitlines(), start=1)
    found: dict[str, int] = {}
    for number, line in lines:
        image_id = line.strip()
        if image_id in found:
            raise _broken(f"{file}, line {number}: image id {image_id!r} is listed already, in line {found[image_id]}")
        if image_id:
            found[image_id] = number
    if not found:
        raise _broken(f"list of image ids {file} is empty, at least one is needed")
    return tuple(found)


def matched(ratings: Ratings, folder: Path) -> RatedPictures:
    """The ratings beside the pictures of a folder: an image id is the name of a file, with or without its suffix.

    Raises `TrialFailure` of kind data for a folder that cannot be read, two pictures of one id, two ids of one picture,
    and when no picture is rated.
    """
    files = _pictures(folder)
    found = {image_id: _file_of(image_id, files, folder) for image_id in ratings.image_ids}
    places = [place for place, image_id in enumerate(ratings.image_ids) if found[image_id] is not None]
    names = [str(found[ratings.image_ids[place]]) for place in places]
    if not names:
        ids = f"{len(found)} image ids, the first is {ratings.image_ids[0]!r}"
        raise _broken(f"no picture in {folder} is rated in {ratings.file}: it rates {ids}")
    _check_distinct(names, [ratings.image_ids[place] for place in places], ratings.file)
    rated = set(names)
    return RatedPictures(
        folder=folder,
        names=tuple(names),
        image_ids=tuple(ratings.image_ids[place] for place in places),
        histograms=ratings.histograms[places],
        without_picture=tuple(image_id for image_id, name in found.items() if name is None),
        without_rating=tuple(sorted(name for group in files.values() for name in group if name not in rated)),
    )


def selected(rated: RatedPictures, file: Path) -> RatedPictures:
    """The pictures that a list of image ids names, in the order of the ratings; pictures without a rating stay told.

    Raises `TrialFailure` of kind data for an id that nobody rated, for a list whose pictures are all missing, and what
    `read_image_ids` raises.
    """
    listed = read_image_ids(file)
    unknown = set(listed).difference(rated.image_ids, rated.without_picture)
    if unknown:
        first = next(image_id for image_id in listed if image_id in unknown)
        raise _broken(f"{file}: {len(unknown)} image ids are not rated, the first is {first!r}")
    wanted = set(listed)
    places = [place for place, image_id in enumerate(rated.image_ids) if image_id in wanted]
    if not places:
        raise _broken(f"{file}: no image id has a picture in {rated.folder}, the first is {listed[0]!r}")
    return RatedPictures(
        folder=rated.folder,
        names=tuple(rated.names[place] for place in places),
        image_ids=tuple(rated.image_ids[place] for place in places),
        histograms=rated.histograms[places],
        without_picture=tuple(image_id for image_id in rated.without_picture if image_id in wanted),
        without_rating=rated.without_rating,
    )


def _rows(file: Path) -> Iterator[tuple[str, str, Sequence[Any]]]:
    """Where it stands, image id and ten votes, not yet checked, of every rating."""
    match file.suffix.lower():
        case ".json":
            return _json_rows(file)
        case ".csv":
            return _csv_rows(file)
        case _:
            return _ava_rows(file)


def _ava_rows(file: Path) -> Iterator[tuple[str, str, Sequence[Any]]]:
    for number, line in enumerate(_text(file).splitlines(), start=1):
        fields, place = line.split(), f"{file}, line {number}"
        if not fields:
            continue
        if len(fields) != AVA_COLUMNS:
            raise _broken(f"{place}: must be {AVA_COLUMNS} whole numbers, got {len(fields)} fields: {shown(line)}")
        wrong = [field for field in fields if not WHOLE_NUMBER.fullmatch(field)]
        if wrong:
            raise _broken(f"{place}: must be {AVA_COLUMNS} whole numbers, got {shown(wrong[0])}")
        yield place, fields[1], [int(field) for field in fields[2 : 2 + SCORES]]


def _csv_rows(file: Path) -> Iterator[tuple[str, str, Sequence[Any]]]:
    lines = _csv_lines(file)
    _, head = next(lines, (1, []))
    missing = [name for name in COLUMNS if name not in head]
    if missing:
        raise _broken(f"{file}, line 1: must name the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}")
    columns = [head.index(name) for name in COLUMNS]
    for number, fields in lines:
        place = f"{file}, line {number}"
        if len(fields) != len(head):
            raise _broken(f"{place}: must have {len(head)} fields as line 1, got {len(fields)}: {shown(fields)}")
        image_id, *votes = (fields[column] for column in columns)
        yield place, image_id, [_number(vote, place) for vote in votes]


def _csv_lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and fields of every line that is not empty."""
    reader = csv.reader(_text(file).splitlines())
    try:
        yield from ((reader.line_num, [field.strip() for field in fields]) for fields in reader if fields)
    except csv.Error as error:
        raise _broken(f"{file}, line {reader.line_num}: {error}") from error


def _json_rows(file: Path) -> Iterator[tuple[str, str, Sequence[Any]]]:
    try:
        records = json.loads(_text(file))
    except (ValueError, RecursionError) as error:
        raise _broken(f"ratings file {file} is not valid JSON: {error}") from error
    if not isinstance(records, list):
        raise _broken(f"ratings file {file} must be a JSON list of ratings, got {shown(records)}")
    for index, record in enumerate(records):
        place = f"{file}, entry {index}"
        if not isinstance(record, Mapping) or not {"image_id", "label"} <= record.keys():
            raise _broken(f"{place}: must have image_id and label, got {shown(record)}")
        image_id, votes = record["image_id"], record["label"]
        if isinstance(image_id, bool) or not isinstance(image_id, str | int):
            raise _broken(f"{place}: image_id must be text or a whole number, got {shown(image_id)}")
        if not isinstance(votes, list) or len(votes) != SCORES:
            raise _broken(f"{place}: label must be {SCORES} numbers, got {shown(votes)}")
        yield place, str(image_id), votes


def _number(text: str, place: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _broken(f"{place}: {A_VOTE}, got {shown(text)}") from None


def _checked(votes: Sequence[Any], place: str) -> list[float]:
    """The votes, which must be numbers of at least 0, not all of them 0."""
    for vote in votes:
        if isinstance(vote, bool) or not isinstance(vote, int | float) or not 0 <= vote <= MOST_VOTES:
            raise _broken(f"{place}: {A_VOTE}, got {shown(vote)}")
    if not any(votes):
        raise _broken(f"{place}: at least one of the {SCORES} votes must be more than 0, got {shown(list(votes))}")
    return [float(vote) for vote in votes]


def _text(file: Path, *, what: str = "ratings file") -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _broken(f"{what} {file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise _broken(f"{what} {file} must be UTF-8 text: {error}") from error


def _pictures(folder: Path) -> dict[str, list[str]]:
    """File names of the folder's pictures by their name without suffix."""
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError as error:
        raise _broken(f"folder of pictures {folder} cannot be read: {error.strerror}") from error
    files: dict[str, list[str]] = {}
    for name in names:
        if name.lower().endswith(PICTURE_SUFFIXES) and not name.startswith("."):
            files.setdefault(Path(name).stem, []).append(name)
    return files


def _file_of(image_id: str, files: Mapping[str, list[str]], folder: Path) -> str | None:
    """The picture of an image id, None where there is none."""
    if image_id in files.get(Path(image_id).stem, ()):
        return image_id
    group = files.get(image_id, [])
    if len(group) > 1:
        raise _broken(f"{folder}: image id {image_id!r} must have one picture, got {', '.join(group)}")
    return group[0] if group else None


def _check_distinct(names: Sequence[str], image_ids: Sequence[str], file: Path) -> None:
    first: dict[str, str] = {}
    for name, image_id in zip(names, image_ids, strict=True):
        if name in first:
            raise _broken(f"{file}: picture {name} is rated twice, as {first[name]!r} and as {image_id!r}")
        first[name] = image_id


def _broken(sentence: str) -> TrialFailure:
    return TrialFailure(FailureKind.DATA, sentence)
