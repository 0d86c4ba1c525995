"""What a data set holds and what is wrong with it, before any search is trained on it.

All labels are read and all files looked at; of the pictures a sample is decoded, or every one. Pictures of validation
that are in training, too, are found by content: only files of one size are read for that.
"""

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from nas.clock import Clock, utc
from nas.data_sets import KINDS, ClassCount, DataReport, Findings, SplitReport
from nas.errors import TrialFailure
from workers.data.batching import spread
from workers.data.cache import Progress
from workers.data.contents import Contents, Part, contents_of
from workers.data.pictures import decode

SAMPLED = 500  # pictures of either part
FIRST = 20  # of what was found, told by name


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One part: what is told of it, and the size of each file in bytes, None for one that is missing."""

    report: SplitReport
    sizes: tuple[int | None, ...]


def check_data(
    kind: str, data: Mapping[str, Any], *, every_picture: bool, clock: Clock, told: Progress | None = None
) -> DataReport:
    """What stands in the data and what is wrong with them; whatever that is, it is told rather than raised.

    `told` hears how many pictures have been opened, and of how many.
    """
    started = clock()
    options = KINDS[kind].model_validate(data)
    try:
        contents = contents_of(options)
    except TrialFailure as error:
        found: dict[str, Any] = {"faults": (str(error),)}
    else:
        found = _found(contents, every_picture=every_picture, told=told or _nobody)
    return DataReport(
        checked_at=utc(started), elapsed_s=round(clock() - started, 3), every_picture=every_picture, **found
    )


def _found(contents: Contents, *, every_picture: bool, told: Progress) -> dict[str, Any]:
    parts = {"train": contents.train, "val": contents.val}
    chosen = {name: _chosen(part, every_picture=every_picture) for name, part in parts.items()}
    total = sum(map(len, chosen.values()))
    told(0, total)
    opened = count(1)  # over both parts

    def one_more() -> None:
        told(next(opened), total)

    checked = {name: _checked(part, chosen[name], told=one_more) for name, part in parts.items()}
    duplicates = _duplicates(contents, {name: each.sizes for name, each in checked.items()})
    reports = {name: each.report for name, each in checked.items()}
    return {
        **reports,
        "fingerprint": _fingerprint(contents, checked),
        "classes": contents.classes,
        "duplicates": duplicates,
        "faults": tuple(_faults(contents, reports)),
        "remarks": (*contents.remarks, *_remarks(contents.classes, duplicates)),
    }


def _chosen(part: Part, *, every_picture: bool) -> list[int]:
    pictures = len(part.files)
    return list(range(pictures)) if every_picture else spread(pictures, SAMPLED)


def _checked(part: Part, chosen: Sequence[int], *, told: Callable[[], None]) -> Checked:
    sizes = tuple(_size(file) for file in part.files)
    broken: list[str] = []
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        there = [place for place in chosen if sizes[place] is not None]
        for problem in pool.map(lambda place: _problem(part, place), there):
            broken += [] if problem is None else [problem]
            told()
    missing = [str(file) for file, size in zip(part.files, sizes, strict=True) if size is None]
    report = SplitReport(
        pictures=len(part.files),
        size_bytes=sum(size or 0 for size in sizes),
        boxes=part.boxes,
        opened=len(there),
        missing=_findings(missing),
        broken=_findings(broken),
    )
    return Checked(report=report, sizes=sizes)


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size if file.is_file() else None
    except OSError:
        return None


def _problem(part: Part, place: int) -> str | None:
    """What is wrong with a picture, in a sentence; None for a good one."""
    try:
        height, width, _ = decode(part.files[place]).shape
    except TrialFailure as error:
        return str(error)
    except MemoryError:
        return f"picture {part.files[place]} does not fit into memory"
    told = None if part.shapes is None else part.shapes[place]
    if told is not None and told != (height, width):
        return f"picture {part.files[place]} is {height} x {width} pixels, its annotations say {told[0]} x {told[1]}"
    return None


def _findings(found: Sequence[str]) -> Findings:
    return Findings(count=len(found), first=tuple(found[:FIRST]))


def _duplicates(contents: Contents, sizes: Mapping[str, tuple[int | None, ...]]) -> Findings:
    """Pictures of val whose bytes are those of one of train."""
    of_size: dict[int, list[Path]] = defaultdict(list)
    for file, size in zip(contents.train.files, sizes["train"], strict=True):
        if size is not None:
            of_size[size].append(file)
    alike = [
        (file, of_size[size])
        for file, size in zip(contents.val.files, sizes["val"], strict=True)
        if size is not None and size in of_size
    ]
    digests = _digests({file for file, others in alike for file in (file, *others)})
    known = {digests[other] for _, others in alike for other in others if other in digests}
    return _findings([str(file) for file, _ in alike if digests.get(file) in known])


def _digests(files: Iterable[Path]) -> dict[Path, str]:
    """SHA-256 of those that can be read."""
    listed = sorted(files)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        found = zip(listed, pool.map(_digest, listed), strict=True)
        return {file: digest for file, digest in found if digest is not None}


def _digest(file: Path) -> str | None:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def _fingerprint(contents: Contents, checked: Mapping[str, Checked]) -> str:
    content = hashlib.sha256(contents.labels_digest.encode())
    for name, part in (("train", contents.train), ("val", contents.val)):
        rows = [[file, size] for file, size in zip(part.names, checked[name].sizes, strict=True)]
        content.update(json.dumps([name, rows]).encode())
    return content.hexdigest()


def _faults(contents: Contents, reports: Mapping[str, SplitReport]) -> Iterator[str]:
    yield from contents.faults
    for name, report in reports.items():
        if report.missing.count:
            yield f"{report.missing.count} pictures of {name} are missing, the first is {report.missing.first[0]}"
        if report.broken.count:
            of = f"of the {report.opened} pictures of {name} that were opened"
            yield f"{report.broken.count} {of} are broken: {report.broken.first[0]}"


def _remarks(classes: Sequence[ClassCount], duplicates: Findings) -> Iterator[str]:
    if duplicates.count:
        yield f"{duplicates.count} pictures of val are in train, too, the first is {duplicates.first[0]}"
    for part in ("train", "val"):
        empty = [each.name for each in classes if getattr(each, part) == 0]
        if empty:
            more = f" and {len(empty) - 1} more" if len(empty) > 1 else ""
            yield f"class {empty[0]!r}{more} has no example in {part}"


def _nobody(done: int, total: int) -> None:
    """Hears nothing."""
