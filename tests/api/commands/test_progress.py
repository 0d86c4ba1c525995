"""A search as it runs, on a terminal and as plain lines."""

import io
import threading

import pytest
from rich.console import Console

from api.commands.progress import follow, look_at, picture
from api.rest import RestClient
from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.records import FailureKind, Finished, Measured, Measurement
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from tests.api.compared_search import compared_search


@pytest.fixture
def storage():
    return MemoryStorage()


@pytest.fixture
def running(storage):
    """A search with two trials completed and two that run, one of them measured."""
    controller = toy_controller(storage, toy_document(budget={"trials": 8}))
    for number in range(4):
        assert controller.next_trial().number == number
    for number in range(3):
        controller.record(Measured(number=number, measurement=Measurement(fidelity=3, metrics={"AP": number / 10})))
    controller.record(Finished(number=0))
    controller.record(Finished(number=1))
    return controller.search_id


def drawn(renderable) -> str:
    console = Console(file=io.StringIO(), width=160, force_terminal=True, color_system=None)
    console.print(renderable)
    return console.file.getvalue()


def test_the_picture_shows_the_search_the_best_and_what_runs(storage, running):
    said = drawn(picture(look_at(storage, running, set())))
    assert "2/8 trials" in said
    assert "best so far: trial 1, AP 0.1000" in said
    assert "trial 2" in said
    assert "epoch 3/12" in said
    assert "trial 3" in said
    assert "epoch 0/12" in said


def test_before_anything_completes_it_says_so(storage):
    controller = toy_controller(storage, toy_document())
    assert "no trial has completed yet" in drawn(picture(look_at(storage, controller.search_id, set())))


def test_every_trial_is_told_once_in_plain_lines(storage):
    controller = toy_controller(storage, toy_document(budget={"trials": 5}))
    run_inline(controller, ToyEvaluator({2: FailureKind.OUT_OF_MEMORY}))
    plain = Console(file=io.StringIO(), width=200)
    follow(storage, controller.search_id, plain, threading.Event())
    lines = plain.file.getvalue().splitlines()
    assert [line.split("trial ")[1][0] for line in lines] == list("01234")
    assert "trial 2 failed (out_of_memory): trial 2 was told to fail" in lines[2]


def test_on_a_terminal_failures_stay_in_sight(storage):
    controller = toy_controller(storage, toy_document(budget={"trials": 3}))
    run_inline(controller, ToyEvaluator({1: FailureKind.DIVERGED}))
    terminal = Console(file=io.StringIO(), width=200, force_terminal=True, color_system=None)
    follow(storage, controller.search_id, terminal, threading.Event())
    assert "trial 1 failed (diverged)" in terminal.file.getvalue()


def test_whoever_follows_can_stop(storage, running):
    ended = threading.Event()
    ended.set()
    follow(storage, running, Console(file=io.StringIO()), ended)


def test_companions_are_counted_beside_the_candidates(storage):
    controller = toy_controller(storage, toy_document(budget={"trials": 4}, comparison={"top": 1, "seeds": 2}))
    while len(storage.trials(controller.search_id)) < 5:
        assignment = controller.next_trial()
        if assignment.number < 4:
            for measurement in ToyEvaluator()(assignment):
                controller.record(Measured(number=assignment.number, measurement=measurement))
            controller.record(Finished(number=assignment.number))
    look = look_at(storage, controller.search_id, set())
    best = look.best.number
    said = drawn(picture(look))
    assert "4/4 + 0/2 trials" in said
    assert f"trial 4 ({best} again, repeat 1)" in said
    run_inline(toy_controller(storage, toy_document(), search_id=controller.search_id), ToyEvaluator())
    plain = Console(file=io.StringIO(), width=200)
    follow(storage, controller.search_id, plain, threading.Event())
    assert f"toy [4/4 + 2/2] trial 5 ({best} again, repeat 2) completed" in plain.file.getvalue()


def test_the_best_so_far_is_a_candidate_though_a_control_stands_above_it(storage):
    search = compared_search(storage, ours=(0.4, 0.4, 0.4), plain=(0.6, 0.7, 0.8))
    assert look_at(storage, search.id, set()).best.number == 1


def test_a_search_of_a_service_is_counted_alike(client, sqlite_storage):
    search = compared_search(sqlite_storage)
    near, far = (look_at(reader, search.id, set()) for reader in (sqlite_storage, RestClient(client)))
    assert str(far.tally) == str(near.tally) == "2/2 + 6/6"
    assert [each.companion for each in far.ended] == [each.companion for each in near.ended]
