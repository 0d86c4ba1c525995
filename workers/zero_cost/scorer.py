"""Scores candidates of a search in this process: the `Screener` port over tasks that stay open."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from nas.errors import ScreeningFailed, TrialFailure
from nas.records import FailureKind
from nas.tasks.overlay import with_training
from search_spaces.parts import part
from search_spaces.space import Architecture
from search_spaces.training.architecture import Training
from workers.evaluator import TASKS
from workers.training.failures import as_failure
from workers.training.randomness import seeded
from workers.zero_cost.errors import Unscorable
from workers.zero_cost.scores import Opened

MOST_OPEN = 4  # tasks kept open at a time: resizers of other sizes read other pictures


class Scorer:
    """Scores architectures for a task, given as in a search document; implements `nas.ports.Screener`.

    Networks are fresh, without any warm start, and run in float32 on batches of `batch_size` pictures, by default the
    task's: as many for all, also where candidates choose how many they train on. What a network does not allow is the
    reason of its architecture; data that cannot be read fail them all.
    """

    def __init__(
        self,
        *,
        task: Mapping[str, Any],
        scores: Sequence[str],
        seed: int,
        cache_directory: str,
        batch_size: int | None = None,
        cpus: float = 1,
        gpus: float = 0,
    ) -> None:
        self._kind = TASKS[str(task["kind"])]
        self._shared: Any = self._kind.options.model_validate({**task, "batch_size": batch_size or task["batch_size"]})
        self._scores = tuple(scores)
        self._seed = seed
        self._cache_directory = Path(cache_directory)
        self._threads = max(1, min(int(cpus), os.cpu_count() or 1))
        self._device = torch.device("cuda", 0) if gpus > 0 and torch.cuda.is_available() else torch.device("cpu")
        self._open: dict[str, Opened[Any]] = {}

    def __call__(self, architectures: Sequence[Architecture]) -> list[dict[str, float] | str]:
        """The scores of each, or why it has none. Raises `ScreeningFailed`."""
        torch.set_num_threads(self._threads)
        return [self._scored(architecture) for architecture in architectures]

    def _scored(self, architecture: Architecture) -> dict[str, float] | str:
        try:
            return self._opened(architecture).scores_of(architecture, self._scores)
        except Unscorable as error:
            return str(error)
        except ScreeningFailed:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary of a candidate, whose failure never ends the search
            return _reason(as_failure(error, f"batches of {self._shared.batch_size} pictures"))

    def _opened(self, architecture: Architecture) -> Opened[Any]:
        """The task for such an architecture, opened before if it reads the same pictures."""
        key = self._key(architecture)
        if key not in self._open:
            with seeded(self._seed, self._device):
                task = self._kind.open(
                    self._options(architecture),
                    architecture=architecture,
                    cache_directory=self._cache_directory,
                    device=self._device,
                )
            while len(self._open) >= MOST_OPEN:
                del self._open[next(iter(self._open))]
            self._open[key] = Opened.of(task, self._scores, seed=self._seed, device=self._device)
        return self._open[key]

    def _options(self, architecture: Architecture) -> Any:
        """The task's options with those that the candidate chooses, but for the size of its batches."""
        training = part(architecture, Training.role)
        chosen = with_training(self._shared, training if isinstance(training, Training) else None)
        return chosen.model_copy(update={"batch_size": self._shared.batch_size})

    def _key(self, architecture: Architecture) -> str:
        """What a task was opened for: the resizer, whose sizes say how pictures are read, and the training, or in
        `robustness` the whole architecture, because its teacher and its distortions belong to it."""
        if self._shared.kind == "robustness":
            return architecture.architecture_id
        parts = (part(architecture, role) for role in ("resizer", Training.role))
        return "/".join(found.architecture_id for found in parts if found is not None)


def _reason(failure: TrialFailure) -> str:
    """The reason of one candidate. Raises `ScreeningFailed` when it lies in the data, which all of them share."""
    if failure.failure.kind is FailureKind.DATA:
        raise ScreeningFailed(str(failure)) from failure
    return str(failure)
