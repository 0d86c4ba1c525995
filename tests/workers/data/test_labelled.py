"""Reading pictures of one class each, in every layout, and saying what is wrong with one."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.classification import ClassificationData
from workers.data.labelled import LabelledData, read_labelled

CLASSES = ("n01", "n02", "n03")
FLAT = ("a.JPEG", "b c.JPEG", "c.JPEG", "d.JPEG")


def touch(folder: Path, names: Iterable[str]) -> None:
    """Files that are never opened here."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Training pictures in three folders, validation pictures flat and in folders."""
    for name in CLASSES:
        touch(tmp_path / "train" / name, ["2.jpg", "1.png", "deep/er/3.webp"])
        touch(tmp_path / "val" / name, ["1.jpg"])
    touch(tmp_path / "flat", FLAT)
    return tmp_path


Read = Callable[..., LabelledData]


@pytest.fixture
def read(root: Path) -> Read:
    """Reads the data; `labels` and `order` are the contents of files, and make the validation split the flat one."""

    def read_with(labels: str | None = None, order: str | None = None) -> LabelledData:
        data: dict[str, str] = {"train": str(root / "train"), "val": str(root / ("val" if labels is None else "flat"))}
        for field, content in (("labels", labels), ("class_order", order)):
            if content is not None:
                (root / f"{field}.txt").write_text(content)
                data[field] = str(root / f"{field}.txt")
        return read_labelled(ClassificationData.model_validate(data))

    return read_with


def refused(read: Read, *contents: str | None) -> str:
    with pytest.raises(TrialFailure) as caught:
        read(*contents)
    assert caught.value.failure.kind is FailureKind.DATA
    return caught.value.failure.message


def test_a_folder_per_class_is_read_in_the_order_of_names(read):
    data = read()
    assert data.train.classes == data.val.classes == CLASSES
    assert data.train.names[:4] == ("n01/1.png", "n01/2.jpg", "n01/deep/er/3.webp", "n02/1.png")
    assert data.train.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert (data.val.names, data.val.labels.tolist()) == (("n01/1.jpg", "n02/1.jpg", "n03/1.jpg"), [0, 1, 2])
    assert data.train.labels.dtype == np.int64


def test_what_is_no_picture_and_what_is_hidden_is_passed_over(root, read):
    before = read().train.names
    touch(root / "train", [".DS_Store", "readme.txt", ".git/x.jpg", "n01/notes.txt", "n01/._1.png", "n02/.cache/x.jpg"])
    assert read().train.names == before


def test_names_and_numbers_label_flat_pictures_alike(read):
    by_name = read("c.JPEG n03\na.JPEG n01\n\nb c.JPEG n02\n").val
    by_number = read("a.JPEG 0\nb c.JPEG\t1\r\nc.JPEG   2\n").val
    assert by_name.names == by_number.names == FLAT[:3]
    assert by_name.labels.tolist() == by_number.labels.tolist() == [0, 1, 2]
    assert by_name.classes == CLASSES


def test_class_names_with_blanks_stand_behind_a_tab(root, read):
    (root / "train" / "n01").rename(root / "train" / "a b")
    assert read("a.JPEG\ta b\nb c.JPEG\tn02\n").val.labels.tolist() == [0, 1]


def test_classes_named_by_numbers_are_names_first(root, read):
    for old, new in zip(CLASSES, ("1", "10", "2"), strict=True):
        (root / "train" / old).rename(root / "train" / new)
    assert read("a.JPEG 2\nc.JPEG 10\n").val.labels.tolist() == [2, 1]


def test_the_ground_truth_of_ilsvrc_follows_its_own_numbering(read):
    order = "n03 1 kit_fox\nn01 2 tench\nn77 3 elsewhere\nn02 4 husky\n"
    val = read("1\n4\n2\n2\n", order).val
    assert val.names == FLAT
    assert val.labels.tolist() == [2, 1, 0, 0]


@pytest.mark.parametrize(
    ("labels", "order", "sentence"),
    [
        ("1\n2\n3\n1\n", None, "class_order must name the file that says what they mean"),
        ("1\n2\n", "n01\nn02\nn03", "must hold a line for each of the 4 pictures in "),
        ("1\n2\n0\n1\n", "n01\nn02\nn03", "labels.txt, line 3: must be in 1..3, got 0"),
        ("1\n2\n4\n1\n", "n01\nn02\nn03", "labels.txt, line 3: must be in 1..3, got 4"),
        ("1\n2\n3\n1\n", "n01\nn09\nn03", "line 2: class 2 is 'n09', which has no folder in the training split"),
        ("1\n2\n3\n1\n", "n01\nn02\nn01", "names the class 'n01' more than once"),
        ("1\n2\n3\n" + "9" * 5000, "n01\nn02\nn03", "line 4: must be in 1..3, got 99999999999999999999"),
        ("1\n2\n3\n1\n", "\n", "class_order.txt must hold a line per class, it is empty"),
        ("", None, "must hold a line per picture, it is empty"),
        ("a.JPEG n01\nc.JPEG", None, "labels.txt, line 2: must be `NAME CLASS`, got 'c.JPEG'"),
        (
            "a.JPEG n01\nc.JPEG n09",
            None,
            "line 2: the class must be one of the 3 classes (n01 ... n03), or in all lines",
        ),
        ("a.JPEG 0\nc.JPEG 3", None, "or in all lines a number in 0..2, got '3'"),
        ("a.JPEG n01\nc.JPEG 1", None, "line 2: the class must be one of the 3 classes"),
        ("a.JPEG n01\na.JPEG n02", None, "name the picture 'a.JPEG' more than once"),
        ("../a.JPEG n01", None, "line 1: NAME must be a path below the folder of pictures, got '../a.JPEG'"),
        ("/a.JPEG n01", None, "line 1: NAME must be a path below the folder of pictures"),
    ],
)
def test_labels_that_say_nothing_are_refused(read, labels, order, sentence):
    assert sentence in refused(read, labels, order)


def test_labels_in_no_known_writing_are_refused(root, read):
    read("a.JPEG n01")
    (root / "labels.txt").write_bytes(b"a.JPEG \xff\xfe")
    data = ClassificationData(train=f"{root}/train", val=f"{root}/flat", labels=f"{root}/labels.txt")
    with pytest.raises(TrialFailure, match=r"labels\.txt must be text in UTF-8"):
        read_labelled(data)


def test_a_missing_folder_or_file_is_named(root):
    for changes in ({"train": "none"}, {"val": "none"}, {"labels": "none.txt", "val": "flat"}):
        fields = {name: str(root / path) for name, path in {"train": "train", "val": "val", **changes}.items()}
        with pytest.raises(TrialFailure, match=r"none.* cannot be read: No such file or directory"):
            read_labelled(ClassificationData(**fields))


def test_a_class_without_pictures_is_named(root, read):
    touch(root / "train" / "n04", ["notes.txt"])
    assert "class 'n04' has no picture in " in refused(read)


def test_folders_that_hold_no_classes_are_refused(root, read):
    data = ClassificationData(train=str(root / "train"), val=str(root / "flat"))
    with pytest.raises(TrialFailure, match=r"it holds none \(pictures in one folder need a file of labels\)"):
        read_labelled(data)
    (root / "empty").mkdir()
    with pytest.raises(TrialFailure, match=r"must hold a folder per class, it holds none$"):
        read_labelled(ClassificationData(train=str(root / "empty"), val=str(root / "val")))


def test_one_class_alone_leaves_nothing_to_tell_apart(tmp_path):
    for split in ("train", "val"):
        touch(tmp_path / split / "n01", ["1.jpg"])
    with pytest.raises(TrialFailure, match=r"train must hold at least 2 classes to tell apart, got 'n01' alone"):
        read_labelled(ClassificationData(train=str(tmp_path / "train"), val=str(tmp_path / "val")))


@pytest.mark.parametrize("split", ["train", "val"])
def test_a_class_of_one_split_alone_is_named(root, read, split):
    for name in ("n08", "n09"):
        touch(root / split / name, ["1.jpg"])
    sentence = refused(read)
    assert "class 'n08' and 1 more of " in sentence
    assert f"{root / split} has no folder in " in sentence


def test_real_pictures_are_read_whole(shared_data):
    folder = shared_data / "imagenette128"
    data = read_labelled(ClassificationData(train=str(folder / "train"), val=str(folder / "val")))
    assert (len(data.train), len(data.val), len(data.val.classes)) == (3000, 1000, 10)
    assert np.bincount(data.val.labels).tolist() == [100] * 10
