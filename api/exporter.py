"""Has exports carried out, one at a time, each by a child process, beside the searches of a supervisor."""

import hashlib
import logging
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from api.exports import Exports, ExportState, Note, Wanted
from nas.errors import NasError
from nas.exporting import ExportFormat, ExportOrder, order_of
from nas.ports import Storage
from search_spaces.errors import SpaceError

log = logging.getLogger(__name__)
Child = subprocess.Popen[str]


class Write(Protocol):
    """Writes a trial into a folder and returns what was measured of it."""

    def __call__(self, order: ExportOrder, folder: Path, *, form: ExportFormat, judge: bool) -> Mapping[str, Any]: ...


@dataclass(slots=True)
class Exporter:
    """Starts the child of one export after the other. `step` is one look."""

    exports: Exports
    spawn: Callable[[Sequence[str]], Child]
    wanted: Wanted | None = None
    child: Child | None = None

    def step(self) -> None:
        """Takes note of a child that ended, then starts the next."""
        if self.child is not None and self.child.poll() is not None:
            self._ended(self.child)
        if self.child is None:
            self._start()

    def _start(self) -> None:
        self.wanted = self.exports.take()
        if self.wanted is None:
            return
        log.info("trial %s of search %s is exported", self.wanted.number, self.wanted.search_id)
        judge = "--judge" if self.wanted.judge else "--no-judge"
        self.child = self.spawn(
            ["export-asked", self.wanted.search_id, str(self.wanted.number), self.wanted.format, judge]
        )

    def _ended(self, child: Child) -> None:
        """A child that died without a word has failed, too."""
        wanted, self.child, self.wanted = self.wanted, None, None
        assert wanted is not None, "every child exports something"
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        note = self.exports.note(wanted)
        if note is not None and note.state is ExportState.ASKED:
            self.exports.fail(wanted, f"its process ended ({child.returncode}); the log of the service may say why")


def carry_out(storage: Storage, exports: Exports, wanted: Wanted, *, home: Path, write: Write) -> None:
    """Makes the archive that was asked for, and writes down that it is ready, or why it is not; `write` puts the trial
    into a folder."""
    archive = exports.archive(wanted)
    try:
        search = storage.search(wanted.search_id)
        order = order_of(search, storage.trial(search.id, wanted.number), home=home)
        with TemporaryDirectory(dir=archive.parent, prefix="export-") as folder:
            report = write(order, Path(folder), form=wanted.format, judge=wanted.judge)
            partial = shutil.make_archive(str(archive.with_suffix("")) + ".partial", "zip", folder)
        Path(partial).replace(archive)
    except (NasError, SpaceError) as error:
        exports.fail(wanted, str(error))
        return
    content = archive.read_bytes()
    exports.end(
        Note(
            wanted=wanted,
            state=ExportState.READY,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            report=report,
        )
    )
