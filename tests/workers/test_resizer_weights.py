"""The weights of a resizer are taken out of the model of a trial, and another network begins with them."""

import pytest
import torch

from nas.errors import TrialFailure
from tests.workers.tiny_classification import tiny_resizer, tiny_vgg
from workers.networks.classifiers import build_classifier
from workers.networks.resizer import Resized, build_resizer
from workers.resizer_weights import write_resizer_weights
from workers.training.checkpoint import write_model


@pytest.fixture
def model(tmp_path):
    """The model of a trial, its batch norms having seen pictures."""
    network = Resized(build_resizer(tiny_resizer()), build_classifier(tiny_vgg(), classes=3))
    network(torch.randn(2, 3, 24, 24))
    write_model(tmp_path / "model.pt", weights=network.state_dict(), architecture={}, task={})
    return network


def test_they_are_kept_bit_by_bit_and_nothing_else_is(model, tmp_path):
    write_resizer_weights(tmp_path / "model.pt", tiny_resizer(), tmp_path / "resizer.pt")
    kept = torch.load(tmp_path / "resizer.pt", weights_only=True)
    wanted = model.resizer.state_dict()
    assert kept.keys() == wanted.keys()
    assert all(torch.equal(kept[name], value) for name, value in wanted.items())
    moved = build_resizer(tiny_resizer(weights=str(tmp_path / "resizer.pt"))).state_dict()
    assert all(torch.equal(moved[name], value) for name, value in wanted.items())


def test_the_model_of_another_resizer_is_refused_and_nothing_is_written(model, tmp_path):
    with pytest.raises(TrialFailure, match=r"must be those .* blocks 2, filters 2: got blocks 1, filters 2"):
        write_resizer_weights(tmp_path / "model.pt", tiny_resizer(blocks=2), tmp_path / "resizer.pt")
    assert not (tmp_path / "resizer.pt").exists()
