"""The options of the VGG space refuse what makes no sense."""

import pytest

from search_spaces.errors import InvalidOptions
from search_spaces.reading import read
from search_spaces.vgg.options import StageOptions, VggOptions

STAGE = {"widths": [16, 32], "depths": [1, 2]}


def options(**fields):
    return read(VggOptions, fields, error=InvalidOptions)


def test_a_space_of_small_networks_loads():
    loaded = options(kind="vgg", stages=[STAGE, STAGE], batch_norms=[True], pooled_sizes=[2, 4], fc_widths=[128])
    assert loaded.stages == (StageOptions(widths=(16, 32), depths=(1, 2)),) * 2
    assert (loaded.batch_norms, loaded.pooled_sizes, loaded.fc_widths) == ((True,), (2, 4), (128,))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"stages": []}, "stages: must have at least 1 entries"),
        ({"stages": [STAGE] * 17}, "stages: .*at most 16 items"),
        ({"stages": [{**STAGE, "widths": []}]}, r"stages\.0\.widths: must have at least 1 entries"),
        ({"stages": [{**STAGE, "widths": [8, 0]}]}, r"stages\.0\.widths\.1: must be greater than or equal to 1, got 0"),
        ({"stages": [STAGE, {**STAGE, "depths": [2, 2]}]}, r"stages\.1\.depths: must be distinct, got 2, 2"),
        ({"stages": [{**STAGE, "depth": 2}]}, r"stages\.0\.depth: unknown field"),
        ({"batch_norms": [True, True]}, "batch_norms: must be distinct, got True, True"),
        ({"batch_norms": ["yes"]}, r"batch_norms\.0: must be a valid boolean, got 'yes'"),
        ({"pooled_sizes": [101]}, r"pooled_sizes\.0: must be less than or equal to 100, got 101"),
        ({"fc_widths": [65_537]}, r"fc_widths\.0: must be less than or equal to 65536, got 65537"),
        ({"fc_width": 4096}, "fc_width: unknown field; did you mean 'fc_widths'?"),
    ],
)
def test_nonsense_is_refused_under_its_field(fields, message):
    with pytest.raises(InvalidOptions, match=message):
        options(**fields)


def test_every_option_is_documented():
    fields = {**VggOptions.model_fields, **StageOptions.model_fields}
    assert all(field.description for name, field in fields.items() if name != "kind")
