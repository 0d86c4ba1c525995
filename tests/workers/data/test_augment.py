"""Views of samples: flips and scale jitter move pixels and boxes together, and are drawn per (seed, epoch, picture)."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.data.augment import Sample, View, batch_of, draw_view, normalised, seen_through

FILL = (5, 6, 7)
BOX = (20, 8, 44, 32)  # the marked square of `sample`


def sample(height: int = 48, width: int = 64, size: tuple[int, int] = (64, 64)) -> Sample:
    """A dark picture with one bright square, in the top left of its letterbox."""
    pixels = np.empty((*size, 3), np.uint8)
    pixels[:] = FILL
    pixels[:height, :width] = 20
    pixels[BOX[1] : BOX[3], BOX[0] : BOX[2]] = 220
    return Sample(
        pixels=pixels,
        height=height,
        width=width,
        boxes=np.array([BOX], np.float32),
        labels=np.array([4]),
        crowd=np.array([False]),
        image_id=11,
        scale=0.5,
    )


def seen(view: View, start: Sample | None = None) -> Sample:
    start = start or sample()
    return seen_through(view, start, np.empty_like(start.pixels), FILL)


def bright(pixels: np.ndarray) -> list[float]:
    """The corners of what is brighter than half, to a fraction of a pixel where it fades."""
    light = np.clip((pixels[..., 0].astype(float) - 20) / 200, 0, 1)
    rows, columns = light.max(1), light.max(0)
    top, left = int(np.argmax(rows > 0.01)), int(np.argmax(columns > 0.01))
    x1, y1 = left + 1 - columns[left], top + 1 - rows[top]
    return [x1, y1, x1 + columns.sum(), y1 + rows.sum()]


@pytest.mark.parametrize(
    ("view", "box"),
    [
        (View(), [20, 8, 44, 32]),
        (View(horizontal=True), [20, 8, 44, 32]),
        (View(vertical=True), [20, 16, 44, 40]),
        (View(horizontal=True, vertical=True), [20, 16, 44, 40]),
    ],
)
@pytest.mark.parametrize("width", [64, 60])
def test_flips_turn_the_covered_part_and_its_boxes(view, box, width):
    shifted = [box[0] - (64 - width) * view.horizontal, box[1], box[2] - (64 - width) * view.horizontal, box[3]]
    result = seen(view, sample(width=width))
    assert result.boxes.tolist() == [shifted]
    assert bright(result.pixels) == shifted
    assert (result.pixels[48:] == FILL).all()
    assert (result.pixels[:48, width:] == FILL).all()


def test_without_jitter_no_pixel_is_resampled():
    start = sample()
    start.pixels[:48] = np.random.default_rng(0).integers(0, 256, (48, 64, 3))
    twice = seen(View(horizontal=True, vertical=True), seen(View(horizontal=True, vertical=True), start))
    assert np.array_equal(twice.pixels, start.pixels)
    assert np.array_equal(twice.boxes, start.boxes)


def test_the_sample_itself_stays_as_it_was():
    start = sample()
    before = start.pixels.copy()
    start.pixels.flags.writeable = False
    seen(View(horizontal=True, vertical=True, scale=1.3), start)
    assert np.array_equal(start.pixels, before)
    assert start.boxes.tolist() == [list(BOX)]


@settings(max_examples=60, deadline=None)
@given(
    scale=st.floats(0.4, 2.5).filter(lambda scale: scale != 1.0),
    place=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    horizontal=st.booleans(),
    vertical=st.booleans(),
)
def test_jitter_moves_pixels_and_boxes_together(scale, place, horizontal, vertical):
    result = seen(View(scale=scale, place=place, horizontal=horizontal, vertical=vertical))
    if len(result.boxes):
        (found,) = result.boxes.tolist()
        assert bright(result.pixels) == pytest.approx(found, abs=1.5)
        assert 0 <= found[0] <= found[2] <= result.width
        assert 0 <= found[1] <= found[3] <= result.height
    assert (result.pixels[result.height :] == FILL).all()


def test_boxes_that_jitter_crops_away_are_dropped_with_their_labels():
    result = seen(View(scale=4.0, place=(1.0, 1.0)))
    assert result.boxes.shape == (0, 4)
    assert result.labels.shape == result.crowd.shape == (0,)


def test_a_view_depends_on_seed_epoch_and_picture_only():
    def drawn(**changed):
        arguments = {"seed": 1, "epoch": 2, "image_id": 3, "flips": ("horizontal",), "scale_jitter": (0.8, 1.2)}
        return draw_view(**{**arguments, **changed})

    assert drawn() == drawn()
    assert len({drawn(), drawn(seed=2), drawn(epoch=3), drawn(image_id=4)}) == 4


def test_pictures_may_have_negative_ids():
    views = [draw_view(seed=0, epoch=0, image_id=n, flips=(), scale_jitter=(0.5, 2)) for n in (-1, 1)]
    assert views[0].scale != views[1].scale


def test_views_are_fair_and_stay_in_range():
    views = [
        draw_view(seed=0, epoch=0, image_id=n, flips=("horizontal", "vertical"), scale_jitter=(0.5, 2))
        for n in range(2000)
    ]
    assert 900 < sum(view.horizontal for view in views) < 1100
    assert 900 < sum(view.vertical for view in views) < 1100
    assert 400 < sum(view.vertical and view.horizontal for view in views) < 600
    assert all(0.5 <= view.scale <= 2 for view in views)


def test_nothing_is_drawn_that_was_not_asked_for():
    views = {draw_view(seed=0, epoch=0, image_id=n, flips=(), scale_jitter=(1, 1)).scale for n in range(50)}
    assert views == {1.0}


def test_a_batch_is_channels_last_and_of_the_right_types():
    batch = batch_of([sample(), sample()], [View(), View(horizontal=True)], FILL)
    assert batch.images.shape == (2, 3, 64, 64)
    assert batch.images.dtype == torch.uint8
    assert batch.images.is_contiguous(memory_format=torch.channels_last)
    assert [boxes.dtype for boxes in batch.boxes] == [torch.float32] * 2
    assert [labels.dtype for labels in batch.labels] == [torch.int64] * 2
    assert (len(batch), batch.image_ids, batch.scales) == (2, (11, 11), (0.5, 0.5))


def test_normalised_pictures_stay_channels_last():
    images = batch_of([sample()], [View()], FILL).images
    result = normalised(images, (20.0, 30.0, 40.0), (1.0, 2.0, 4.0))
    assert result.is_contiguous(memory_format=torch.channels_last)
    assert result[0, :, 0, 0].tolist() == [0.0, -5.0, -5.0]
