"""The list of retrainings in a real browser."""

import pytest
from playwright.sync_api import expect

from nas.document import parse_document
from nas.retraining import retraining_document
from tests.dashboards.conftest import opened
from tests.nas.known_search import finished, known_search

pytestmark = pytest.mark.browser


def retrain(storage, found, number, *, seeds):
    document = parse_document(
        retraining_document(found, storage.trial(found.id, number), {"task": {"epochs": 4}}, seeds=seeds)
    )
    return storage.create_search(document.name, document.model_dump(mode="json"))


def test_each_shows_the_trial_it_comes_from_and_what_both_have_reached(browser, own):
    found = known_search(own.storage)
    done = finished(own.storage, retrain(own.storage, found, 1, seeds=3).id)
    with opened(browser, own) as page:
        page.goto("/")
        page.get_by_role("link", name="Retrainings").click()
        row = page.locator("#retrainings tbody tr")
        expect(row).to_have_count(1)
        expect(row.locator(".chip")).to_have_text("completed")
        expect(row.get_by_role("link", name="cells/1")).to_have_attribute("href", f"/searches/{found.id}/trials/1")
        for words in ("0.2656", "AP, 2 epochs", "0.5156 ± 0.0156", "AP, 4 epochs", "3 / 3"):
            expect(row).to_contain_text(words)
        retrain(own.storage, found, 0, seeds=1)
        expect(page.locator("#retrainings tbody tr")).to_have_count(2)
        page.get_by_role("link", name="cells-1-full").click()
        page.wait_for_url(f"**/searches/{done.id}")


def test_where_there_is_none_it_says_how_to_make_one_and_fits_a_phone(browser, own):
    with opened(browser, own, viewport={"width": 360, "height": 740}) as page:
        page.goto("/retrainings")
        expect(page.locator("#retrainings")).to_contain_text("Nothing has been retrained yet")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
