"""What was chosen for a trial, in words."""

from api.choices import asked_of, space_of, taken
from nas.records import Search


def search(**space):
    return Search(id="s", name="s", document={"space": space})


def test_choices_have_names_and_labels_while_the_space_is_known():
    space = space_of(search(kind="resizer", blocks=[1, 2], filters=[8, 16]))
    assert [each.name for each in asked_of(space, (0,) * 9)][:1] == ["method"]
    assert [each.name for each in asked_of(space, (99, 0))] == ["choice 0", "choice 1"], "no genotype of the space"
    assert space_of(search(kind="gone")) is None
    assert asked_of(None, (1, 2))[1].name == "choice 1"


def test_an_option_without_a_label_is_told_by_its_number():
    (plain,) = asked_of(None, (7,))
    assert taken(plain, 7) == "7"


def test_what_was_taken_is_told_by_its_label():
    space = space_of(search(kind="fixed", architectures=["spinenet-49", "r0-sp53"]))
    (asked,) = asked_of(space, (1,))
    assert taken(asked, 1) == asked.labels[1]
