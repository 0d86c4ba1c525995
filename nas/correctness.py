"""Which pictures a trained network gets right, a bit per picture: the artifact `correct.json` of a trial.

A pass is one judgement of all pictures of a split in their order, under one condition (`top1`, `clean`, `blur_4`). The
file is a JSON object: the name of a pass -> `{"pictures": N, "correct": BASE64}`. Behind the base64 is a bit per
picture, the first one the highest of the first byte, filled up with zeros to whole bytes.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nas.artifacts import content_of
from nas.errors import ArtifactUnreachable, NasError
from nas.records import Artifact

ARTIFACT = "correct"
FILE = f"{ARTIFACT}.json"


class CorrectnessUnreadable(NasError):
    """What a trial got right cannot be read; str() says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Correct:
    """What was right in one pass over `pictures` pictures: as digits of that many, `bits` begins with the first one."""

    pictures: int
    bits: int

    @property
    def flags(self) -> list[bool]:
        """Whether each picture was right, in their order."""
        return [digit == "1" for digit in f"{self.bits:0{self.pictures}b}"] if self.pictures else []

    def right_alone(self, other: "Correct") -> int:
        """How many pictures were right here and wrong in the other pass over the same pictures."""
        return (self.bits & ~other.bits).bit_count()


def correct_of(flags: Iterable[bool]) -> Correct:
    """These flags, one per picture."""
    digits = "".join("1" if flag else "0" for flag in flags)
    return Correct(pictures=len(digits), bits=int(digits or "0", 2))


def write_correct(folder: Path, passes: Mapping[str, Sequence[bool]]) -> Path:
    """Writes what was right in every pass into the folder and returns the file."""
    stored = {name: _stored(correct_of(flags)) for name, flags in passes.items()}
    file = folder / FILE
    file.write_text(json.dumps(stored))
    return file


def read_correct(file: Path) -> dict[str, Correct]:
    """What `write_correct` was given, by pass. Raises `CorrectnessUnreadable`."""
    return parse_correct(_content(file), str(file))


def recorded_correct(artifact: Artifact) -> dict[str, Correct]:
    """What was right in every pass, from the very file that was recorded, wherever it is kept.

    Raises `CorrectnessUnreadable`, also for a file that is another one by now.
    """
    try:
        content = content_of(artifact)
    except ArtifactUnreachable as error:
        raise CorrectnessUnreadable(str(error)) from error
    return parse_correct(content, artifact.uri)


def parse_correct(content: bytes, name: str) -> dict[str, Correct]:
    """The passes of a file of this name and content. Raises `CorrectnessUnreadable`."""
    try:
        stored = json.loads(content)
    except ValueError as error:
        raise CorrectnessUnreadable(f"{name} must be JSON: {error}") from error
    if not isinstance(stored, dict):
        raise CorrectnessUnreadable(f"{name} must hold an object of passes, got {type(stored).__name__}")
    return {found: _parsed(value, f"{name}, pass {found}") for found, value in stored.items()}


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CorrectnessUnreadable(f"{file} cannot be read: {error.strerror}") from error


def _stored(correct: Correct) -> dict[str, Any]:
    size = _bytes(correct.pictures)
    filled = correct.bits << (8 * size - correct.pictures)
    return {"pictures": correct.pictures, "correct": base64.b64encode(filled.to_bytes(size, "big")).decode()}


def _parsed(value: object, where: str) -> Correct:
    """The pass as it was stored. Raises `CorrectnessUnreadable`."""
    pictures, text = (value.get("pictures"), value.get("correct")) if isinstance(value, dict) else (None, None)
    if type(pictures) is not int or pictures < 0 or not isinstance(text, str):
        raise CorrectnessUnreadable(f"{where}: must hold a number of pictures and base64, got {str(value)[:80]}")
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CorrectnessUnreadable(f"{where}: must be base64: {error}") from error
    if len(packed) != _bytes(pictures):
        sentence = f"must hold {_bytes(pictures)} bytes for {pictures} pictures, got {len(packed)}"
        raise CorrectnessUnreadable(f"{where}: {sentence}")
    return Correct(pictures=pictures, bits=int.from_bytes(packed, "big") >> (8 * len(packed) - pictures))


def _bytes(pictures: int) -> int:
    return -(-pictures // 8)
