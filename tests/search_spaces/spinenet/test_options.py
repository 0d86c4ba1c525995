"""The options of the SpineNet space refuse what makes no sense."""

import pytest

from search_spaces.errors import InvalidOptions
from search_spaces.reading import read
from search_spaces.spinenet.architecture import BlockKind
from search_spaces.spinenet.options import SpineNetOptions


def options(**fields):
    return read(SpineNetOptions, fields, error=InvalidOptions)


def test_the_defaults_are_the_paper_s():
    paper = SpineNetOptions()
    assert paper.base_levels == (2, 3, 3, 3, 4, 4, 4, 4, 4, 5)
    assert paper.outputs == (3, 4, 5, 6, 7)
    assert paper.offered_offsets == (-1, 0, 1, 2)
    assert paper.window == 5


def test_the_space_of_the_blood_cells_document_loads():
    loaded = options(kind="spinenet", width=0.125, alpha=0.25, stem_filters=16, endpoint_filters=32)
    assert (loaded.width, loaded.stem_filters) == (0.125, 16)


def test_yaml_keys_and_lists_load():
    loaded = options(intermediates={4: 2, 2: 1}, outputs=[3, 4], window=None, kinds=["residual"])
    assert loaded.base_levels == (2, 4, 4)
    assert loaded.outputs == (3, 4)
    assert loaded.kinds == (BlockKind.RESIDUAL,)


def test_without_adjustments_levels_and_kinds_are_fixed():
    plain = options(adjustments=False, intermediates={7: 1})
    assert plain.offered_offsets == (0,)
    assert plain.offered_kinds == (BlockKind.BOTTLENECK,)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"window": 1}, "window: must be greater than or equal to 2, got 1"),
        ({"width": 0}, "width: must be greater than or equal to 0.03125, got 0"),
        ({"stem_filters": 0}, "stem_filters: must be greater than or equal to 1, got 0"),
        ({"block_repeats": 1.5}, "block_repeats: .*got 1.5"),
        ({"intermediates": {8: 1}}, r"intermediates: levels must be in 1\.\.7, got 8"),
        ({"intermediates": {3: -1}}, "intermediates: the number of blocks of level 3 must be at least 0, got -1"),
        ({"intermediates": {3: 0}}, r"intermediates: must hold 1\.\.500 blocks"),
        ({"intermediates": {3: 10**7}}, r"intermediates: must hold 1\.\.500 blocks"),
        ({"width": 1e300}, "width: must be less than or equal to 100, got 1e\\+300"),
        ({"stem_filters": 10**400}, r"stem_filters: must be less than or equal to 65536, got 10+\.\.\."),
        ({"outputs": [0]}, r"outputs: levels must be in 1\.\.7, got 0"),
        ({"outputs": [3, 3]}, "outputs: must be distinct, got 3, 3"),
        ({"outputs": []}, "outputs: must have at least 1 entries"),
        ({"offsets": [1, 1]}, "offsets: must be distinct, got 1, 1"),
        ({"offsets": [3]}, r"offsets: 3 takes an intermediate block of level 5 to level 8, outside 1\.\.7"),
        ({"kinds": ["mbconv"]}, r"kinds\.0: must be 'bottleneck' or 'residual', got 'mbconv'"),
        ({"dead_blocks": "train"}, "dead_blocks: must be 'redraw' or 'keep', got 'train'"),
        ({"windows": 5}, "windows: unknown field; did you mean 'window'?"),
    ],
)
def test_nonsense_is_refused_under_its_field(fields, message):
    with pytest.raises(InvalidOptions, match=message):
        options(**fields)


def test_every_option_is_documented():
    fields = SpineNetOptions.model_fields
    assert all(field.description for name, field in fields.items() if name != "kind")
