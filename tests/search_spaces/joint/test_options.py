"""The options of joint and fixed spaces, their shape alone; what parts hold is the registry's business."""

import pytest

from search_spaces.errors import InvalidOptions
from search_spaces.joint.options import FixedOptions, JointOptions
from search_spaces.reading import read


@pytest.mark.parametrize(
    ("model", "data", "problems"),
    [
        (JointOptions, {}, (("parts", "Field required"),)),
        (JointOptions, {"parts": {}}, (("parts", "must have at least 1 entries, got {}"),)),
        (JointOptions, {"parts": {"backbone": 3}}, (("parts.backbone", "must be an object, got 3"),)),
        (
            JointOptions,
            {"prts": {"a": {}}},
            (("parts", "Field required"), ("prts", "unknown field; did you mean 'parts'?")),
        ),
        (
            FixedOptions,
            {},
            (("architecture", "must be given, or architectures in its place, got neither"),),
        ),
        (
            FixedOptions,
            {"architecture": "vgg-tiny", "architectures": ["vgg-mini"]},
            (("architecture", "must be given, or architectures in its place, got both"),),
        ),
        (FixedOptions, {"architectures": []}, (("architectures", "must have at least 1 entries, got []"),)),
        (
            FixedOptions,
            {"architectures": ["vgg-tiny", 49]},
            (("architectures.1", "must be a published name or an architecture (mapping), got 49"),),
        ),
        (
            FixedOptions,
            {"architecture": 49},
            (("architecture", "must be a published name or an architecture (mapping), got 49"),),
        ),
        (
            FixedOptions,
            {"architecture": "spinenet-49", "changes": [1]},
            (("changes", "must be an object, got [1]"),),
        ),
    ],
)
def test_a_wrong_shape_is_told_in_one_sentence(model, data, problems):
    with pytest.raises(InvalidOptions) as raised:
        read(model, data, error=InvalidOptions)
    assert raised.value.problems == problems


def test_an_architecture_is_named_or_given():
    for architecture in ("spinenet-49", {"kind": "spinenet"}):
        one = read(FixedOptions, {"architecture": architecture}, error=InvalidOptions)
        several = read(FixedOptions, {"architectures": ["vgg-tiny", architecture]}, error=InvalidOptions)
        assert (one.listed, one.changes) == ({"architecture": architecture}, {})
        assert several.listed == {"architectures.0": "vgg-tiny", "architectures.1": architecture}


def test_every_option_is_documented():
    for model in (JointOptions, FixedOptions):
        assert all(field.description for field in model.model_fields.values())
