"""The shared cache: built once, by whoever comes first; rebuilt when pictures change or the file is damaged."""

import multiprocessing
import os
import shutil
import signal
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nas.errors import TrialFailure
from nas.records import FailureKind
from workers.data import cache
from workers.data.cache import open_cache
from workers.data.coco import read_coco
from workers.data.pictures import read_letterboxed

SIZE = (24, 32)
FILL = (9, 8, 7)


def opened(split, directory, **more):
    arguments = {"size": SIZE, "fill": FILL, "directory": directory, "threads": 2, **more}
    return open_cache(read_coco(split), **arguments)


def built(split, directory, **more) -> bool:
    """Whether opening had to build."""
    told = []
    opened(split, directory, progress=lambda done, total: told.append((done, total)), **more)
    return bool(told)


def test_the_cache_holds_the_letterboxed_pictures_and_cannot_be_written(write_coco, tmp_path):
    split = write_coco()
    pixels = opened(split, tmp_path / "cache").pixels
    for row, picture in zip(pixels, read_coco(split).pictures, strict=True):
        expected = read_letterboxed(picture.file, height=30, width=40, size=SIZE, fill=FILL)
        assert np.array_equal(row, expected)
    with pytest.raises(ValueError, match="read-only"):
        pixels[0, 0, 0, 0] = 1


def test_it_is_built_once_and_tells_its_progress(write_coco, tmp_path):
    told = []
    split = write_coco(count=4)
    opened(split, tmp_path / "cache", progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert not built(split, tmp_path / "cache")


def test_other_boxes_on_the_same_pictures_share_the_cache(write_coco, box, tmp_path):
    assert built(write_coco(), tmp_path / "cache")
    assert not built(write_coco(annotations=[box(1, [1, 1, 5, 5])]), tmp_path / "cache")


def test_another_size_or_fill_or_set_of_pictures_is_another_cache(write_coco, tmp_path):
    split = write_coco()
    assert built(split, tmp_path / "cache")
    assert built(split, tmp_path / "cache", size=(16, 16))
    assert built(split, tmp_path / "cache", fill=(0, 0, 0))
    assert built(write_coco(name="other"), tmp_path / "cache")
    assert not built(split, tmp_path / "cache")


def test_a_changed_picture_rebuilds_it_even_when_size_and_modification_time_are_kept(write_coco, tmp_path):
    split = write_coco()
    before = opened(split, tmp_path / "cache")
    path = Path(split.images) / "2.png"
    times, length = path.stat(), path.stat().st_size
    Image.new("RGB", (40, 30), (255, 0, 0)).save(path)
    path.write_bytes(path.read_bytes().ljust(length, b"\0"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert path.stat().st_size == length
    after = opened(split, tmp_path / "cache")
    assert (after.pixels[1] == (255, 0, 0)).all()
    assert np.array_equal(after.pixels[0], before.pixels[0])
    assert len(list((tmp_path / "cache").glob("*.pixels"))) == 1  # the one it replaces is gone


@pytest.mark.parametrize("damage", ["truncated", "emptied", "flipped byte", "grown"])
def test_a_damaged_cache_is_rebuilt(write_coco, tmp_path, damage):
    split = write_coco()
    expected = np.array(opened(split, tmp_path / "cache").pixels)
    (file,) = (tmp_path / "cache").glob("*.pixels")
    content = bytearray(file.read_bytes())
    content[1000] ^= damage == "flipped byte"
    cut = {"truncated": content[:-1], "emptied": b"", "grown": content + b"\0"}
    file.write_bytes(cut.get(damage, content))
    assert np.array_equal(opened(split, tmp_path / "cache").pixels, expected)
    assert not built(split, tmp_path / "cache")


def test_what_a_killed_builder_left_is_no_hindrance(write_coco, tmp_path):
    split = write_coco()
    opened(split, tmp_path / "cache")
    (file,) = (tmp_path / "cache").glob("*.pixels")
    file.rename(tmp_path / "cache" / f"{file.name.split('-')[0]}.partial")
    assert built(split, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*.partial"))


def die_while_building(split, directory) -> None:
    """Kills its own process, as kill -9 does, when two pictures are done."""
    open_cache(
        read_coco(split),
        size=SIZE,
        fill=FILL,
        directory=directory,
        progress=lambda done, _: os.kill(os.getpid(), signal.SIGKILL) if done == 2 else None,
    )


def test_a_builder_killed_half_way_frees_the_lock_and_leaves_no_half_cache(write_coco, tmp_path):
    split = write_coco()
    process = multiprocessing.get_context("spawn").Process(target=die_while_building, args=(split, tmp_path / "cache"))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert built(split, tmp_path / "cache")
    assert {path.suffix for path in (tmp_path / "cache").iterdir()} == {".lock", ".pixels"}


@pytest.mark.parametrize("break_it", [Path.unlink, lambda path: path.write_bytes(b"not a picture")])
def test_a_missing_or_broken_picture_is_named_and_nothing_is_left(write_coco, tmp_path, break_it):
    split = write_coco()
    break_it(Path(split.images) / "2.png")
    with pytest.raises(TrialFailure, match=r"picture .*2\.png (is missing|cannot be read)") as caught:
        opened(split, tmp_path / "cache")
    assert caught.value.failure.kind is FailureKind.DATA
    assert not [path for path in (tmp_path / "cache").iterdir() if path.suffix != ".lock"]


def test_a_disk_too_full_is_told_before_anything_is_written(write_coco, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))
    with pytest.raises(TrialFailure, match=r"the cache of 3 pictures needs 0\.07 GB in .*, only 0\.00 GB are free"):
        opened(write_coco(), tmp_path / "cache")


def test_a_large_cache_is_checked_by_sample(write_coco, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "VERIFIED_WHOLE_BYTES", 0)
    monkeypatch.setattr(cache, "SAMPLED_PICTURES", 2)
    split = write_coco(count=4)
    assert built(split, tmp_path / "cache")
    (file,) = (tmp_path / "cache").glob("*.pixels")
    content = bytearray(file.read_bytes())
    content[2 * SIZE[0] * SIZE[1] * 3] ^= 1  # in the third picture, which is in the sample
    file.write_bytes(content)
    assert built(split, tmp_path / "cache")


def open_at_once(split, directory, start, told) -> None:
    """What each process of the race runs."""
    start.wait()
    pixels = open_cache(
        read_coco(split), size=SIZE, fill=FILL, directory=directory, progress=lambda done, _: told.put(done)
    ).pixels
    told.put(-int(pixels.sum(dtype=np.int64)))


def test_processes_that_race_build_it_once_and_read_the_same(write_coco, tmp_path):
    split = write_coco(count=12, size=(300, 400))
    context = multiprocessing.get_context("spawn")
    start, told = context.Barrier(3), context.Queue()
    arguments = (split, tmp_path / "cache", start, told)
    processes = [context.Process(target=open_at_once, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    heard = [told.get(timeout=60) for _ in range(12 + 3)]
    for process in processes:
        process.join()
    assert sorted(number for number in heard if number > 0) == list(range(1, 13))
    assert len({number for number in heard if number < 0}) == 1
    assert [process.exitcode for process in processes] == [0, 0, 0]


def test_a_name_that_no_file_can_have_is_a_missing_picture(write_coco, tmp_path):
    split = write_coco()
    annotations = Path(split.annotations)
    annotations.write_text(annotations.read_text().replace("2.png", "2\\u0000.png"))
    with pytest.raises(TrialFailure, match="is missing"):
        opened(split, tmp_path / "cache")
