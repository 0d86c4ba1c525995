"""What people do to searches on their pages, in a real browser."""

import pytest
from playwright.sync_api import expect

from api.people.records import Role
from nas.errors import NotFound
from nas.records import Pause, SearchStatus
from tests.dashboards.conftest import opened, serving
from tests.dashboards.drawn_search import drawn_search

pytestmark = pytest.mark.browser


def test_a_search_is_paused_and_goes_on(browser, own):
    search = drawn_search(own.storage, own.clock, name="cells", trials=6)
    with opened(browser, own) as page:
        page.goto("/searches/cells")
        page.get_by_role("button", name="Pause").click()
        page.get_by_label("Stop them now").check()
        page.get_by_role("dialog").get_by_role("button", name="Pause").click()
        expect(page.locator("#head .chip")).to_have_text("pausing")
        assert own.storage.search(search.id).pause_requested is Pause.NOW
        page.get_by_role("button", name="Resume").click()
        expect(page.locator("#head .chip")).to_have_text("running")
        assert own.storage.search(search.id).pause_requested is None


def test_an_ended_search_gets_more_trials_than_it_had(browser, own):
    search = drawn_search(own.storage, own.clock, name="cells", trials=6, ends=True)
    with opened(browser, own) as page:
        page.goto("/searches/cells")
        page.get_by_role("button", name="More trials").click()
        trials = page.get_by_label("Trials in all")
        expect(trials).to_have_value("7")
        trials.fill("6")
        page.get_by_role("button", name="Raise the budget").click()
        assert trials.evaluate("node => node.validity.rangeUnderflow")
        trials.fill("20")
        page.keyboard.press("Enter")
        expect(page.locator("#head .chip")).to_have_text("queued")
        assert own.storage.search(search.id).trial_budget == 20


def test_a_search_is_deleted_from_the_list_after_asking(browser, own):
    search = drawn_search(own.storage, own.clock, name="cells", trials=6, ends=True)
    with opened(browser, own) as page:
        page.goto("/")
        page.get_by_role("button", name="Actions on cells").click()
        expect(page.get_by_role("link", name="Clone")).to_have_attribute("href", f"/submit?clone={search.id}")
        expect(page.get_by_role("button", name="Pause")).to_have_count(0)
        page.get_by_role("button", name="Delete").click()
        expect(page.get_by_role("dialog")).to_contain_text("Its 6 trials go with it")
        page.keyboard.press("Escape")
        assert own.storage.search(search.id).status is SearchStatus.COMPLETED
        page.get_by_role("button", name="Actions on cells").click()
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Delete for good").click()
        expect(page.locator("#searches tbody")).to_contain_text("No search here yet")
    with pytest.raises(NotFound):
        own.storage.search(search.id)


def test_whoever_may_only_read_is_offered_nothing(browser, tmp_path):
    with serving(tmp_path, role=Role.READ) as service, opened(browser, service) as page:
        drawn_search(service.storage, service.clock, name="cells", trials=4)
        page.goto("/searches/cells")
        expect(page.locator("#head .actions")).to_have_text("Leaderboard")
        page.goto("/")
        expect(page.locator("#searches tbody tr")).to_have_count(1)
        expect(page.get_by_role("button", name="Actions on cells")).to_have_count(0)
