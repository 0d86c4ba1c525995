"""Whether a task takes the options that a space of trainings chooses for it, held beside each other in a document."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from nas.problems import KIND, Problem
from nas.tasks.overlay import laid_over, problem_of_option, problems_of_values
from nas.tasks.training import TrainingOptions
from search_spaces.grids import Grid
from search_spaces.joint.fixed import FixedSpace
from search_spaces.joint.space import JointSpace
from search_spaces.parts import part
from search_spaces.space import Space
from search_spaces.training.architecture import Training, Value
from search_spaces.training.options import TrainingChoice
from search_spaces.training.space import TrainingSpace

TRAINING = Training.role
MOST_SETTINGS = 8  # of other choices, that a choice is tried in
Values = dict[str, Value]
Choices = Mapping[str, TrainingChoice]
Tried = tuple[str, str, Values]
"""Where an option is chosen in the document, its name, and values to try it with."""


def problems_of_training(space: Space[Any], task: Mapping[str, Any], model: type[TrainingOptions]) -> Iterator[Problem]:
    """What can be chosen for no candidate of this kind of task, and what this task refuses.

    Of a range its ends are tried and the place next to its lower one, of a list every value: alone, with the answers
    under which it is asked, and with every kind of optimizer or schedule that may be chosen beside it.
    """
    base = _base(task, model)
    told: set[str] = set()
    for place, name, values in _tried(space):
        field = f"{place}.{name}"
        if field in told:
            continue
        problem = problem_of_option(name, model) or (base and _refused(base, name, values))
        if problem:
            told.add(field)
            yield field, problem


def _base(task: Mapping[str, Any], model: type[TrainingOptions]) -> TrainingOptions | None:
    """The task of the document; None where it is wrong itself, which is told elsewhere."""
    try:
        return model.model_validate_json(json.dumps(task), strict=True)
    except (TypeError, ValueError, RecursionError):  # pydantic's are ValueErrors
        return None


def _refused(task: TrainingOptions, name: str, values: Values) -> str | None:
    """Why the task refuses these values, where the option of this name is to blame."""
    for field, sentence in problems_of_values(task, values):
        if field == name:
            return _of_its_kind(task, name, values) if sentence.startswith("unknown field") else sentence
        if field not in values:
            return f"the task refuses {values[name]!r}: {field}: {sentence}"
    return None


def _of_its_kind(task: TrainingOptions, name: str, values: Values) -> str:
    """The sentence for an option that another kind of optimizer or schedule has."""
    above = name.rpartition(".")[0]
    kind = laid_over(task.model_dump(mode="json"), values)[above][KIND]
    return f"is no option where {above}.{KIND} is {kind}; name under `when` the kinds for which it is chosen"


def _tried(space: Space[Any]) -> Iterator[Tried]:
    """Everything to try, by where the document says it."""
    if isinstance(space, FixedSpace):
        yield from _of_fixed(space, "space", f"parts.{TRAINING}.values")
    held = space.parts.get(TRAINING) if isinstance(space, JointSpace) else None
    if isinstance(held, FixedSpace):
        yield from _of_fixed(held, f"space.parts.{TRAINING}", "values")
    if isinstance(held, TrainingSpace):
        choices = held.options.choices
        for name in choices:
            cases = (values for setting in _settings(choices, name) for values in _with_each(choices, name, setting))
            yield from ((f"space.parts.{TRAINING}.choices", name, values) for values in cases)


def _of_fixed(space: FixedSpace, place: str, below: str) -> Iterator[Tried]:
    for index, one in enumerate(space.architectures):
        field = "architecture" if len(space.architectures) == 1 else f"architectures.{index}"
        training = part(one, TRAINING)
        if isinstance(training, Training):
            yield from ((f"{place}.{field}.{below}", name, dict(training.values)) for name in training.values)


def _with_each(choices: Choices, name: str, setting: Values) -> Iterator[Values]:
    options = choices[name].options
    values: Sequence[Any] = (*options[:2], options[-1]) if isinstance(options, Grid) else options
    yield from ({**setting, name: value} for value in values)


def _settings(choices: Choices, name: str) -> Iterator[Values]:
    """Answers of other choices under which this one is asked, a few."""
    beside = [kind for kind in _kinds_beside(name) if kind in choices]
    asked = list(islice(_asked_under(choices, name), MOST_SETTINGS))
    return islice(chain(asked, *(_with_kinds(choices, kind, asked) for kind in beside)), MOST_SETTINGS)


def _asked_under(choices: Choices, name: str) -> Iterator[Values]:
    """The answers a choice depends on: all of the choice it names, the first of those that one depends on."""
    for other, values in choices[name].when.items():
        above = next(_asked_under(choices, other))
        yield from ({**above, other: value} for value in values)
    if not choices[name].when:
        yield {}


def _with_kinds(choices: Choices, kind: str, settings: Sequence[Values]) -> Iterator[Values]:
    """The settings that leave the kind open, with every kind there is."""
    for setting in settings:
        if kind not in setting:
            yield from ({**setting, **each} for each in _with_each(choices, kind, next(_asked_under(choices, kind))))


def _kinds_beside(name: str) -> Iterator[str]:
    """The names a kind of what an option belongs to may have: of optimizer.momentum, optimizer.kind."""
    parts = name.split(".")
    kinds = (".".join([*parts[:length], KIND]) for length in range(1, len(parts)))
    yield from (kind for kind in kinds if kind != name)
