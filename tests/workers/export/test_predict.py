"""The script that lies beside an exported network reads pictures as the network was trained."""

import ast
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from search_spaces.resizer.resampling import Resampling
from workers.data.picture_set import read_resampled
from workers.data.pictures import read_fitted, read_letterboxed
from workers.export import predict

FILL = (124, 116, 104)


@pytest.fixture(params=[(48, 64), (90, 31), (20, 20)], ids=str)
def picture(request, tmp_path):
    """A picture of noise."""
    height, width = request.param
    pixels = np.random.default_rng(height).integers(0, 255, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    return tmp_path / "picture.png", Image.fromarray(pixels)


def test_it_knows_nothing_of_this_package():
    tree = ast.parse(Path(predict.__file__).read_text())
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {name.split(".")[0] for name in names} <= {
        *("collections", "json", "pathlib", "sys", "typing"),
        *("PIL", "numpy", "onnxruntime", "torch", "torchvision"),
    }


def test_letterboxed_pictures_are_those_of_training(picture):
    file, image = picture
    values, (height, width), scale = predict.letterboxed(image, {"stored": [32, 40], "fill": FILL})
    wanted = read_letterboxed(file, height=image.height, width=image.width, size=(32, 40), fill=FILL)
    assert (values == wanted).all()
    assert (values[height:] == FILL).all()
    assert scale == min(32 / image.height, 40 / image.width)
    assert max(height / 32, width / 40) == 1


@pytest.mark.parametrize("fit", ["crop", "stretch"])
def test_fitted_pictures_are_those_of_training(picture, fit):
    file, image = picture
    about = {"fit": fit, "stored": [18, 24], "size": [16, 20], "resampling": None}
    assert (predict.fitted(image, about) == read_fitted(file, size=(18, 24), fit=fit)[1:17, 2:22]).all()


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "area"])
@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("fit", ["crop", "stretch"])
def test_interpolations_are_those_of_training(picture, interpolation, antialias, fit):
    file, image = picture
    resampling = {"interpolation": interpolation, "antialias": antialias}
    about = {"fit": fit, "stored": [18, 24], "size": [18, 24], "resampling": resampling}
    wanted = read_resampled(file, size=(18, 24), fit=fit, resampling=Resampling(interpolation, antialias))
    apart = np.abs(predict.fitted(image, about).astype(int) - wanted)
    assert apart.max() <= 1


def test_boxes_come_in_pixels_of_the_picture_best_first_and_suppressed():
    about = {
        "reading": {"kind": "detection", "score_threshold": 0.5, "iou_threshold": 0.5, "candidates": 9, "detections": 9}
    }
    about["classes"] = ["red", "blue"]
    logits = torch.tensor([[[1.0, -9], [2.0, -9], [-9, 3.0], [-9, -9]]])
    boxes = torch.tensor([[[0.0, 0, 10, 10], [0, 0, 10, 11], [20, 20, 90, 30], [0, 0, 1, 1]]])
    found = predict.read((logits, boxes), about, covered=(25, 40), scale=0.5)["detections"]
    assert [(each["class"], each["box"]) for each in found] == [("blue", [40, 40, 80, 50]), ("red", [0, 0, 20, 22])]


def test_classes_and_votes_are_told_with_their_scores():
    about = {"reading": {"kind": "classification", "scores": "softmax"}, "classes": ["red", "blue"]}
    told = predict.read((torch.tensor([[0.0, 0.0]]),), about, covered=(1, 1), scale=1.0)
    assert told == {"classes": {"red": 0.5, "blue": 0.5}}
    about["reading"]["scores"] = "sigmoid"
    told = predict.read((torch.tensor([[0.0, 9.0]]),), about, covered=(1, 1), scale=1.0)
    assert list(told["classes"]) == ["blue", "red"]
    about = {"reading": {"kind": "quality"}, "classes": [str(score) for score in range(1, 11)]}
    assert predict.read((torch.zeros(1, 10),), about, covered=(1, 1), scale=1.0)["mean"] == pytest.approx(5.5)
