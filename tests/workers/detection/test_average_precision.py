"""Average precision equals pycocotools, is silent, and copes with nothing found."""

import contextlib
import copy
import gc
import io
import json

import numpy as np
import pytest
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from nas.errors import TrialFailure
from nas.records import FailureKind
from workers.detection.average_precision import METRICS, DetectionRecord, average_precision, evaluated


def reference(truth, detections, kind="bbox") -> COCOeval:
    """pycocotools' own evaluation."""
    with contextlib.redirect_stdout(io.StringIO()):
        ground = COCO()
        ground.dataset = copy.deepcopy(truth)
        ground.createIndex()
        evaluation = COCOeval(ground, ground.loadRes(copy.deepcopy(detections)), kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation


def numbers(metrics) -> list[float]:
    return [metrics.get(name, -1.0) for name in METRICS]


def random_box(rng) -> list[float]:
    width, height = np.exp(rng.uniform(1.5, 5.5, 2))
    return [float(value) for value in (rng.uniform(0, 300), rng.uniform(0, 200), width, height)]


def random_case(seed: int, pictures: int = 12, classes: int = 4):
    """Ground truth with crowds, empty pictures, gaps in the ids; detections near it and far, some scores tied."""
    rng = np.random.default_rng(seed)
    annotations, detections = [], []
    for image_id in range(1, pictures + 1):
        own = [(random_box(rng), 3 * int(rng.integers(classes)) + 2) for _ in range(rng.integers(0, 7))]
        for bbox, category in own:
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image_id,
                    "category_id": category,
                    "bbox": bbox,
                    "area": bbox[2] * bbox[3] * float(rng.uniform(0.5, 1)),
                    "iscrowd": int(rng.random() < 0.1),
                }
            )
        near = [([float(v) for v in np.array(bbox) * rng.uniform(0.8, 1.2, 4)], category) for bbox, category in own]
        far = [(random_box(rng), 3 * int(rng.integers(classes)) + 2) for _ in range(rng.integers(0, 8))]
        detections += [
            {"image_id": image_id, "category_id": category, "bbox": bbox, "score": round(float(rng.random()), 2)}
            for bbox, category in near + far
        ]
    images = [{"id": number, "width": 640, "height": 480} for number in range(1, pictures + 1)]
    categories = [{"id": 3 * label + 2, "name": f"class {label}"} for label in range(classes)]
    return {"images": images, "annotations": annotations, "categories": categories}, detections


@pytest.mark.parametrize("kind", ["bbox", "segm"])
def test_it_equals_pycocotools_and_the_published_numbers_on_real_results(shared_data, kind):
    root = shared_data / "cocoapi_eval"
    truth = json.loads((root / "instances_val2014_100.json").read_text())
    detections = json.loads((root / f"instances_val2014_fake{kind}100_results.json").read_text())
    expected = json.loads((root / "expected_stats.json").read_text())
    result = evaluated(truth, detections, kind)
    assert numbers(result.metrics) == pytest.approx(expected[kind], abs=1e-6)
    assert numbers(result.metrics) == pytest.approx(list(reference(truth, detections, kind).stats), abs=1e-6)
    of_class = {name: value for name, value in expected[f"{kind}_per_category_AP"].items() if value is not None}
    assert result.class_ap == pytest.approx(of_class, abs=1e-6)


@pytest.mark.parametrize("seed", range(25))
def test_it_equals_pycocotools_on_random_detections(seed):
    truth, detections = random_case(seed)
    evaluation = reference(truth, detections)
    result = evaluated(truth, detections)
    assert numbers(result.metrics) == pytest.approx(list(evaluation.stats), abs=1e-6)
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    for place in range(4):
        if (own := precision[:, :, place]).max() > -1:
            assert result.class_ap[f"class {place}"] == pytest.approx(own.mean(), abs=1e-6)
            assert result.metrics[f"AP50/class {place}"] == pytest.approx(own[0].mean(), abs=1e-6)


def test_more_than_a_hundred_detections_of_a_picture_count_as_in_pycocotools():
    truth, _ = random_case(1, pictures=2, classes=1)
    rng = np.random.default_rng(0)
    detections = [
        {"image_id": 1 + n % 2, "category_id": 2, "bbox": random_box(rng), "score": float(rng.random())}
        for n in range(500)
    ]
    assert numbers(average_precision(truth, detections)) == pytest.approx(list(reference(truth, detections).stats))


def test_the_ground_truth_given_back_is_perfect():
    truth, _ = random_case(2)
    found = [{**record, "score": 0.9} for record in truth["annotations"] if not record["iscrowd"]]
    metrics = average_precision(truth, found)
    assert metrics["AP"] == metrics["AP50"] == metrics["AR100"] == pytest.approx(1.0)


def test_no_detections_give_zeros_in_silence(capfd, recwarn):
    truth, _ = random_case(3)
    metrics = average_precision(truth, [])
    assert set(metrics.values()) == {0.0}
    assert {"AP", "AP50", "AR100"} <= set(metrics)
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_areas_and_classes_without_ground_truth_are_left_out():
    truth = {
        "images": [{"id": 1, "width": 100, "height": 100}],
        "annotations": [{"id": 0, "image_id": 1, "category_id": 5, "bbox": [1, 1, 10, 10], "area": 100}],
        "categories": [{"id": 5, "name": "there"}, {"id": 6, "name": "absent"}],
    }
    found = [{"image_id": 1, "category_id": 5, "bbox": [1, 1, 10, 10], "score": 0.5}]
    result = evaluated(truth, found)
    assert result.metrics["AP_small"] == pytest.approx(1.0)  # also although the file numbers annotations from 0
    assert "AP_medium" not in result.metrics
    assert "AP50/absent" not in result.metrics
    assert result.class_ap == {"there": pytest.approx(1.0)}


def test_annotations_without_an_area_get_their_box_s():
    truth, detections = random_case(9)
    for annotation in truth["annotations"]:
        annotation["area"] = annotation["bbox"][2] * annotation["bbox"][3]
    without = [{key: annotation[key] for key in annotation if key != "area"} for annotation in truth["annotations"]]
    assert average_precision({**truth, "annotations": without}, detections) == average_precision(truth, detections)


def test_classes_of_one_name_stay_apart():
    truth, detections = random_case(4, classes=2)
    for category in truth["categories"]:
        category["name"] = "twin"
    assert set(evaluated(truth, detections).class_ap) == {"twin#2", "twin#5"}


def test_ground_truth_without_any_box_to_find_is_a_failure_of_the_data():
    truth, detections = random_case(5)
    with pytest.raises(TrialFailure, match="hold no box to find") as caught:
        average_precision({**truth, "annotations": []}, detections)
    assert caught.value.failure.kind is FailureKind.DATA


def test_a_detection_on_an_unknown_picture_is_refused():
    truth, detections = random_case(6)
    with pytest.raises(ValueError, match="image_id must be one of the ground truth's 12 pictures, got 99"):
        average_precision(truth, [{**detections[0], "image_id": 99}])


def test_inputs_and_the_garbage_collector_are_left_as_they_were():
    truth, detections = random_case(7)
    before = copy.deepcopy((truth, detections))
    average_precision(truth, detections)
    assert (truth, detections) == before
    assert gc.isenabled()


def test_the_record_brings_letterbox_pixels_back_to_the_picture():
    truth, _ = random_case(8)
    for annotation in truth["annotations"]:
        annotation["bbox"] = [min(value, 100.0) for value in annotation["bbox"]]
    record = DetectionRecord(truth, category_ids=(2, 5, 8, 11))
    for image in truth["images"]:
        own = [a for a in truth["annotations"] if a["image_id"] == image["id"] and not a["iscrowd"]]
        xywh = torch.tensor([a["bbox"] for a in own], dtype=torch.float64).reshape(-1, 4)
        record.add(
            image_id=image["id"],
            boxes=torch.cat([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], 1) * 0.3,
            scores=torch.full((len(own),), 0.5),
            labels=torch.tensor([(a["category_id"] - 2) // 3 for a in own], dtype=torch.int64),
            scale=0.3,
        )
    assert len(record) == sum(not a["iscrowd"] for a in truth["annotations"])
    assert record.result().metrics["AP"] == pytest.approx(1.0)


def test_the_record_clips_boxes_to_the_picture():
    truth = {
        "images": [{"id": 1, "width": 100, "height": 50}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 5, "bbox": [0, 0, 100, 50], "area": 5000}],
        "categories": [{"id": 5, "name": "whole"}],
    }
    record = DetectionRecord(truth, category_ids=[5])
    box = torch.tensor([[-50.0, -50.0, 300.0, 400.0]])
    record.add(image_id=1, boxes=box, scores=torch.tensor([0.5]), labels=torch.tensor([0]), scale=2.0)
    assert record.result().metrics["AP"] == pytest.approx(1.0)
