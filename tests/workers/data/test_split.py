"""Batches of a split: reproducible order, stated length, true coordinates."""

import itertools

import pytest
import torch

from nas.errors import TrialFailure
from nas.tasks.detection import CocoSplit
from workers.data.split import DetectionSplit


@pytest.fixture
def split(write_coco, box, tmp_path) -> DetectionSplit:
    """Ten pictures of 30 x 40 in a letterbox of 60 x 60; picture n has one box n pixels wide."""
    annotations = [box(number, [2, 4, number, 6]) for number in range(1, 11)]
    return DetectionSplit(write_coco(count=10, annotations=annotations), (60, 60), tmp_path / "cache")


def ids(batches) -> list[int]:
    return [image_id for batch in batches for image_id in batch.image_ids]


def test_it_tells_its_length_classes_and_category_ids(split):
    assert (len(split), split.classes, split.category_ids) == (10, 2, (3, 7))


def test_validation_batches_hold_every_picture_once_in_order(split):
    batches = list(split.val_batches(4))
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert ids(batches) == list(range(1, 11))


def test_boxes_lie_in_the_letterbox_by_the_scale(split):
    batch = next(split.val_batches(3))
    assert batch.scales == (1.5, 1.5, 1.5)
    assert batch.boxes[2].tolist() == [[3.0, 6.0, 7.5, 15.0]]


def test_an_epoch_has_full_batches_only_and_leaves_out_others_each_time(split):
    epochs = [ids(split.train_batches(epoch=epoch, seed=0, batch_size=4)) for epoch in range(4)]
    assert [len(epoch) for epoch in epochs] == [8] * 4 == [4 * split.steps(4)] * 4
    assert all(len(set(epoch)) == 8 for epoch in epochs)
    assert len({frozenset(epoch) for epoch in epochs}) > 1


def test_a_split_smaller_than_a_batch_is_one_batch(split):
    (batch,) = split.train_batches(epoch=0, seed=0, batch_size=64)
    assert len(batch) == 10
    assert split.steps(64) == 1


def test_order_and_pixels_depend_on_seed_and_epoch_only_whatever_the_threads(split):
    def drawn(**changed):
        arguments = {"epoch": 1, "seed": 5, "batch_size": 3, "flips": ("horizontal",), "scale_jitter": (0.7, 1.4)}
        return list(split.train_batches(**{**arguments, **changed}))

    for first, second in itertools.pairwise([drawn(), drawn(threads=3), drawn()]):
        assert ids(first) == ids(second)
        assert all(torch.equal(a.images, b.images) for a, b in zip(first, second, strict=True))
    assert ids(drawn()) != ids(drawn(seed=6))
    assert ids(drawn()) != ids(drawn(epoch=2))


def test_leaving_a_threaded_epoch_early_is_fine(split):
    batches = split.train_batches(epoch=0, seed=0, batch_size=2, threads=2)
    assert len(next(batches)) == 2
    batches.close()


def test_the_fingerprint_follows_the_content_not_the_place(write_coco, box, tmp_path):
    def fingerprint(name, **more):
        return DetectionSplit(write_coco(name=name, **more), (32, 32), tmp_path / "cache").fingerprint

    assert len({fingerprint("a"), fingerprint("a"), fingerprint("a", annotations=[box(1, [1, 1, 2, 2])])}) == 2


def test_the_training_split_can_follow_the_validation_split_s_categories(write_coco, box, split, tmp_path):
    other = write_coco(name="other", annotations=[box(1, [1, 1, 5, 5], 7)])
    training = DetectionSplit(other, (60, 60), tmp_path / "cache", categories=split.categories)
    assert training.categories == split.categories
    with pytest.raises(TrialFailure, match="category_id 7 is not among"):
        DetectionSplit(other, (60, 60), tmp_path / "cache", categories=split.categories[:1])


def test_real_pictures_load_at_full_size(shared_data, tmp_path):
    root = shared_data / "bccd"
    data = CocoSplit(images=str(root / "images"), annotations=str(root / "annotations/instances_val.json"))
    split = DetectionSplit(data, (96, 96), tmp_path)
    assert len(split.ground_truth()["images"]) == len(split) == 87
    batch = next(split.train_batches(epoch=0, seed=0, batch_size=8, flips=("horizontal", "vertical")))
    assert batch.images.float().std() > 10
    assert all((boxes[:, 2] <= 96).all() and (boxes[:, 3] <= 72).all() for boxes in batch.boxes)


def test_chosen_pictures_are_those_of_the_validation_batches(split):
    chosen, whole = split.chosen([9, 3]), next(split.val_batches(10))
    assert chosen.image_ids == (10, 4)
    assert torch.equal(chosen.images, whole.images[[9, 3]])
