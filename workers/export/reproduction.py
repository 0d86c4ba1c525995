"""Reproduction: what a trial has measured, measured again: by its model, or by the same training from the beginning."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from nas.exporting import ExportOrder
from nas.reproduction import Reproduction, Way, reproduction
from workers.evaluator import evaluate
from workers.export.trained import Trained, best_device, open_trained


def judged_again(order: ExportOrder, trained: Trained | None = None) -> Reproduction:
    """The trial's model judged once more on the validation data, beside what its last epoch had measured."""
    trained = trained or open_trained(order, best_device())
    return reproduction(order.metrics, trained.evaluated(), way=Way.JUDGED, device=trained.device.type)


def trained_again(order: ExportOrder, *, within: Path) -> Reproduction:
    """The trial trained from the beginning with its own seed, in a folder that is removed afterwards."""
    within.mkdir(parents=True, exist_ok=True)
    gpus = order.training.gpus if torch.cuda.is_available() else 0.0
    metrics: dict[str, float] = {}
    with TemporaryDirectory(dir=within, prefix="again-") as folder:
        for measurement in evaluate(replace(order.training, directory=folder, gpus=gpus)):
            metrics |= measurement.metrics
    return reproduction(order.metrics, metrics, way=Way.TRAINED, device="cuda" if gpus else "cpu")
