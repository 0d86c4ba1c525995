"""The options of the resizer space refuse what makes no sense."""

import json

import pytest

from search_spaces.errors import InvalidOptions
from search_spaces.reading import read
from search_spaces.resizer.options import ResizerOptions


def options(**fields):
    return read(ResizerOptions, fields, error=InvalidOptions)


def test_the_defaults_are_the_paper_s():
    paper = ResizerOptions()
    assert (paper.method, paper.blocks, paper.filters) == (("learned",), (1, 2, 3, 4), (16, 32))
    assert [height for height, _ in paper.input_size] == [224, 256, 320, 368, 448]
    assert paper.output_size == ((224, 224),)
    assert (paper.interpolation, paper.antialias) == (("bilinear",), (False,))
    assert (paper.tail, paper.learning_rate_ratio, paper.upscaling) == (("random",), (1.0,), False)


def test_numbers_and_pairs_load_as_sizes():
    loaded = options(kind="resizer", input_size=[160, [128, 192]], output_size=[128])
    assert loaded.input_size == ((160, 160), (128, 192))
    assert loaded.output_size == ((128, 128),)


def test_defaults_survive_their_json():
    assert options(**json.loads(ResizerOptions().model_dump_json())) == ResizerOptions()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"method": []}, "method: must have at least 1 entries"),
        ({"method": ["muller"]}, r"method\.0: must be 'none' or 'learned', got 'muller'"),
        ({"blocks": [1, 1]}, "blocks: must be distinct, got 1, 1"),
        ({"blocks": [101]}, r"blocks\.0: must be less than or equal to 100, got 101"),
        ({"blocks": 2}, "blocks: must be a valid array, got 2"),
        ({"filters": [0]}, "filters: must be at least 1, got 0"),
        ({"input_size": [448, [448, 448]]}, r"input_size: must be distinct, got \(448, 448\), \(448, 448\)"),
        ({"input_size": [[448, 0]]}, r"input_size\.0\.1: must be greater than or equal to 3, got 0"),
        ({"output_size": ["big"]}, r"output_size\.0: .*got 'big'"),
        ({"output_size": [224, 512]}, r"input_size: must hold a size of at least \(512, 512\) unless upscaling, got"),
        ({"input_size": [[448, 200]]}, r"input_size: must hold a size of at least \(224, 224\) unless upscaling"),
        ({"interpolation": ["nearest"]}, r"interpolation\.0: must be 'bilinear', 'bicubic', 'lanczos' or 'area'"),
        ({"antialias": [True, True]}, "antialias: must be distinct, got True, True"),
        ({"tail": ["ones"]}, r"tail\.0: must be 'random' or 'zero', got 'ones'"),
        ({"learning_rate_ratio": [0]}, r"learning_rate_ratio\.0: must be greater than or equal to 0.001, got 0"),
        ({"upscale": True}, "upscale: unknown field; did you mean 'upscaling'?"),
    ],
)
def test_nonsense_is_refused_under_its_field(fields, message):
    with pytest.raises(InvalidOptions, match=message):
        options(**fields)


def test_an_output_that_no_input_reaches_is_fine_where_upscaling_is_allowed():
    with pytest.raises(InvalidOptions, match=r"input_size: must hold a size of at least \(512, 512\) unless upscaling"):
        options(method=["none"], output_size=[512])
    assert options(upscaling=True, output_size=[512]).upscaling


def test_every_option_is_documented():
    fields = ResizerOptions.model_fields
    assert all(field.description for name, field in fields.items() if name != "kind")
