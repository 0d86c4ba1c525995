"""A worker is told its part of the document and where its files go."""

from pathlib import Path

from nas.assigning import assignment_of
from nas.records import Trial
from nas.testing.searches import toy_document

TRIAL = Trial(
    search_id="s", number=7, genotype=(1,), architecture={"kind": "toy"}, architecture_id="a", attempt=2, seed=9
)


def test_an_assignment_tells_trial_task_room_and_folders():
    document = toy_document(budget={"trials": 3, "trial_timeout_s": 60}, resources={"cpus": 2, "gpus": 0.5})
    told = assignment_of(TRIAL, document, Path("/home"))
    assert (told.search_id, told.search_name, told.number, told.attempt, told.seed) == ("s", "toy", 7, 2, 9)
    assert (told.architecture, told.task["epochs"]) == ({"kind": "toy"}, 12)
    assert (told.cpus, told.gpus, told.timeout_s) == (2, 0.5, 60)
    assert (told.directory, told.cache_directory) == ("/home/trials/s/00007", "/home/cache")
