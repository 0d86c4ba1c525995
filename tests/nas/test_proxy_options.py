"""The section of a check: its names and numbers."""

import pytest
from pydantic import ValidationError

from nas.proxy_options import ProxyCheck


def test_by_default_the_task_as_it_is_is_the_proxy():
    assert ProxyCheck(full={"epochs": 24}).settings == {"proxy": {}}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"settings": {"full": {}}}, "must not hold 'full'"),
        ({"settings": {"a b": {}}}, "must have names of up to 40 letters, digits, dots and dashes, got 'a b'"),
        ({"settings": {"a" * 41: {}}}, "must have names of up to 40"),
        ({"settings": {}}, "at least 1"),
        ({"architectures": 10, "pool": 9}, "must be at least architectures, 10, got 9"),
        ({"architectures": 3}, "greater than or equal to 4"),
        ({"seeds": 1}, "greater than or equal to 2"),
    ],
)
def test_what_is_wrong_is_told(fields, sentence):
    with pytest.raises(ValidationError, match=sentence):
        ProxyCheck(**{"full": {"epochs": 24}, **fields})
