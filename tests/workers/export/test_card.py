"""The card that lies in the folder of an exported network."""

import re

import pytest
import torch
from torch import nn

from nas.exporting import ExportFormat, ExportOrder
from nas.records import Assignment
from nas.reproduction import Way, reproduction
from search_spaces.resizer.resampling import Resampling
from workers.deployment import Deployment, Preparation
from workers.export.card import card

CHECKED = {"pictures": 6, "tolerance": 1e-4, "largest_difference": {"logits": 0.0}}
PREPARATION = {"size": (16, 20), "stored": (18, 24), "mean": (1.0, 2.0, 3.0), "std": (4.0, 5.0, 6.0)}


def written(form=ExportFormat.PT2, *, again=None, **preparation):
    training = Assignment(
        search_id="1",
        search_name="cells",
        number=4,
        attempt=1,
        seed=11,
        architecture={},
        task={"kind": "classification"},
        cpus=1,
        gpus=0,
        directory="",
        cache_directory="",
    )
    order = ExportOrder(
        trial_id="1-4",
        architecture_id="12ab",
        training=training,
        document={},
        epochs=3,
        metrics={"top1": 0.75},
        model="",
        model_sha256="",
    )
    deployment = Deployment(
        module=nn.Identity(),
        inputs={"pictures": torch.ones(2, 3, 16, 20)},
        outputs={"logits": "[B, K] logits"},
        expected=(),
        preparation=Preparation(**{"fit": "crop", **PREPARATION, **preparation}),
        classes=("red", "blue"),
    )
    return card(order, deployment, form=form, file="model.pt2", checked=CHECKED, again=again)


def test_it_says_what_the_network_is_and_what_it_has_reached():
    text = written(again=reproduction({"top1": 0.75}, {"top1": 0.75}, way=Way.JUDGED, device="cpu"))
    assert text.startswith("# cells, trial 4\n")
    for words in ("12ab", "| top1 | 0.75 |", "0 red, 1 blue", "float32 [B, 3, 16, 20]", "answered 6 pictures"):
        assert words in text
    assert "Reproduced: judged again on cpu: all 1 metrics came again, to the last bit." in text


def test_what_did_not_come_again_is_not_hidden():
    text = written(again=reproduction({"top1": 0.75}, {"top1": 0.5}, way=Way.JUDGED, device="cuda"))
    assert "Not reproduced: judged again on cuda: the 1 metrics did not come again" in text
    assert "It was not judged again for this export." in written()


@pytest.mark.parametrize("form", ExportFormat)
def test_how_it_is_loaded_is_python(form):
    (code,) = re.findall(r"```python\n(.*?)```", written(form), re.DOTALL)
    compile(code, "card", "exec")
    assert ("predict.py" in written(form)) == (form is not ExportFormat.STATE_DICT)


def test_how_pictures_are_prepared_is_said_in_words():
    assert "aspect kept; the middle is taken. Of that the middle 16 x 20 is taken." in written()
    assert "Resampling: Pillow's bilinear, antialiased." in written()
    plain = written(fit="stretch", resampling=Resampling("bicubic", False))
    assert "aspect lost" in plain
    assert "Resampling: bicubic, not antialiased." in plain
    assert "the rest has the colour (124, 116, 104)" in written(fit="letterbox", fill=(124, 116, 104))
