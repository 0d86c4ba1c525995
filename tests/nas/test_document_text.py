"""YAML and JSON to plain data, with lines in what is refused."""

import json

import pytest

from nas.document_text import TOO_DEEP, data_of_json, data_of_yaml, read_data, yaml_of
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
    assert problems(data_of_yaml, "{b: {a: 1, a: 2}}") == [("line 1", "a was given before, on line 1")]


@pytest.mark.parametrize("name", ["a", "\x7f", "k" * 2000, "{", "a: b"])
def test_duplicate_keys_of_json_are_told(name):
    text = json.dumps({"x": {name: 1, "other": 2}}).replace("other", name)
    assert problems(data_of_json, text) == [(name, "is given 2 times in one mapping")]


def test_dates_stay_text():
    assert data_of_yaml("[2026-01-31, 2026-13-45]") == ["2026-01-31", "2026-13-45"]


@pytest.mark.parametrize("text", ["[" * 3000 + "]" * 3000, "a: &a [*a]", "a: &a {b: *a}"])
def test_what_is_nested_without_end_is_refused(text):
    assert problems(data_of_yaml, text) == [("document", TOO_DEEP)]


def test_deeply_nested_json_is_refused():
    assert problems(data_of_json, "[" * 100_000) == [("document", TOO_DEEP)]


@pytest.mark.parametrize(("read", "text"), [(data_of_yaml, f"a: {'9' * 5000}"), (data_of_json, "9" * 5000)])
def test_numbers_of_thousands_of_digits_are_refused(read, text):
    ((place, sentence),) = problems(read, text)
    assert place == "document"
    assert "4300 digits" in sentence


def test_a_scalar_that_its_tag_does_not_fit_is_refused():
    assert problems(data_of_yaml, "a: !!int x")[0][1].startswith("not YAML: invalid literal for int()")


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
    (tmp_path / "a.json").write_text('\ufeff{"a":\t1}', encoding="utf-8")
    assert read_data(tmp_path / "a.yaml") == read_data(tmp_path / "a.json") == {"a": 1}


def test_files_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / "binary.yaml").write_bytes(b"a: \xff")
    ((place, sentence),) = problems(read_data, tmp_path / "binary.yaml")
    assert place.endswith("binary.yaml")
    assert sentence == "must be UTF-8 text, got byte 0xff"
    assert problems(read_data, tmp_path / "missing.yaml")[0][1] == "cannot be read: No such file or directory"


def test_data_as_yaml_reads_back_the_same_in_its_order():
    data = {"name": "cells", "task": {"data": {"train": {"images": "a"}}, "size": [192, 192]}, "rate": 1e-5, "é": None}
    text = yaml_of(data)
    assert data_of_yaml(text) == data
    assert text.index("name") < text.index("task") < text.index("rate")
    assert "    train: {images: a}\n" in text
    assert "  size: [192, 192]\n" in text


def test_a_few_lines_that_stand_for_millions_of_values_are_refused():
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert problems(data_of_yaml, "\n".join(lines)) == [
        ("document", "may hold up to 200,000 values, its aliases written out")
    ]
    assert data_of_yaml("\n".join(lines[:3]))["a2"][9][9] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
