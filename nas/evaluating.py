"""Judges candidates without the networks of `workers`: by evaluators of installed packages, and by plain functions."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from numbers import Real
from pkgutil import resolve_name
from typing import Any

from nas.clock import Clock
from nas.errors import TrialFailure
from nas.kinds import kind_named
from nas.ports import Evaluator
from nas.problems import KIND
from nas.records import Assignment, FailureKind, Measurement
from nas.tasks.kinds import EVALUATORS
from nas.tasks.options import TaskOptions
from search_spaces.reading import shown
from search_spaces.registry import architecture_from
from search_spaces.space import Architecture

Judgement = float | Mapping[str, float]
"""What a function says of an architecture: a number, or metrics by their names."""
ALLOWED = "a number, a mapping of metrics to numbers, or an iterator that yields those"


def evaluate(assignment: Assignment) -> Iterator[Measurement]:
    """Judges a candidate by the evaluator that an installed package brings for the kind of the task.

    Raises `DocumentError` where none does, which is then the failure of the trial.
    """
    evaluator = kind_named(EVALUATORS, assignment.task.get(KIND), part="task").evaluate
    loaded: Evaluator = resolve_name(evaluator) if isinstance(evaluator, str) else evaluator
    return loaded(assignment)


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionEvaluator:
    """An `Evaluator` of a plain function: of an architecture, and of the task's options where it has a model of them.

    The function returns a number or metrics by their names, or yields them, once per epoch from 1 on: then a trial can
    be stopped early, and its time limit is kept between two of them. What it raises is the failure of its trial.
    """

    function: Callable[..., Judgement | Iterator[Judgement]]
    metric: str
    """The name of a single number."""
    options: type[TaskOptions] | None = None
    """None: the function takes the architecture alone."""
    load: Callable[[Mapping[str, Any]], Architecture] = architecture_from
    clock: Clock = time.monotonic

    def __call__(self, assignment: Assignment) -> Iterator[Measurement]:
        """A measurement for each number or mapping."""
        started = self.clock()
        architecture = self.load(assignment.architecture)
        options = () if self.options is None else (self.options.model_validate(assignment.task),)
        with closing(_judgements(self.function(architecture, *options))) as judgements:
            for epoch, judgement in enumerate(judgements, start=1):
                metrics = self._metrics(judgement)
                elapsed_s = self.clock() - started
                yield Measurement(fidelity=epoch, metrics=metrics, elapsed_s=elapsed_s)
                _check_time(elapsed_s, assignment.timeout_s, epoch)

    def _metrics(self, judgement: Any) -> dict[str, float]:
        """Metrics by their names. Raises `TrialFailure` for what is none."""
        named = judgement if isinstance(judgement, Mapping) else {self.metric: judgement}
        for name, value in named.items():
            if not isinstance(value, Real) or not isinstance(name, str):
                sentence = f"the function must give {ALLOWED}, got {shown(judgement)}"
                raise TrialFailure(FailureKind.ERROR, sentence)
        return {name: float(value) for name, value in named.items()}


def _judgements(answer: Any) -> Any:
    """What a function said, one after the other; closing it closes a generator of its own."""
    if not isinstance(answer, Iterator):
        yield answer
        return
    try:
        yield from answer
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()


def _check_time(elapsed_s: float, timeout_s: float | None, epoch: int) -> None:
    """Raises `TrialFailure` once the trial has taken longer than it may."""
    if timeout_s is not None and elapsed_s > timeout_s:
        sentence = f"the trial took {elapsed_s:.1f} s, allowed were {timeout_s:g} s (trial_timeout_s)"
        raise TrialFailure(FailureKind.TIMEOUT, f"{sentence}; stopped after epoch {epoch}")
