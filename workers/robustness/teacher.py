"""The teacher: a classifier of clean pictures, frozen; from a file, or trained once per machine for all trials."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from nas.tasks.robustness import RobustnessTask, TeacherFile, TrainedTeacher
from search_spaces.space import Architecture
from workers.classification.task import Classification
from workers.networks.weights import differences, read_weights, unfit
from workers.robustness.capture import Outputs, run_capturing
from workers.training.once import train_once

CALLED = "teacher weights"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Teacher:
    """A frozen network in evaluation mode. `digest` is equal for equal weights."""

    network: nn.Module
    digest: str

    @torch.no_grad()
    def run(self, pictures: Tensor, layers: Sequence[str], *, dropping: bool = False) -> Outputs:
        """What it gives for normalised pictures [B, 3, H, W]; `dropping`: its dropout acts as in a training."""
        for layer in dropouts(self.network):
            layer.train(dropping)
        return run_capturing(self.network, pictures, layers)


def open_teacher(
    backbone: Architecture,
    options: RobustnessTask,
    *,
    network: nn.Module,
    cache_directory: Path,
    device: torch.device,
) -> Teacher:
    """The teacher of a backbone on the device; `network` is a classifier around it, and gets the teacher's weights.

    A trained one is trained at the first call and kept in the cache directory. Raises `TrialFailure`: data for a file
    that is missing, unreadable or of another network.
    """
    match options.teacher:
        case TeacherFile(weights=weights):
            _load(network, Path(weights))
        case TrainedTeacher() as teacher:
            clean = options.clean_task(teacher)
            task = Classification(clean, architecture=backbone, cache_directory=cache_directory, device=device)
            folder = cache_directory / "teachers"
            file = train_once(task, backbone, clean, seed=teacher.seed, within=folder, device=device)
            _load(network, file)
    network.requires_grad_(requires_grad=False).eval().to(device)
    network.to(memory_format=torch.channels_last)
    return Teacher(network=network, digest=_digest(network))


def dropouts(network: nn.Module) -> list[_DropoutNd]:
    """The layers of a network that drop neurons in a training."""
    return [layer for layer in network.modules() if isinstance(layer, _DropoutNd)]


def _load(network: nn.Module, file: Path) -> None:
    """Fills the network; raises `TrialFailure` (data) naming what does not fit."""
    weights = read_weights(file, called=CALLED)
    problems = differences(network.state_dict(), weights)
    if problems:
        raise unfit(file, f"must fit the classifier of the candidate's backbone: {'; '.join(problems)}", called=CALLED)
    network.load_state_dict(weights)


def _digest(network: nn.Module) -> str:
    content = hashlib.sha256()
    for name, value in network.state_dict().items():
        content.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        content.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return content.hexdigest()
