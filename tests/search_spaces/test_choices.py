"""A chooser asks one question per pick and records what was taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.choices import Answer, Choice, ChoiceKind, Chooser, PartChooser, Question, part_choice, spelled
from search_spaces.errors import InvalidGenotype, SpaceError


def scripted(*numbers):
    """A pick that answers with these numbers, and the questions it was asked."""
    asked = []

    def pick(question):
        asked.append(question)
        return numbers[len(asked) - 1]

    return pick, asked


def test_one_of_returns_the_option_of_the_number():
    pick, asked = scripted(2)
    assert Chooser(pick).one_of("kind", "abc") == "c"
    assert (asked[0].name, asked[0].allowed, asked[0].places) == ("kind", (0, 1, 2), 1)


def test_an_ordering_masks_what_was_taken_and_keeps_the_numbers():
    pick, asked = scripted(1, 2, 0)
    chooser = Chooser(pick)
    assert chooser.ordering("order", "abc") == ("b", "c", "a")
    assert [question.name for question in asked] == ["order.0", "order.1", "order.2"]
    assert [question.allowed for question in asked] == [(0, 1, 2), (0, 2), (0,)]
    assert chooser.genotype == (1, 2, 0)


def test_a_subset_is_recorded_ascending_whatever_the_order_of_picking():
    pick, _ = scripted(3, 1)
    chooser = Chooser(pick)
    assert chooser.subset("parents", "abcd", 2) == ("b", "d")
    assert chooser.genotype == (1, 3)
    assert [choice.name for choice in chooser.choices] == ["parents.0", "parents.1"]


def test_a_choice_records_its_options_and_what_was_allowed():
    pick, _ = scripted(1, 0)
    chooser = Chooser(pick)
    chooser.ordering("order", "ab")
    assert chooser.choices[1] == Choice(
        name="order.1", call="order", kind=ChoiceKind.ORDERING, options=2, taken=0, allowed=(0,)
    )


@pytest.mark.parametrize(
    ("numbers", "message"), [((4,), r"parents.0 must be one of 0..3, got 4"), ((1, 1), r"parents.1 .* 0, 2, 3, got 1")]
)
def test_a_pick_that_is_not_allowed_is_refused_by_name(numbers, message):
    pick, _ = scripted(*numbers)
    with pytest.raises(InvalidGenotype, match=message):
        Chooser(pick).subset("parents", "abcd", 2)


def test_the_same_name_twice_is_the_space_s_mistake():
    chooser = Chooser(lambda question: 0)
    chooser.one_of("kind", "ab")
    with pytest.raises(SpaceError, match="'kind' twice"):
        chooser.one_of("kind", "ab")


@pytest.mark.parametrize(("options", "size"), [("", 1), ("ab", 3), ("ab", 0)])
def test_a_subset_nobody_can_take_is_the_space_s_mistake(options, size):
    with pytest.raises(SpaceError, match=f"{size} out of {len(options)}"):
        Chooser(lambda question: 0).subset("parents", options, size)


def test_a_part_asks_the_same_under_names_of_its_own():
    pick, asked = scripted(2, 1, 0, 1, 0)
    chooser = Chooser(pick)
    part = PartChooser(chooser, "resizer")
    assert part.one_of("kind", "abc") == "c"
    assert part.ordering("order", "ab") == ("b", "a")
    assert part.subset("taps", "abc", 2) == ("a", "b")
    assert list(chooser.answers) == ["resizer/kind", "resizer/order", "resizer/taps"]
    assert [question.name for question in asked[1:3]] == ["resizer/order.0", "resizer/order.1"]


@given(st.lists(st.tuples(st.sampled_from(["a", "a_b", "b"]), st.text("ab_./", max_size=4)), unique=True))
def test_names_of_different_parts_never_collide(choices):
    assert len({part_choice(role, name) for role, name in choices}) == len(choices)


def test_an_ordering_of_nothing_asks_nothing():
    chooser = Chooser(lambda question: pytest.fail("asked"))
    assert chooser.ordering("order", "") == ()
    assert chooser.genotype == ()


@given(st.integers(1, 8).flatmap(lambda options: st.tuples(st.just(options), st.integers(1, options))), st.randoms())
def test_what_a_record_can_hold_leads_to_every_ascending_subset_only(sizes, rng):
    options, places = sizes
    pick = lambda question: rng.choice(question.recordable)  # noqa: E731
    taken = Chooser(pick).subset("any", range(options), places)
    assert list(taken) == sorted(set(taken))


def test_an_answer_fits_a_question_of_its_kind_and_size():
    answer = Answer(kind=ChoiceKind.SUBSET, options=4, taken=(0, 3))
    ask = {
        "call": "taps",
        "kind": ChoiceKind.SUBSET,
        "places": 2,
        "taken": (),
        "values": "abcd",
        "allowed": (0, 1, 2, 3),
    }
    assert answer.fits(Question(**ask))
    for change in ({"values": "abc"}, {"places": 3}, {"kind": ChoiceKind.ORDERING}):
        assert not answer.fits(Question(**{**ask, **change}))


@pytest.mark.parametrize(
    ("kind", "options", "taken", "fixed"),
    [
        (ChoiceKind.ONE_OF, 1, (0,), True),
        (ChoiceKind.ONE_OF, 2, (0,), False),
        (ChoiceKind.ORDERING, 2, (0, 1), False),
        (ChoiceKind.SUBSET, 2, (0, 1), True),
        (ChoiceKind.SUBSET, 3, (0, 1), False),
    ],
)
def test_an_answer_without_alternative_is_fixed(kind, options, taken, fixed):
    assert Answer(kind=kind, options=options, taken=taken).fixed is fixed


@pytest.mark.parametrize(("numbers", "words"), [((0, 1, 2), "0..2"), ((0, 2), "0, 2"), ((4, 5), "4, 5"), ((), "")])
def test_numbers_are_spelled_as_a_range_where_they_have_no_gap(numbers, words):
    assert spelled(numbers) == words
