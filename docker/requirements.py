"""Prints what SpineSearch with the named extras depends on, one requirement a line, without SpineSearch itself.

    python docker/requirements.py pyproject.toml EXTRA ...

Images install that before the sources arrive, so that a change of ours does not install torch again.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

OURS = re.compile(r"spinesearch\[(?P<extras>[\w,-]+)\]")


def requirements(project: Mapping[str, Any], extras: Iterable[str]) -> list[str]:
    """The dependencies of the project and of its extras, an extra that names others with theirs."""
    found = dict.fromkeys(project["dependencies"])
    for extra in extras:
        found |= dict.fromkeys(_of_extra(project["optional-dependencies"], extra))
    return list(found)


def _of_extra(known: Mapping[str, list[str]], extra: str) -> Iterator[str]:
    if extra not in known:
        raise SystemExit(f"extra must be one of {', '.join(sorted(known))}, got {extra!r}")
    for requirement in known[extra]:
        ours = OURS.fullmatch(requirement)
        if ours is None:
            yield requirement
        for other in ours["extras"].split(",") if ours else ():
            yield from _of_extra(known, other)


def main(arguments: list[str]) -> None:
    """Prints the requirements of the file and the extras that the arguments name."""
    project = tomllib.loads(Path(arguments[0]).read_text(encoding="utf-8"))["project"]
    sys.stdout.write("".join(f"{each}\n" for each in requirements(project, arguments[1:])))


if __name__ == "__main__":
    main(sys.argv[1:])
