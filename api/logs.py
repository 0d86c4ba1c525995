"""The log: lines for people, or one JSON object a line for whoever collects them, with search and trial.

Whoever logs something about a search or a trial says so by `extra=about(search=..., trial=...)` from
`nas.log_subjects`; a process that runs one search says it once, to `begin_logging`.
"""

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from nas.log_subjects import ABOUT


class LogFormat(StrEnum):
    """How lines are written."""

    TEXT = "text"
    JSON = "json"


def begin_logging(form: LogFormat, *, quiet: bool = False, **always: str) -> None:
    """Sends the log to the standard error, or for people to the console, of this process.

    `always`: what every line of this process is about. `quiet`: of lines for people only warnings, as of a process
    whose news others tell.
    """
    logging.basicConfig(format="%(message)s", handlers=[_handler(form, always)])
    as_people = form is LogFormat.TEXT and quiet
    for room in ("api", "nas", "workers"):
        logging.getLogger(room).setLevel(logging.WARNING if as_people else logging.INFO)
    if form is LogFormat.JSON:
        logging.captureWarnings(True)
        sys.excepthook = _log_crash


def complain(sentence: str) -> None:
    """Tells what ends this process: as a line of the log where that is JSON, else for people."""
    if any(isinstance(handler.formatter, JsonLines) for handler in logging.getLogger().handlers):
        logging.getLogger("api").error("%s", sentence)
    else:
        sys.stderr.write(f"nas: {sentence}\n")


class JsonLines(logging.Formatter):
    """One JSON object a line: `time` (UTC), `level`, `logger`, `message`, what it is about, and `exception`."""

    def __init__(self, always: Mapping[str, str]) -> None:
        super().__init__()
        self._always = dict(always)

    def format(self, record: logging.LogRecord) -> str:
        """The line, in ASCII."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self._always,
            **getattr(record, ABOUT, {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def _handler(form: LogFormat, always: Mapping[str, str]) -> logging.Handler:
    match form:
        case LogFormat.TEXT:
            from rich.logging import RichHandler

            return RichHandler(show_path=False)
        case LogFormat.JSON:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(JsonLines(always))
            return handler


def _log_crash(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """What nothing caught, as a line of the log."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("api").critical("%s: %s", kind.__name__, error, exc_info=(kind, error, trace))
