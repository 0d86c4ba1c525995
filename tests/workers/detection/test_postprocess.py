"""From raw predictions to detections, against a naive version."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nas.tasks.detection import Anchors, Suppression
from workers.detection.anchors import anchor_boxes
from workers.detection.boxes import decode, encode, iou
from workers.detection.postprocess import Detections, detect

SIZE = (48, 64)
ANCHORS = anchor_boxes(SIZE, (3, 4), Anchors(scales=1, aspect_ratios=(1.0,), size=2.0))
CLASSES = 3


def predictions(seed: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(2, len(ANCHORS), CLASSES, generator=generator) * 2 - 1
    return logits, torch.randn(2, len(ANCHORS), 4, generator=generator) * 0.3


def slow_detect(logits: Tensor, codes: Tensor, options: Suppression) -> list[tuple[float, int, list[float]]]:
    """All scores sorted, then one after the other, each kept unless a better one of its class is in the way."""
    boxes = decode(codes, ANCHORS)
    boxes = torch.stack([boxes[:, axis].clamp(0, SIZE[1 - axis % 2]) for axis in range(4)], 1)
    entries = [(score, place) for place, score in enumerate(logits.sigmoid().flatten().tolist())]
    entries = sorted((entry for entry in entries if entry[0] > options.score_threshold), reverse=True)
    kept: list[tuple[float, int, list[float]]] = []
    for score, place in entries[: options.candidates]:
        box, label = boxes[place // CLASSES], place % CLASSES
        rivals = torch.tensor([other for _, of, other in kept if of == label]).reshape(-1, 4)
        if not (iou(box[None], rivals) > options.iou_threshold).any():
            kept.append((score, label, box.tolist()))
    return kept[: options.detections]


def run(logits: Tensor, codes: Tensor, **options: object) -> list[Detections]:
    return detect(logits, codes, ANCHORS, size=SIZE, options=Suppression(**options))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 1000),
    st.sampled_from([0.0, 0.05, 0.4]),
    st.sampled_from([0.3, 0.7]),
    st.sampled_from([10, 5000]),
    st.sampled_from([5, 100]),
)
def test_detections_are_those_of_the_naive_version(seed, score_threshold, iou_threshold, candidates, detections):
    options = Suppression(
        score_threshold=score_threshold, iou_threshold=iou_threshold, candidates=candidates, detections=detections
    )
    logits, codes = predictions(seed)
    for found, *picture in zip(detect(logits, codes, ANCHORS, size=SIZE, options=options), logits, codes, strict=True):
        expected = slow_detect(*picture, options)
        assert found.labels.tolist() == [label for _, label, _ in expected]
        assert torch.allclose(found.scores, torch.tensor([score for score, _, _ in expected]))
        assert torch.allclose(found.boxes, torch.tensor([box for _, _, box in expected]).reshape(-1, 4), atol=1e-4)


def test_a_box_predicted_at_its_anchor_is_found_in_input_pixels():
    box = torch.tensor([[10.0, 12.0, 30.0, 40.0]])
    logits = torch.full((1, len(ANCHORS), CLASSES), -9.0)
    codes = torch.zeros(1, len(ANCHORS), 4)
    logits[0, 5, 2] = 3.0
    codes[0, 5] = encode(box, ANCHORS[5:6])[0]
    (found,) = run(logits, codes)
    assert torch.allclose(found.boxes, box, atol=1e-4)
    assert found.labels.tolist() == [2]
    assert found.scores.item() == pytest.approx(torch.tensor(3.0).sigmoid().item())


def test_one_place_may_be_found_once_per_class():
    logits = torch.full((1, len(ANCHORS), CLASSES), -9.0)
    logits[0, 7, :2] = 2.0
    (found,) = run(logits, torch.zeros(1, len(ANCHORS), 4))
    assert sorted(found.labels.tolist()) == [0, 1]


def test_boxes_end_at_the_border_of_the_picture():
    logits, codes = predictions(0)
    for found in run(logits, codes * 10, score_threshold=0.0):
        assert found.boxes.min() >= 0
        assert found.boxes[:, 2].max() <= SIZE[1]
        assert found.boxes[:, 3].max() <= SIZE[0]


def test_nothing_above_the_threshold_gives_empty_detections():
    logits, codes = predictions(0)
    found = run(logits - 100, codes)[0]
    assert (found.boxes.shape, found.scores.shape, found.labels.shape) == ((0, 4), (0,), (0,))
    assert len(run(logits, codes, score_threshold=1.0)[0].scores) == 0


def test_predictions_in_bfloat16_give_float32_detections_without_gradients():
    logits, codes = (x.bfloat16().requires_grad_() for x in predictions(0))
    found = run(logits, codes)[0]
    assert found.boxes.dtype == found.scores.dtype == torch.float32
    assert not found.boxes.requires_grad
