"""One definition of resizing, held to PyTorch, to Pillow, and to formulas written out."""

import math
from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor

from search_spaces.resizer.resampling import INTERPOLATIONS, RESAMPLINGS, canonical
from workers.networks.resizing import filters, resize

SIDES = st.integers(1, 40)
WAYS = st.sampled_from(RESAMPLINGS)
EVERY_WAY = pytest.mark.parametrize(("interpolation", "antialias"), RESAMPLINGS)
SIZES = [((37, 50), (16, 25)), ((40, 40), (20, 20)), ((24, 30), (23, 7)), ((9, 13), (31, 26)), ((30, 12), (11, 29))]
SHRINKING = [(before, after) for before, after in SIZES if before != (9, 13)]


def pictures(*size: int, batch: int = 2, channels: int = 3) -> Tensor:
    return torch.randn(batch, channels, *size, generator=torch.Generator().manual_seed(0))


def channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)


@settings(max_examples=60, deadline=None)
@given(WAYS, SIDES, SIDES, SIDES, SIDES)
def test_any_size_becomes_any_size_and_keeps_a_constant_picture(way, height, width, rows, columns):
    x = torch.full((2, 3, height, width), 0.7, dtype=torch.float64)
    resized = resize(x, (rows, columns), interpolation=way.interpolation, antialias=way.antialias)
    assert resized.shape == (2, 3, rows, columns)
    torch.testing.assert_close(resized, torch.full_like(resized, 0.7))


@settings(max_examples=60, deadline=None)
@given(WAYS, SIDES, SIDES, SIDES, SIDES)
def test_a_mirrored_picture_is_resized_mirrored(way, height, width, rows, columns):
    def flipped(x: Tensor) -> Tensor:
        return x.flip(-1, -2)

    def resized(x: Tensor) -> Tensor:
        return resize(x, (rows, columns), interpolation=way.interpolation, antialias=way.antialias)

    x = pictures(height, width).double()
    torch.testing.assert_close(resized(flipped(x)), flipped(resized(x)))


@EVERY_WAY
def test_a_picture_of_the_wanted_size_comes_back_itself(interpolation, antialias):
    x = pictures(7, 9)
    assert resize(x, (7, 9), interpolation=interpolation, antialias=antialias) is x


@pytest.mark.parametrize("interpolation", ["bilinear", "area"])
def test_halving_takes_the_mean_of_2_by_2_pixels_exactly(interpolation):
    x = torch.randint(0, 256, (2, 3, 448, 320)).float()
    halved = resize(x, (224, 160), interpolation=interpolation, antialias=False)
    assert torch.equal(halved, F.avg_pool2d(x, 2))
    noise = pictures(96, 64)
    means = F.avg_pool2d(noise, 2)
    torch.testing.assert_close(resize(noise, (48, 32), interpolation=interpolation, antialias=False), means)
    assert (resize(noise, (48, 32), interpolation="bilinear", antialias=True) - means).abs().mean() > 0.1


@pytest.mark.parametrize(("before", "after"), SIZES)
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "area"])
def test_without_antialiasing_it_is_pytorch_s(interpolation, before, after):
    x = pictures(*before)
    corners = {} if interpolation == "area" else {"align_corners": False, "antialias": False}
    expected = F.interpolate(x, size=after, mode=interpolation, **corners)
    for antialias in (False, interpolation == "area"):
        resized = resize(x, after, interpolation=interpolation, antialias=antialias)
        torch.testing.assert_close(resized, expected)


@pytest.mark.parametrize(("before", "after"), SHRINKING)
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("arranged", [torch.clone, channels_last])
def test_with_antialiasing_it_is_pytorch_s(arranged, interpolation, before, after):
    x = arranged(pictures(*before))
    expected = F.interpolate(x, size=after, mode=interpolation, align_corners=False, antialias=True)
    resized = resize(x, after, interpolation=interpolation, antialias=True)
    torch.testing.assert_close(resized, expected, rtol=1e-4, atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES)
def test_bilinear_weighs_the_nearest_pixels_by_their_distance(height, width, rows, columns):
    def weights(before: int, after: int) -> Tensor:
        made = torch.zeros(after, before, dtype=torch.float64)
        for place in range(after):
            at = min(max((place + 0.5) * before / after - 0.5, 0.0), before - 1.0)
            low = min(math.floor(at), before - 1)
            made[place, low] += 1 - (at - low)
            made[place, min(low + 1, before - 1)] += at - low
        return made

    x = pictures(height, width).double()
    resized = resize(x, (rows, columns), interpolation="bilinear", antialias=False)
    torch.testing.assert_close(resized, weights(height, rows) @ x @ weights(width, columns).T)


@pytest.mark.parametrize(("before", "after"), [*SIZES, ((299, 448), (224, 224))])
def test_lanczos_with_antialiasing_is_pillow_s(before, after):
    """Within 1e-4 of a level where Pillow computes in floats, within one level where it rounds twice to integers.

    Far enough from 0 and 255 that it never clips, which it does between rows and columns too.
    """
    levels = np.random.default_rng(0).integers(100, 157, before, dtype=np.uint8)
    x = torch.from_numpy(levels).float()[None, None]
    resized = resize(x, after, interpolation="lanczos", antialias=True)[0, 0].numpy()
    for mode, rounded, tolerance in (("F", resized, 1e-4), ("L", resized.round(), 1)):
        expected = Image.fromarray(levels).convert(mode).resize(after[::-1], Image.Resampling.LANCZOS)
        assert np.abs(np.asarray(expected, np.float64) - rounded).max() <= tolerance


def test_lanczos_without_antialiasing_is_pillow_s_only_where_nothing_shrinks():
    x = torch.rand(1, 1, 9, 13, generator=torch.Generator().manual_seed(0)) * 255
    image = Image.fromarray(x[0, 0].numpy())
    for size, same in (((31, 26), True), ((4, 5), False)):
        expected = torch.from_numpy(np.array(image.resize(size[::-1], Image.Resampling.LANCZOS)))
        resized = resize(x, size, interpolation="lanczos", antialias=False)[0, 0]
        assert torch.allclose(resized, expected, atol=1e-3) is same


def test_lanczos_weights_six_pixels_and_leaves_out_those_beyond_the_edge():
    def sinc(t: float) -> float:
        return 1.0 if t == 0 else math.sin(math.pi * t) / (math.pi * t)

    weights = filters(20, 12, "lanczos", antialias=False)
    for place in range(12):
        at = (place + 0.5) * 20 / 12 - 0.5
        near = {pixel: pixel - at for pixel in range(20) if abs(pixel - at) < 3}
        raw = {pixel: sinc(t) * sinc(t / 3) for pixel, t in near.items()}
        expected = [raw.get(pixel, 0.0) / sum(raw.values()) for pixel in range(20)]
        np.testing.assert_allclose(weights[place], expected, atol=1e-12)
    assert (weights[6] != 0).sum() == 6
    assert (filters(20, 10, "lanczos", antialias=True)[5] != 0).sum() == 12


def test_the_size_is_the_one_asked_for_also_where_a_factor_would_lose_a_pixel():
    pairs = product(range(32, 641), (150, 224, 256, 299, 320, 384))
    lossy = [(side, wanted) for side, wanted in pairs if math.floor(side * (wanted / side)) != wanted]
    assert len(lossy) == 135
    assert (299, 224) in lossy
    for (side, wanted), way in product(lossy, RESAMPLINGS):
        assert resize(torch.ones(1, 1, side, 3), (wanted, 2), **way._asdict()).shape == (1, 1, wanted, 2)


def test_ways_to_resize_are_equal_exactly_where_the_space_says_so():
    """Every pair of ways, on every axis of 3..20 pixels that becomes one of 3..20."""
    for before, after in product(range(3, 21), repeat=2):
        eye = torch.eye(before, dtype=torch.float64)[:, None, :, None]
        results = {way: resize(eye, (after, 1), **way._asdict()) for way in RESAMPLINGS}
        for one, other in product(RESAMPLINGS, repeat=2):
            equal = torch.allclose(results[one], results[other], rtol=0, atol=1e-9)
            axes = [(before, after)]
            assert equal is (canonical(one, axes) == canonical(other, axes)), (before, after, one, other)


@EVERY_WAY
@pytest.mark.parametrize("after", [(3, 4), (9, 10), (4, 10)])
def test_gradients_reach_the_picture_and_are_right(interpolation, antialias, after):
    x = pictures(6, 7, batch=1, channels=2).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: resize(x, after, interpolation=interpolation, antialias=antialias), x)
    resize(x, (6, 7), interpolation=interpolation, antialias=antialias).sum().backward()
    assert torch.equal(x.grad, torch.ones_like(x))


@EVERY_WAY
@pytest.mark.parametrize("channels", [1, 3, 16])
def test_memory_and_number_formats_are_kept(interpolation, antialias, channels):
    x = pictures(20, 24, channels=channels)
    plain = resize(x, (9, 11), interpolation=interpolation, antialias=antialias)
    assert plain.is_contiguous()
    for kind, tolerance in (
        (torch.float64, 1e-5),
        (torch.float32, 1e-5),
        (torch.bfloat16, 0.03),
        (torch.float16, 0.01),
    ):
        resized = resize(channels_last(x).to(kind), (9, 11), interpolation=interpolation, antialias=antialias)
        assert resized.dtype == kind
        assert resized.is_contiguous(memory_format=torch.channels_last)
        torch.testing.assert_close(resized.float(), plain, rtol=tolerance, atol=tolerance)


@EVERY_WAY
def test_pictures_keep_their_precision_under_autocast(interpolation, antialias):
    x = pictures(20, 24)
    plain = resize(x, (9, 11), interpolation=interpolation, antialias=antialias)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(resize(x, (9, 11), interpolation=interpolation, antialias=antialias), plain)


@EVERY_WAY
def test_shapes_can_be_had_without_computing(interpolation, antialias):
    x = torch.empty(2, 3, 8, 9, device="meta")
    assert resize(x, (4, 20), interpolation=interpolation, antialias=antialias).shape == (2, 3, 4, 20)


def test_a_filter_met_first_without_gradients_serves_a_training_afterwards():
    with torch.inference_mode():
        resize(pictures(33, 21), (15, 17), interpolation="lanczos", antialias=True)
    x = pictures(33, 21).requires_grad_()
    resize(x, (15, 17), interpolation="lanczos", antialias=True).sum().backward()
    assert x.grad.abs().sum() > 0


def test_remembered_filters_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        filters(8, 4, "lanczos", antialias=True)[0] = 0


@pytest.mark.parametrize(
    ("x", "size", "message"),
    [
        (torch.zeros(1, 3, 4, 4, dtype=torch.uint8), (2, 2), "of floating point, got .* of torch.uint8"),
        (torch.zeros(3, 4, 4), (2, 2), r"pictures must be \[B, C, H, W\] .* got \[3, 4, 4\]"),
        (torch.zeros(1, 3, 4, 4), (0, 2), r"size must be at least 1 in height and in width, got \(0, 2\)"),
    ],
)
def test_what_cannot_be_resized_is_refused(x, size, message):
    for interpolation in INTERPOLATIONS:
        with pytest.raises(ValueError, match=message):
            resize(x, size, interpolation=interpolation, antialias=False)
