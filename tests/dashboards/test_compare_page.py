"""Trials side by side in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.dashboards.conftest import opened

pytestmark = pytest.mark.browser

ADDRESS = "/searches/baseline/compare?trials=0,1"


def test_ticked_trials_of_the_leaderboard_are_seen_side_by_side(page):
    page.goto("/searches/baseline/leaderboard")
    boxes = page.locator("#leaderboard tbody input[type=checkbox]")
    for place in (0, 1):
        boxes.nth(place).check()
    page.get_by_role("link", name="Compare 2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Trials \d+, \d+ of baseline$"))
    expect(page.locator("#architectures svg[role=img]")).to_have_count(2)
    expect(page.locator("#curves .main-svg").first).to_be_visible()
    expect(page.locator("#metrics .best")).not_to_have_count(0)


def test_architectures_are_drawn_alike_and_what_differs_is_emphasised_and_told(page):
    page.goto(ADDRESS)
    first, second = (page.locator(f"#architectures section[data-trial='{number}']") for number in (0, 1))
    expect(second.locator(".differences")).to_contain_text("differences to trial 0")
    assert second.locator(".node.changed").count() > 0
    assert second.locator(".edge.changed").count() > 0
    assert first.locator(".node.changed").count() == second.locator(".node.changed").count()
    rows = [each.locator(".row text:not(.note)").all_inner_texts() for each in (first, second)]
    assert rows[0] == rows[1]
    assert "differs" in second.locator(".samples").inner_text()


def test_choices_that_differ_are_marked_and_the_others_shown_when_asked_for(page):
    page.goto(ADDRESS)
    expect(page.locator("#choices-note")).to_have_text(re.compile(r"^\d+ of 70 choices differ\.$"))
    differing = page.locator("#choices tr.differs")
    count = differing.count()
    expect(page.locator("#choices tbody tr")).to_have_count(count)
    page.get_by_label("only those that differ").uncheck()
    expect(page.locator("#choices tbody tr")).to_have_count(70)
    assert differing.count() == count


def test_other_trials_are_named_by_the_keyboard_and_curves_are_overlaid(page):
    page.goto(ADDRESS)
    page.get_by_label("Trials", exact=True).fill("2, 4 5")
    page.get_by_label("Trials", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trials 2, 4, 5 of baseline")
    expect(page.locator("#curves .legendtext")).to_have_text(["trial 2", "trial 4", "trial 5"])
    page.locator("#curves-metric").select_option("loss")
    expect(page.locator("#curves")).to_have_attribute("aria-label", re.compile("^loss of trial 2, trial 4, trial 5"))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trials 0, 1 of baseline")


def test_too_few_trials_are_asked_for_in_words(page):
    page.goto("/searches/baseline/compare?trials=3")
    expect(page.get_by_role("alert")).to_have_text("Name 2 to 8 trials to compare, as 3, 7.")


def test_a_comparison_fits_a_phone_in_the_dark(browser, served):
    with opened(browser, served, viewport={"width": 360, "height": 740}, color_scheme="dark") as page:
        page.goto(ADDRESS)
        expect(page.locator("#curves .main-svg").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
