"""Trials measured again."""

from tests.workers.tiny_classification import tiny_classification, tiny_vgg, write_tiny_classes
from tests.workers.tiny_trial import trained_order
from workers.export.reproduction import judged_again, trained_again


def test_by_its_model_and_by_the_same_training_it_reaches_the_same_to_the_last_bit(tmp_path):
    task = tiny_classification(write_tiny_classes(tmp_path / "data"), precision="float32")
    order = trained_order(tmp_path, task, tiny_vgg())
    judged = judged_again(order)
    assert (judged.way, judged.largest_difference, "top1" in judged.again) == ("judged", 0.0, True)
    trained = trained_again(order, within=tmp_path / "home")
    assert (trained.way, trained.largest_difference, "train_loss" in trained.again) == ("trained", 0.0, True)
    assert "samples_per_s" not in trained.again
    assert list((tmp_path / "home").iterdir()) == []
