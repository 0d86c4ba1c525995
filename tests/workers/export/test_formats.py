"""Every format reads back what it has written."""

import pytest
import torch
from torch import nn

from nas.exporting import ExportFormat
from workers.deployment import Deployment, Preparation
from workers.export.formats import FORMS


@pytest.fixture
def deployment():
    """A network of one layer."""
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    pictures = torch.randn(3, 3, 8, 8)
    with torch.no_grad():
        expected = network(pictures)
    preparation = Preparation(fit="stretch", size=(8, 8), stored=(8, 8), mean=(0, 0, 0), std=(1, 1, 1))
    return Deployment(
        module=network,
        inputs={"pictures": pictures},
        outputs={"logits": "some"},
        expected=(expected,),
        preparation=preparation,
        classes=(),
    )


@pytest.mark.parametrize("form", ExportFormat)
def test_what_is_read_back_answers_as_what_was_written(deployment, tmp_path, form):
    file = tmp_path / FORMS[form].file
    with torch.no_grad():
        FORMS[form].write(deployment, file)
        (answer,) = FORMS[form].answers(deployment, file)
    assert torch.allclose(answer, deployment.expected[0], atol=1e-6)


def test_weights_are_read_from_the_file_and_nowhere_else(deployment, tmp_path):
    form = FORMS[ExportFormat.STATE_DICT]
    weights = {name: torch.zeros_like(value) for name, value in deployment.module.state_dict().items()}
    torch.save(weights, tmp_path / form.file)
    with torch.no_grad():
        assert not form.answers(deployment, tmp_path / form.file)[0].any()
