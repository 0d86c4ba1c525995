"""What a line of the log is about, for whoever collects lines by search and trial."""

from typing import Any

ABOUT = "about"  # the attribute of a log record that holds it


def about(**fields: str | int | None) -> dict[str, Any]:
    """The `extra` of a line about these: the id of the `search`, the number of the `trial`, the kind of an `event`."""
    return {ABOUT: {name: value for name, value in fields.items() if value is not None}}
