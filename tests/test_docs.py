"""What docs/ and examples/ hold is true: the generated page is the code's, every example is a valid document."""

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from nas.document import load_document
from nas.tasks.paths import place_of
from nas.tasks.training import Step
from nas.weight_files import weight_files

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


def test_the_page_of_the_document_is_what_make_docs_writes():
    page = runpy.run_path(str(ROOT / "docs" / "generate.py"))["page"]()
    assert page == (ROOT / "docs" / "document.md").read_text(), "docs/document.md is out of date: make docs"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_a_valid_document(path):
    document = load_document(path)
    of_data = list(paths_in(document.task.data))
    of_weights = [file for _, file in weight_files(document.space, "space")]
    assert len(of_data) >= 2
    assert all(Path(found).is_absolute() for found in [*paths_in(document.task), *of_weights])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_called_what_its_file_is_called(path):
    assert load_document(path).name == path.stem.replace("_", "-")


@pytest.mark.parametrize("name", ["imagenet_resizer", "ava_quality"])
def test_the_published_rate_falls_every_second_epoch(name):
    task = load_document(ROOT / "examples" / f"{name}.yaml").task
    own = (task.warm_start.epochs, task.warm_start.schedule or task.schedule)
    for epochs, schedule in ((task.epochs, task.schedule), own):
        assert isinstance(schedule, Step)
        assert schedule.factor == 0.94
        assert [milestone * epochs for milestone in schedule.milestones] == pytest.approx(range(2, epochs, 2))


def paths_in(options: BaseModel) -> Iterator[str]:
    """Every path in a part of a document, found by its type."""
    for name, field in type(options).model_fields.items():
        value = getattr(options, name)
        if isinstance(value, BaseModel):
            yield from paths_in(value)
        elif isinstance(value, str) and place_of(field) is not None:
            yield value


@pytest.mark.parametrize("page", ["README.md", "docs/extending.md"])
def test_the_five_lines_that_search_a_function_run(page, capsys):
    code = next(part for part in (ROOT / page).read_text().split("```") if "import search\n" in part)
    lines = [line for line in code.removeprefix("python").splitlines() if line]
    assert len(lines) == 5
    exec("\n".join(lines), {})
    assert capsys.readouterr().out.startswith("Found(number=")


def test_the_readme_names_only_files_that_exist():
    text = (ROOT / "README.md").read_text()
    linked = [part.split(")")[0] for part in text.split("](")[1:]]
    missing = [link for link in linked if "://" not in link and not (ROOT / link).exists()]
    assert not missing
