"""A trial of one epoch, trained here, as an order to take it home."""

from pathlib import Path
from typing import Any

from nas.exporting import ExportOrder, file_of
from search_spaces.registry import architecture_from
from search_spaces.space import Architecture
from tests.workers.tiny_detection import tiny_assignment
from workers.evaluator import evaluate


def trained_order(folder: Path, task: dict[str, Any], architecture: Architecture) -> ExportOrder:
    """The order for a trial that was trained in the folder."""
    data = architecture.model_dump(mode="json")
    training = tiny_assignment(folder / "trial", {**task, "epochs": 1}, architecture=data)
    *_, last = evaluate(training)
    (model,) = [artifact for artifact in last.artifacts if artifact.name == "model"]
    return ExportOrder(
        trial_id="abc-0",
        architecture_id=architecture_from(data).architecture_id,
        training=training,
        document={"name": "tiny", "task": training.task},
        epochs=1,
        metrics={**last.metrics, "params": 7.0},
        model=str(file_of(model, copies=Path())),
        model_sha256=model.sha256,
    )
