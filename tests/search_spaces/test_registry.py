"""Spaces and architectures by their kind."""

import json

import pytest

from search_spaces.errors import InvalidArchitecture, InvalidOptions, SpaceError
from search_spaces.genotypes import count, decode, trace
from search_spaces.joint.architecture import Joint
from search_spaces.joint.space import JointSpace
from search_spaces.registry import SPACES, architecture_from, published_architecture, space_from
from search_spaces.space import Architecture
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.spinenet.space import SpineNetSpace

BLOOD_CELLS = {"kind": "spinenet", "width": 0.125, "alpha": 0.25, "stem_filters": 16, "endpoint_filters": 32}


def test_the_space_of_a_document_is_made():
    space = space_from(BLOOD_CELLS)
    assert isinstance(space, SpineNetSpace)
    assert space.options.width == 0.125


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        ({}, (("kind", f"is missing; known: {', '.join(SPACES)}"),)),
        ({"kind": "spinnet"}, (("kind", "unknown kind 'spinnet'; did you mean 'spinenet'?"),)),
        ({"kind": ["x"]}, (("kind", f"unknown kind ['x']; known: {', '.join(SPACES)}"),)),
        ({**BLOOD_CELLS, "windw": 4}, (("windw", "unknown field; did you mean 'window'?"),)),
    ],
)
def test_wrong_options_are_named_with_what_is_known(options, problems):
    with pytest.raises(InvalidOptions) as raised:
        space_from(options)
    assert raised.value.problems == problems


def test_an_architecture_comes_back_from_its_json():
    one = PUBLISHED["spinenet-143"].architecture
    assert architecture_from(json.loads(one.canonical_json())) == one


def test_an_architecture_of_no_known_kind_is_refused():
    with pytest.raises(InvalidArchitecture, match="kind: unknown kind 'resnet'; did you mean 'resizer'"):
        architecture_from({"kind": "resnet"})


@pytest.mark.parametrize("name", SPACES)
def test_every_space_describes_itself_as_json(name):
    described = SPACES[name].describe()
    assert json.loads(json.dumps(described)) == described
    assert described["count"] == count(space_from(described["example"]))
    assert described["example"]["kind"] == name
    assert all(option["description"] for option in described["options"])
    assert issubclass(SPACES[name].architecture or Architecture, Architecture)
    assert all(architecture_from(one.model_dump(mode="json")) == one for one in SPACES[name].published.values())


def test_a_description_counts_the_space_of_the_options_it_is_given():
    described = SPACES["spinenet"].describe({"window": None})
    assert f"{described['count']:.3e}" == "1.249e+40"
    assert {"name": "window", "default": 5}.items() <= described["options"][6].items()


JOINT = {"kind": "joint", "parts": {"backbone": BLOOD_CELLS}}
SPINENET_49 = PUBLISHED["spinenet-49"].architecture
PUBLISHED_NAMES = ", ".join(name for kind in SPACES.values() for name in kind.published)


def parts(**options):
    return {"kind": "joint", "parts": options}


def fixed(architecture="spinenet-49", **options):
    return {"kind": "fixed", "architecture": architecture, **options}


def test_a_joint_space_is_made_of_the_spaces_of_its_parts():
    space = space_from(JOINT)
    assert isinstance(space, JointSpace)
    assert space.parts["backbone"].options.width == 0.125
    assert count(space) == count(space_from(BLOOD_CELLS))


def test_a_part_can_be_fixed():
    assert count(space_from(parts(backbone=fixed()))) == 1


def listed(*architectures, **options):
    return {"kind": "fixed", "architectures": list(architectures), **options}


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        (
            parts(backbone={**BLOOD_CELLS, "width": -1, "windw": 4}),
            {
                "parts.backbone.width": "must be greater than or equal to 0.03125, got -1",
                "parts.backbone.windw": "unknown field; did you mean 'window'?",
            },
        ),
        (
            parts(backbone={"kind": "spinnet"}),
            {"parts.backbone.kind": "unknown kind 'spinnet'; did you mean 'spinenet'?"},
        ),
        (parts(backbone={}), {"parts.backbone.kind": f"is missing; known: {', '.join(SPACES)}"}),
        (parts(backbone=3), {"parts.backbone": "must be an object, got 3"}),
        (
            parts(backbone=BLOOD_CELLS, body={"kind": "spinenet", "width": -1}, small=fixed("spinenet-49s")),
            {
                f"parts.{name}": "a part is named after its role, and each role is there once: "
                f"must be named 'backbone', got {name!r}"
                for name in ("body", "small")
            },
        ),
        (parts(joint=JOINT), {"parts.joint": "a part cannot be joint itself"}),
        (
            parts(joint=fixed({"kind": "joint", "parts": {"backbone": SPINENET_49.model_dump(mode="json")}})),
            {"parts.joint": "a part cannot be joint itself"},
        ),
        (
            parts(backbone=fixed("spinenet-50")),
            {"parts.backbone.architecture": f"must be a published architecture ({PUBLISHED_NAMES}), got 'spinenet-50'"},
        ),
    ],
)
def test_wrong_options_of_a_part_are_named_below_it(options, problems):
    with pytest.raises(InvalidOptions) as raised:
        space_from(options)
    assert dict(raised.value.problems) == problems


def test_a_published_name_gives_the_graph_with_its_published_widths_unless_they_are_changed():
    assert space_from(fixed()).architectures[0] == SPINENET_49
    assert space_from(fixed("spinenet-49s")).architectures[0].width == 0.65
    narrow = space_from(fixed(changes={"width": 0.25, "endpoint_filters": 64})).architectures[0]
    assert narrow == SPINENET_49.model_copy(update={"width": 0.25, "endpoint_filters": 64})


def test_an_architecture_given_as_json_can_be_fixed_and_changed():
    data = SPINENET_49.model_dump(mode="json")
    assert space_from(fixed(data)).architectures[0] == SPINENET_49
    assert space_from(fixed(data, changes={"width": 0.5})).architectures[0].width == 0.5


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        (
            fixed({**SPINENET_49.model_dump(mode="json"), "width": "x"}),
            {"architecture.width": "must be a valid number, got 'x'"},
        ),
        (fixed({"kind": "fixed"}), {"architecture.kind": "unknown kind 'fixed'"}),
        (
            fixed(changes={"width": 0, "widht": 1}),
            {
                "changes.width": "must be greater than or equal to 0.03125, got 0",
                "changes.widht": "unknown field; did you mean 'width'?",
            },
        ),
    ],
)
def test_what_is_wrong_with_a_fixed_architecture_is_told_where_it_was_written(options, problems):
    with pytest.raises(InvalidOptions) as raised:
        space_from(options)
    assert {field: sentence.split("; known")[0] for field, sentence in raised.value.problems} == problems


def test_several_architectures_of_any_kind_are_one_choice():
    tiny, narrow = published_architecture("vgg-tiny"), SPINENET_49.model_copy(update={"width": 0.25})
    space = space_from(listed("vgg-tiny", SPINENET_49.model_dump(mode="json"), narrow.model_dump(mode="json")))
    assert space.architectures == (tiny, SPINENET_49, narrow)
    assert (count(space), [choice.name for choice in trace(space, (2,))]) == (3, ["architecture"])
    assert decode(space_from(parts(backbone=listed("vgg-mini", "vgg-tiny"))), (1,)) == Joint(parts={"backbone": tiny})


def test_changes_are_made_to_every_one_of_several():
    space = space_from(listed("vgg-mini", "vgg-tiny", changes={"fc_width": 8}))
    assert [one.fc_width for one in space.architectures] == [8, 8]


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        (
            listed("vgg-tiny", "vgg-teeny", {"kind": "vgg"}),
            {
                "architectures.1": f"must be a published architecture ({PUBLISHED_NAMES}), got 'vgg-teeny'",
                "architectures.2.stages": "Field required",
            },
        ),
        (
            listed("vgg-tiny", "vgg-mini", "vgg-tiny"),
            {"architectures.2": "is the same architecture as architectures.0"},
        ),
        (
            listed("vgg-tiny", "spinenet-49", changes={"fc_width": 8}),
            {"changes.fc_width": "unknown field; did you mean 'width'?"},
        ),
        (
            listed("vgg-tiny", {"kind": "resizer", "input_size": 9, "output_size": 9}),
            {"architectures.1": "must be backbone as the first one listed, got resizer"},
        ),
        (
            parts(resizer=listed("vgg-tiny", "vgg-mini")),
            {
                "parts.resizer": "a part is named after its role, and each role is there once: "
                "must be named 'backbone', got 'resizer'"
            },
        ),
    ],
)
def test_what_is_wrong_with_one_of_several_is_told_where_it_was_written(options, problems):
    with pytest.raises(InvalidOptions) as raised:
        space_from(options)
    assert {field: sentence.split("; known")[0] for field, sentence in raised.value.problems} == problems


def test_a_joint_architecture_comes_back_from_its_json():
    joint = Joint(parts={"backbone": SPINENET_49})
    data = json.loads(joint.canonical_json())
    assert architecture_from(data) == joint
    assert space_from(fixed(data)).load(data) == joint
    assert architecture_from(data).architecture_id == joint.architecture_id


@pytest.mark.parametrize(
    ("backbone", "message"),
    [
        (
            {**SPINENET_49.model_dump(mode="json"), "width": "x"},
            r"^parts\.backbone\.width: must be a valid number, got 'x'",
        ),
        ({"kind": "spinnet"}, r"^parts\.backbone\.kind: unknown kind 'spinnet'; did you mean 'spinenet'\?"),
        ({"kind": "joint", "parts": {}}, r"^parts\.backbone: a part cannot be joint itself"),
    ],
)
def test_a_corrupted_part_of_a_joint_architecture_is_named(backbone, message):
    with pytest.raises(InvalidArchitecture, match=message):
        architecture_from({"kind": "joint", "parts": {"backbone": backbone}})


def test_a_published_architecture_is_found_by_its_name():
    assert published_architecture("spinenet-96") == PUBLISHED["spinenet-96"].architecture
    with pytest.raises(SpaceError, match=r"must be a published architecture \(spinenet-49s, .*got 'resnet-50'"):
        published_architecture("resnet-50")
