"""Noise and blur are what the publication says, repeatable, and independent of the batch."""

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import conv2d, pad

from search_spaces.fine_tuning.architecture import FineTuning
from workers.robustness.distortions import (
    CLEAN,
    EVALUATED,
    Distortion,
    Finish,
    Kind,
    blur,
    blur_matrix,
    distort,
    draw_distortions,
    effective_sigma,
    gaussian_kernel,
    gaussian_noise,
    seeded_for,
)

RAW = Finish(clip=False, rounding=False)
NOISE_100 = Distortion(kind=Kind.NOISE, strength=5, seed=3)
BLUR_10 = Distortion(kind=Kind.BLUR, strength=5)


def pictures(count: int = 2, height: int = 48, width: int = 56) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (count, 3, height, width), generator=generator, dtype=torch.uint8)


def plain(value: int, side: int = 400) -> torch.Tensor:
    return torch.full((1, 3, side, side), value, dtype=torch.uint8)


def test_the_evaluation_has_five_strengths_of_noise_and_of_blur() -> None:
    assert [one.sigma for one in EVALUATED] == [20, 40, 60, 80, 100, 2, 4, 6, 8, 10]


@pytest.mark.parametrize(
    ("sigma", "taps", "effective"), [(2, 7, 1.641), (4, 15, 3.408), (6, 23, 5.170), (8, 31, 6.930), (10, 39, 8.690)]
)
def test_kernels_have_4_sigma_minus_1_taps_and_the_effective_sigma_that_follows(
    sigma: int, taps: int, effective: float
) -> None:
    kernel = gaussian_kernel(sigma)
    assert len(kernel) == taps
    assert kernel.sum().item() == pytest.approx(1.0, abs=1e-12)
    assert torch.equal(kernel, kernel.flip(0))
    assert effective_sigma(sigma) == pytest.approx(effective, abs=5e-4)


@pytest.mark.parametrize("sigma", [20, 40, 60, 80, 100])
def test_noise_has_its_standard_deviation(sigma: int) -> None:
    noise = gaussian_noise((1_000_000,), sigma, torch.Generator().manual_seed(0))
    assert noise.std().item() == pytest.approx(sigma, rel=5e-3)
    assert noise.mean().item() == pytest.approx(0.0, abs=0.005 * sigma)


@pytest.mark.parametrize(("value", "deviation", "mean"), [(128, 82.0, 127.7), (0, 58.0, 40.0)])
def test_clipping_shrinks_noise_of_sigma_100_to_82_on_mid_grey_and_to_58_on_black(
    value: int, deviation: float, mean: float
) -> None:
    noisy = distort(plain(value), [NOISE_100], finish=Finish())
    assert noisy.std().item() == pytest.approx(deviation, abs=0.5)
    assert noisy.mean().item() == pytest.approx(mean, abs=0.5)
    assert 0 <= noisy.min() <= noisy.max() <= 255


def test_clipping_and_rounding_are_options_of_their_own() -> None:
    raw, clipped, rounded, both = (
        distort(plain(30, side=64), [NOISE_100], finish=Finish(clip=clip, rounding=rounding))
        for clip, rounding in ((False, False), (True, False), (False, True), (True, True))
    )
    assert raw.min() < 0
    assert torch.equal(clipped, raw.clamp(0, 255))
    assert torch.equal(rounded, raw.round())
    assert torch.equal(both, raw.clamp(0, 255).round())
    assert torch.equal(both, both.to(torch.uint8).float())


@pytest.mark.parametrize("sigma", [2, 10])
def test_blur_is_the_convolution_with_the_kernel_over_a_mirrored_border(sigma: int) -> None:
    given = pictures().double()
    kernel, radius = gaussian_kernel(sigma), 2 * sigma - 1
    flat = pad(given, [radius] * 4, mode="reflect").flatten(0, 1)[:, None]
    wanted = conv2d(conv2d(flat, kernel[None, None, :, None]), kernel[None, None, None, :]).view_as(given)
    torch.testing.assert_close(blur(given, [sigma] * 2), wanted)


@pytest.mark.parametrize("length", [1, 2, 3, 11, 19, 20])
def test_where_the_radius_exceeds_the_picture_the_mirror_image_is_mirrored_again(length: int) -> None:
    line = np.random.default_rng(length).random(length)
    padded = np.pad(line, 19, mode="reflect") if length > 1 else np.full(39, line[0])
    wanted = np.convolve(padded, gaussian_kernel(10).numpy(), mode="valid")
    np.testing.assert_allclose(blur_matrix(length, 10).numpy() @ line, wanted, atol=1e-12)


@pytest.mark.parametrize(("border", "mode"), [("repeat", "edge"), ("black", "constant")])
def test_beyond_the_border_is_what_the_task_says(border: str, mode: str) -> None:
    line = np.random.default_rng(3).random(11)
    wanted = np.convolve(np.pad(line, 19, mode=mode), gaussian_kernel(10).numpy(), mode="valid")
    np.testing.assert_allclose(blur_matrix(11, 10, border).numpy() @ line, wanted, atol=1e-12)
    given = torch.from_numpy(line).expand(1, 3, 11, 11).float() * 255
    assert torch.equal(distort(given, [BLUR_10], finish=RAW, border=border), blur(given, [10], border=border))
    assert not torch.equal(blur(given, [10], border=border), blur(given, [10]))


def test_blur_keeps_plain_pictures_and_spreads_a_point_by_its_effective_sigma() -> None:
    torch.testing.assert_close(distort(plain(77, side=12), [BLUR_10], finish=RAW), plain(77, side=12).float())
    point = torch.zeros(1, 3, 101, 101)
    point[:, :, 50, 50] = 255
    spread = distort(point, [BLUR_10], finish=RAW)[0, 0] / 255
    at = torch.arange(-50.0, 51.0)
    assert (spread.sum(0) * at**2).sum().sqrt().item() == pytest.approx(8.690, abs=1e-3)
    assert (spread.sum(1) * at**2).sum().sqrt().item() == pytest.approx(8.690, abs=1e-3)


def test_every_picture_gets_its_own_distortion_whatever_the_rest_of_the_batch() -> None:
    given = pictures(4)
    wanted = [NOISE_100, CLEAN, BLUR_10, Distortion(kind=Kind.BLUR, strength=1)]
    together = distort(given, wanted, finish=Finish())
    for place, distortion in enumerate(wanted):
        alone = distort(given[place : place + 1], [distortion], finish=Finish())
        torch.testing.assert_close(together[place : place + 1], alone, atol=1.0 if place > 1 else 0.0, rtol=0)
    assert torch.equal(together[1], given[1].float())
    assert given.dtype is torch.uint8


def test_the_given_pictures_stay_as_they_are() -> None:
    given = pictures().float()
    kept = given.clone()
    distort(given, [NOISE_100, BLUR_10], finish=Finish())
    assert torch.equal(given, kept)


def test_distortions_are_exact_under_autocast() -> None:
    given = pictures()
    wanted = distort(given, [NOISE_100, BLUR_10], finish=RAW)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(distort(given, [NOISE_100, BLUR_10], finish=RAW), wanted)


def test_another_seed_gives_another_noise() -> None:
    one, again, other = (
        distort(pictures(1), [Distortion(kind=Kind.NOISE, strength=1, seed=seed)], finish=RAW) for seed in (1, 1, 2)
    )
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_pictures_of_an_evaluation_have_noises_of_their_own_that_depend_on_number_and_seed_alone() -> None:
    first = seeded_for(EVALUATED[0], range(4), seed=0)
    assert first[2:] == seeded_for(EVALUATED[0], (2, 3), seed=0)
    seeds = {one.seed for distortion in EVALUATED[:5] for one in seeded_for(distortion, range(100), seed=0)}
    assert len(seeds) == 500
    assert first != seeded_for(EVALUATED[0], range(4), seed=1)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 100), st.permutations(range(8)))
def test_a_draw_depends_on_the_picture_the_seed_and_the_epoch_alone(seed: int, epoch: int, order: list[int]) -> None:
    way = FineTuning()
    inorder = draw_distortions(range(8), way, seed=seed, epoch=epoch)
    assert draw_distortions(order, way, seed=seed, epoch=epoch) == tuple(inorder[number] for number in order)
    assert inorder != draw_distortions(range(8), way, seed=seed, epoch=epoch + 1)


def test_kinds_are_drawn_by_their_shares_and_strengths_uniformly() -> None:
    way = FineTuning(mix=(1, 2, 1), strengths=(1, 3, 5))
    drawn = draw_distortions(range(8000), way, seed=5, epoch=0)
    kinds = Counter(one.kind for one in drawn)
    assert [kinds[kind] / 8000 for kind in Kind] == pytest.approx([0.25, 0.5, 0.25], abs=0.02)
    noisy = Counter(one.strength for one in drawn if one.kind is Kind.NOISE)
    assert {strength: number / kinds[Kind.NOISE] for strength, number in noisy.items()} == pytest.approx(
        {1: 1 / 3, 3: 1 / 3, 5: 1 / 3}, abs=0.03
    )


def test_a_share_of_nothing_is_never_drawn() -> None:
    assert set(draw_distortions(range(200), FineTuning(mix=(1, 0, 0), strengths=()), seed=0, epoch=0)) == {CLEAN}
    blurred = draw_distortions(range(200), FineTuning(mix=(0, 0, 1)), seed=0, epoch=0)
    assert {one.kind for one in blurred} == {Kind.BLUR}
