"""Strategies of installed packages."""

import pytest

from nas.document import parse_document
from nas.errors import DocumentError
from nas.kinds import kinds_in
from nas.rules import lag_of
from nas.strategies.kinds import OURS, GivenStrategy, OurStrategy
from nas.strategies.registry import strategy_from
from nas.testing.strategies import toy_setting
from tests.nas.test_kinds import DOCUMENT


def test_ours_are_the_kinds_of_the_union():
    assert kinds_in(OurStrategy) == OURS


@pytest.mark.usefixtures("own_space_installed")
def test_the_package_makes_the_strategy_of_its_options():
    document = parse_document({**DOCUMENT, "strategy": {"kind": "narrowing", "lag": 3, "pace": 7}})
    assert strategy_from(document.strategy, toy_setting()).pace == 7
    assert lag_of(document) == 3


def test_a_strategy_that_python_gave_is_made_by_nobody_else():
    with pytest.raises(DocumentError, match=r"^strategy\.kind: must be an installed kind, got 'given'"):
        strategy_from(GivenStrategy(), toy_setting())
