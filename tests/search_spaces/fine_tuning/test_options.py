"""The options of the fine-tuning space refuse what makes no sense."""

import pytest

from search_spaces.errors import InvalidOptions
from search_spaces.fine_tuning.options import FineTuningOptions
from search_spaces.reading import read


def options(**fields):
    return read(FineTuningOptions, fields, error=InvalidOptions)


def test_the_defaults_are_the_publication_s():
    published = FineTuningOptions()
    assert published.weights == (0.025, 0.05, 0.075, 0.1, 0.125)
    assert published.alphas == (100.0,)
    assert published.layers == (("fc6", "fc7"),)
    assert published.strengths == ((1, 2, 3, 4, 5),)


def test_lists_load():
    loaded = options(kind="fine_tuning", losses=["none", "activation_boundary"], layers=[["fc6"], ["conv5_3", "fc7"]])
    assert loaded.layers == (("fc6",), ("conv5_3", "fc7"))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"losses": []}, "losses: must have at least 1 entries"),
        ({"losses": ["mse", "mse"]}, "losses: must be distinct, got mse, mse"),
        ({"weights": [0.0]}, r"weights\.0: must be greater than 0"),
        ({"weights": [0.1, 0.1]}, "weights: must be distinct, got 0.1, 0.1"),
        ({"alphas": []}, "alphas: must have at least 1 entries"),
        ({"layers": [[]]}, r"layers\.0: must have at least 1 entries"),
        ({"layers": [["fc7", "fc6"]]}, r"layers\.0: must be distinct and in alphabetical order"),
        ({"mixes": [[3, 3, 3]]}, r"mixes\.0: must be shares of clean, noise, blur without a common divisor"),
        ({"mixes": [[1, 1, 1], [1, 1, 1]]}, "mixes: must be distinct"),
        ({"strengths": [[0, 1]]}, r"strengths\.0: must be distinct, ascending and in 1\.\.5"),
        ({"strengths": [[]]}, r"strengths\.0: must have at least 1 entries"),
        ({"lambdas": [0.1]}, "lambdas: unknown field"),
    ],
)
def test_nonsense_is_refused_under_its_field(fields, message):
    with pytest.raises(InvalidOptions, match=message):
        options(**fields)


def test_every_option_is_documented():
    fields = FineTuningOptions.model_fields
    assert all(field.description for name, field in fields.items() if name != "kind")
