"""The list of searches in a real browser."""

import pytest
from playwright.sync_api import expect

from nas.records import SearchStatus
from tests.dashboards.conftest import opened
from tests.dashboards.drawn_search import drawn_search

pytestmark = pytest.mark.browser


def rows(page):
    """The rows of the list."""
    return page.locator("#searches tbody tr")


def test_searches_are_listed_newest_first_with_how_far_they_are(page):
    page.goto("/")
    expect(rows(page)).to_have_count(2)
    newest, oldest = rows(page).all()
    expect(newest).to_contain_text("cells")
    expect(newest.locator(".chip")).to_have_text("running")
    expect(newest).to_contain_text("56 / 120")
    expect(oldest).to_contain_text("24 / 24")
    expect(oldest).to_contain_text("AP")
    expect(newest.get_by_role("img")).to_have_attribute("aria-label", "56 of 120 trials ended")


def test_a_status_is_filtered_by_the_keyboard_and_stays_in_the_address(page):
    page.goto("/")
    page.get_by_role("radio", name="all").focus()
    for _ in range(1 + list(SearchStatus).index(SearchStatus.COMPLETED)):
        page.keyboard.press("ArrowRight")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("baseline")
    page.reload()
    expect(page.get_by_role("radio", name="completed")).to_be_checked()
    expect(rows(page)).to_contain_text("baseline")
    page.go_back()
    expect(page.get_by_role("radio", name="all")).not_to_be_checked()


def test_a_new_search_appears_and_a_cancelled_one_changes_by_itself(browser, own):
    with opened(browser, own) as page:
        page.goto("/")
        expect(rows(page)).to_contain_text("No search here yet")
        search = drawn_search(own.storage, own.clock, name="fresh", trials=4)
        expect(rows(page).locator(".chip")).to_have_text("running")
        lease = own.storage.acquire_lease(search.id, "test", 60)
        own.storage.set_search_status(lease, SearchStatus.CANCELLED)
        expect(rows(page).locator(".chip")).to_have_text("cancelled")


def test_a_long_list_is_leafed_through(browser, own):
    for number in range(53):
        own.storage.create_search(f"search-{number}", {"objectives": [{"metric": "AP"}]})
        own.clock.advance(1)
    with opened(browser, own) as page:
        page.goto("/")
        expect(rows(page)).to_have_count(50)
        page.get_by_role("button", name="Next page").click()
        expect(rows(page)).to_have_count(3)
        expect(rows(page).last).to_contain_text("search-0")
        expect(page.get_by_role("button", name="Next page")).to_be_disabled()
        page.go_back()
        expect(rows(page)).to_have_count(50)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_is_the_systems_until_another_is_chosen(browser, served, theme):
    other = {"light": "dark", "dark": "light"}[theme]
    with opened(browser, served, color_scheme=theme) as page:
        page.goto("/")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        page.get_by_role("button", name="theme").click()
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-theme", other)


def test_the_list_fits_a_phone(browser, served):
    with opened(browser, served, viewport={"width": 360, "height": 740}) as page:
        page.goto("/")
        expect(rows(page)).to_have_count(2)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
