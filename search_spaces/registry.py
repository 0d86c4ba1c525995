"""The spaces there are: by their kind, from options and for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from search_spaces.errors import FieldProblems, InvalidArchitecture, InvalidOptions
from search_spaces.genotypes import count
from search_spaces.reading import nearest, read
from search_spaces.space import Architecture, Space
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.options import SpineNetOptions
from search_spaces.spinenet.space import SpineNetSpace


@dataclass(frozen=True, kw_only=True, slots=True)
class SpaceKind:
    """One kind of space: what people read about it, its options, how it is made, and its architectures."""

    kind: str
    summary: str
    reference: str
    options: type[BaseModel]
    architecture: type[Architecture]
    make: Callable[[Any], Space[Any]]

    def describe(self, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """JSON for people and scripts: options with defaults and descriptions, their JSON schema, the exact count.

        `options` are the ones the count is for, by default those of the paper. Raises `InvalidOptions`.
        """
        space = space_from({"kind": self.kind, **(options or {})})
        return {
            "kind": self.kind,
            "summary": self.summary,
            "reference": self.reference,
            "count": count(space),
            "options": [_describe(name, schema) for name, schema in self._fields().items()],
            "schema": self.options.model_json_schema(),
        }

    def _fields(self) -> dict[str, dict[str, Any]]:
        properties: dict[str, dict[str, Any]] = self.options.model_json_schema()["properties"]
        return {name: schema for name, schema in properties.items() if name != "kind"}


def _describe(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "default": schema.get("default"), "description": schema.get("description", "")}


SPACES: dict[str, SpaceKind] = {
    "spinenet": SpaceKind(
        kind="spinenet",
        summary="Backbones with permuted feature scales, free connections across scales, and adjusted blocks",
        reference="Du et al., SpineNet: Learning Scale-Permuted Backbone for Recognition and Localization, CVPR 2020",
        options=SpineNetOptions,
        architecture=SpineNet,
        make=SpineNetSpace,
    ),
}


def space_from(options: Mapping[str, Any]) -> Space[Any]:
    """The space of a search document's `space`. Raises `InvalidOptions` naming every field that is wrong."""
    found = _kind_of(options, error=InvalidOptions)
    return found.make(read(found.options, options, error=InvalidOptions))


def architecture_from(data: Mapping[str, Any]) -> Architecture:
    """The architecture of its JSON, by its kind. Raises `InvalidArchitecture` naming every field that is wrong."""
    return _kind_of(data, error=InvalidArchitecture).architecture.load(data)


def _kind_of(data: Mapping[str, Any], *, error: type[FieldProblems]) -> SpaceKind:
    kind = data.get("kind")
    if kind is None:
        raise error([("kind", f"is missing; known: {', '.join(SPACES)}")])
    if not isinstance(kind, str) or kind not in SPACES:
        raise error([("kind", f"unknown kind {kind!r}{nearest(str(kind), list(SPACES))}")])
    return SPACES[kind]
