"""What is given away of a network."""

from dataclasses import FrozenInstanceError

import pytest
import torch
from torch import nn

from workers.deployment import Deployment, Preparation


def test_it_is_a_value_whose_reading_may_be_left_out():
    preparation = Preparation(fit="crop", size=(8, 8), stored=(9, 9), mean=(0, 0, 0), std=(1, 1, 1))
    deployment = Deployment(
        module=nn.Identity(),
        inputs={"pictures": torch.ones(1)},
        outputs={"logits": "some"},
        expected=(torch.ones(1),),
        preparation=preparation,
        classes=("red",),
    )
    assert (deployment.reading, preparation.fill, preparation.resampling) == ({}, None, None)
    with pytest.raises(FrozenInstanceError):
        preparation.fit = "stretch"
