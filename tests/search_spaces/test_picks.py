"""Every way to answer a question."""

import random
from collections import Counter

import pytest

from search_spaces.choices import Answer, ChoiceKind, Chooser
from search_spaces.errors import InvalidGenotype, NotInSpace, SpaceError
from search_spaces.picks import ByName, Recalled, Replay, first_option, random_option


def test_random_subsets_are_uniform():
    rng = random.Random(0)
    counts = Counter(Chooser(random_option(rng)).subset("pair", range(4), 2) for _ in range(6_000))
    assert len(counts) == 6
    assert all(abs(times - 1_000) < 150 for times in counts.values())  # five standard deviations


def test_random_orderings_are_uniform():
    rng = random.Random(0)
    counts = Counter(Chooser(random_option(rng)).ordering("order", range(3)) for _ in range(6_000))
    assert len(counts) == 6
    assert all(abs(times - 1_000) < 150 for times in counts.values())


def test_first_options_give_the_first_of_everything():
    chooser = Chooser(first_option)
    assert (chooser.one_of("a", "xy"), chooser.ordering("b", "xy"), chooser.subset("c", "xyz", 2)) == (
        "x",
        ("x", "y"),
        ("x", "y"),
    )


def test_a_replay_takes_a_subset_only_ascending():
    with pytest.raises(InvalidGenotype, match=r"^pair\.1 must be one of 3, got 1$"):
        Chooser(Replay((2, 1))).subset("pair", range(4), 2)
    with pytest.raises(InvalidGenotype, match=r"^pair\.0 must be one of 0..2, got 3$"):
        Chooser(Replay((3, 1))).subset("pair", range(4), 2)


def test_a_replay_that_ends_early_names_the_choice_it_misses():
    with pytest.raises(InvalidGenotype, match=r"order\.1 is missing: the genotype ends after 1 choices"):
        Chooser(Replay((0,))).ordering("order", "ab")


def test_a_replay_knows_how_many_numbers_are_left():
    replay = Replay((0, 1, 1))
    Chooser(replay).one_of("a", "xy")
    assert replay.left == 2


def test_recalled_values_take_the_lowest_number_of_equal_items():
    chooser = Chooser(Recalled({"order": ("b", "a", "b"), "kind": "y", "pair": (3, 5)}))
    chooser.ordering("order", ("a", "b", "b"))
    chooser.one_of("kind", "xy")
    chooser.subset("pair", (1, 3, 5), 2)
    assert chooser.genotype == (1, 0, 2, 1, 1, 2)


@pytest.mark.parametrize(
    ("value", "message"),
    [(("a", "c"), r"^order: must be one of 'b', got 'c'$"), (("a",), r"^order: must have 2 entries, got \('a',\)$")],
)
def test_a_recalled_value_that_does_not_fit_is_named(value, message):
    with pytest.raises(NotInSpace, match=message):
        Chooser(Recalled({"order": value})).ordering("order", "ab")


def test_a_space_that_recalls_too_little_is_told_so():
    with pytest.raises(SpaceError, match="recalls nothing for the choice 'kind'"):
        Chooser(Recalled({})).one_of("kind", "ab")


def test_answers_by_name_survive_a_change_elsewhere_and_misfits_are_declared():
    answers = {
        "gone": Answer(kind=ChoiceKind.ONE_OF, options=2, taken=(1,)),
        "kept": Answer(kind=ChoiceKind.ORDERING, options=2, taken=(1, 0)),
        "short": Answer(kind=ChoiceKind.SUBSET, options=4, taken=(1, 3)),
    }
    pick = ByName(answers, otherwise=first_option)
    chooser = Chooser(pick)
    assert chooser.one_of("new", "xy") == "x"
    assert chooser.ordering("kept", "ab") == ("b", "a")
    assert chooser.subset("short", "abc", 2) == ("a", "b")
    assert pick.repaired == {"new", "short"}
