"""A finished search of the robustness task: one candidate, seeds of it and of its two controls, and what each got
right."""

import hashlib
from pathlib import Path

from nas.correctness import write_correct
from nas.ports import Storage
from nas.records import Artifact, Companion, Measurement, Search, SearchStatus, TrialStatus
from nas.testing.stored import trial

DOCUMENT = {
    "task": {"kind": "robustness"},
    "objectives": [{"metric": "top1_mean", "goal": "maximize"}],
    "budget": {"trials": 1},
}
PICTURES = 200
PASSES = ("clean", "noise_20", "blur_2")
RIGHT = {None: 150, "none": 130, "mse": 148}


def robust_search(storage: Storage, folder: Path, *, seeds: int = 3) -> Search:
    """Trial 0 is the candidate; of each seed, those behind it are the candidate again, `none` and `mse`."""
    search = storage.create_search("robust", {"name": "robust", **DOCUMENT})
    lease = storage.acquire_lease(search.id, "test", 60)
    assert lease is not None
    storage.set_search_status(lease, SearchStatus.RUNNING)
    companions = [Companion(candidate=0, control=one, repeat=n) for n in range(1, seeds + 1) for one in RIGHT]
    for number, companion in enumerate([None, *companions]):
        measurement = judged(folder / str(number), companion or Companion(candidate=0, repeat=0))
        storage.add_trial(lease, trial(number, companion=companion, status=TrialStatus.RUNNING))
        storage.move_trial(lease, number, TrialStatus.COMPLETED, measurements=(measurement,))
    storage.set_search_status(lease, SearchStatus.COMPLETED)
    return storage.search(search.id)


def judged(folder: Path, companion: Companion) -> Measurement:
    """What the trial reached; in every pass a few pictures less, which ones depends on control and seed."""
    start = 3 * companion.repeat
    passes = {}
    for place, name in enumerate(PASSES):
        right = RIGHT[companion.control] + companion.repeat - 40 * place
        first = start + (20 if companion.control else 0)
        passes[name] = [first <= picture < first + right for picture in range(PICTURES)]
    folder.mkdir(parents=True)
    file = write_correct(folder, passes)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    artifact = Artifact(name="correct", uri=file.as_uri(), sha256=digest, size_bytes=file.stat().st_size)
    clean, noise, blur = (sum(flags) / PICTURES for flags in passes.values())
    metrics = {"top1_clean": clean, "top1_noise": noise, "top1_blur": blur, "top1_mean": (clean + noise + blur) / 3}
    return Measurement(fidelity=1, metrics=metrics, elapsed_s=2.0, artifacts=(artifact,))
