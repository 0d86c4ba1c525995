"""Exports that people asked for over REST: a note per trial and format below the home folder, beside it the archive.

REST writes what is wanted; whoever runs the searches has it carried out by a child process (`api.exporter`), which
loads what this process does not. Both see the home folder.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from api.ownership import Owner, is_dead, this_process
from nas.exporting import ExportFormat

EXPORTS, QUEUE = "exports", "queue"


class ExportState(StrEnum):
    """How far an export is."""

    ASKED = "asked"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which trial in which format; `judge`: its model is judged again on the way."""

    search_id: str
    number: int
    format: ExportFormat
    judge: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What is known of an export. `report` is the `metrics.json` in the archive."""

    wanted: Wanted
    state: ExportState = ExportState.ASKED
    reason: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    report: Mapping[str, Any] | None = None


class Exports:
    """Those below one home folder."""

    def __init__(self, home: Path) -> None:
        self._folder = home / EXPORTS

    def ask(self, wanted: Wanted) -> Note:
        """The note of what is wanted. It is carried out unless it has been, or is going to be; one that failed is tried
        again."""
        found = self.note(wanted)
        if found is not None and found.state is not ExportState.FAILED:
            return found
        asked = Note(wanted=wanted)
        self.write(asked)
        marker = self._marker(wanted)
        marker.parent.mkdir(parents=True, exist_ok=True)
        _replace(marker, {"wanted": asdict(wanted), "by": None})
        return asked

    def note(self, wanted: Wanted) -> Note | None:
        """What is known of it; None where nobody asked."""
        try:
            read = json.loads(self._file(wanted, "json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        state, known = ExportState(read.pop("state")), _wanted(read.pop("wanted"))
        return Note(wanted=known, state=state, **read)

    def archive(self, wanted: Wanted) -> Path:
        """Where its file lies once it is ready."""
        return self._file(wanted, "zip")

    def take(self) -> Wanted | None:
        """The one that waits longest, from now on this process's; None where none waits. What a process had taken that
        is dead, waits again."""
        markers = [(marker.stat().st_mtime_ns, marker) for marker in (self._folder / QUEUE).glob("*.json")]
        for _, marker in sorted(markers):
            wanted = self._taken(marker)
            if wanted is not None:
                return wanted
        return None

    def end(self, note: Note) -> None:
        """Writes how it ended."""
        self.write(note)
        self._marker(note.wanted).unlink(missing_ok=True)

    def fail(self, wanted: Wanted, reason: str) -> None:
        """Says why there is none."""
        self.end(replace(self.note(wanted) or Note(wanted=wanted), state=ExportState.FAILED, reason=reason))

    def write(self, note: Note) -> None:
        """Puts the note in its place in one step."""
        file = self._file(note.wanted, "json")
        file.parent.mkdir(parents=True, exist_ok=True)
        _replace(file, asdict(note))

    def _taken(self, marker: Path) -> Wanted | None:
        """What the marker names, if nobody who lives has taken it; of several who try it at once, one gets it."""
        mine = marker.with_suffix(f".{os.getpid()}.taking")
        try:
            read = json.loads(marker.read_text(encoding="utf-8"))
            owner = Owner.parse(read["by"]) if read["by"] else None
            if owner is not None and not is_dead(owner):
                return None
            marker.rename(mine)
        except FileNotFoundError:
            return None
        _replace(marker, {**read, "by": str(this_process())})
        mine.unlink()
        return _wanted(read["wanted"])

    def _file(self, wanted: Wanted, ending: str) -> Path:
        return self._folder / wanted.search_id / f"{wanted.number:05d}" / f"{wanted.format}.{ending}"

    def _marker(self, wanted: Wanted) -> Path:
        return self._folder / QUEUE / f"{wanted.search_id}-{wanted.number}-{wanted.format}.json"


def _wanted(read: Mapping[str, Any]) -> Wanted:
    return Wanted(**{**read, "format": ExportFormat(read["format"])})


def _replace(file: Path, content: Any) -> None:
    """Puts the content in its place in one step."""
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    partial.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    partial.replace(file)
