"""Which laws something breaks."""

import pytest

from nas.testing.rejection import broken_laws


class Suite:
    def test_is_even(self, value):
        assert value % 2 == 0

    def test_refuses_division(self, value):
        with pytest.raises(ZeroDivisionError):
            value / (value - 3)


@pytest.mark.parametrize(
    ("value", "broken"),
    [(3, ["test_is_even"]), (4, ["test_refuses_division"]), ("x", ["test_is_even", "test_refuses_division"])],
)
def test_the_laws_that_fail_are_named(value, broken):
    assert broken_laws(Suite(), lambda: {"value": value}) == broken
