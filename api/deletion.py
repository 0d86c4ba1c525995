"""An ended search removed for good: what was recorded of it, then the files of its trials."""

import shutil
from pathlib import Path

from api.exports import EXPORTS
from nas.artifacts import open_artifacts
from nas.ports import Storage
from nas.records import Search


def delete_search(storage: Storage, search: Search, home: Path, artifacts: str | None = None) -> None:
    """Removes the search with its artifacts, below the home folder and in the store at `artifacts`.

    Raises `IllegalTransition` while it has not ended, and `ArtifactUnreachable` where the store does not answer.
    Records go first: a process that is killed on the way leaves files that nothing names, never records without files.
    """
    storage.delete_search(search.id)
    for folder in ("trials", "ray", EXPORTS):
        shutil.rmtree(home / folder / search.id, ignore_errors=True)
    store = open_artifacts(artifacts)
    if store is not None:
        store.remove_all(search.id)
