"""Where the files of trials lie below the home folder."""

from pathlib import Path

LOG = "trial.log"


def trial_folder(home: Path, search_id: str, number: int) -> Path:
    """The folder of one trial: its checkpoint, model, pictures and log."""
    return home / "trials" / search_id / f"{number:05d}"
