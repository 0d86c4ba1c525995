"""Writes docs/document.md from the schema of the search document, so that the page cannot fall behind the code."""

import types
import typing
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic.fields import FieldInfo

from nas.document import SearchDocument
from nas.problems import INSTALLED
from search_spaces.registry import SPACES

PAGE = Path(__file__).parent / "document.md"
HEAD = """# The search document

Written by `make docs` from the code; every field, its type, its default. Unknown fields are rejected. YAML or JSON;
paths are relative to the document's own folder. [examples/blood_cells.yaml](../examples/blood_cells.yaml) is a
complete one.
"""


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page())


def page() -> str:
    """The whole page as Markdown."""
    document = section("the document", SearchDocument, set())
    spaces = [line for kind in SPACES.values() for line in section(f"space, kind {kind.kind}", kind.options, set())]
    return "\n".join([HEAD, *document, *spaces]).rstrip() + "\n"


def section(title: str, model: type[BaseModel], written: set[type[BaseModel]]) -> list[str]:
    """A heading, the model's first line, a table of its fields, then the sections of its parts."""
    written.add(model)
    first_paragraph = " ".join((model.__doc__ or "").strip().split("\n\n")[0].split())
    lines = [f"## {title}", "", first_paragraph, "", "| field | type | default | meaning |", "|---|---|---|---|"]
    lines += [row(name, field) for name, field in model.model_fields.items()] + [""]
    for name, field in model.model_fields.items():
        for part in models_in(field.annotation):
            if part not in written:
                lines += section(f"{name}{variant(part)}", part, written)
    return lines


def row(name: str, field: FieldInfo) -> str:
    """One field as a row of the table."""
    default = "required" if field.is_required() else shown_default(field.get_default(call_default_factory=True))
    return f"| `{name}` | {shown_type(field.annotation)} | {default} | {field.description or ''} |"


def shown_default(value: Any) -> str:
    """A default as a person would write it in YAML."""
    if isinstance(value, BaseModel):
        return "see below"
    if isinstance(value, tuple):
        return f"`[{', '.join('null' if each is None else str(each) for each in value)}]`"
    return f"`{'null' if value is None else str(value).lower() if isinstance(value, bool) else value}`"


def shown_type(annotation: Any) -> str:
    """A type in words."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if is_installed(annotation):
        return "the options of an installed package (see [extending.md](extending.md))"
    if origin is Annotated:
        return shown_type(inner[0])
    if origin in (Union, types.UnionType):
        return " or ".join(shown_type(part) for part in inner)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin is tuple:
        parts = [part for part in inner if part is not Ellipsis]
        return f"list of {shown_type(parts[0])}" if Ellipsis in inner else f"[{', '.join(map(shown_type, parts))}]"
    if origin is dict:
        return "mapping"
    if annotation is type(None):
        return "null"
    return {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}.get(
        getattr(annotation, "__name__", ""), str(getattr(annotation, "__name__", annotation))
    )


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models a field's type mentions, in order."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if is_installed(annotation):
        return []
    return [model for part in typing.get_args(annotation) for model in models_in(part)]


def is_installed(annotation: Any) -> bool:
    """Whether it stands for what installed packages bring."""
    return any(isinstance(each, Tag) and each.tag == INSTALLED for each in getattr(annotation, "__metadata__", ()))


def variant(model: type[BaseModel]) -> str:
    """What tells one of several models of a field apart: its kind."""
    kind = model.model_fields.get("kind")
    return f", kind {kind.default}" if kind is not None else ""


if __name__ == "__main__":
    main()
