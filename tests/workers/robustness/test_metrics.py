"""The table of the publication, agreement of signs, and the paired test."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workers.robustness.distortions import EVALUATED
from workers.robustness.metrics import (
    PASSES,
    SignAgreement,
    mcnemar,
    read_correct,
    robustness_metrics,
    write_correct,
)


def flags(right: int, count: int = 20) -> np.ndarray:
    return np.arange(count) < right


def paired(both: int, only_first: int, only_second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    first = np.repeat([True, True, False, False], [both, only_first, only_second, neither])
    second = np.repeat([True, False, True, False], [both, only_first, only_second, neither])
    return first, second


def test_the_passes_are_those_of_the_publication() -> None:
    assert [one.name for one in PASSES] == [
        *("clean", "noise_20", "noise_40", "noise_60", "noise_80", "noise_100"),
        *("blur_2", "blur_4", "blur_6", "blur_8", "blur_10"),
    ]


def test_means_are_over_strengths_and_then_over_the_three_kinds() -> None:
    rights = dict(zip((one.name for one in PASSES), [18, 15, 14, 13, 12, 11, 9, 8, 7, 6, 5], strict=True))
    metrics = robustness_metrics({name: flags(right) for name, right in rights.items()})
    assert {f"top1_{name}": right / 20 for name, right in rights.items()}.items() <= metrics.items()
    assert (metrics["top1_noise"], metrics["top1_blur"]) == pytest.approx((0.65, 0.35))
    assert metrics["top1_mean"] == pytest.approx((0.9 + 0.65 + 0.35) / 3)
    assert len(metrics) == 11 + 3


def test_the_mean_of_three_of_the_published_rows_is_the_printed_one() -> None:
    for clean, noise, blur, mean in ((0.6744, 0.5660, 0.5073, 0.5826), (0.6769, 0.5769, 0.5129, 0.5889)):
        values = {one.name: {"clean": clean, "noise": noise, "blur": blur}[one.kind] for one in PASSES}
        correct = {name: np.arange(10_000) < value * 10_000 for name, value in values.items()}
        assert robustness_metrics(correct)["top1_mean"] == pytest.approx(mean, abs=5e-5)


def test_agreement_counts_neurons_that_fire_alike() -> None:
    agreement = SignAgreement()
    teacher = torch.tensor([[1.0, -1.0, 0.0, 2.0]])
    for one in PASSES:
        agreement.add(one, "fc6", teacher, teacher > 0)
        wrong = -1.0 if one in EVALUATED[:5] else 1.0
        agreement.add(one, "fc7", teacher * torch.tensor([1.0, 1.0, 1.0, wrong]), teacher)
    metrics = agreement.metrics()
    assert metrics["sign_agreement/fc6"] == 1.0
    assert metrics["sign_agreement/fc7/clean"] == metrics["sign_agreement/fc7/blur"] == 1.0
    assert metrics["sign_agreement/fc7/noise"] == 0.75
    assert metrics["sign_agreement/fc7"] == pytest.approx((1 + 0.75 + 1) / 3)
    assert metrics["sign_agreement"] == pytest.approx((1 + metrics["sign_agreement/fc7"]) / 2)


def test_agreement_is_gathered_over_batches() -> None:
    agreement = SignAgreement()
    for one in PASSES:
        agreement.add(one, "fc6", torch.ones(1, 4), torch.ones(1, 4))
        agreement.add(one, "fc6", torch.ones(3, 4), -torch.ones(3, 4))
    assert agreement.metrics()["sign_agreement/fc6"] == 0.25


def test_without_layers_there_is_no_agreement_to_tell() -> None:
    assert SignAgreement().metrics() == {}


def test_mcnemar_s_own_example() -> None:
    first, second = paired(101, 121, 59, 33)
    plain, corrected = (mcnemar(first, second, continuity=on) for on in (False, True))
    assert (plain.only_first, plain.only_second) == (121, 59)
    assert plain.chi_squared == pytest.approx(21.3556, abs=1e-4)
    assert plain.chi_squared_p == pytest.approx(3.8e-6, rel=0.01)
    assert corrected.chi_squared == pytest.approx(20.6722, abs=1e-4)
    assert plain.exact_p == pytest.approx(4.4e-6, rel=0.02)


@pytest.mark.parametrize(
    ("b", "c", "p"),
    [(10, 2, 158 / 4096), (2, 10, 158 / 4096), (5, 0, 2 / 32), (3, 3, 1.0), (0, 0, 1.0), (1, 0, 1.0), (6, 1, 0.125)],
)
def test_the_exact_test_has_its_closed_form(b: int, c: int, p: float) -> None:
    assert mcnemar(*paired(7, b, c, 4)).exact_p == pytest.approx(p, rel=1e-12)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_exact_test_is_the_sum_of_all_outcomes_that_are_no_likelier(b: int, c: int) -> None:
    throws = b + c
    chances = [math.comb(throws, heads) for heads in range(throws + 1)]
    wanted = sum(chance for chance in chances if chance <= chances[b]) / 2**throws
    assert mcnemar(*paired(1, b, c, 1)).exact_p == pytest.approx(wanted, rel=1e-12)


def test_both_tests_agree_on_many_pictures_and_see_nothing_in_equal_vectors() -> None:
    found = mcnemar(*paired(30_000, 4_300, 4_100, 11_600))
    assert found.exact_p == pytest.approx(found.chi_squared_p, rel=0.01)
    same = mcnemar(flags(5), flags(5))
    assert (same.exact_p, same.chi_squared, same.chi_squared_p) == (1.0, 0.0, 1.0)


def test_by_chance_small_p_are_as_rare_as_they_say() -> None:
    rng = np.random.default_rng(0)
    below = [mcnemar(*(rng.random((2, 400)) < 0.6)).exact_p <= 0.05 for _ in range(600)]
    assert 0.01 < np.mean(below) < 0.06


def test_vectors_of_different_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must be of one length, got shapes \(20,\) and \(21,\)"):
        mcnemar(flags(3), flags(3, 21))


def test_what_was_right_is_kept_a_bit_per_picture(tmp_path: Path) -> None:
    correct = {one.name: flags(place, 50_003) for place, one in enumerate(PASSES)}
    file = write_correct(tmp_path / "correct.npz", correct)
    kept = read_correct(file)
    assert kept.keys() == correct.keys()
    assert all(kept[name].dtype == np.bool_ and (kept[name] == wanted).all() for name, wanted in correct.items())
    assert file.stat().st_size < len(PASSES) * 50_003 / 8
