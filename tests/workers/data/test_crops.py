"""What is seen of pictures: the middle, any place, random parts, mirrored."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nas.tasks.classification import RandomCrop
from workers.data.crops import DRAWN, Crops, View, draws, images_of

WHOLE = View(top=0, left=0, height=6, width=8)
PIXELS = np.random.default_rng(0).integers(0, 256, (4, 6, 8, 3), dtype=np.uint8)


def seen(view: View, size: tuple[int, int] = (6, 8), index: int = 0) -> np.ndarray:
    return images_of(PIXELS, [index], [view], size)[0].permute(1, 2, 0).numpy()


def test_a_view_of_the_whole_changes_nothing():
    images = images_of(PIXELS, [2, 0], [WHOLE, WHOLE], (6, 8))
    assert images.shape == (2, 3, 6, 8)
    assert images.dtype == torch.uint8
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert np.array_equal(images.permute(0, 2, 3, 1).numpy(), PIXELS[[2, 0]])


def test_flips_mirror_rows_and_columns_of_the_chosen_pictures_alone():
    views = [WHOLE, View(top=0, left=0, height=6, width=8, horizontal=True, vertical=True)]
    images = images_of(PIXELS, [0, 1], views, (6, 8)).permute(0, 2, 3, 1).numpy()
    assert np.array_equal(images[0], PIXELS[0])
    assert np.array_equal(images[1], PIXELS[1, ::-1, ::-1])
    assert np.array_equal(seen(View(top=0, left=0, height=6, width=8, horizontal=True)), PIXELS[0, :, ::-1])


def test_a_part_of_the_size_of_the_input_is_taken_as_it_is():
    assert np.array_equal(seen(View(top=2, left=3, height=4, width=5), (4, 5)), PIXELS[0, 2:6, 3:8])


def test_another_part_is_brought_to_the_size_of_the_input():
    flat = np.full((1, 6, 8, 3), 77, np.uint8)
    images = images_of(flat, [0], [View(top=1, left=1, height=3, width=3)], (7, 5))
    assert images.shape == (1, 3, 7, 5)
    assert (images == 77).all()


def test_the_middle_is_judged():
    view = Crops(stored=(9, 8), size=(4, 4), flips=("horizontal",), random_crop=RandomCrop()).middle()
    assert view == View(top=2, left=2, height=4, width=4)


numbers = st.lists(st.floats(0, 1, exclude_max=True), min_size=DRAWN, max_size=DRAWN)
sides = st.integers(1, 300)


@given(size=st.tuples(sides, sides), more=st.tuples(st.integers(0, 80), st.integers(0, 80)), random=numbers)
def test_without_random_crops_a_view_is_as_large_as_the_input_and_inside(size, more, random):
    stored = (size[0] + more[0], size[1] + more[1])
    view = Crops(stored=stored, size=size).view(random)
    assert (view.height, view.width) == size
    assert 0 <= view.top <= more[0]
    assert 0 <= view.left <= more[1]
    assert not view.horizontal
    assert not view.vertical


@given(stored=st.tuples(sides, sides), random=numbers, area=st.floats(0.01, 1), aspect=st.floats(0.2, 5))
def test_random_parts_lie_inside(stored, random, area, aspect):
    options = RandomCrop(area=(area, 1.0), aspect=(min(aspect, 1.0), max(aspect, 1.0)))
    view = Crops(stored=stored, size=(8, 8), random_crop=options).view(random)
    assert 0 <= view.top <= stored[0] - view.height
    assert 0 <= view.left <= stored[1] - view.width
    assert view.height >= 1
    assert view.width >= 1


def test_random_parts_have_the_areas_and_aspects_they_may_have():
    options = RandomCrop(area=(0.1, 0.4), aspect=(0.5, 2.0))
    crops = Crops(stored=(1000, 1000), size=(64, 128), flips=("horizontal",), random_crop=options)
    views = [crops.view(row) for row in draws(4000, seed=1, epoch=0)[1]]
    areas = np.array([view.height * view.width for view in views]) / 1e6
    shapes = np.log2([view.width / view.height / 2 for view in views])
    inside = np.array([max(view.height, view.width) < 1000 for view in views])  # nothing cut off
    assert inside.mean() > 0.8
    assert areas[inside].min() == pytest.approx(0.1, abs=0.005)
    assert areas[inside].max() == pytest.approx(0.4, abs=0.02)
    assert shapes.min() == pytest.approx(-1, abs=0.01)
    assert shapes[inside].max() > 0.8
    assert np.mean([view.horizontal for view in views]) == pytest.approx(0.5, abs=0.03)
    assert not any(view.vertical for view in views)


def test_every_place_is_taken_equally_often():
    crops = Crops(stored=(4, 12), size=(4, 10))
    lefts = [crops.view(row).left for row in draws(6000, seed=2, epoch=0)[1]]
    assert np.bincount(lefts) / 6000 == pytest.approx([1 / 3] * 3, abs=0.03)


def test_an_epoch_is_drawn_from_seed_and_epoch_alone():
    order, random = draws(50, seed=3, epoch=4)
    again, same = draws(50, seed=3, epoch=4)
    assert order == again
    assert sorted(order) == list(range(50))
    assert np.array_equal(random, same)
    assert draws(50, seed=3, epoch=5)[0] != order != draws(50, seed=4, epoch=4)[0]
