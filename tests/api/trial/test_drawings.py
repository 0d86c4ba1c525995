"""Drawings as they are sent."""

import pytest

from api.trial.drawings import drawing_view, figures_of_trial, picture_size
from nas.records import Search, Trial
from search_spaces.registry import published_architecture


@pytest.mark.parametrize(
    ("size", "found"),
    [([192, 256], (192, 256)), (64, (64, 64)), (None, None), ([0, 1], None), ("big", None), ([1, 2, 3], None)],
)
def test_the_size_of_pictures_is_that_of_the_task(size, found):
    assert picture_size({"task": {"image_size": size}}) == found


def test_a_document_of_another_program_says_no_size():
    assert picture_size({}) is None
    assert picture_size({"task": "none"}) is None


def test_a_spinenet_is_sent_whole_and_small():
    search = Search(id="s", name="s", document={"task": {"image_size": [640, 640]}})
    spinenet = published_architecture("spinenet-49")
    trial = Trial(
        search_id="s",
        number=3,
        genotype=(),
        architecture=spinenet.model_dump(mode="json"),
        architecture_id=spinenet.architecture_id,
    )
    view = drawing_view(trial, figures_of_trial(search, trial))
    (figure,) = view.figures
    assert (view.number, len(figure.nodes), len(figure.edges), figure.form) == (3, 17, 32, "levels")
    assert figure.nodes[14].told[3].model_dump() == {"name": "merges", "value": "11"}
    assert len(view.model_dump_json()) < 15_000
