"""A new search in a real browser: its form and its text in step, what it will cost, submitted."""

import json
import re

import pytest
from playwright.sync_api import expect

from api.people.records import Role
from nas.document_text import data_of_yaml
from tests.dashboards.conftest import opened, serving
from tests.dashboards.drawn_search import drawn_search

pytestmark = pytest.mark.browser

GOOD = "What it will cost"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A data root with what the example of the blood cells names."""
    folder = tmp_path_factory.mktemp("root")
    (folder / "data/bccd/annotations").mkdir(parents=True)
    for split in ("train", "val"):
        content = {"images": [{}] * 205, "categories": [{}] * 3}
        (folder / f"data/bccd/annotations/instances_{split}.json").write_text(json.dumps(content))
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory, root):
    """A service with data, and a search that has ended."""
    with serving(tmp_path_factory.mktemp("submit"), data_roots=(root,)) as found:
        drawn_search(found.storage, found.clock, name="baseline", trials=6, ends=True)
        yield found


@pytest.fixture
def form(browser, service):
    """The page with the example of the blood cells, whose cost is told."""
    with opened(browser, service) as page:
        page.goto("/submit")
        expect(title(page)).to_have_text(GOOD)
        yield page


def title(page):
    return page.locator("#problems-title")


def text(page):
    return page.locator("#text")


def data(page):
    return data_of_yaml(text(page).input_value())


def test_it_opens_with_an_example_and_what_that_costs(form):
    expect(form.get_by_label("Kind of space", exact=True)).to_have_value("spinenet")
    facts = form.locator(".facts")
    expect(facts).to_contain_text("× 10^37 architectures")
    expect(facts).to_contain_text("20 candidates, 0 % infeasible")
    expect(facts).to_contain_text("12 of up to 12 epochs: 12 candidates")
    expect(facts).to_contain_text("205 pictures an epoch")
    expect(facts).to_contain_text("no earlier trial of project default has this task")
    expect(form.locator("#preview th[scope=row]").first).to_have_text("params")
    expect(text(form)).to_have_value(re.compile("^# Blood cells"))


def test_what_is_changed_in_the_form_is_written_in_the_text(form):
    form.get_by_label("trials", exact=True).fill("30")
    expect(form.locator(".facts")).to_contain_text("30 candidates")
    assert data(form)["budget"] == {"trials": 30}
    form.get_by_label("Kind of space", exact=True).select_option("vgg")
    expect(title(form)).to_have_text(re.compile("problem"))
    expect(form.locator("#problems")).to_contain_text("must be one of spinenet for the task detection, got 'vgg'")
    assert data(form)["space"] == {"kind": "vgg"}
    form.get_by_label("Kind of space", exact=True).select_option("spinenet")
    form.get_by_role("button", name="Add constraint").click()
    form.get_by_label("metric", exact=True).last.fill("macs")
    form.locator("#field-constraints-1-more").click()
    form.locator("#field-constraints-1-max").fill("1e9")
    expect(title(form)).to_have_text(GOOD)
    assert data(form)["constraints"] == [{"metric": "params", "max": 400000}, {"metric": "macs", "max": 1e9}]
    form.get_by_role("button", name="Remove constraints 1").click()
    expect(text(form)).not_to_have_value(re.compile("params"))
    assert data(form)["constraints"] == [{"metric": "macs", "max": 1e9}]


def test_what_is_typed_in_the_text_is_shown_in_the_form(form):
    words = text(form).input_value().replace("trials: 12", "trials: 9").replace("seed: 0", "scheduler: {kind: asha}")
    text(form).fill(words)
    expect(form.get_by_label("trials", exact=True)).to_have_value("9")
    expect(form.get_by_label("Early stopping", exact=True)).to_have_value("asha")
    expect(text(form)).to_have_value(words)


def test_a_problem_is_told_at_its_line_and_at_its_field(form):
    words = text(form).input_value().replace("epochs: 12", "epochs: 0")
    text(form).fill(words)
    expect(title(form)).to_have_text("1 problem")
    expect(form.locator("#problems li")).to_have_text("line 11task.epochs must be at least 1, got 0")
    expect(form.locator("#lines .wrong")).to_have_text("11\n")
    field = form.get_by_label("epochs", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("must be at least 1, got 0$"))
    expect(form.get_by_role("button", name="Submit")).to_be_disabled()
    form.get_by_role("button", name="line 11").click()
    chosen = "(({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd))"
    assert form.evaluate(f"{chosen}(document.activeElement)") == "  epochs: 0"


def test_the_form_rests_while_the_text_cannot_be_read(form):
    text(form).fill("name: cells\nspace: {kind: [\n")
    expect(form.locator("#problems li")).to_contain_text("not YAML")
    expect(form.locator("#form")).to_have_attribute("inert", "")
    text(form).fill("name: cells\n")
    expect(form.locator("#form")).not_to_have_attribute("inert", "")
    expect(form.get_by_label("name", exact=True).first).to_have_value("cells")


def test_an_example_takes_the_place_of_what_was_written_only_when_asked(form):
    form.get_by_label("trials", exact=True).fill("7")
    expect(form.locator(".facts")).to_contain_text("7 candidates")
    form.get_by_label("Start from").select_option("blood-cells-resizer")
    form.get_by_role("button", name="Back").click()
    assert data(form)["budget"] == {"trials": 7}
    form.get_by_label("Start from").select_option("blood-cells-proxy")
    form.get_by_role("button", name="Take the example").click()
    expect(form.get_by_label("name", exact=True).first).to_have_value("blood-cells-proxy")


def test_an_earlier_search_is_cloned_changed_and_submitted(browser, service):
    with opened(browser, service) as page:
        page.goto("/submit?clone=baseline")
        expect(page.locator("#note")).to_contain_text("The document of baseline")
        expect(page.get_by_label("Early stopping", exact=True)).to_have_value("asha")
        page.get_by_label("name", exact=True).first.fill("bolder")
        page.locator("#field-task-data-train-images").fill("data/bccd/images")
        for name in ("task-data-train-annotations", "task-data-val-images", "task-data-val-annotations"):
            page.locator(f"#field-{name}").fill("data/bccd/annotations/instances_val.json")
        expect(title(page)).to_have_text(GOOD)
        page.get_by_label("Priority").fill("5")
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("bolder")
        found = service.storage.search("bolder")
        assert page.url.endswith(f"/searches/{found.id}")
        assert (found.priority, found.document["scheduler"]["kind"]) == (5, "asha")


def test_whoever_may_only_read_is_told_so(browser, tmp_path):
    with serving(tmp_path, role=Role.READ) as service, opened(browser, service) as page:
        page.goto("/submit")
        expect(page.locator("#note")).to_have_text("Submitting takes the role submit; read has the role read.")
        expect(page.locator("#form")).to_have_count(0)


def test_the_form_fits_a_phone(browser, service):
    with opened(browser, service, viewport={"width": 360, "height": 740}, color_scheme="dark") as page:
        page.goto("/submit?example=blood-cells-resizer")
        expect(page.get_by_label("Kind of space", exact=True)).to_have_value("joint")
        expect(page.locator("#field-space-parts-resizer-kind")).to_have_value("resizer")
        expect(title(page)).to_have_text(GOOD)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_registered_data_are_taken_by_their_name(form, service, root):
    split = {"images": "data/bccd/images", "annotations": "data/bccd/annotations/instances_val.json"}
    (root / "data/bccd/images").mkdir(exist_ok=True)
    asked = {"name": "cells", "kind": "detection", "data": {"train": split, "val": split}}
    assert form.request.post("/api/v1/data", data=asked).status == 201
    form.reload()
    expect(title(form)).to_have_text(GOOD)
    form.get_by_label("Data set").select_option("cells")
    expect(text(form)).to_have_value(re.compile("data: cells"))
    expect(form.locator("#field-task-data-train-images")).to_have_count(0)
    expect(title(form)).to_have_text(GOOD)
    form.get_by_label("Data set").select_option("paths of its own")
    expect(form.locator("#field-task-data-train-images")).to_have_value("")
