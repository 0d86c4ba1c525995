"""A bit per picture: written, read, and told from what is no such file."""

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.correctness import (
    CorrectnessUnreadable,
    correct_of,
    parse_correct,
    read_correct,
    recorded_correct,
    write_correct,
)
from nas.records import Artifact

FLAGS = [True, False, False, True, True, False, True, False, True, True, False]


def artifact(file, **changes):
    values = {"name": "correct", "uri": file.as_uri(), "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
    return Artifact(**{**values, "size_bytes": file.stat().st_size, **changes})


def test_what_is_written_is_read(tmp_path):
    passes = {"clean": FLAGS, "blur_2": [False] * 11, "none": []}
    file = write_correct(tmp_path, passes)
    assert file.name == "correct.json"
    assert {name: correct.flags for name, correct in read_correct(file).items()} == passes
    assert recorded_correct(artifact(file)) == read_correct(file)


def test_the_file_holds_packed_bits_the_first_picture_first(tmp_path):
    stored = json.loads(write_correct(tmp_path, {"top1": FLAGS}).read_text())
    assert stored == {"top1": {"pictures": 11, "correct": base64.b64encode(bytes([0b10011010, 0b11000000])).decode()}}


def test_of_many_pictures_each_costs_a_bit(tmp_path):
    file = write_correct(tmp_path, {"top1": [number % 3 == 0 for number in range(50_003)]})
    assert file.stat().st_size < 50_003 / 8 * 4 / 3 + 50
    assert read_correct(file)["top1"].flags[:4] == [True, False, False, True]


@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_who_is_right_alone_is_counted(pairs):
    first, second = (correct_of(flags) for flags in ([one for one, _ in pairs], [other for _, other in pairs]))
    assert first.right_alone(second) == pairs.count((True, False))
    assert second.right_alone(first) == pairs.count((False, True))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04\xff", "must be JSON"),
        (b"[]", "must hold an object of passes, got list"),
        (b'{"top1": 3}', "pass top1: must hold a number of pictures and base64, got 3"),
        (b'{"top1": {"pictures": true, "correct": ""}}', "must hold a number of pictures and base64"),
        (b'{"top1": {"pictures": -1, "correct": ""}}', "must hold a number of pictures and base64"),
        (b'{"top1": {"pictures": 3, "correct": "?"}}', "must be base64"),
        (b'{"top1": {"pictures": 3, "correct": "\xc3\xa4"}}', "must be base64"),
        (b'{"top1": {"pictures": 9, "correct": "gA=="}}', "must hold 2 bytes for 9 pictures, got 1"),
    ],
)
def test_what_is_no_such_file_is_told(content, sentence):
    with pytest.raises(CorrectnessUnreadable, match=sentence) as told:
        parse_correct(content, "correct.json")
    assert str(told.value).startswith("correct.json")


def test_a_file_that_is_gone_elsewhere_or_another_one_is_told(tmp_path):
    file = write_correct(tmp_path, {"top1": FLAGS})
    recorded = artifact(file)
    with pytest.raises(CorrectnessUnreadable, match=r"elsewhere://bucket/correct\.json cannot be reached"):
        recorded_correct(artifact(file, uri="elsewhere://bucket/correct.json"))
    write_correct(tmp_path, {"top1": FLAGS[::-1]})
    with pytest.raises(CorrectnessUnreadable, match="is not the file that was recorded"):
        recorded_correct(recorded)
    file.unlink()
    with pytest.raises(CorrectnessUnreadable, match="cannot be read: No such file"):
        recorded_correct(recorded)
