"""A trained trial opened again."""

from dataclasses import replace

import pytest
import torch

from nas.exporting import NoExport
from tests.workers.tiny_classification import tiny_classification, tiny_vgg, write_tiny_classes
from tests.workers.tiny_trial import trained_order
from workers.export.trained import best_device, open_trained

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def order(tmp_path_factory):
    """That of a trained trial."""
    folder = tmp_path_factory.mktemp("trial")
    return trained_order(folder, tiny_classification(write_tiny_classes(folder / "data")), tiny_vgg())


def test_it_is_judged_as_its_last_epoch_was(order):
    trained = open_trained(order, CPU)
    assert not trained.network.training
    metrics = trained.evaluated()
    assert metrics == {name: order.metrics[name] for name in metrics}


def test_a_model_that_changed_or_is_of_another_network_is_refused(order):
    with pytest.raises(NoExport, match=r"model\.pt is not what trial tiny/0 wrote: its SHA-256 is another one"):
        open_trained(replace(order, model_sha256="0" * 64), CPU)
    wider = tiny_vgg().model_copy(update={"fc_width": 8}).model_dump(mode="json")
    with pytest.raises(NoExport, match=r"is no model of this architecture: .* of another shape"):
        open_trained(replace(order, training=replace(order.training, architecture=wider)), CPU)


def test_a_gpu_is_taken_where_there_is_one():
    assert best_device().type == ("cuda" if torch.cuda.is_available() else "cpu")
