"""What a choice explains: nothing by chance, all where it decides, and the same whatever the numbers of options are."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.importance import importance


def drawn(trials, options, seed=0):
    """Which option each trial took, at random."""
    rng = random.Random(seed)
    return {trial: rng.randrange(options) for trial in range(trials)}


def test_a_choice_that_decides_explains_all_and_one_without_influence_nothing():
    decisive, idle = drawn(300, 3), drawn(300, 3, seed=1)
    values = {trial: float(option) for trial, option in decisive.items()}
    shares = importance({"idle": idle, "decisive": decisive}, values)
    assert list(shares) == ["decisive", "idle"]
    assert shares["decisive"] == pytest.approx(1.0)
    assert shares["idle"] < 0.03


def test_chance_is_taken_off_however_many_options_there_are():
    rng = random.Random(3)
    values = {trial: rng.random() for trial in range(200)}
    shares = importance({str(seed): drawn(200, 12, seed) for seed in range(40)}, values)
    assert sum(shares.values()) / 40 < 0.03, "uncorrected it would be 11 / 199"


def test_shares_are_told_as_they_are_made():
    rng = random.Random(4)
    loud, soft = drawn(4000, 2), drawn(4000, 2, seed=1)
    values = {trial: 2.0 * loud[trial] + 1.0 * soft[trial] + rng.gauss(0, 0.5) for trial in loud}
    shares = importance({"loud": loud, "soft": soft}, values)
    assert shares["loud"] == pytest.approx(1.0 / 1.5, abs=0.03)  # variances 1, 0.25 and 0.25
    assert shares["soft"] == pytest.approx(0.25 / 1.5, abs=0.03)


def test_a_number_of_many_places_is_judged_by_stretches():
    grid = {trial: trial % 100 for trial in range(400)}
    shares = importance({"rate": grid}, {trial: float(place) for trial, place in grid.items()})
    assert shares["rate"] == pytest.approx(1 - 1 / 36, abs=0.01)  # six stretches of an even slope


def test_what_did_not_vary_or_was_asked_too_rarely_is_left_out():
    values = dict.fromkeys(range(5), 1.0) | {5: 2.0}
    assert importance({"one": dict.fromkeys(range(6), 0), "rare": {0: 0, 5: 1}}, values) == {}
    assert importance({"flat": {0: 0, 1: 1, 2: 0}}, dict.fromkeys(range(3), 1.0)) == {"flat": 0.0}


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(-1e3, 1e3)), max_size=30), st.permutations(range(5)))
def test_shares_lie_between_0_and_1_and_do_not_depend_on_the_numbers_of_options(trials, renamed):
    values = {trial: value for trial, (_, value) in enumerate(trials)}
    options = {trial: option for trial, (option, _) in enumerate(trials)}
    share = importance({"choice": options}, values)
    again = importance({"choice": {trial: renamed[option] for trial, option in options.items()}}, values)
    assert share.keys() == again.keys()
    for name in share:
        assert 0.0 <= share[name] <= 1.0
        assert share[name] == pytest.approx(again[name], abs=1e-6)
