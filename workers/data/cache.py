"""One memory-mapped cache of pictures of one size per machine, shared by every process that reads the same pictures.

A cache is one file: N x height x width x 3 bytes of pixels, then N checksums. Its name tells what it was made from:
the list of pictures and how they were read (first half), and the size and times of every picture file (second half), so
a picture that changed leads to another name, and building that one removes the file it replaces. It is built once,
under a file lock that dies with its holder, into a temporary name that is renamed when everything is on the disk.
"""

import fcntl
import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nas.errors import TrialFailure
from nas.records import FailureKind
from workers.data.coco import CocoDataset
from workers.data.pictures import Pixels, read_letterboxed

VERSION = 1
CHECKSUM_BYTES = 4
VERIFIED_WHOLE_BYTES = 256 * 2**20  # up to here every checksum is verified when a cache is opened
SAMPLED_PICTURES = 64  # above it, this many, evenly spread
SPARE_BYTES = 64 * 2**20  # left free on the disk

Progress = Callable[[int, int], None]
"""Told pictures done and pictures in all while a cache is built."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CachedPictures:
    """Pictures [N, height, width, 3] as a read-only memory map, and a checksum [N] of each one's pixels."""

    pixels: NDArray[np.uint8]
    checksums: NDArray[np.uint32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """What a cache is made from: the files, and how each becomes a picture of `size` (height, width)."""

    files: tuple[Path, ...]
    size: tuple[int, int]
    read: Callable[[int], Pixels]
    """The picture [height, width, 3] of a file by its position; called from several threads."""
    key: object
    """A JSON value, different whenever the same files give other pixels."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a cache is to hold and where it lies."""

    recipe: Recipe
    source: Path  # the common start of the names of all states of this cache
    file: Path

    @property
    def count(self) -> int:
        """How many pictures it holds."""
        return len(self.recipe.files)

    @property
    def picture_bytes(self) -> int:
        """Bytes of one picture."""
        return self.recipe.size[0] * self.recipe.size[1] * 3

    @property
    def total_bytes(self) -> int:
        """Bytes of the whole file."""
        return self.count * (self.picture_bytes + CHECKSUM_BYTES)


def open_cache(
    dataset: CocoDataset,
    *,
    size: tuple[int, int],
    fill: tuple[int, int, int],
    directory: Path,
    threads: int | None = None,
    progress: Progress | None = None,
) -> CachedPictures:
    """The dataset's pictures, letterboxed, in the dataset's order; arguments and errors as of `open_pictures`."""
    recipe = _letterboxes(dataset, size, fill)
    return open_pictures(recipe, directory=directory, threads=threads, progress=progress)


def open_pictures(
    recipe: Recipe, *, directory: Path, threads: int | None = None, progress: Progress | None = None
) -> CachedPictures:
    """The recipe's pictures, in its order.

    Builds the cache first if none is there or it is damaged; a process that comes while another builds, waits for it.
    `threads`: that decode while building; by default the cores this process may use. Raises `TrialFailure` naming a
    picture that is missing or broken, or saying that the disk is too full.
    """
    directory.mkdir(parents=True, exist_ok=True)
    plan = _plan(recipe, directory)
    pictures = _opened(plan)
    if pictures is not None:
        return pictures
    with locked(plan.source.with_suffix(".lock")):
        pictures = _opened(plan)
        if pictures is None:
            _build(plan, threads or len(os.sched_getaffinity(0)), progress)
            pictures = _opened(plan)
    if pictures is None:
        raise TrialFailure(FailureKind.ERROR, f"the picture cache {plan.file} was just written and reads back damaged")
    return pictures


def _letterboxes(dataset: CocoDataset, size: tuple[int, int], fill: tuple[int, int, int]) -> Recipe:
    def read(index: int) -> Pixels:
        picture = dataset.pictures[index]
        return read_letterboxed(picture.file, height=picture.height, width=picture.width, size=size, fill=fill)

    shapes = [(str(picture.file), picture.height, picture.width) for picture in dataset.pictures]
    return Recipe(
        files=tuple(picture.file for picture in dataset.pictures),
        size=size,
        read=read,
        key=[VERSION, str(dataset.images.absolute()), size, fill, shapes],
    )


def _plan(recipe: Recipe, directory: Path) -> Plan:
    source = digest_of(recipe.key)
    state = digest_of([_state(file) for file in recipe.files])
    return Plan(recipe=recipe, source=directory / source, file=directory / f"{source}-{state}.pixels")


def _state(file: Path) -> tuple[int, int, int]:
    """Changes with the file's content; the change time also catches tools that put the modification time back."""
    try:
        found = file.stat()
    except (OSError, ValueError) as error:  # ValueError: no file can have such a name
        raise TrialFailure(FailureKind.DATA, f"picture {file} is missing") from error
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def digest_of(value: object) -> str:
    """24 hex digits of the SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:24]


def _opened(plan: Plan) -> CachedPictures | None:
    """The cache if it is there and sound."""
    try:
        content = np.memmap(plan.file, np.uint8, mode="r")
    except (OSError, ValueError):  # ValueError: an empty file cannot be mapped
        return None
    if len(content) != plan.total_bytes:
        return None
    count = plan.count
    pictures = CachedPictures(
        pixels=content[: count * plan.picture_bytes].reshape(count, *plan.recipe.size, 3),
        checksums=np.frombuffer(content[count * plan.picture_bytes :].tobytes(), "<u4"),
    )
    if not _sound(pictures):
        return None
    with suppress(OSError):  # of a folder that is only read
        os.utime(plan.file)  # a cache that nobody has opened for long may be removed
    return pictures


def _sound(pictures: CachedPictures) -> bool:
    """Whether checksums fit: all of a small cache, a sample of a large one."""
    count = len(pictures.pixels)
    whole = pictures.pixels.nbytes <= VERIFIED_WHOLE_BYTES
    step = 1 if whole else max(1, count // SAMPLED_PICTURES)
    return all(zlib.crc32(pictures.pixels[index]) == pictures.checksums[index] for index in range(0, count, step))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds an exclusive lock among the machine's processes; the kernel frees it when its holder dies."""
    with path.open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build(plan: Plan, threads: int, progress: Progress | None) -> None:
    """Writes the cache, or nothing at all."""
    partial = plan.source.with_suffix(".partial")
    try:
        _reserve(partial, plan)
        _write(partial, plan, threads, progress)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    replaced = [file for file in plan.file.parent.glob(f"{plan.source.name}-*.pixels") if file != plan.file]
    os.replace(partial, plan.file)
    _sync(plan.file.parent)
    for file in replaced:
        file.unlink(missing_ok=True)  # who still reads it keeps it until done


def _reserve(path: Path, plan: Plan) -> None:
    """A file of the right size whose blocks are really there: a map written on a full disk would kill the process."""
    path.unlink(missing_ok=True)
    free = shutil.disk_usage(path.parent).free
    needed = plan.total_bytes + SPARE_BYTES
    if free < needed:
        raise TrialFailure(
            FailureKind.ERROR,
            f"the cache of {plan.count} pictures needs {needed / 1e9:.2f} GB in {path.parent}, "
            f"only {free / 1e9:.2f} GB are free",
        )
    with path.open("wb") as handle:
        os.posix_fallocate(handle.fileno(), 0, plan.total_bytes)


def _write(path: Path, plan: Plan, threads: int, progress: Progress | None) -> None:
    """Fills the file with pixels and checksums and waits until they are on the disk."""
    content = np.memmap(path, np.uint8, mode="r+")
    count = plan.count
    pixels = content[: count * plan.picture_bytes].reshape(count, *plan.recipe.size, 3)
    checksums = np.zeros(count, "<u4")

    def place(index: int) -> None:
        pixels[index] = plan.recipe.read(index)
        checksums[index] = zlib.crc32(pixels[index])

    with ThreadPoolExecutor(threads) as pool:
        _await([pool.submit(place, index) for index in range(count)], pool, progress)
    content[count * plan.picture_bytes :] = np.frombuffer(checksums.tobytes(), np.uint8)
    content.flush()
    _sync(path)


def _await(jobs: list[Future[None]], pool: ThreadPoolExecutor, progress: Progress | None) -> None:
    """Waits for the jobs in order; the first failure drops those that have not begun."""
    try:
        for done, job in enumerate(jobs, start=1):
            job.result()
            if progress is not None:
                progress(done, len(jobs))
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
