"""What a check says, as data: the example of the description is one."""

import pytest
from pydantic import ValidationError

from nas.proxy_report import EXAMPLE, ProxyReport, Thresholds


def test_the_example_of_the_description_is_a_report():
    assert ProxyReport.model_validate(EXAMPLE).model_dump(mode="json") == EXAMPLE


def test_thresholds_are_held_to_what_can_be_asked():
    for fields in ({"kendall": 1.1}, {"signal": 0}, {"tolerance": -0.1}, {"tau": 0.5}):
        with pytest.raises(ValidationError):
            Thresholds(**fields)
