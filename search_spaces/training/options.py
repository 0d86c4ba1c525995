"""What a document says of a space of trainings: which options of the task are chosen, and from what."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from search_spaces.errors import SpaceError
from search_spaces.grids import Grid
from search_spaces.reading import nearest, shown, wrong
from search_spaces.training.architecture import EXACT, OptionValue, Value, option_problem

MOST_CHOICES = 50
MOST_VALUES = 100  # of a list
MOST_STEPS = 10_000  # of a range
RANGE = ("low", "high", "log", "step", "whole")
EVEN = 1e-9  # of a step: how far off the end of a range may be for its rounding


def _number(value: Any, validate: ValidatorFunctionWrapHandler) -> float:
    """A number, whole or not as it was written, in one sentence where pydantic has one for each type."""
    try:
        validated: float = validate(value)
    except ValidationError:
        raise ValueError(f"must be a number, got {shown(value)}") from None
    if isinstance(validated, bool) or abs(validated) > EXACT:
        raise ValueError(f"must be a number within -2^53 and 2^53, got {shown(value)}")
    return validated


Number = Annotated[int | float, WrapValidator(_number)]
Values = Annotated[tuple[OptionValue, ...], Field(min_length=1, max_length=MOST_VALUES)]


class TrainingChoice(BaseModel):
    """One choice: a list of values, or a range of numbers from `low` to `high`, both included. A list may stand for
    `{values: [...]}`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    values: Values | None = Field(None, description="the values, whatever they are; this, or `low` and `high`")
    low: Number | None = Field(None, description="lowest number")
    high: Number | None = Field(None, description="highest number")
    log: bool = Field(False, description="evenly on a logarithmic scale: 0.001 to 0.01 as much as 0.01 to 0.1")
    step: Number | None = Field(
        None,
        gt=0,
        description="low, low + step ... high; null: steps of 1 between whole numbers, else a fine grid",
    )
    whole: bool | None = Field(
        None, description="whole numbers only; null: where `low` and `high` are written without a decimal point"
    )
    when: dict[str, Values] = Field(
        default={},
        description="another choice and its values under which this one is asked; under others the option is not set",
    )

    @property
    def options(self) -> Grid | tuple[Value, ...]:
        """The numbers of a range, or the values of a list."""
        if self.low is None or self.high is None:
            return self.values or ()
        if self._whole():
            return Grid.whole(int(self.low), int(self.high), log=self.log, step=int(self.step or 1))
        if self.step is None:
            return Grid.real(self.low, self.high, log=self.log)
        return Grid.real(self.low, self.high, points=round((self.high - self.low) / self.step) + 1)

    @model_validator(mode="before")
    @classmethod
    def _list_or_mapping(cls, data: Any) -> Any:
        if isinstance(data, list | tuple):
            return {"values": tuple(data)}
        if not isinstance(data, dict):
            raise ValueError(f"must be a list of values, or a mapping with low and high, got {shown(data)}")
        for name in data:
            if name not in cls.model_fields:
                raise wrong(name, f"unknown field{nearest(name, list(cls.model_fields))}")
        return {name: _tuples(value) for name, value in data.items()}

    @model_validator(mode="after")
    def _list_or_range(self) -> Self:
        given = [name for name in RANGE if name in self.model_fields_set]
        if self.values is not None and given:
            raise wrong(given[0], "belongs to a range of numbers, and this choice lists its values")
        for name in ("low", "high") if self.values is None else ():
            if getattr(self, name) is None:
                raise wrong(name, "is required, or values in place of a range")
        if len(set(self.values or ())) < len(self.values or ()):
            raise wrong("values", f"must be distinct, got {', '.join(map(str, self.values or ()))}")
        return self

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if len(self.when) > 1:
            sentence = "must name one other choice, which may depend on another in its turn"
            raise wrong("when", f"{sentence}, got {', '.join(self.when)}")
        return self

    @model_validator(mode="after")
    def _sound_range(self) -> Self:
        if self.low is None or self.high is None:
            return self
        if self.low >= self.high:
            raise wrong("low", f"must be below high, {self.high:g}, got {self.low:g}")
        if self.log and self.low <= 0:
            raise wrong("low", f"must be above 0 on a logarithmic scale, got {self.low:g}")
        self._check_whole()
        self._check_step(self.high - self.low)
        try:
            _ = self.options
        except SpaceError as error:
            raise wrong("high", str(error)) from error
        return self

    def _whole(self) -> bool:
        written = all(isinstance(number, int) for number in (self.low, self.high, self.step) if number is not None)
        return written if self.whole is None else self.whole

    def _check_whole(self) -> None:
        for name in ("low", "high", "step") if self._whole() else ():
            number = getattr(self, name)
            if number is not None and number != int(number):
                raise wrong(name, f"must be a whole number where whole is true, got {number:g}")

    def _check_step(self, width: float) -> None:
        if self.step is None and not self._whole():
            return
        steps = width / (self.step or 1)
        if self.log and not self._whole():
            raise wrong("step", "belongs to a linear scale, or to whole numbers")
        if abs(steps - round(steps)) > EVEN * max(1, steps) or not round(steps):
            raise wrong("step", f"must go into high - low, {width:g}, without a remainder, got {self.step:g}")
        if steps > MOST_STEPS and not self.log:
            raise wrong("step", f"must leave at most {MOST_STEPS:,} steps, got {self.step or 1:g} in {width:g}")


class TrainingSpaceOptions(BaseModel):
    """Options of the task that are chosen for every candidate, beside its network. Nothing that a candidate is judged
    by, that all candidates share or that changes what a network costs can be chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["training"] = Field("training", description="how candidates are trained")
    choices: dict[str, TrainingChoice] = Field(
        min_length=1,
        max_length=MOST_CHOICES,
        description="dotted option of the task, as optimizer.learning_rate -> a list of values, or a range: low, high",
    )

    @property
    def order(self) -> tuple[str, ...]:
        """The names of the choices as they are asked: every one after the one it depends on, else alphabetically."""
        sorter = TopologicalSorter({name: choice.when for name, choice in self.choices.items()})
        sorter.prepare()
        order: list[str] = []
        while ready := sorted(sorter.get_ready()):
            order += ready
            sorter.done(*ready)
        return tuple(order)

    @model_validator(mode="after")
    def _named(self) -> Self:
        for name in self.choices:
            problem = option_problem(name)
            if problem:
                raise wrong(f"choices.{name}", problem)
        return self

    @model_validator(mode="after")
    def _conditions_can_be_met(self) -> Self:
        for name, choice in self.choices.items():
            for other, values in choice.when.items():
                problem = self._condition_problem(other, values)
                if problem:
                    raise wrong(f"choices.{name}.when.{other}", problem)
        return self

    @model_validator(mode="after")
    def _no_circles(self) -> Self:
        try:
            _ = self.order
        except CycleError as error:
            circle = error.args[1]
            raise wrong(f"choices.{circle[0]}.when", f"must not lead back to it: {' -> '.join(circle)}") from error
        return self

    def _condition_problem(self, other: str, values: tuple[Value, ...]) -> str | None:
        """Why the choice `other` can never have one of these values, None where it can."""
        if other not in self.choices:
            return f"unknown choice{nearest(other, list(self.choices))}"
        options = self.choices[other].options
        missing = [value for value in values if not holds(options, value)]
        return f"must hold values of that choice, got {shown(missing[0])}" if missing else None


def holds(options: Grid | tuple[Value, ...], value: Value) -> bool:
    """Whether this is one of the options, and of the same type: 1 is not true."""
    try:
        known = options[options.index(value)]
    except ValueError:
        return False
    return isinstance(known, bool) == isinstance(value, bool)


def _tuples(value: Any) -> Any:
    """Lists as tuples, for strict reading takes nothing else in their place."""
    if isinstance(value, Mapping):
        return {name: _tuples(each) for name, each in value.items()}
    return tuple(value) if isinstance(value, list) else value
