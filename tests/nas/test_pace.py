"""How long trials take, by those there were."""

import pytest

from nas.memory import MemoryStorage
from nas.pace import pace_of
from nas.records import Measurement, SearchStatus, TrialStatus
from nas.testing.searches import SPLIT, toy_document
from nas.testing.stored import trial

TASK = {"kind": "detection", "data": {"train": SPLIT, "val": SPLIT, "classes": 3}, "epochs": 4}


@pytest.fixture
def storage():
    return MemoryStorage()


def document(**fields):
    return toy_document(**{"task": TASK, **fields})


def ran(storage, of, *, seconds, project="vision", macs=(100.0, 200.0), status=TrialStatus.COMPLETED):
    """A search whose trials took so long each."""
    search = storage.create_search("old", of.model_dump(mode="json"), project=project)
    lease = storage.acquire_lease(search.id, "test", 60)
    storage.set_search_status(lease, SearchStatus.RUNNING)
    for number, (each, cost) in enumerate(zip(seconds, macs, strict=True)):
        static = {} if cost is None else {"macs": cost}
        storage.add_trial(lease, trial(number, status=TrialStatus.RUNNING, static_metrics=static))
        measured = Measurement(fidelity=of.task.epochs, metrics={"AP": 0.1}, elapsed_s=each)
        storage.move_trial(lease, number, status, measurements=[measured])


def test_the_median_second_per_multiply_add_and_epoch_is_told(storage):
    ran(storage, document(), seconds=(40.0, 80.0))
    ran(storage, document(), seconds=(4000.0, 80.0))
    pace = pace_of(document(task={**TASK, "epochs": 12}), storage, project="vision")
    assert (pace.trials, pace.searches, pace.by_macs) == (4, 2, True)
    assert pace.seconds == pytest.approx(0.1)
    assert pace.trial_s(12, 50.0) == pytest.approx(60.0)
    assert pace.trial_s(12, None) is None


def test_networks_that_tell_no_cost_are_timed_by_epochs(storage):
    ran(storage, document(), seconds=(40.0, 80.0), macs=(None, None))
    pace = pace_of(document(), storage, project="vision")
    assert (pace.by_macs, pace.trial_s(2, None)) == (False, pytest.approx(30.0))


@pytest.mark.parametrize(
    "fields",
    [
        {"task": {**TASK, "image_size": [320, 320]}},
        {"task": {**TASK, "batch_size": 3}},
        {"resources": {"cpus": 4}},
        {"resources": {"gpus": 1}},
    ],
)
def test_another_task_or_another_share_of_the_machine_says_nothing(storage, fields):
    ran(storage, document(), seconds=(40.0, 80.0))
    assert pace_of(document(**fields), storage, project="vision") is None


def test_what_changes_no_second_is_passed_over(storage):
    ran(storage, document(), seconds=(40.0, 80.0))
    same = document(seed=9, budget={"trials": 3}, strategy={"kind": "random"}, task={**TASK, "loader_threads": 7})
    assert pace_of(same, storage, project="vision").trials == 2


def test_trials_that_did_not_complete_and_other_projects_say_nothing(storage):
    ran(storage, document(), seconds=(40.0, 80.0), status=TrialStatus.STOPPED)
    ran(storage, document(), seconds=(40.0, 80.0), project="other")
    assert pace_of(document(), storage, project="vision") is None
