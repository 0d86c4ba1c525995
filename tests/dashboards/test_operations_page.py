"""The page of operations in a real browser."""

import pytest
from playwright.sync_api import expect

from api.people.records import Role
from tests.dashboards.conftest import opened, serving
from tests.dashboards.drawn_search import drawn_search

pytestmark = pytest.mark.browser


def test_it_tells_what_runs_what_waits_and_what_failed(browser, served):
    with opened(browser, served) as page:
        page.goto("/operations")
        expect(page.locator("#tiles")).to_contain_text("Trials running4")
        expect(page.locator("#running tbody tr")).to_have_count(4)
        expect(page.locator("#running tbody tr").first.get_by_role("link", name="cells")).to_be_visible()
        expect(page.locator("#projects tbody th")).to_have_text("default")
        expect(page.locator("#failures tbody")).to_contain_text("diverged")
        expect(page.locator("#leases tbody")).to_have_text("Nobody works on a search.")
        expect(page.locator("#cluster-note")).to_contain_text("Machines are not known: no search has run on Ray")
        expect(page.locator("#versions")).to_contain_text("sqlalchemy")


def test_it_keeps_up_by_itself(browser, own):
    with opened(browser, own) as page:
        page.goto("/operations")
        expect(page.locator("#waiting tbody")).to_have_text("Nothing waits.")
        search = drawn_search(own.storage, own.clock, name="cells", trials=6)
        own.storage.acquire_lease(search.id, "process 7 on head", 60)
        expect(page.locator("#leases tbody")).to_contain_text("process 7 on head")
        expect(page.locator("#leases tbody")).to_contain_text("in 1 min 0 s")


def test_who_is_no_admin_sees_no_cluster_and_it_fits_a_phone(browser, tmp_path):
    small = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
    with serving(tmp_path, role=Role.READ) as service, opened(browser, service, **small) as page:
        drawn_search(service.storage, service.clock, name="cells", trials=6)
        page.goto("/operations")
        expect(page.locator("#running tbody tr")).to_have_count(4)
        expect(page.locator("#cluster-card")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
