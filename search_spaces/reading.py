"""Pydantic models from untrusted JSON: every problem named by its field, the value, and what was allowed."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from search_spaces.errors import FieldProblems

M = TypeVar("M", bound=BaseModel)
LONGEST = 80  # characters of a value in a sentence


def read(model: type[M], data: Mapping[str, Any], *, error: type[FieldProblems]) -> M:
    """The model, read strictly: a string is no number. Raises `error` with every (dotted field, sentence)."""
    try:
        text = json.dumps(data)
    except (TypeError, ValueError, RecursionError) as problem:
        raise error([(model.__name__, f"must be JSON: {problem}")]) from problem
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as problem:
        raise error([(_field(detail), _sentence(model, detail)) for detail in _details(problem)]) from problem


def wrong(field: str, sentence: str) -> PydanticCustomError:
    """What a validator of a whole model raises, so that the problem is told under the field it belongs to."""
    return PydanticCustomError("wrong_field", "{sentence}", {"field": field, "sentence": sentence})


def shown(value: Any) -> str:
    """The value as it was written, cut where nobody reads on."""
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def nearest(name: str, known: Sequence[str]) -> str:
    """`; did you mean ...?` where a known name is close, else `; known: ...`."""
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(known)}"


def _details(problem: ValidationError) -> list[ErrorDetails]:
    """All problems, but not the shortness of a list that only its wrong entries made short."""
    details = problem.errors(include_url=False)
    inside = {detail["loc"][:-1] for detail in details}
    return [detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in inside]


def _field(detail: ErrorDetails) -> str:
    parts = [str(part) for part in detail["loc"]]
    if detail["type"] == "wrong_field":
        parts.append(detail["ctx"]["field"])
    return ".".join(parts) or "document"


def _sentence(model: type[BaseModel], detail: ErrorDetails) -> str:
    location = detail["loc"]
    match detail["type"]:
        case "extra_forbidden":
            return "unknown field" + (nearest(str(location[0]), list(model.model_fields)) if len(location) == 1 else "")
        case "missing" | "wrong_field":
            return detail["msg"]
        case "too_short":
            return f"must have at least {detail['ctx']['min_length']} entries, got {shown(detail['input'])}"
        case "value_error":
            return detail["msg"].removeprefix("Value error, ")
        case _:
            return f"{detail['msg'].replace('Input should', 'must')}, got {shown(detail['input'])}"
