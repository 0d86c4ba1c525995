"""The base of every part of a search document."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError


class Options(BaseModel):
    """Frozen, unknown fields rejected, defaults validated, numbers finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)


def either(sentence: str) -> WrapValidator:
    """One sentence where pydantic has one per type a value may have. A genotype comes as a list from JSON."""

    def validated(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        try:
            return validate(tuple(value) if isinstance(value, list) else value)
        except ValidationError:
            raise PydanticCustomError("either", "{sentence}", {"sentence": sentence}) from None

    return WrapValidator(validated)
