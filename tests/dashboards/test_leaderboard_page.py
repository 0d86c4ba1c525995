"""The leaderboard in a real browser."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from nas.records import Measurement, TrialStatus
from nas.testing.stored import trial
from tests.api.plots.conftest import DOCUMENT, Plotted
from tests.dashboards.conftest import opened

pytestmark = pytest.mark.browser

ADDRESS = "/searches/cells/leaderboard"


def rows(page):
    """The rows of the table."""
    return page.locator("#leaderboard tbody tr")


def column(page, name):
    """What stands in a column, from the top."""
    labels = page.locator("#leaderboard thead th").all_inner_texts()
    place = next(place for place, label in enumerate(labels) if label.strip().lower() == name.lower())
    return [row.locator("th, td").nth(place).inner_text() for row in rows(page).all()]


def numbers(page):
    """The trials of the table, from the top."""
    return [int(text.removeprefix("trial ")) for text in column(page, "trial")]


def test_the_best_trials_come_first(page, served):
    page.goto(ADDRESS)
    expect(rows(page).first).to_contain_text("completed")
    values = [float(text) for text in column(page, "AP")]
    assert values == sorted(values, reverse=True)
    expect(page.locator("th[aria-sort='descending']")).to_have_text("AP")
    assert column(page, "#")[:3] == ["1", "2", "3"]


def test_a_heading_sorts_best_first_then_the_other_way_and_back(page):
    page.goto(ADDRESS)
    expect(rows(page).first).to_contain_text("completed")
    first = numbers(page)
    page.get_by_role("button", name="macs").press("Enter")
    expect(page.locator("th[aria-sort='ascending']")).to_have_text("macs")
    expect(page.get_by_role("button", name="macs")).to_be_focused()
    page.get_by_role("button", name="macs").click()
    expect(page.locator("th[aria-sort='descending']")).to_have_text("macs")
    page.go_back()
    page.go_back()
    expect(page.locator("th[aria-sort='descending']")).to_have_text("AP")
    expect(rows(page).first.locator("th")).to_have_text(f"trial {first[0]}")


def test_filters_are_added_taken_away_and_stay_in_the_address(page):
    page.goto(ADDRESS)
    expect(rows(page).first).to_contain_text("completed")
    everything = rows(page).count()
    page.get_by_label("Metric to filter by").select_option("AP")
    page.get_by_label("Comparison").select_option("at least")
    page.get_by_label("Bound").fill("0.3")
    page.keyboard.press("Enter")
    expect(page.locator("#conditions li")).to_contain_text("AP ≥ 0.3")
    expect(rows(page)).not_to_have_count(everything)
    assert all(float(text) >= 0.3 for text in column(page, "AP"))
    page.reload()
    expect(page.locator("#conditions li")).to_contain_text("AP ≥ 0.3")
    page.get_by_role("button", name="Remove the filter").click()
    expect(rows(page)).to_have_count(everything)


def test_what_is_no_number_is_no_bound(page):
    page.goto(ADDRESS)
    expect(rows(page).first).to_contain_text("completed")
    page.get_by_label("Bound").fill("many")
    page.get_by_role("button", name="Add filter").click()
    expect(page.get_by_label("Bound")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#conditions li")).to_have_count(0)


def test_other_statuses_are_ticked(page):
    page.goto(ADDRESS)
    expect(rows(page).first).to_contain_text("completed")
    page.get_by_role("checkbox", name="stopped").check()
    expect(rows(page).filter(has_text="stopped").first).to_be_visible()
    page.get_by_role("checkbox", name="completed").uncheck()
    expect(rows(page).filter(has_text="completed")).to_have_count(0)
    assert "status=stopped" in page.url


def test_columns_are_chosen(page):
    page.goto(ADDRESS)
    expect(rows(page).first).to_contain_text("completed")
    page.locator("#columns summary").click()
    page.get_by_role("checkbox", name="loss").check()
    page.get_by_role("checkbox", name="epochs").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("columnheader", name="loss")).to_be_visible()
    expect(page.get_by_role("columnheader", name="epochs")).to_have_count(0)
    assert all(float(text) > 0 for text in column(page, "loss"))


def test_a_long_leaderboard_is_leafed_through(page):
    page.goto(f"{ADDRESS}?limit=25&status=completed&status=stopped")
    expect(rows(page)).to_have_count(25)
    first = numbers(page)
    page.get_by_role("button", name="Next page").click()
    expect(page.locator("#pager")).to_contain_text("26 to 50")
    second = numbers(page)
    assert not set(first) & set(second)
    assert column(page, "#")[0] == "26"
    page.get_by_role("button", name="First page").click()
    expect(page.locator("#pager")).to_contain_text("1 to 25")
    assert numbers(page) == first


def test_what_is_seen_is_downloaded(page):
    page.goto(f"{ADDRESS}?where=AP%3E%3D0.25&sort=macs:asc")
    expect(rows(page).first).to_contain_text("completed")
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    found = list(csv.DictReader(io.StringIO(started.value.path().read_text())))
    assert [int(row["number"]) for row in found] == numbers(page)
    assert started.value.suggested_filename.startswith("cells-")
    with page.expect_download() as started:
        page.get_by_role("link", name="Parquet").click()
    assert started.value.path().read_bytes()[:4] == b"PAR1"


def test_ticked_trials_are_compared(page):
    page.goto(ADDRESS)
    expect(rows(page).first).to_contain_text("completed")
    expect(page.locator("#compare")).not_to_have_attribute("href")
    first, second = numbers(page)[:2]
    for number in (first, second):
        page.get_by_label(f"Compare trial {number}", exact=True).check()
    expect(page.locator("#compare")).to_have_attribute("href", re.compile(rf"/compare\?trials={first},{second}$"))


def test_a_new_best_trial_comes_to_the_top_by_itself(browser, own):
    plotted = Plotted(own.storage, {**DOCUMENT, "constraints": []})
    plotted.add([0.3])
    with opened(browser, own) as page:
        page.goto("/searches/plotted/leaderboard")
        expect(rows(page)).to_have_count(1)
        page.get_by_label("Compare trial 0").check()
        own.storage.add_trial(plotted.lease, trial(1, status=TrialStatus.RUNNING))
        own.storage.add_measurement(plotted.lease, 1, Measurement(fidelity=1, metrics={"AP": 0.9}))
        own.storage.move_trial(plotted.lease, 1, TrialStatus.COMPLETED)
        expect(rows(page).first).to_contain_text("trial 1")
        expect(page.get_by_label("Compare trial 0")).to_be_checked()


def test_the_leaderboard_fits_a_phone(browser, served):
    with opened(browser, served, viewport={"width": 360, "height": 740}) as page:
        page.goto(ADDRESS)
        expect(rows(page).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
