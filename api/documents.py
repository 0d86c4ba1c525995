"""What a search document may hold, for whoever writes one: its JSON schema with every kind of space, the metrics of
each task, documents to start from."""

import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.examples import DOCUMENT
from nas.checks import TASKS
from nas.data_sets import kind_of_data
from nas.document import SearchDocument
from nas.document_text import yaml_of
from nas.screening import SCORES
from nas.static_metrics import STATIC_METRICS
from search_spaces.errors import BrokenExtension
from search_spaces.registry import INSTALLED_SPACES, SPACES, SpaceKind

HERE = Path(__file__).resolve().parents[1] / "examples"  # of a checkout
SHARED = Path(sys.prefix) / "share" / "spinesearch" / "examples"  # where an installation puts them
GUIDE: dict[str, Any] = {
    "schema": {"type": "object"},
    "data": {"detection": "detection"},
    "metrics": {"detection": ["AP", "AP50"]},
}
WRITTEN_BY_US = ("proxy_part", "retrains", "data_set")  # no fields for people


class DocumentGuide(BaseModel):
    """What a document may hold."""

    model_config = ConfigDict(json_schema_extra={"examples": [GUIDE]})

    schema_: dict[str, Any] = Field(alias="schema", description="JSON schema; `space` lists every kind there is")
    data: dict[str, str] = Field(description="by kind of task, the kind of the registered data sets it takes")
    metrics: dict[str, list[str]] = Field(description="by kind of task, measured ones first; the rest is known before")


class ExampleView(BaseModel):
    """A document to start from."""

    name: str
    summary: str = Field(description="what it is about")
    text: str = Field(description="YAML")


class ExampleList(BaseModel):
    """Documents to start from."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": [{"name": "cells", "summary": "Blood cells", "text": "name: cells"}]}]
        }
    )

    items: list[ExampleView]


@lru_cache(maxsize=1)
def guide() -> DocumentGuide:
    """The guide for the kinds that this process knows."""
    schema = SearchDocument.model_json_schema()
    for name in WRITTEN_BY_US:
        del schema["properties"][name]
    spaces = {found.kind: _options(found) for found in _kinds()}
    for kind, options in spaces.items():
        schema["$defs"] |= options.pop("$defs", {}) | {f"space.{kind}": options}
    refs = {kind: f"#/$defs/space.{kind}" for kind in spaces}
    schema["$defs"]["space"] = {
        "oneOf": [{"$ref": ref} for ref in refs.values()],
        "discriminator": {"propertyName": "kind", "mapping": refs},
    }
    schema["properties"]["space"] = {"$ref": "#/$defs/space", "description": "what can be searched"}
    if "space.joint" in schema["$defs"]:
        schema["$defs"]["space.joint"]["properties"]["parts"]["additionalProperties"] = {"$ref": "#/$defs/space"}
    metrics = {kind: [*rules.metrics, *STATIC_METRICS, *SCORES] for kind, rules in TASKS.items()}
    return DocumentGuide(schema=schema, data={kind: kind_of_data(kind) for kind in TASKS}, metrics=metrics)


def examples() -> list[ExampleView]:
    """The documents that come with the program, by their names; that of the description where none do."""
    folder = next((each for each in (HERE, SHARED) if each.is_dir()), None)
    found = [_example(path) for path in sorted(folder.glob("*.yaml"))] if folder else []
    described = ExampleView(
        name=DOCUMENT["name"], summary="Blood cells, as the description shows", text=yaml_of(DOCUMENT)
    )
    return found or [described]


def _kinds() -> Iterator[SpaceKind]:
    yield from SPACES.values()
    yield from (kind for _, kind in INSTALLED_SPACES.each() if not isinstance(kind, BrokenExtension))


def _options(found: SpaceKind) -> dict[str, Any]:
    """The schema of a kind of space, the definitions in it named after the kind."""
    schema = found.options.model_json_schema(ref_template=f"#/$defs/{found.kind}.{{model}}")
    named = {f"{found.kind}.{name}": definition for name, definition in schema.pop("$defs", {}).items()}
    return {**schema, "description": found.summary, "$defs": named}


def _example(path: Path) -> ExampleView:
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0].removeprefix("#").strip()
    return ExampleView(name=path.stem.replace("_", "-"), summary=first, text=text)
