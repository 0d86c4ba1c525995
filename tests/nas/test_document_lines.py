"""Lines of fields in the text of a document."""

import pytest

from nas.document_lines import Lines

TEXT = """# a search
name: cells
task:
  kind: detection
  data:
    train: {images: a,
            annotations: b}
objectives:
  - metric: AP
  - metric: params
"""


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("name", 2),
        ("task.kind", 4),
        ("task.data.train", 6),
        ("task.data.train.annotations", 7),
        ("objectives.1.metric", 10),
        ("line 7", 7),
    ],
)
def test_a_field_stands_on_its_line(field, line):
    assert Lines(TEXT).of(field) == line


@pytest.mark.parametrize(("field", "line"), [("task.epochs", 3), ("objectives.7.goal", 8), ("task.data.val.images", 5)])
def test_what_is_missing_belongs_where_it_would_stand(field, line):
    assert Lines(TEXT).of(field) == line


def test_the_whole_document_has_no_line():
    assert [Lines(TEXT).of(field) for field in ("document", "budget", "")] == [None, None, None]


def test_json_has_lines_too():
    assert Lines('{"a": 1,\n "b": {"c": [1,\n 2]}}').of("b.c.1") == 3


@pytest.mark.parametrize("text", ["", "a: [", "a: *b", "a: !!int [x"])
def test_a_text_that_cannot_be_read_has_only_the_lines_it_was_told(text):
    assert (Lines(text).of("a"), Lines(text).of("line 1")) == (None, 1)
