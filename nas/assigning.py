"""What a worker is told of a trial."""

from pathlib import Path

from nas.document import SearchDocument
from nas.folders import trial_folder
from nas.records import Assignment, Trial


def assignment_of(trial: Trial, document: SearchDocument, home: Path, *, artifacts: str | None = None) -> Assignment:
    """Everything the worker needs: the trial's part of the document, its folders below `home`, and the address of the
    store of artifacts, if there is one."""
    return Assignment(
        search_id=trial.search_id,
        search_name=document.name,
        number=trial.number,
        attempt=trial.attempt,
        seed=trial.seed,
        architecture=trial.architecture,
        task=document.task.model_dump(mode="json"),
        cpus=document.resources.cpus,
        gpus=document.resources.gpus,
        directory=str(trial_folder(home, trial.search_id, trial.number)),
        cache_directory=str(home / "cache"),
        timeout_s=document.budget.trial_timeout_s,
        artifacts=artifacts,
    )
