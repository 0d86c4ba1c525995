"""What a retraining says of itself."""

import pytest
from pydantic import ValidationError

from nas.document import parse_document
from nas.retraining_options import Retrains
from nas.testing.searches import toy_document

MARK = {"search": "1kz3", "name": "cells", "trial": 4, "metric": "AP"}


def test_a_document_says_which_trial_it_retrains():
    document = parse_document({**toy_document().model_dump(mode="json"), "retrains": MARK})
    assert document.retrains == Retrains(**MARK, reached=None, epochs=None)
    assert toy_document().retrains is None


def test_numbers_of_trials_begin_at_0():
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Retrains(**{**MARK, "trial": -1})
