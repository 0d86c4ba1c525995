"""What docs/ and examples/ hold is true: the generated page is the code's, every example is a valid document."""

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from nas.document import load_document

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


def test_the_page_of_the_document_is_what_make_docs_writes():
    page = runpy.run_path(str(ROOT / "docs" / "generate.py"))["page"]()
    assert page == (ROOT / "docs" / "document.md").read_text(), "docs/document.md is out of date: make docs"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_a_valid_document(path):
    paths = list(texts(load_document(path).task.model_dump(mode="json")["data"]))
    assert len(paths) >= 2
    assert all(Path(path).is_absolute() for path in paths)


def texts(value) -> Iterator[str]:
    """Every text in plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for inner in value.values() for text in texts(inner))


def test_the_readme_names_only_files_that_exist():
    text = (ROOT / "README.md").read_text()
    linked = [part.split(")")[0] for part in text.split("](")[1:]]
    missing = [link for link in linked if "://" not in link and not (ROOT / link).exists()]
    assert not missing
