"""What pydantic cannot see: whether the parts of a document fit the space, the task and one another.

Each check reads the document as it was given, and says nothing where the shape is wrong: that is told elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from nas.begin_with import TOP
from nas.network_checks import problems_of_network
from nas.problems import KIND, Problem
from nas.rewards import problems_of_reward
from nas.screening import DEFAULT_METRIC, SCORES, computed_scores
from nas.static_metrics import CLASSIFIERS, RESIZER_METRICS, STATIC_METRICS, kind_of
from nas.strategies.exhaustive import too_large
from nas.strategies.fixed import candidate_of
from nas.strategies.kinds import OURS as STRATEGY_KINDS
from nas.strategies.kinds import PYTHON as PYTHON_STRATEGY
from nas.strategies.kinds import STRATEGIES
from nas.tasks import classification, detection, quality, robustness
from nas.tasks.kinds import EVALUATORS, EvaluatorKind
from nas.tasks.kinds import OURS as TASK_KINDS
from nas.tasks.kinds import PYTHON as PYTHON_TASK
from nas.tasks.training import TrainingOptions
from nas.training_checks import TRAINING, problems_of_training
from search_spaces.errors import FieldProblems, InvalidOptions, SpaceError
from search_spaces.joint.architecture import Joint
from search_spaces.joint.fixed import FixedSpace
from search_spaces.joint.space import JointSpace
from search_spaces.reading import nearest, shown
from search_spaces.registry import space_from
from search_spaces.resizer.architecture import Resizer
from search_spaces.resizer.space import ResizerSpace
from search_spaces.space import Architecture, Space

BACKBONE, RESIZER, FINE_TUNING = "backbone", "resizer", "fine_tuning"
TRAINED = {TRAINING: ("training",)}


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskRules:
    """What a document may ask of a kind of task."""

    options: type[TrainingOptions] | None
    """Its options in the document, where it trains networks; None of an installed one, whatever it does."""
    metrics: tuple[str, ...]
    """What the task measures."""
    parts: Mapping[str, tuple[str, ...]] | None
    """The parts of an architecture it has a use for, by role, with the kinds each may have. A backbone is required, and
    any task of ours can be trained in other ways. None: it judges whatever there is."""
    static: tuple[str, ...] = STATIC_METRICS
    """What it knows before any training, without a resizer."""
    per_class: str | None = None
    """How the metrics of single classes begin; their names follow."""
    sides: tuple[int, int] | None = None
    """Bounds of what a resizer gives. Its sides are multiples of the field `output_multiple` of the task, too."""


TASKS: Mapping[str, TaskRules] = MappingProxyType(
    {
        "detection": TaskRules(
            options=detection.DetectionTask,
            metrics=detection.METRICS,
            per_class=detection.PER_CLASS,
            parts={BACKBONE: ("spinenet",), RESIZER: ("resizer",), **TRAINED},
            sides=detection.SIDES,
        ),
        "classification": TaskRules(
            options=classification.ClassificationTask,
            metrics=classification.METRICS,
            parts={BACKBONE: tuple(CLASSIFIERS), RESIZER: ("resizer",), **TRAINED},
        ),
        "quality": TaskRules(
            options=quality.QualityTask,
            metrics=quality.METRICS,
            parts={BACKBONE: tuple(CLASSIFIERS), RESIZER: ("resizer",), **TRAINED},
        ),
        "robustness": TaskRules(
            options=robustness.RobustnessTask,
            metrics=robustness.METRICS,
            per_class=robustness.PER_LAYER,
            parts={BACKBONE: tuple(CLASSIFIERS), FINE_TUNING: ("fine_tuning",), **TRAINED},
        ),
    }
)


def problems_between(data: Mapping[str, Any], given: Space[Any] | None = None) -> Iterator[Problem]:
    """Every problem that shows only when parts of the document are held beside one another or beside a registry.

    A space that is `given` stands in for the one the data names: then the rest, too, may be what only Python gives.
    """
    space, problems = (given, []) if given is not None else _space(data)
    yield from problems
    yield from _given_in_python(data) if given is None else ()
    yield from _metrics(data, space)
    yield from _screening(data, space)
    yield from _costs(data)
    yield from _lag(data)
    yield from problems_of_reward(_mapping(data.get("strategy")).get("reward"), data.get("objectives"))
    yield from _scheduler(data)
    yield from _first(data)
    if space is not None:
        yield from _parts(data, space)
        yield from _training(data, space)
        yield from _outputs(data, space)
        yield from _candidates(data, space)
        yield from _size(data, space)


def _space(data: Mapping[str, Any]) -> tuple[Space[Any] | None, list[Problem]]:
    options = data.get("space")
    if not isinstance(options, dict):
        return None, []
    try:
        return space_from(options), []
    except InvalidOptions as error:
        return None, [(f"space.{field}", sentence) for field, sentence in error.problems]


def _given_in_python(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Kinds that stand for what no document can hold."""
    parts = (("task", PYTHON_TASK, TASK_KINDS, EVALUATORS), ("strategy", PYTHON_STRATEGY, STRATEGY_KINDS, STRATEGIES))
    for part, python, ours, extensions in parts:
        if _mapping(data.get(part)).get(KIND) == python:
            known = ", ".join([*ours, *extensions.names()])
            yield f"{part}.{KIND}", f"must be one of {known}, got {python!r}"


def _task(data: Mapping[str, Any]) -> tuple[str, TaskRules | None]:
    """The kind of the task, and what it allows; None for a kind that is not known."""
    kind = _mapping(data.get("task")).get("kind", "detection")
    if not isinstance(kind, str):
        return "", None
    found = EVALUATORS.sound(kind) if kind not in TASKS else None
    return kind, TASKS.get(kind) if found is None else _installed(found)


def _installed(found: EvaluatorKind) -> TaskRules:
    """What a document may ask of an evaluator of an installed package."""
    parts = {BACKBONE: found.architectures} if found.architectures else None
    return TaskRules(options=None, metrics=found.metrics, parts=parts, static=tuple(found.static_metrics))


def _parts(data: Mapping[str, Any], space: Space[Any]) -> Iterator[Problem]:
    """Parts the task has no use for, and backbones it cannot build its network around."""
    kind, rules = _task(data)
    if rules is None or rules.parts is None:
        return
    parts = parts_of(space)
    for role, kinds in parts.items():
        field = f"space.parts.{role}" if isinstance(space, JointSpace) else "space"
        if role not in rules.parts:
            yield field, f"the task {kind} has no use for it; a part must be one of {', '.join(rules.parts)}"
            continue
        allowed = rules.parts[role]
        for found in (found for found in kinds if found not in allowed):
            yield f"{field}.kind", f"must be one of {', '.join(allowed)} for the task {kind}, got {shown(found)}"
    if BACKBONE not in parts:
        yield "space", f"must hold a backbone for the task {kind}, one of {', '.join(rules.parts[BACKBONE])}"


def _training(data: Mapping[str, Any], space: Space[Any]) -> Iterator[Problem]:
    """Options of the task that are chosen and cannot be, values it refuses, and what its networks have no use for."""
    rules = _task(data)[1]
    if rules is not None and rules.options is not None:
        yield from problems_of_training(space, _mapping(data.get("task")), rules.options)
        yield from problems_of_network(space, _mapping(data.get("task")), rules.options)


def _outputs(data: Mapping[str, Any], space: Space[Any]) -> Iterator[Problem]:
    """Sizes that a resizer gives and the task's network cannot be given."""
    kind, rules = _task(data)
    if rules is None or rules.sides is None or not isinstance(space, JointSpace):
        return
    low, high = rules.sides
    multiple = _mapping(data.get("task")).get("output_multiple", detection.LARGEST_STRIDE)
    for field, size in _output_sizes(space.parts.get(RESIZER)).items():
        got = f"for the task {kind}, got {size[0]} x {size[1]}"
        if not all(low <= side <= high for side in size):
            yield f"space.parts.{RESIZER}.{field}", f"must have sides in {low}..{high} {got}"
        elif isinstance(multiple, int) and multiple > 0 and any(side % multiple for side in size):
            sentence = f"must have sides that are multiples of task.output_multiple, {multiple}, {got}"
            yield f"space.parts.{RESIZER}.{field}", sentence


def _output_sizes(space: Space[Any] | None) -> dict[str, tuple[int, int]]:
    """The sizes a space of resizers gives, by their fields."""
    if isinstance(space, ResizerSpace):
        return {f"output_size.{index}": size for index, size in enumerate(space.options.output_size)}
    listed = space.architectures if isinstance(space, FixedSpace) else ()
    fields = ["architecture"] if len(listed) == 1 else [f"architectures.{index}" for index in range(len(listed))]
    return {
        f"{field}.output_size": one.output_size
        for field, one in zip(fields, listed, strict=True)
        if isinstance(one, Resizer)
    }


def parts_of(space: Space[Any]) -> dict[str, tuple[str, ...]]:
    """The kinds of architectures that a space holds for each role."""
    if isinstance(space, JointSpace):
        return {role: _kinds_held(held) for role, held in space.parts.items()}
    joints = [one for one in space.architectures if isinstance(one, Joint)] if isinstance(space, FixedSpace) else []
    if joints:
        return {role: _kinds(joint.parts[role] for joint in joints) for role in joints[0].parts}
    return {BACKBONE: _kinds_held(space)}


def _kinds_held(space: Space[Any]) -> tuple[str, ...]:
    return _kinds(space.architectures) if isinstance(space, FixedSpace) else (space.kind,)


def _kinds(architectures: Iterable[Architecture]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind_of(one) for one in architectures))


def _metrics(data: Mapping[str, Any], space: Space[Any] | None) -> Iterator[Problem]:
    """Metrics the task does not measure, and objectives named twice."""
    kind, rules = _task(data)
    if rules is None:
        return
    scores = _scores(data)
    known = (*rules.metrics, *_static(rules, space), *scores)
    objectives: set[str] = set()
    for part in ("objectives", "constraints"):
        for index, metric in _named_metrics(data.get(part)):
            field = f"{part}.{index}.metric"
            if metric not in known and not _per_class(metric, rules):
                yield field, _unknown_metric(metric, kind, rules, known)
            if part == "objectives" and metric in objectives:
                yield field, f"{metric} is an objective already"
            objectives.add(metric)


def _unknown_metric(metric: str, kind: str, rules: TaskRules, known: tuple[str, ...]) -> str:
    if metric in SCORES:
        return f"{metric} is known only where screening.scores or screening.metric names it"
    per_class = f"; per class: {rules.per_class}NAME" if rules.per_class else ""
    return f"unknown metric {shown(metric)} of the task {kind}{nearest(metric, known)}{per_class}"


def _scores(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The scores that screening computes."""
    screening = data.get("screening")
    if not isinstance(screening, dict):
        return ()
    return computed_scores(screening.get("metric", DEFAULT_METRIC), screening.get("scores"))


def _screening(data: Mapping[str, Any], space: Space[Any] | None) -> Iterator[Problem]:
    """A metric that is known only after training; a score as an objective, which companions would lack."""
    metric = _mapping(data.get("screening")).get("metric", DEFAULT_METRIC)
    kind, rules = _task(data)
    scored = SCORES if rules is None or rules.options is not None else ()
    if _scores(data) and not scored:
        yield "screening", f"the task {kind} builds no networks that could be scored: set metric to a static one"
    known = (*SCORES, *_static(rules, space))
    if isinstance(metric, str) and metric not in known:
        yield "screening.metric", f"must be known before training, one of {', '.join(known)}, got {shown(metric)}"
    scores = _scores(data) if _has_companions(data, space) else ()
    for index, metric in _named_metrics(data.get("objectives")):
        if metric in scores:
            sentence = f"{metric} is not computed for controls and more seeds: set comparison.top to 0"
            yield f"objectives.{index}.metric", sentence


def _static(rules: TaskRules | None, space: Space[Any] | None) -> tuple[str, ...]:
    """The metrics that are known before any training; of ours those of a resizer where there may be one."""
    if rules is not None and rules.options is None:
        return rules.static
    return (*STATIC_METRICS, *(RESIZER_METRICS if space is None or RESIZER in parts_of(space) else ()))


def _costs(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Costs that something goes by and the task does not know."""
    kind, rules = _task(data)
    check, comparison = _mapping(data.get("proxy_check")), _mapping(data.get("comparison"))
    wanted = {"proxy_check.cost": check.get("cost", "macs")} if check else {}
    wanted |= {"comparison.equal_macs": "macs"} if comparison.get("equal_macs") is True else {}
    for field, cost in wanted.items():
        if rules is not None and cost in STATIC_METRICS and cost not in rules.static:
            yield field, f"needs {cost}, which the task {kind} does not know before training"


def _has_companions(data: Mapping[str, Any], space: Space[Any] | None) -> bool:
    """Whether candidates are trained again beside their controls: where it is asked for, or the space has controls."""
    comparison = data.get("comparison")
    if isinstance(comparison, dict):
        return bool(comparison.get("top", 1) != 0)
    return space is not None and any(role in (RESIZER, FINE_TUNING) for role in parts_of(space))


def _named_metrics(entries: Any) -> Iterator[tuple[int, str]]:
    for index, entry in enumerate(entries if isinstance(entries, list | tuple) else ()):
        metric = _mapping(entry).get("metric")
        if isinstance(metric, str):
            yield index, metric


def _per_class(metric: str, rules: TaskRules) -> bool:
    start = rules.per_class
    return start is not None and metric.startswith(start) and len(metric) > len(start)


def _lag(data: Mapping[str, Any]) -> Iterator[Problem]:
    lag = _mapping(data.get("strategy")).get("lag")
    concurrent = _mapping(data.get("resources")).get("concurrent", 1)
    if isinstance(lag, int) and isinstance(concurrent, int) and 1 <= lag < concurrent:
        yield "strategy.lag", f"must be at least resources.concurrent, {concurrent}, or workers would wait; got {lag}"


def _scheduler(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Early stopping that could never stop anything."""
    task, scheduler = _mapping(data.get("task")), _mapping(data.get("scheduler"))
    first, epochs, every = scheduler.get("min_epochs", 1), task.get("epochs"), task.get("evaluate_every", 1)
    if not scheduler or not all(isinstance(number, int) for number in (first, epochs, every)):
        return
    if max(first, every) >= epochs:
        name, got = ("scheduler.min_epochs", first) if first >= epochs else ("task.evaluate_every", every)
        yield name, f"must be below task.epochs, {epochs}, or no trial is ever stopped early; got {got}"


def _candidates(data: Mapping[str, Any], space: Space[Any]) -> Iterator[Problem]:
    """Architectures the document lists: those of the fixed strategy, and those it begins with."""
    strategy, begun = _mapping(data.get("strategy")), _mapping(data.get("begin_with"))
    if strategy.get("kind") == "fixed":
        yield from _listed(strategy.get("candidates"), "strategy.candidates", space)
    yield from _listed(begun.get("candidates"), "begin_with.candidates", space)


def _listed(given: Any, listing: str, space: Space[Any]) -> Iterator[Problem]:
    """Candidates the space does not hold, and those named twice."""
    known: dict[str, int] = {}
    for index, candidate in enumerate(given if isinstance(given, list | tuple) else ()):
        field = f"{listing}.{index}"
        if not _shaped(candidate):
            continue
        try:
            draw = candidate_of(tuple(candidate) if isinstance(candidate, list) else candidate, space)
        except FieldProblems as error:
            yield from ((f"{field}.{part}", sentence) for part, sentence in error.problems)
            continue
        except SpaceError as error:
            yield field, str(error)
            continue
        first = known.setdefault(draw.architecture.architecture_id, index)
        if first != index:
            yield field, f"is the same architecture as {listing}.{first}"


def _first(data: Mapping[str, Any]) -> Iterator[Problem]:
    """More to begin with than the budget has."""
    begun, budget = _mapping(data.get("begin_with")), _mapping(data.get("budget")).get("trials")
    given, top = begun.get("candidates", ()), begun.get("top")
    if not isinstance(given, list | tuple) or not isinstance(budget, int):
        return
    best = TOP if top is None and begun.get("search") is not None else top
    listed = len(given) + (best if isinstance(best, int) else 0)
    if listed > budget:
        field = "begin_with.top" if len(given) <= budget else "begin_with.candidates"
        yield field, f"must leave at most budget.trials, {budget}, to be trained first, got {listed}"


def _size(data: Mapping[str, Any], space: Space[Any]) -> Iterator[Problem]:
    """A space too large to try every architecture of it."""
    problem = too_large(space) if _mapping(data.get("strategy")).get("kind") == "exhaustive" else None
    if problem is not None:
        yield "strategy.kind", problem


def _shaped(candidate: Any) -> bool:
    whole = isinstance(candidate, list | tuple) and all(isinstance(choice, int) for choice in candidate)
    return whole or isinstance(candidate, str | dict)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
