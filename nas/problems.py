"""What is wrong with a document, said so that it can be mended: (dotted field, sentence) per problem."""

from collections.abc import Callable, Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from search_spaces.reading import nearest, shown

Problem = tuple[str, str]
KIND = "kind"
WHOLE = "document"  # what is told of no field in particular
BUILT_IN, INSTALLED = "built in", "installed"
"""The members of a union of what is ours and what packages bring (see nas.kinds), as pydantic names them in places."""


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Every problem of a document that is not a `model`, in the order of its fields.

    Left out: that a list is too short, when only its wrong entries made it so.
    """
    details = error.errors(include_url=False)
    inside = {
        detail["loc"][: len(detail["loc"]) - depth] for detail in details for depth in range(1, len(detail["loc"]))
    }
    return [
        _problem(detail, model) for detail in details if detail["type"] != "too_short" or detail["loc"] not in inside
    ]


def _problem(detail: ErrorDetails, model: type[BaseModel]) -> Problem:
    path, owner, choices = _walk(detail["loc"], model)
    if detail["type"] == "extra_forbidden":
        return ".".join(path), f"unknown field{nearest(path[-1], list(owner.model_fields))}"
    if detail["type"] == "wrong_field":
        named = [part for part in (detail["ctx"]["field"],) if part != WHOLE]
        return ".".join([*path, *named]) or WHOLE, detail["msg"]
    if detail["type"] == "union_tag_not_found":
        return ".".join([*path, KIND]), f"is required, one of {', '.join(filter(None, map(_kind, choices)))}"
    if detail["type"] == "union_tag_invalid":
        path = [*path, KIND]
    return ".".join(path) or WHOLE, _sentence(detail)


def _walk(
    location: tuple[int | str, ...], model: type[BaseModel]
) -> tuple[list[str], type[BaseModel], list[type[BaseModel]]]:
    """The names as the document has them, without the tags of unions; the model that owns the last one; what may stand
    there."""
    path: list[str] = []
    owner, choices = model, [model]
    for part in (part for part in location if part not in (BUILT_IN, INSTALLED)):
        tagged = [choice for choice in choices if len(choices) > 1 and _kind(choice) == part]
        if tagged:
            choices = tagged
        else:
            owner = choices[0] if choices else owner
            path.append(str(part))
            choices = _below(owner, part) if isinstance(part, str) else choices
    return path, owner, choices


def _kind(model: type[BaseModel]) -> str | None:
    """The kind a model is for; None for one that stands for any."""
    return str(model.model_fields[KIND].default) if KIND in model.model_fields else None


def _below(owner: type[BaseModel], name: str) -> list[type[BaseModel]]:
    """The models a field may hold."""
    return list(models_in(owner.model_fields[name].annotation)) if name in owner.model_fields else []


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models an annotation speaks of, through unions and sequences."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def _sentence(detail: ErrorDetails) -> str:
    """What was allowed, and the value."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return "is required"
    if kind == "json_invalid":
        return f"must hold only text, numbers, lists and mappings: {context['error']}"
    if kind == "union_tag_invalid":
        return f"must be one of {_listed(context['expected_tags'])}, got {shown(context['tag'])}"
    allowed = ALLOWED[kind](context) if kind in ALLOWED else detail["msg"].replace("Input should", "must")
    return f"{allowed}, got {shown(detail['input'])}"


def _listed(expected: str) -> str:
    """Pydantic's enumeration without quotes: random, evolution, fixed."""
    return expected.replace("'", "").replace(" or ", ", ")


ALLOWED: dict[str, Callable[[dict[str, Any]], str]] = {
    "greater_than_equal": lambda context: f"must be at least {context['ge']}",
    "greater_than": lambda context: f"must be more than {context['gt']}",
    "less_than_equal": lambda context: f"must be at most {context['le']}",
    "less_than": lambda context: f"must be less than {context['lt']}",
    "literal_error": lambda context: f"must be one of {_listed(context['expected'])}",
    "int_type": lambda context: "must be a whole number",
    "int_from_float": lambda context: "must be a whole number",
    "float_type": lambda context: "must be a number",
    "finite_number": lambda context: "must be a finite number",
    "bool_type": lambda context: "must be true or false",
    "string_type": lambda context: "must be text",
    "string_pattern_mismatch": lambda context: f"must match {context['pattern']}",
    "tuple_type": lambda context: "must be a list",
    "dict_type": lambda context: "must be a mapping of names to values",
    "model_type": lambda context: "must be a mapping of names to values",
    "model_attributes_type": lambda context: "must be a mapping of names to values",
    "too_short": lambda context: f"must have at least {context['min_length']} entries",
    "too_long": lambda context: f"must have at most {context['max_length']} entries",
}
