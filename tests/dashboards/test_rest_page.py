"""The description of REST in a real browser: nothing of it comes from elsewhere."""

import pytest
from playwright.sync_api import expect

from tests.dashboards.conftest import opened

pytestmark = pytest.mark.browser


def test_operations_are_described_and_tried_out(browser, served):
    with opened(browser, served, color_scheme="dark") as page:
        page.goto("/api/docs")
        expect(page.locator("html")).to_have_class("dark-mode")
        operation = page.locator("#operations-people-get_principal_api_v1_me_get")
        operation.click(timeout=60_000)  # the first time 1.5 MB of script are read
        operation.get_by_role("button", name="Try it out").click()
        operation.get_by_role("button", name="Execute").click()
        expect(operation.locator(".live-responses-table tbody .response-col_status")).to_have_text("200")


def test_the_description_fits_a_phone(browser, served):
    with opened(browser, served, viewport={"width": 360, "height": 740}) as page:
        page.goto("/api/docs")
        expect(page.locator("#swagger .opblock").first).to_be_visible(timeout=60_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
