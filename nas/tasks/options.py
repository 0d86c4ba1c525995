"""The base of every part of a search document, and of every task."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from nas.tasks import paths


class Options(BaseModel):
    """Frozen, unknown fields rejected, defaults validated, numbers finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)


class TaskOptions(Options):
    """What every task says: how much of it a whole trial receives, and where its files are."""

    epochs: int = Field(1, ge=1, description="the fidelity of a whole trial")

    def resolved(self, base: Path) -> Self:
        """The same task, relative paths of its data taken from `base`."""
        return paths.resolved(self, base)

    def missing_paths(self) -> Iterator[tuple[str, str]]:
        """Dotted field and sentence for every file and folder of the task that is not there."""
        return paths.missing(self)


def either(sentence: str) -> WrapValidator:
    """One sentence where pydantic has one per type a value may have. A genotype comes as a list from JSON."""

    def validated(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        try:
            return validate(tuple(value) if isinstance(value, list) else value)
        except ValidationError:
            raise PydanticCustomError("either", "{sentence}", {"sentence": sentence}) from None

    return WrapValidator(validated)
