"""The drawn dataset: COCO format, several classes, a wide range of sizes, the same pixels for the same seed."""

import json

import numpy as np
import pytest
from faster_coco_eval import mask as masks

from workers.data.coco import read_coco
from workers.data.pictures import decode
from workers.data.shapes import OUTLINES, draw_shapes


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return draw_shapes(tmp_path_factory.mktemp("shapes"), train=60, val=10, seed=3)


def test_it_has_the_pictures_asked_for_and_every_class(drawn):
    dataset = read_coco(drawn.train)
    assert (len(dataset.pictures), len(read_coco(drawn.val).pictures)) == (60, 10)
    assert [category.name for category in dataset.categories] == list(OUTLINES)
    assert set(np.concatenate([picture.labels for picture in dataset.pictures])) == set(range(len(OUTLINES)))
    assert dataset.degenerate_boxes == 0


def test_sizes_range_over_more_than_two_octaves(drawn):
    boxes = np.concatenate([picture.boxes for picture in read_coco(drawn.train).pictures])
    sides = np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))
    assert np.quantile(sides, 0.9) > 4 * np.quantile(sides, 0.1)


def test_boxes_areas_and_masks_agree(drawn):
    with open(drawn.val.annotations) as file:
        annotations = json.load(file)["annotations"]
    for annotation in annotations:
        visible = masks.decode(annotation["segmentation"])
        rows, columns = np.nonzero(visible)
        x, y, width, height = annotation["bbox"]
        assert annotation["area"] == visible.sum()
        assert (x, y) == (columns.min(), rows.min())
        assert (x + width, y + height) == (columns.max() + 1, rows.max() + 1)
    assert len({annotation["id"] for annotation in annotations}) == len(annotations)


def test_the_same_seed_draws_the_same_pixels_and_another_draws_others(drawn, tmp_path):
    again = draw_shapes(tmp_path / "again", train=60, val=10, seed=3)
    other = draw_shapes(tmp_path / "other", train=1, val=1, seed=4)
    first, same, different = (read_coco(data.train).pictures[0] for data in (drawn, again, other))
    assert np.array_equal(decode(first.file), decode(same.file))
    assert np.array_equal(first.boxes, same.boxes)
    assert not np.array_equal(decode(first.file), decode(different.file))


def test_it_is_drawn_once_and_again_only_for_another_recipe(tmp_path):
    data = draw_shapes(tmp_path, train=2, val=1, size=(40, 50), seed=0)
    picture = read_coco(data.train).pictures[0]
    picture.file.write_bytes(b"touched")
    assert draw_shapes(tmp_path, train=2, val=1, size=(40, 50), seed=0) == data
    assert picture.file.read_bytes() == b"touched"
    draw_shapes(tmp_path, train=2, val=1, size=(40, 50), seed=1)
    assert decode(picture.file).shape == (40, 50, 3)


def test_an_interrupted_drawing_is_drawn_again(tmp_path):
    data = draw_shapes(tmp_path, train=1, val=1, size=(40, 40), seed=0)
    (tmp_path / "recipe.json").unlink()
    picture = read_coco(data.train).pictures[0]
    picture.file.unlink()
    draw_shapes(tmp_path, train=1, val=1, size=(40, 40), seed=0)
    assert decode(picture.file).shape == (40, 40, 3)
