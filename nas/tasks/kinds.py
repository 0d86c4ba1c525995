"""The tasks a document may name: ours, and the evaluators of installed packages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny, Tag, WithJsonSchema

from nas.kinds import installed, kinds_in, told_apart
from nas.ports import Evaluator
from nas.problems import BUILT_IN, INSTALLED
from nas.tasks.classification import ClassificationTask
from nas.tasks.detection import DetectionTask
from nas.tasks.options import TaskOptions
from nas.tasks.quality import QualityTask
from nas.tasks.robustness import RobustnessTask
from search_spaces.extensions import Extensions

Number = Callable[[Any], float]
"""Of an architecture."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluatorKind:
    """A task of an installed package: its name and its options in documents, and what judges a candidate by them.

    `evaluate` is an `Evaluator`, or "module:name" of one: what that module imports, torch perhaps, is then loaded by
    workers alone. `FunctionEvaluator` of `nas.evaluating` makes one of a plain function of an architecture.
    """

    kind: str
    options: type[TaskOptions]
    metrics: tuple[str, ...]
    """What it measures."""
    evaluate: Evaluator | str
    static_metrics: Mapping[str, Number] = field(default_factory=dict)
    """Numbers of an architecture that are known before it is judged, so that constraints on them cost nothing. They
    raise `InvalidArchitecture` for one that cannot be judged."""
    architectures: tuple[str, ...] = ()
    """The kinds of architectures it can judge; empty: any."""


class FunctionTask(TaskOptions):
    """A function given in Python (see nas.searching). No document can name it."""

    kind: Literal["function"] = "function"


OurTask = DetectionTask | ClassificationTask | QualityTask | RobustnessTask
"""What candidates are trained to do, by its kind. A new one also stands in `nas.checks`, `nas.static_metrics.KINDS` and
`workers.evaluator.TASKS`."""
OURS = kinds_in(OurTask)
PYTHON = kinds_in(FunctionTask)[0]

EVALUATORS = Extensions(group="spinesearch.evaluators", of=EvaluatorKind, ours=(*OURS, PYTHON))

InstalledTask = Annotated[
    SerializeAsAny[TaskOptions],
    installed(EVALUATORS, ours=OURS, python=FunctionTask),
    WithJsonSchema({"type": "object", "description": "the options of an evaluator that an installed package brings"}),
]
AnyTask = Annotated[
    Annotated[OurTask, Field(discriminator="kind"), Tag(BUILT_IN)] | Annotated[InstalledTask, Tag(INSTALLED)],
    told_apart(OURS),
]
