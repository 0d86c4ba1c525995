"""Cached firing patterns are those of the teacher, built once per machine, and never believed when damaged."""

import multiprocessing
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from nas.errors import TrialFailure
from workers.robustness.targets import TargetBits, open_targets

WIDTHS = {"conv5_3": 13, "fc6": 64, "fc7": 9}  # not all of them whole bytes
PICTURES = 11


def activations() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {layer: torch.randn(PICTURES, width, generator=generator) for layer, width in WIDTHS.items()}


def in_batches(size: int = 4) -> Iterator[Mapping[str, Tensor]]:
    for start in range(0, PICTURES, size):
        yield {layer: values[start : start + size] for layer, values in activations().items()}


def refused() -> Iterator[Mapping[str, Tensor]]:
    raise AssertionError("built although it was there")


def opened(folder: Path, key: str = "key") -> TargetBits:
    return open_targets(folder, key, pictures=PICTURES, build=in_batches)


def test_patterns_are_where_pre_activations_are_above_zero(tmp_path: Path) -> None:
    numbers = [7, 0, 10, 7]
    patterns = opened(tmp_path).patterns(numbers)
    for layer, values in activations().items():
        assert patterns[layer].dtype is torch.bool
        assert torch.equal(patterns[layer], values[numbers] > 0)


def test_two_layers_of_4096_neurons_take_a_kibibyte_per_picture(tmp_path: Path) -> None:
    wide = {"fc6": torch.randn(2, 4096), "fc7": torch.randn(2, 4096)}
    bits = open_targets(tmp_path, "wide", pictures=2, build=lambda: [wide]).bits
    assert bits.shape == (2, 1024)
    assert (tmp_path / "wide.bits").stat().st_size < 2 * 1024 + 200


def test_what_is_there_is_not_built_again(tmp_path: Path) -> None:
    first = opened(tmp_path)
    again = open_targets(tmp_path, "key", pictures=PICTURES, build=refused)
    assert (again.bits == first.bits).all()
    assert again.widths == WIDTHS


def test_the_size_of_the_batches_does_not_show(tmp_path: Path) -> None:
    whole = open_targets(tmp_path, "whole", pictures=PICTURES, build=lambda: in_batches(PICTURES))
    assert (whole.bits == opened(tmp_path).bits).all()


@pytest.mark.parametrize("damage", ["flipped", "shortened", "emptied", "no head", "other pictures"])
def test_a_damaged_file_is_built_again(tmp_path: Path, damage: str) -> None:
    wanted = opened(tmp_path).bits.copy()
    file = tmp_path / "key.bits"
    content = bytearray(file.read_bytes())
    changed = {
        "flipped": content[:-20] + bytes([content[-20] ^ 1]) + content[-19:],
        "shortened": content[:-1],
        "emptied": b"",
        "no head": b"[1]\n" + content,
        "other pictures": content.replace(b'"pictures": 11', b'"pictures": 12'),
    }
    file.unlink()  # who still reads the former one keeps it
    file.write_bytes(changed[damage])
    assert (opened(tmp_path).bits == wanted).all()


def test_another_key_is_another_file(tmp_path: Path) -> None:
    opened(tmp_path)
    with pytest.raises(AssertionError, match="built although it was there"):
        open_targets(tmp_path, "other", pictures=PICTURES, build=refused)


def test_a_build_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def failing() -> Iterator[Mapping[str, Tensor]]:
        yield from in_batches()
        raise RuntimeError("the disk of the pictures is gone")

    with pytest.raises(RuntimeError, match="disk"):
        open_targets(tmp_path, "key", pictures=PICTURES, build=failing)
    assert [file.suffix for file in tmp_path.iterdir()] == [".lock"]


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrialFailure, match="targets of 12 pictures were asked for, 11 were given"):
        open_targets(tmp_path, "key", pictures=12, build=in_batches)


def _open_and_count(folder: Path) -> int:
    def counted() -> Iterator[Mapping[str, Tensor]]:
        with (folder / "builds").open("a") as stream:
            stream.write("built\n")
        yield from in_batches()

    return len(open_targets(folder, "key", pictures=PICTURES, build=counted).bits)


def test_processes_that_come_at_once_build_it_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        assert pool.map(_open_and_count, [tmp_path] * 2) == [PICTURES] * 2
    assert (tmp_path / "builds").read_text() == "built\n"
