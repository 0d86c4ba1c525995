"""What a search document says about checking its proxy task. The search itself passes it over."""

import re
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from nas.tasks.options import Options
from search_spaces.reading import shown, wrong

FULL = "full"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
Changes = dict[str, Any]
"""Options of the task by their dotted names, with the values that take the place of the document's."""


class ProxyPart(Options):
    """Which training of a check a stored search is. Written by the check."""

    check: str = Field(description="name of the document whose proxy is checked")
    setting: str = Field(description="name of the setting, or `full`")
    changes: Changes = Field(description="what it changes in the task of the document")


class ProxyCheck(Options):
    """Whether results of a cheap task say how the same architectures do on the full one; see `nas check-proxy`."""

    architectures: int = Field(8, ge=4, le=500, description="architectures compared, drawn across the range of cost")
    seeds: int = Field(3, ge=2, le=100, description="trainings of each architecture under each setting")
    full_seeds: int = Field(1, ge=1, le=100, description="trainings of each architecture on the full task")
    cost: Literal["macs", "params"] = Field("macs", description="what architectures are spread over evenly")
    pool: int = Field(200, ge=4, le=100_000, description="feasible draws that the architectures are taken from")
    settings: dict[str, Changes] = Field(
        {"proxy": {}},
        min_length=1,
        description="proxies compared, by name: options of the task by dotted names, as `epochs: 6`, that take the "
        "place of the document's; `{}`: the task as it is",
    )
    full: Changes = Field(description="the same for the full, or fuller, task that the proxies stand for")

    @model_validator(mode="after")
    def _named(self) -> Self:
        for name in self.settings:
            if name == FULL:
                raise wrong("settings", f"must not hold {FULL!r}: so the full task is called")
            if not NAME.fullmatch(name):
                allowed = "up to 40 letters, digits, dots and dashes"
                raise wrong("settings", f"must have names of {allowed}, got {shown(name)}")
        if self.pool < self.architectures:
            raise wrong("pool", f"must be at least architectures, {self.architectures}, got {self.pool}")
        return self
