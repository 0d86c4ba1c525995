"""Ratings files are read as they are published, and what is wrong in them is told with file, line and value."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.errors import TrialFailure
from nas.records import FailureKind
from workers.data.ratings import Ratings, matched, read_ratings, selected

AVA = """1 953619 0 1 5 17 38 36 15 6 5 1 1 22 1396
2 953958 10 7 15 26 26 21 10 8 1 2 15 21 1396

3 954184 0 0 4 8 41 56 10 3 4 0 0 0 1396
"""
FIRST = np.array([0, 1, 5, 17, 38, 36, 15, 6, 5, 1])
HEAD = "image_id," + ",".join(f"vote_{score}" for score in range(1, 11))
VOTES = list(range(10))
counts = st.lists(st.integers(0, 1000), min_size=10, max_size=10).filter(any)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def csv_of(*rows: str) -> str:
    return "\n".join((HEAD, *rows)) + "\n"


def json_of(*rows: tuple[object, object]) -> str:
    return json.dumps([{"image_id": image_id, "label": label} for image_id, label in rows])


def refused(file: Path) -> str:
    with pytest.raises(TrialFailure) as caught:
        read_ratings(file)
    assert caught.value.failure.kind is FailureKind.DATA
    return str(caught.value)


def ratings_of(folder: Path, *image_ids: str) -> Ratings:
    return read_ratings(written(folder, "ratings.json", json_of(*((image_id, VOTES) for image_id in image_ids))))


def folder_of(folder: Path, *names: str) -> Path:
    pictures = folder / "pictures"
    pictures.mkdir()
    for name in names:
        (pictures / name).touch()
    return pictures


def test_a_file_in_the_format_of_ava(tmp_path: Path):
    ratings = read_ratings(written(tmp_path, "AVA.txt", AVA))
    assert ratings.image_ids == ("953619", "953958", "954184")
    np.testing.assert_allclose(ratings.histograms[0], FIRST / FIRST.sum())
    np.testing.assert_allclose(ratings.histograms.sum(axis=1), 1.0)


@pytest.mark.parametrize("name", ["ratings.csv", "ratings.CSV"])
def test_a_csv_finds_its_columns_by_name(tmp_path: Path, name):
    head = ",".join(["mean", *reversed(HEAD.split(","))])
    lines = f"\ufeff{head}\r\n5.2,{','.join(map(str, reversed(VOTES)))},sunset\r\n"
    ratings = read_ratings(written(tmp_path, name, lines))
    assert ratings.image_ids == ("sunset",)
    np.testing.assert_allclose(ratings.histograms[0], np.array(VOTES) / 45)


def test_a_json_may_hold_more_and_its_votes_may_be_shares(tmp_path: Path):
    shares = [0.05, 0.05, 0.1, 0.1, 0.2, 0.2, 0.1, 0.1, 0.05, 0.05]
    content = json.dumps([{"image_id": 42, "label": shares, "mean": 5.5}, {"image_id": "b", "label": VOTES}])
    ratings = read_ratings(written(tmp_path, "ratings.json", content))
    assert ratings.image_ids == ("42", "b")
    np.testing.assert_allclose(ratings.histograms[0], shares)


@given(st.lists(counts, min_size=1, max_size=5))
@settings(deadline=None, max_examples=30)
def test_the_three_formats_say_the_same(tmp_path_factory: pytest.TempPathFactory, table):
    folder = tmp_path_factory.mktemp("formats")
    ava = "\n".join(f"{n} {100 + n} {' '.join(map(str, votes))} 0 0 7" for n, votes in enumerate(table))
    rows = [f"{100 + n},{','.join(map(str, votes))}" for n, votes in enumerate(table)]
    files = (
        written(folder, "AVA.txt", ava),
        written(folder, "ratings.csv", csv_of(*rows)),
        written(folder, "ratings.json", json_of(*((100 + n, votes) for n, votes in enumerate(table)))),
    )
    first, *others = (read_ratings(file) for file in files)
    for other in others:
        assert other.image_ids == first.image_ids
        assert np.array_equal(other.histograms, first.histograms)
    np.testing.assert_allclose(first.histograms, np.array(table) / np.array(table).sum(1, keepdims=True))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "4 7 0 1 2 3 4 5 6 7 8 9 1 2",
            "line 2: must be 15 whole numbers, got 14 fields: '4 7 0 1 2 3 4 5 6 7 8 9 1 2'",
        ),
        ("4 7 0 1 2 x3 4 5 6 7 8 9 1 2 3", "line 2: must be 15 whole numbers, got 'x3'"),
        ("4 7 0 1 2 -3 4 5 6 7 8 9 1 2 3", "line 2: must be 15 whole numbers, got '-3'"),
        ("4 7 0 1 2 3.5 4 5 6 7 8 9 1 2 3", "line 2: must be 15 whole numbers, got '3.5'"),
        ("4 7 0 1 2 ٣ 4 5 6 7 8 9 1 2 3", "line 2: must be 15 whole numbers, got '٣'"),
        (f"4 7 0 1 2 {'9' * 19} 4 5 6 7 8 9 1 2 3", f"line 2: must be 15 whole numbers, got '{'9' * 19}'"),
        (f"4 7 0 1 2 {'9' * 18} 4 5 6 7 8 9 1 2 3", "line 2: a vote must be a number of 0 .. 1e+12, got 9999"),
        (
            "4 7 0 0 0 0 0 0 0 0 0 0 1 2 3",
            "line 2: at least one of the 10 votes must be more than 0, got [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]",
        ),
        ("4 953619 0 1 2 3 4 5 6 7 8 9 1 2 3", "line 2: image id '953619' is rated already, in "),
    ],
)
def test_a_wrong_line_of_ava_is_told_with_its_number_and_value(tmp_path: Path, line, sentence):
    file = written(tmp_path, "AVA.txt", AVA.splitlines()[0] + "\n" + line + "\n")
    assert f"{file}, {sentence}" in refused(file)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", ", line 1: must name the columns image_id, vote_1"),
        ("image_id,vote_1\n", "missing: vote_2, vote_3, vote_4, vote_5, vote_6, vote_7, vote_8, vote_9, vote_10"),
        (
            csv_of("a,0,1,2,3,4,5,6,7,8,9", "b,0,1,2"),
            ", line 3: must have 11 fields as line 1, got 4: ['b', '0', '1', '2']",
        ),
        (csv_of("", "a,0,1,2,many,4,5,6,7,8,9"), ", line 3: a vote must be a number of 0 .. 1e+12, got 'many'"),
        (csv_of("a,0,1,2,nan,4,5,6,7,8,9"), ", line 2: a vote must be a number of 0 .. 1e+12, got nan"),
        (csv_of("a,0,1,2,-1,4,5,6,7,8,9"), ", line 2: a vote must be a number of 0 .. 1e+12, got -1.0"),
        (csv_of(",0,1,2,3,4,5,6,7,8,9"), ", line 2: an image id must not be empty"),
        (csv_of(*["a,0,1,2,3,4,5,6,7,8,9"] * 2), ", line 3: image id 'a' is rated already, in "),
        (csv_of(f"{'a' * 200_000},0,1"), ", line 2: field larger than field limit"),
        (HEAD, " holds no ratings, at least one is needed"),
    ],
)
def test_a_wrong_csv_is_told_with_its_line_and_value(tmp_path: Path, content, sentence):
    file = written(tmp_path, "ratings.csv", content)
    assert sentence in refused(file)
    assert str(file) in refused(file)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[", " is not valid JSON: "),
        ("[" * 100_000, " is not valid JSON: "),
        ('{"image_id": 1}', " must be a JSON list of ratings, got {'image_id': 1}"),
        ("[]", " holds no ratings, at least one is needed"),
        ("[7]", ", entry 0: must have image_id and label, got 7"),
        ('[{"image_id": 1}]', ", entry 0: must have image_id and label, got {'image_id': 1}"),
        (json_of((1, VOTES), (None, VOTES)), ", entry 1: image_id must be text or a whole number, got None"),
        (json_of((True, VOTES)), ", entry 0: image_id must be text or a whole number, got True"),
        (json_of(("a", VOTES[:9])), ", entry 0: label must be 10 numbers, got [0, 1, 2, 3, 4, 5, 6, 7, 8]"),
        (json_of(("a", "0123456789")), ", entry 0: label must be 10 numbers, got '0123456789'"),
        (json_of(("a", [*VOTES[:9], "9"])), ", entry 0: a vote must be a number of 0 .. 1e+12, got '9'"),
        (json_of(("a", [*VOTES[:9], True])), ", entry 0: a vote must be a number of 0 .. 1e+12, got True"),
        (json_of(("a", [*VOTES[:9], float("nan")])), ", entry 0: a vote must be a number of 0 .. 1e+12, got nan"),
        (json_of(("a", [*VOTES[:9], 10**400])), ", entry 0: a vote must be a number of 0 .. 1e+12, got 1000"),
        (json_of(("1", VOTES), (1, VOTES)), ", entry 1: image id '1' is rated already, in "),
    ],
)
def test_a_wrong_json_is_told_with_its_entry_and_value(tmp_path: Path, content, sentence):
    file = written(tmp_path, "ratings.json", content)
    assert f"{file}{sentence}" in refused(file)


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path):
    assert "cannot be read: No such file" in refused(tmp_path / "AVA.txt")
    assert "must be UTF-8 text" in refused(written(tmp_path, "AVA.txt", b"1 2 \xff"))


def test_a_list_of_image_ids_selects_in_the_order_of_the_ratings(tmp_path: Path):
    ratings = ratings_of(tmp_path, "c", "a", "lost", "b", "gone")
    rated = matched(ratings, folder_of(tmp_path, "a.jpg", "b.jpg", "c.jpg", "new.jpg"))
    chosen = selected(rated, written(tmp_path, "val.jpgl", "b\n\n c \ngone\n"))
    assert chosen.image_ids == ("c", "b")
    assert chosen.names == ("c.jpg", "b.jpg")
    assert chosen.histograms.shape == (2, 10)
    assert (chosen.without_picture, chosen.without_rating) == (("gone",), ("new.jpg",))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("z\na\ny\n", "val.jpgl: 2 image ids are not rated, the first is 'z'"),
        ("lost\n", "val.jpgl: no image id has a picture in "),
        ("a\nb\na\n", "val.jpgl, line 3: image id 'a' is listed already, in line 1"),
        ("\n", "val.jpgl is empty, at least one is needed"),
    ],
)
def test_a_list_of_image_ids_that_selects_nothing_known_is_told(tmp_path: Path, content, sentence):
    rated = matched(ratings_of(tmp_path, "a", "b", "lost"), folder_of(tmp_path, "a.jpg", "b.jpg"))
    with pytest.raises(TrialFailure, match=re.escape(sentence)):
        selected(rated, written(tmp_path, "val.jpgl", content))


def test_image_ids_find_their_pictures_with_and_without_suffix(tmp_path: Path):
    ratings = ratings_of(tmp_path, "b", "a.JPG", "c.5")
    found = matched(ratings, folder_of(tmp_path, "a.JPG", "b.png", "c.5.jpg"))
    assert found.names == ("b.png", "a.JPG", "c.5.jpg")
    assert found.image_ids == ("b", "a.JPG", "c.5")
    assert np.array_equal(found.histograms, ratings.histograms)
    assert found.without_picture == found.without_rating == ()


def test_what_is_left_over_on_either_side_is_told(tmp_path: Path):
    ratings = ratings_of(tmp_path, "lost", "kept", "gone")
    found = matched(ratings, folder_of(tmp_path, "kept.jpg", "new.png", "other.jpg", "notes.txt", ".kept.jpg"))
    assert found.names == ("kept.jpg",)
    assert found.histograms.shape == (1, 10)
    assert found.without_picture == ("lost", "gone")
    assert found.without_rating == ("new.png", "other.jpg")


@pytest.mark.parametrize(
    ("image_ids", "names", "sentence"),
    [
        (["a"], ["a.jpg", "a.png"], "image id 'a' must have one picture, got a.jpg, a.png"),
        (["a", "a.jpg"], ["a.jpg"], "picture a.jpg is rated twice, as 'a' and as 'a.jpg'"),
        (["a", "b"], ["c.jpg"], "it rates 2 image ids, the first is 'a'"),
        (["a"], [], "no picture in"),
    ],
)
def test_pictures_and_ratings_that_do_not_fit_are_refused(tmp_path: Path, image_ids, names, sentence):
    with pytest.raises(TrialFailure, match=re.escape(sentence)):
        matched(ratings_of(tmp_path, *image_ids), folder_of(tmp_path, *names))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(TrialFailure, match=r"folder of pictures .* cannot be read: No such file"):
        matched(ratings_of(tmp_path, "a"), tmp_path / "nowhere")


def test_real_histograms_of_ava_are_read(shared_data: Path):
    ratings = read_ratings(shared_data / "ava_labels" / "ava_labels_test.json")
    means = ratings.histograms @ np.arange(1, 11)
    assert len(ratings.image_ids) == 25_551
    assert (means.min(), means.mean(), means.max()) == pytest.approx((1.809, 5.377, 8.571), abs=5e-4)
    assert matched(ratings, shared_data / "ava_labels" / "images").names == ("42040.jpg",)


def test_real_pictures_and_their_ratings_are_matched_from_both_formats(shared_data: Path):
    folder = shared_data / "iqa_mini"
    for name, pictures in (("train", 648), ("val", 152)):
        table, records = (read_ratings(folder / f"labels_{name}.{suffix}") for suffix in ("csv", "json"))
        assert np.array_equal(table.histograms, records.histograms)
        found = matched(table, folder / "images")
        assert (len(found.names), len(found.without_picture)) == (pictures, 0)
        assert len(found.without_rating) == 800 - pictures
