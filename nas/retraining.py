"""Retraining: the architecture of a chosen trial, trained on the full task with the full schedule.

It is an ordinary search of one candidate, so that it resumes, is watched and stays readable as any other; its
`retrains` says which trial it comes from.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from nas.cloning import changed
from nas.data_sets import DATA_SET
from nas.document import SearchDocument, stored_document
from nas.errors import DocumentError
from nas.records import Search, Trial
from nas.retraining_options import Retrains
from nas.rules import LEAST_FAILURES, judged_objective
from nas.screening import SCORES
from nas.tasks.options import TaskOptions
from nas.tasks.overlay import with_training
from nas.tasks.training import TrainingOptions
from search_spaces.errors import SpaceError
from search_spaces.parts import part, without
from search_spaces.registry import architecture_from
from search_spaces.space import Architecture
from search_spaces.training.architecture import Training

CHANGEABLE = ("name", "task", "objectives", "budget", "resources", "seed")
LONGEST_NAME = 100  # of a search
MAX_SEEDS = 101  # the candidate and as many companions as a document allows


def retraining_document(
    search: Search, trial: Trial, changes: Mapping[str, Any] | None = None, *, seeds: int = 1
) -> dict[str, Any]:
    """The document, as plain data, of the search that trains the trial's architecture so many times.

    Its task is that of the trial, options that the trial had chosen included, with the `changes` of the document merged
    in (RFC 7396): the full task and schedule. Bounds that the trial had to keep are left out. Raises `DocumentError`
    for changes of what makes it this retraining, and where document or architecture cannot be read any more.
    """
    wanted = changes or {}
    _check(wanted)
    document = stored_document(search)
    task, architecture = _trained(document, _architecture(trial))
    data = {
        "name": retraining_name(search.name, trial.number),
        "space": {"kind": "fixed", "architecture": architecture.model_dump(mode="json")},
        "task": task.model_dump(mode="json"),
        "objectives": _goals(document),
        "strategy": {"kind": "exhaustive"},
        "budget": {"trials": 1, "max_failures": max(LEAST_FAILURES, seeds)},
        "comparison": {"top": int(seeds > 1), "seeds": max(seeds - 1, 1), "controls": False},
        "resources": document.resources.model_dump(mode="json"),
        "seed": _seed(document.seed, trial.number),
        "retrains": _retrains(search, trial, document).model_dump(mode="json"),
        DATA_SET: document.data_set,
    }
    return changed(data, wanted)


def retraining_name(search: str, number: int) -> str:
    """What the search is called that retrains this trial."""
    ending = f"-{number}-full"
    return search[: LONGEST_NAME - len(ending)] + ending


def _check(changes: Mapping[str, Any]) -> None:
    refused = [name for name in changes if name not in CHANGEABLE]
    if refused:
        allowed = f"cannot be changed in a retraining, only {', '.join(CHANGEABLE)}"
        raise DocumentError([(name, allowed) for name in refused])


def _architecture(trial: Trial) -> Architecture:
    try:
        return architecture_from(trial.architecture)
    except SpaceError as error:
        raise DocumentError([("space.architecture", f"trial {trial.number} cannot be retrained: {error}")]) from error


def _trained(document: SearchDocument, architecture: Architecture) -> tuple[TaskOptions, Architecture]:
    """The task with what the candidate chose of its training written into it, and the candidate without that: so
    changes of the task have the last word."""
    training = part(architecture, Training.role)
    if not isinstance(training, Training) or not isinstance(document.task, TrainingOptions):
        return document.task, architecture
    return with_training(document.task, training), without(architecture, Training.role)


def _goals(document: SearchDocument) -> list[dict[str, Any]]:
    """The objectives, but for scores of untrained networks, which are computed only to screen many candidates."""
    return [each.model_dump(mode="json") for each in document.objectives if each.metric not in SCORES]


def _retrains(search: Search, trial: Trial, document: SearchDocument) -> Retrains:
    metric = judged_objective(document).metric
    last = trial.measurements[-1].fidelity if trial.measurements else None
    reached = trial.metrics.get(metric)
    return Retrains(search=search.id, name=search.name, trial=trial.number, metric=metric, reached=reached, epochs=last)


def _seed(seed: int, number: int) -> int:
    """Of the retraining: with the seed of the search, luck that had made the trial the best would come again."""
    return int.from_bytes(sha256(f"{seed}/retraining/{number}".encode()).digest()[:4], "big")
