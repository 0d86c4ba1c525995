"""How a candidate is trained, as a frozen value: options of its task that take the place of the document's."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from search_spaces.reading import shown, wrong
from search_spaces.space import Architecture

Value = bool | int | float | str
"""What an option can be set to."""

EXACT = 2**53  # up to here every whole number is a floating-point number of its own
LONGEST = 200  # characters of a name and of a text
OPTION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


def canonical(value: Value) -> Value:
    """The value as it is held: a whole number without a decimal point, so that equal numbers read the same in JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT else value


def _told(value: Any, validate: ValidatorFunctionWrapHandler) -> Value:
    """One sentence where pydantic has one for each type."""
    try:
        validated: Value = validate(value)
    except ValidationError:
        raise ValueError(f"must be a number, a text, true or false, got {shown(value)}") from None
    if isinstance(validated, int) and abs(validated) > EXACT:
        raise ValueError(f"must be within -2^53 and 2^53 as a whole number, got {shown(value)}")
    return canonical(validated)


def option_problem(name: str) -> str | None:
    """Why this can be the name of no option, None where it can."""
    if len(name) <= LONGEST and OPTION.fullmatch(name):
        return None
    return f"must be the dotted name of an option, as optimizer.learning_rate, got {shown(name)}"


def _named(values: Mapping[str, Value]) -> Mapping[str, Value]:
    for name in values:
        problem = option_problem(name)
        if problem:
            raise wrong(name, problem)
    return dict(sorted(values.items()))


Text = Annotated[str, Field(min_length=1, max_length=LONGEST)]
OptionValue = Annotated[bool | int | float | Text, WrapValidator(_told)]


class Training(Architecture):
    """Options of the task by their dotted names, in alphabetical order. Those that it does not name stay as they are in
    the document; where it names another kind of optimizer or schedule, they stand at the defaults of that kind."""

    role: ClassVar[str] = "training"

    kind: Literal["training"] = Field("training", description="how a candidate is trained")
    values: Annotated[Mapping[str, OptionValue], AfterValidator(_named)] = Field(
        min_length=1, description="dotted option of the task -> its value"
    )

    def __eq__(self, other: object) -> bool:  # 1 equals True, and the ids differ
        return isinstance(other, Training) and self.canonical_json() == other.canonical_json()

    def __hash__(self) -> int:
        return hash(self.canonical_json())
