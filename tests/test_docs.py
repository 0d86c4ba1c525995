"""What docs/ and examples/ hold is true: the generated page is the code's, every example is a valid document."""

import runpy
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
    document = load_document(path)
    assert Path(document.task.data.train.images).is_absolute()


def test_the_readme_names_only_files_that_exist():
    text = (ROOT / "README.md").read_text()
    linked = [part.split(")")[0] for part in text.split("](")[1:]]
    missing = [link for link in linked if "://" not in link and not (ROOT / link).exists()]
    assert not missing
