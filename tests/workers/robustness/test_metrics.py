"""The table of the publication, and agreement of signs."""

import numpy as np
import pytest
import torch

from workers.robustness.distortions import EVALUATED
from workers.robustness.metrics import PASSES, SignAgreement, robustness_metrics


def flags(right: int, count: int = 20) -> np.ndarray:
    return np.arange(count) < right


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
