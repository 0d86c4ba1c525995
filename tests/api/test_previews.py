"""What a preview tells of time, quotas and what is worth a second look."""

import pytest

from api.previews import EXAMPLE, PreviewView, preview_view, problem_views
from nas.errors import DocumentError
from nas.pace import Pace
from nas.preview import preview_of
from nas.quotas import HOUR_S, Quota, Standing, Usage
from nas.testing.searches import SPLIT, toy_document

NARROW = {"kind": "spinenet", "width": 0.125, "alpha": 0.25, "stem_filters": 16, "endpoint_filters": 32}
PACE = Pace(seconds=1e-8, by_macs=True, trials=7, searches=2)


def view(pace=None, standing=None, **fields):
    task = {"kind": "detection", "data": {"train": SPLIT, "val": SPLIT, "classes": 3}, "epochs": 12}
    given = toy_document(**{"space": NARROW, "task": task, "budget": {"trials": 10}, **fields})
    return preview_view(given, preview_of(given), pace=pace, project="vision", standing=standing)


def test_time_is_the_pace_times_epochs_and_multiply_adds():
    resources = {"cpus": 2, "gpus": 0.5, "concurrent": 4}
    told = view(PACE, resources=resources)
    macs, time = told.metrics["macs"], told.time
    assert time.trial_s.middle == pytest.approx(1e-8 * 12 * macs.middle)
    assert time.trial_s.low < time.trial_s.middle < time.trial_s.high
    assert time.cpu_hours == pytest.approx(2 * 10 * time.trial_s.middle / HOUR_S)
    assert time.gpu_hours == pytest.approx(time.cpu_hours / 4)
    assert time.wall_s == pytest.approx(10 * time.trial_s.middle / 4)
    assert (time.trials, time.searches) == (7, 2)


def test_without_a_pace_the_time_is_unknown_rather_than_guessed():
    assert view().time is None
    assert view().quota is None


def test_networks_without_costs_take_as_long_as_their_epochs():
    told = view(Pace(seconds=5.0, by_macs=False, trials=1, searches=1))
    assert told.time.trial_s.low == told.time.trial_s.high == 60.0


def test_a_full_project_is_told_before_it_refuses():
    standing = Standing(quota=Quota(max_searches=1, gpu_hours=2), usage=Usage(gpu_s=HOUR_S), unfinished=1)
    told = view(Pace(seconds=1e-4, by_macs=True, trials=1, searches=1), standing, resources={"gpus": 1})
    assert (told.quota.max_searches, told.quota.gpu_hours_left) == (1, 1.0)
    refused, short = told.notes
    assert refused == ("it would be refused: project vision may have 1 unfinished searches (max_searches) and has 1")
    assert short.endswith("GPU hours, project vision has 1 left")


def test_trials_that_would_time_out_are_told():
    assert view(PACE, budget={"trials": 10, "trial_timeout_s": 1}).notes[0].endswith("budget.trial_timeout_s, 1 s")
    assert view(PACE, budget={"trials": 10, "trial_timeout_s": 1e6}).notes == []


def test_a_search_that_could_train_nothing_is_told():
    (note,) = view(constraints=[{"metric": "macs", "max": 1}]).notes
    assert note.startswith("none of 60 drawn candidates can be trained; of the first: macs ")


def test_data_that_is_not_here_is_told():
    (note,) = view(task={"kind": "detection", "data": {"train": SPLIT, "val": SPLIT}}).notes
    assert note.startswith("what candidates cost is not known here: task.data.val.annotations: cannot be read")


def test_problems_have_their_lines():
    error = DocumentError([("task.epochs", "must be at least 1, got 0"), ("budget", "is required")])
    assert [each.line for each in problem_views(error, "task:\n  epochs: 0\n")] == [2, None]


def test_the_example_is_one():
    assert PreviewView.model_validate(EXAMPLE).model_dump() == EXAMPLE
