"""The task a candidate is trained by: the document's, with the options over it that the candidate's training names.

Chosen may be what acts in the training of that candidate alone. What all candidates have in common is the document's:
the pictures, how they are judged, what is trained once for all of them, the cost of a network.
"""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from nas.errors import DocumentError
from nas.problems import KIND, Problem, models_in, problems_of
from nas.tasks.training import TrainingOptions
from search_spaces.reading import nearest
from search_spaces.training.architecture import Training, Value

T = TypeVar("T", bound=TrainingOptions)

FIDELITY = "it is the fidelity of all trials"
JUDGED = "all candidates are judged by it"
PICTURES = "it says which pictures all candidates are given"
SHARED = "it is trained once for all candidates"
TEACHER = "student and teacher have it in common"
COST = "it changes what a network costs"
SPEED = "it changes nothing but the speed"
PART = "it is a part of its own"

KEPT: Mapping[str, str] = MappingProxyType(
    {
        "epochs": FIDELITY,
        **dict.fromkeys(("kind", "evaluate_every", "precision", "suppression", "evaluation_seed"), JUDGED),
        **dict.fromkeys(("data", "image_size", "fit", "crop_fraction", "interpolation", "antialias"), PICTURES),
        **dict.fromkeys(("clip", "rounding", "order", "blur_border", "output_multiple"), PICTURES),
        **dict.fromkeys(("warm_start", "teacher"), SHARED),
        **dict.fromkeys(("head.filters", "head.convs", "anchors.scales"), COST),
        **dict.fromkeys(("loader_threads", "evaluation_batch_size", "targets"), SPEED),
        "fine_tuning": PART,
    }
)
"""Options of any task that cannot be chosen, alone or with all that stands below them, and why."""
KEPT_BY: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "classification": {"loss": JUDGED},
        "robustness": {
            "loss": JUDGED,
            **dict.fromkeys(("activation", "batch_norm", "dropout", "stochastic_depth", "zero_last_gamma"), TEACHER),
        },
    }
)
"""More of them, by the kind of the task."""


def with_training(task: T, training: Training | None) -> T:
    """The task with the options that the training names in place of its own; without one the task itself.

    Where another kind of optimizer or schedule is named, what is not named stands at the defaults of that kind. Raises
    `DocumentError` naming the options that the task refuses.
    """
    if training is None:
        return task
    laid = laid_over(task.model_dump(mode="json"), training.values)
    try:
        return type(task).model_validate_json(json.dumps(laid), strict=True)
    except ValidationError as error:
        raise DocumentError(problems_of(error, type(task))) from error


def laid_over(options: Mapping[str, Any], values: Mapping[str, Value]) -> dict[str, Any]:
    """The options of a task with values by their dotted names in place, kinds first."""
    laid = dict(options)
    for name in sorted(values, key=lambda name: (name.split(".")[-1] != KIND, name)):
        laid = _set(laid, name.split("."), values[name])
    return laid


def problems_of_values(task: TrainingOptions, values: Mapping[str, Value]) -> list[Problem]:
    """What the task refuses of these values; dotted option of the task and sentence."""
    try:
        with_training(task, Training(values=values))
    except DocumentError as error:
        return error.problems
    return []


def problem_of_option(name: str, model: type[TrainingOptions]) -> str | None:
    """Why an option of this name cannot be chosen for this kind of task, None where it can."""
    kind = str(model.model_fields[KIND].default)
    parts = name.split(".")
    above = [".".join(parts[: length + 1]) for length in range(len(parts))]
    kept = [reason for each in above if (reason := _kept(kind).get(each))]
    if kept:
        return f"cannot be chosen: {kept[0]}"
    options = dict(_options(model))
    if name not in options:
        return f"unknown option of the task {kind}{nearest(name, choosable(model))}"
    return None if options[name] else "cannot be chosen: it holds several values"


def choosable(model: type[TrainingOptions]) -> list[str]:
    """The dotted names of the options that can be chosen for this kind of task."""
    kept = _kept(str(model.model_fields[KIND].default))
    return [
        name
        for name, single in dict(_options(model)).items()
        if single and not any(name == each or name.startswith(f"{each}.") for each in kept)
    ]


def _kept(kind: str) -> Mapping[str, str]:
    return {**KEPT, **KEPT_BY.get(kind, {})}


def _set(options: Mapping[str, Any], path: list[str], value: Value) -> dict[str, Any]:
    name, *below = path
    if below:
        inner = options.get(name)
        return {**options, name: _set(inner if isinstance(inner, Mapping) else {}, below, value)}
    if name == KIND and options.get(KIND) != value:
        return {KIND: value}
    return {**options, name: value}


def _options(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, bool]]:
    """The dotted names of all options of a model, and whether each is a single value."""
    for name, field in model.model_fields.items():
        models = list(models_in(field.annotation))
        for inner in models:
            yield from _options(inner, f"{above}{name}.")
        if not models:
            yield f"{above}{name}", _single(field.annotation)


def _single(annotation: Any) -> bool:
    """Whether what is annotated may be one number, text, true or false."""
    if annotation in (bool, int, float, str) or get_origin(annotation) is Literal:
        return True
    inner = () if get_origin(annotation) in (tuple, dict, list) else get_args(annotation)
    return any(_single(each) for each in inner)
