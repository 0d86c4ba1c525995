"""YAML and JSON to plain data, with lines in what is refused."""

import pytest

from nas.document_text import data_of_json, data_of_yaml, read_data
from nas.errors import DocumentError


def problems(read, text):
    with pytest.raises(DocumentError) as refused:
        read(text)
    return refused.value.problems


def test_numbers_are_numbers():
    assert data_of_yaml("[1e-3, 2E5, 1.5e3, -1e4, 12, 0.5, 1e, e3]") == [0.001, 2e5, 1500.0, -1e4, 12, 0.5, "1e", "e3"]


def test_duplicate_keys_are_told_with_both_lines():
    expected = [("line 4", "b was given before, on line 3"), ("line 5", "a was given before, on line 1")]
    assert problems(data_of_yaml, "a: 1\nc:\n  b: 2\n  b: 3\na: [{d: 1}]\n") == expected
    assert problems(data_of_json, '{"a": 1,\n\t"a": 2}') == [("line 2", "a was given before, on line 1")]


def test_syntax_errors_are_told_with_their_line():
    ((place, sentence),) = problems(data_of_yaml, "a: [1\nb: 2\n")
    assert (place, sentence[:8]) == ("line 2", "not YAML")
    ((place, sentence),) = problems(data_of_json, '{"a": 1,\n}')
    assert (place, sentence[:8]) == ("line 2", "not JSON")


def test_yaml_cannot_make_objects():
    ((place, sentence),) = problems(data_of_yaml, "a: !!python/object:os.system {}")
    assert place == "line 1"
    assert "python/object" in sentence


def test_files_are_read_by_their_name(tmp_path):
    (tmp_path / "a.yaml").write_text("a: 1")
    (tmp_path / "a.json").write_text('{"a":\t1}')
    assert read_data(tmp_path / "a.yaml") == read_data(tmp_path / "a.json") == {"a": 1}


def test_files_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / "binary.yaml").write_bytes(b"a: \xff")
    ((place, sentence),) = problems(read_data, tmp_path / "binary.yaml")
    assert place.endswith("binary.yaml")
    assert sentence == "must be UTF-8 text, got byte 0xff"
    assert problems(read_data, tmp_path / "missing.yaml")[0][1] == "cannot be read: No such file or directory"
