"""A part of a document that is of one of several kinds: one of ours, or one that an installed package brings.

Pydantic tells ours apart by itself; a mapping with any other kind is read by the model its package brings.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, Discriminator, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import InitErrorDetails

from nas.errors import DocumentError
from nas.problems import BUILT_IN, INSTALLED, KIND, Problem, models_in, problems_of
from search_spaces.errors import BrokenExtension
from search_spaces.extensions import Extensions, Kind
from search_spaces.reading import shown, wrong

K = TypeVar("K", bound=Kind)


def kinds_in(ours: Any) -> tuple[str, ...]:
    """The kinds of the models in a union, in its order."""
    return tuple(str(model.model_fields[KIND].default) for model in models_in(ours))


def told_apart(ours: Sequence[str]) -> Discriminator:
    """Which member of a union `Ours | Installed` a value is for, by its kind; what is no mapping is left to ours."""

    def tag(value: Any) -> str:
        kind = value.get(KIND) if isinstance(value, Mapping) else getattr(value, KIND, None)
        return INSTALLED if isinstance(value, Mapping | BaseModel) and kind not in ours else BUILT_IN

    return Discriminator(tag)


def installed(extensions: Extensions[Any], *, ours: Sequence[str], python: type[BaseModel]) -> WrapValidator:
    """Reads a mapping by the model of its kind: that of an installed package, or `python`, which only Python gives.

    `ours` are the kinds told beside the installed ones when there is no such kind.
    """

    def validated(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        if isinstance(value, BaseModel):
            return validate(value)
        kind = value.get(KIND)
        model = python if kind == python.model_fields[KIND].default else _model(kind, extensions, ours)
        try:
            return model.model_validate_json(json.dumps(value), strict=True)
        except ValidationError as error:
            raise _told(problems_of(error, model)) from None

    return WrapValidator(validated)


def kind_named(extensions: Extensions[K], kind: Any, *, part: str) -> K:
    """The installed kind that this part of a document, which was read before, names. Raises `DocumentError`: it may
    have been read by another process, or hold what only Python gives."""
    try:
        found = extensions.find(kind)
    except BrokenExtension as error:
        raise DocumentError([(f"{part}.{KIND}", f"{kind!r} {error}")]) from error
    if found is None:
        sentence = f"must be an installed kind, got {kind!r}; a search of what was given in Python goes on only there"
        raise DocumentError([(f"{part}.{KIND}", sentence)])
    return found


def _model(kind: Any, extensions: Extensions[Any], ours: Sequence[str]) -> type[BaseModel]:
    """The model of an installed kind. Raises a `ValidationError` that says why there is none."""
    try:
        found = extensions.find(kind)
    except BrokenExtension as error:
        raise _told([(KIND, f"{kind!r} {error}")]) from None
    if found is not None:
        model: type[BaseModel] = found.options
        return model
    known = ", ".join([*ours, *extensions.names()])
    sentence = f"is required, one of {known}" if kind is None else f"must be one of {known}, got {shown(kind)}"
    raise _told([(KIND, sentence)])


def _told(problems: Sequence[Problem]) -> ValidationError:
    """Problems that were put in sentences already, as what pydantic raises."""
    details = [InitErrorDetails(type=wrong(field, sentence), input=None) for field, sentence in problems]
    return ValidationError.from_exception_data("options", details)
