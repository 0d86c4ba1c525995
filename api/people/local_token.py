"""The admin token of a machine: the service keeps it in its home folder, where only its user reads it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from api.people.records import Role, Token, TokenKind

if TYPE_CHECKING:  # who only reads the token needs no database
    from api.people.tokens import Tokens

NAME = "local"


def keep_local_token(tokens: "Tokens", home: Path) -> tuple[Token, bool]:
    """The token whose text stands in the home folder, and whether it is a new one: there was none that is good."""
    if found := _kept(tokens, home):
        return found, False
    with _alone(home):  # services that share the folder may start at the same moment
        if found := _kept(tokens, home):
            return found, False
        issued = tokens.issue(NAME, Role.ADMIN)
        _write(_file(home), issued.text)
        return issued.token, True


def local_token(home: Path) -> str | None:
    """The text in the home folder; None where there is none, or it is another user's."""
    try:
        return _file(home).read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def _kept(tokens: "Tokens", home: Path) -> Token | None:
    text = local_token(home)
    return None if text is None else tokens.valid(text, TokenKind.TOKEN)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One process at a time is inside."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "token.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _file(home: Path) -> Path:
    return home / "token"


def _write(path: Path, text: str) -> None:
    """Writes the file whole, for this user alone, whatever was there."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        draft.unlink()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text + "\n")
    draft.replace(path)
