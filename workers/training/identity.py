"""What a training is told apart by: everything its result depends on."""

from typing import Any

from nas.tasks.training import TrainingOptions
from search_spaces.space import Architecture
from workers.task import Task


def training_identity(
    task: Task[Any], architecture: Architecture, options: TrainingOptions, *, seed: int
) -> dict[str, Any]:
    """JSON that is equal for equal trainings: architecture, task, options and seed.

    Where the task was described with a schedule of its own, that of `options` takes its place: a training that others
    build on does not depend on how long theirs take.
    """
    settings = options.model_dump(mode="json")
    described = task.description()
    taken = {name: settings[name] for name in TrainingOptions.model_fields if name in described}
    return {
        "architecture": architecture.architecture_id,
        "task": {**described, **taken},
        "options": settings,
        "seed": seed,
    }
