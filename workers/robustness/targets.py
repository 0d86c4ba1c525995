"""Firing patterns of a teacher, kept as packed bits in a file that all trials of a machine share.

Two fully connected layers of 4,096 neurons take 1 KiB per picture, where their pre-activations would take 32. A pattern
belongs to one fixed crop of a picture: with random crops or flips the teacher has to look at every view anew.

The file: a line of JSON (version, pictures, layers with their widths), then for every picture the bits of every layer,
each layer filled up to whole bytes, then the CRC-32 of these bits, 4 bytes. Its name is a digest of what the patterns
depend on. It is built once, under a file lock that dies with its holder, and renamed when all of it is on the disk.
"""

import json
import os
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nas.errors import TrialFailure
from nas.records import FailureKind
from workers.data.cache import locked
from workers.robustness.losses import firing

VERSION = 1
CHECKSUM_BYTES = 4
LONGEST_HEAD = 2**16

Batches = Iterable[Mapping[str, Tensor]]
"""Pre-activations [B, n] by layer, batch after batch, every picture once and in order."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TargetBits:
    """The firing patterns of N pictures: `bits` uint8 [N, bytes], a read-only memory map; `widths` by layer."""

    bits: NDArray[np.uint8]
    widths: Mapping[str, int]

    def patterns(self, numbers: Sequence[int]) -> dict[str, Tensor]:
        """The pattern of every layer for these pictures, bool [B, n], on the CPU."""
        if not self.widths:
            return {}
        rows = self.bits[np.asarray(numbers, np.int64)]
        found: dict[str, Tensor] = {}
        start = 0
        for layer, width in self.widths.items():
            end = start + _bytes_of(width)
            found[layer] = torch.from_numpy(np.unpackbits(rows[:, start:end], axis=1, count=width).astype(np.bool_))
            start = end
        return found


def open_targets(directory: Path, key: str, *, pictures: int, build: Callable[[], Batches]) -> TargetBits:
    """The patterns of `pictures` pictures, from the file of this `key`, or built into it if it is absent or damaged.

    `key`: a digest of everything the patterns depend on: teacher, pictures, layers. A process that comes while another
    builds, waits for it. Raises what `build` raises, and `TrialFailure` when it gives another number of pictures.
    """
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / f"{key}.bits"
    found = _opened(file, pictures)
    if found is not None:
        return found
    with locked(file.with_suffix(".lock")):
        found = _opened(file, pictures)
        if found is None:
            _build(file, pictures, build())
            found = _opened(file, pictures)
    if found is None:
        raise TrialFailure(FailureKind.ERROR, f"the targets {file} were just written and read back damaged")
    return found


def packed_targets(batches: Batches) -> TargetBits:
    """The patterns of at least one batch, in memory; none at all of batches without layers."""
    rows: list[NDArray[np.uint8]] = []
    widths: dict[str, int] = {}
    for batch in batches:
        widths = {layer: values.shape[1] for layer, values in batch.items()}
        rows += [_packed(batch)] if widths else []
    return TargetBits(bits=np.concatenate(rows) if rows else np.empty((0, 0), np.uint8), widths=widths)


def _opened(file: Path, pictures: int) -> TargetBits | None:
    """The patterns if the file is there, sound and of so many pictures."""
    try:
        content = np.memmap(file, np.uint8, mode="r")
    except (OSError, ValueError):  # ValueError: an empty file cannot be mapped
        return None
    head, start = _head(content)
    if (head.get("version"), head.get("pictures")) != (VERSION, pictures):
        return None
    widths = {str(layer): int(width) for layer, width in head["layers"]}
    row = _row_bytes(widths)
    bits = content[start:-CHECKSUM_BYTES]
    if len(bits) != pictures * row or zlib.crc32(bits.data) != int.from_bytes(
        content[-CHECKSUM_BYTES:].tobytes(), "little"
    ):
        return None
    return TargetBits(bits=bits.reshape(pictures, row), widths=widths)


def _head(content: NDArray[np.uint8]) -> tuple[dict[str, Any], int]:
    """The first line and where the bits begin; an empty head for anything else."""
    line, end, _ = content[:LONGEST_HEAD].tobytes().partition(b"\n")
    try:
        head = json.loads(line)
    except ValueError:
        return {}, 0
    return (head, len(line) + len(end)) if isinstance(head, dict) else ({}, 0)


def _build(file: Path, pictures: int, batches: Batches) -> None:
    """Writes the file, or nothing at all."""
    partial = file.with_suffix(".partial")
    try:
        with partial.open("wb") as stream:
            written = _write(stream, pictures, batches)
            stream.flush()
            os.fsync(stream.fileno())
        if written != pictures:
            raise TrialFailure(
                FailureKind.ERROR, f"targets of {pictures} pictures were asked for, {written} were given"
            )
        os.replace(partial, file)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _write(stream: BinaryIO, pictures: int, batches: Batches) -> int:
    """Writes head, bits and checksum, and returns for how many pictures."""
    checksum = written = 0
    for batch in batches:
        if not written:
            layers = [[layer, values.shape[1]] for layer, values in batch.items()]
            head = {"version": VERSION, "pictures": pictures, "layers": layers}
            stream.write(json.dumps(head).encode() + b"\n")
        packed = _packed(batch)
        checksum = zlib.crc32(packed.data, checksum)
        stream.write(packed.data)
        written += len(packed)
    stream.write(checksum.to_bytes(CHECKSUM_BYTES, "little"))
    return written


def _packed(batch: Mapping[str, Tensor]) -> NDArray[np.uint8]:
    """uint8 [B, bytes]: the bits of every layer, each filled up to whole bytes, side by side."""
    layers = [np.packbits(firing(values).cpu().numpy(), axis=1) for values in batch.values()]
    return np.concatenate(layers, axis=1)


def _row_bytes(widths: Mapping[str, int]) -> int:
    return sum(_bytes_of(width) for width in widths.values())


def _bytes_of(width: int) -> int:
    return -(-width // 8)
