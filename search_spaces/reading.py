"""Pydantic models from untrusted JSON: every problem named by its field, the value, and what was allowed."""

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from search_spaces.errors import FieldProblems

M = TypeVar("M", bound=BaseModel)


def read(model: type[M], data: Mapping[str, Any], *, error: type[FieldProblems]) -> M:
    """The model, read strictly: a string is no number. Raises `error` with every (dotted field, sentence)."""
    try:
        text = json.dumps(data)
    except (TypeError, ValueError) as problem:
        raise error([(model.__name__, f"must be JSON: {problem}")]) from problem
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as problem:
        details = problem.errors(include_url=False, include_context=False)
        raise error([(_field(detail), _sentence(model, detail)) for detail in details]) from problem


def nearest(name: str, known: list[str]) -> str:
    """`; did you mean ...?` where a known name is close, else `; known: ...`."""
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(known)}"


def _field(detail: ErrorDetails) -> str:
    return ".".join(str(part) for part in detail["loc"]) or "document"


def _sentence(model: type[BaseModel], detail: ErrorDetails) -> str:
    location = detail["loc"]
    if detail["type"] == "extra_forbidden":
        return "unknown field" + (nearest(str(location[0]), list(model.model_fields)) if len(location) == 1 else "")
    if detail["type"] == "value_error":
        return detail["msg"].removeprefix("Value error, ")
    message = detail["msg"].replace("Input should be", "must be")
    return message if detail["type"] == "missing" else f"{message}, got {detail['input']!r}"
