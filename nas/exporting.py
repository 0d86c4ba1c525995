"""Export: what of a trial is taken home, and in which format. The order is plain data, carried out where torch is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from nas.artifacts import fetched
from nas.document import SearchDocument, stored_document
from nas.errors import ArtifactUnreachable, NasError
from nas.folders import trial_folder
from nas.records import Artifact, Assignment, Search, Trial
from nas.tasks.training import TrainingOptions

MODEL = "model"


class ExportFormat(StrEnum):
    """In which form the network is written."""

    PT2 = "pt2"  # a program of torch.export: runs with torch alone, in Python or compiled ahead of time
    ONNX = "onnx"  # runs with ONNX Runtime and what else reads ONNX
    STATE_DICT = "state_dict"  # the weights alone, for the network as this package builds it


class NoExport(NasError):
    """A trial cannot be exported or judged again; str() says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportOrder:
    """Which trial is taken home: everything that whoever has torch has to know of it."""

    trial_id: str
    architecture_id: str
    training: Assignment
    document: Mapping[str, Any]
    epochs: int
    metrics: Mapping[str, float]
    model: str  # path of the trained network
    model_sha256: str

    @property
    def called(self) -> str:
        """The trial as people name it."""
        return f"{self.training.search_name}/{self.training.number}"


def order_of(search: Search, trial: Trial, *, home: Path) -> ExportOrder:
    """The order for a trained trial. Raises `NoExport` for one that has left no model on this machine, and
    `DocumentError` where the search's document cannot be read any more."""
    document = stored_document(search)
    if not isinstance(document.task, TrainingOptions):
        raise NoExport(f"trial {trial.number} of {search.name} was judged by another program, which keeps no networks")
    artifact = _model(search, trial)
    return ExportOrder(
        trial_id=trial.id,
        architecture_id=trial.architecture_id,
        training=_training(search, trial, document, home.absolute()),
        document=search.document,
        epochs=trial.measurements[-1].fidelity,
        metrics=trial.metrics,
        model=str(file_of(artifact, copies=home / "cache" / "artifacts")),
        model_sha256=artifact.sha256,
    )


def file_of(artifact: Artifact, *, copies: Path) -> Path:
    """The file of this machine that holds the artifact; of one that a store keeps, a copy. Raises `NoExport`."""
    try:
        return fetched(artifact, copies)
    except ArtifactUnreachable as error:
        raise NoExport(str(error)) from error


def _training(search: Search, trial: Trial, document: SearchDocument, home: Path) -> Assignment:
    """The trial's own training, once more."""
    return Assignment(
        search_id=search.id,
        search_name=search.name,
        number=trial.number,
        attempt=1,
        seed=trial.seed,
        architecture=trial.architecture,
        task=document.task.model_dump(mode="json"),
        cpus=document.resources.cpus,
        gpus=document.resources.gpus,
        directory=str(trial_folder(home, search.id, trial.number)),
        cache_directory=str(home / "cache"),
    )


def _model(search: Search, trial: Trial) -> Artifact:
    """The model, which a trial writes after its last epoch."""
    kept = [each for measurement in trial.measurements for each in measurement.artifacts if each.name == MODEL]
    if not kept:
        raise NoExport(f"trial {trial.number} of {search.name} has no model yet: it is {trial.status}, not completed")
    return kept[-1]
