"""The smallest changes of what was chosen."""

import random
from collections import Counter

from search_spaces.choices import Answer, ChoiceKind
from search_spaces.edits import edits, live_places, random_edit

ANSWERS = {
    "order": Answer(kind=ChoiceKind.ORDERING, options=3, taken=(2, 0, 1)),
    "pair": Answer(kind=ChoiceKind.SUBSET, options=4, taken=(1, 2)),
    "kind": Answer(kind=ChoiceKind.ONE_OF, options=3, taken=(1,)),
    "only": Answer(kind=ChoiceKind.ONE_OF, options=1, taken=(0,)),
}


def test_places_without_an_alternative_are_not_live():
    assert live_places(ANSWERS) == [("order", 0), ("order", 1), ("order", 2), ("pair", 0), ("pair", 1), ("kind", 0)]


def test_edits_swap_in_orderings_replace_in_subsets_and_change_single_options():
    changed = [
        (call, answer.taken) for edit in edits(ANSWERS) for call, answer in edit.items() if answer != ANSWERS[call]
    ]
    assert changed == [
        ("order", (0, 2, 1)),
        ("order", (1, 0, 2)),
        ("order", (2, 1, 0)),
        ("pair", (0, 2)),
        ("pair", (2, 3)),
        ("pair", (0, 1)),
        ("pair", (1, 3)),
        ("kind", (0,)),
        ("kind", (2,)),
    ]


def test_random_edits_choose_every_live_choice_equally_often():
    rng = random.Random(0)
    calls = Counter(_changed_call(random_edit(ANSWERS, rng)) for _ in range(6_000))
    assert abs(calls["order"] - 3_000) < 200
    assert abs(calls["pair"] - 2_000) < 200
    assert abs(calls["kind"] - 1_000) < 200


def test_random_edits_are_the_edits_there_are():
    rng = random.Random(1)
    every = list(edits(ANSWERS))
    drawn = [random_edit(ANSWERS, rng) for _ in range(500)]
    assert all(edit in every for edit in drawn)
    assert all(edit in drawn for edit in every)


def _changed_call(edit):
    return next(call for call in edit if edit[call] != ANSWERS[call])


def test_numbers_step_by_powers_of_two_as_far_as_their_grid_goes():
    answer = Answer(kind=ChoiceKind.NUMBER, options=12, taken=(5,))
    assert [edit["rate"].taken[0] for edit in edits({"rate": answer})] == [1, 3, 4, 6, 7, 9]
    rng = random.Random(2)
    assert {random_edit({"rate": answer}, rng)["rate"].taken[0] for _ in range(200)} == {1, 3, 4, 6, 7, 9}
