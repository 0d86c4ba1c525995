"""One search in a real browser, while it runs."""

import re

import pytest
from playwright.sync_api import expect

from api.watching import Watching
from nas.records import Measurement, SearchStatus, TrialStatus
from nas.testing.stored import trial
from tests.dashboards.conftest import logged_in, opened, serving
from tests.dashboards.drawn_search import drawn_search

pytestmark = pytest.mark.browser

PLOTS = ("reward", "curves", "pareto", "timeline")


def test_a_search_shows_how_it_stands_and_all_its_plots(page):
    page.goto("/searches/cells")
    expect(page.get_by_role("heading", level=1)).to_have_text("cells")
    expect(page.locator("#tiles")).to_contain_text("56 of 120")
    for name in PLOTS:
        page.locator(f"#{name}").scroll_into_view_if_needed()
        expect(page.locator(f"#{name} .main-svg").first).to_be_visible()
    for group in ("completed", "stopped early", "running", "best"):
        expect(page.locator("#curves .legendtext", has_text=group).first).to_be_visible()
    expect(page.locator("#importance tbody tr")).to_have_count(12)
    assert page.locator("#parallel path").count() > 20
    expect(page.locator("#live")).to_have_text("Live")


def test_any_two_metrics_are_held_against_each_other(page):
    page.goto("/searches/cells")
    page.locator("#pareto").scroll_into_view_if_needed()
    expect(page.locator("#pareto .main-svg").first).to_be_visible()
    page.get_by_label("Horizontal metric").select_option("params")
    expect(page.locator("#pareto-note")).to_contain_text("smaller params")
    page.get_by_label("Vertical metric").select_option("loss")
    expect(page.locator("#pareto-note")).to_contain_text("Smaller loss")
    assert "x=params" in page.url
    assert "y=loss" in page.url


def test_lines_are_kept_by_their_rank_and_along_an_axis(page):
    page.goto("/searches/cells")
    page.locator("#parallel").scroll_into_view_if_needed()
    lines = page.locator("#parallel path")
    expect(lines.first).to_be_attached()
    everything = lines.count()
    shown = "#parallel path[style*='opacity: 0.8']"
    page.get_by_label("Show").select_option("0.1")
    assert page.locator(shown).count() == pytest.approx(everything / 10, abs=1)
    page.get_by_label("Show").select_option("1")
    axis = page.locator("#parallel rect[style*='ns-resize']").last
    axis.scroll_into_view_if_needed()
    box = axis.bounding_box()
    page.mouse.move(box["x"] + 14, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(box["x"] + 14, box["y"] + box["height"] / 3, steps=4)
    page.mouse.up()
    kept = page.locator(shown).count()
    assert 0 < kept < everything
    axis.dblclick()
    assert page.locator(shown).count() == everything


def test_what_happens_is_seen_as_it_happens(browser, own):
    search = drawn_search(own.storage, own.clock, name="live", trials=9)
    lease = own.storage.acquire_lease(search.id, "test", 1e9)
    with opened(browser, own) as page:
        page.goto("/searches/live")
        expect(page.locator("#tiles")).to_contain_text("5 of 18")
        expect(page.locator("#events li").first).to_contain_text("trial")
        own.storage.add_trial(lease, trial(9, status=TrialStatus.RUNNING))
        own.storage.add_measurement(lease, 9, Measurement(fidelity=12, metrics={"AP": 0.9}, elapsed_s=9.0))
        own.storage.move_trial(lease, 9, TrialStatus.COMPLETED, told="trial 9 completed")
        expect(page.locator("#events li").first).to_contain_text("trial 9 completed")
        expect(page.locator("#tiles")).to_contain_text("6 of 18")
        expect(page.locator("#tiles")).to_contain_text("0.9000 trial 9")
        own.storage.set_search_status(lease, SearchStatus.COMPLETED)
        expect(page.locator("#head .chip")).to_have_text("completed")


def test_what_happens_while_the_connection_is_broken_is_not_missed(browser, tmp_path, monkeypatch):
    monkeypatch.setattr("api.routes.streams.RETRY", "retry: 50\n\n")
    short = Watching(lifetime_s=0.5, heartbeat_s=0.2, interval_s=0.1)
    with serving(tmp_path, watching=short) as service, opened(browser, service) as page:
        search = drawn_search(service.storage, service.clock, name="broken", trials=6)
        lease = service.storage.acquire_lease(search.id, "test", 1e9)
        asked = []
        page.on("request", lambda request: asked.append(request) if "/stream" in request.url else None)
        page.goto("/searches/broken")
        told = []
        while len(asked) < 4:
            told.append(f"note {len(told)}")
            service.storage.add_event(lease, "note", told[-1])
            expect(page.locator("#events li").first).to_have_text(re.compile(f"{told[-1]}$"))
        shown = page.locator("#events li", has_text="note").all_inner_texts()
        assert [text.split("\n")[-1] for text in shown] == told[::-1]
        assert all(int(request.all_headers()["last-event-id"]) > 0 for request in asked[1:-1])


def test_a_search_is_cancelled_after_asking(browser, own):
    search = drawn_search(own.storage, own.clock, name="doomed", trials=6)
    with opened(browser, own) as page:
        page.goto("/searches/doomed")
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Back").click()
        assert not own.storage.search(search.id).cancel_requested
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Cancel the search").click()
        expect(page.locator("#head .chip")).to_have_text("cancelling")
        assert own.storage.search(search.id).cancel_requested


def test_a_search_before_its_first_trial_says_so(browser, own):
    own.storage.create_search("waits", {"objectives": [{"metric": "AP"}], "budget": {"trials": 5}})
    with opened(browser, own) as page:
        page.goto("/searches/waits")
        expect(page.locator("#reward")).to_have_attribute("data-empty", "No trial has ended yet.")
        expect(page.locator("#events")).to_contain_text("Nothing has happened yet.")


def test_a_search_that_is_not_there_is_told_in_words(browser, served):
    context = logged_in(browser, served)
    page = context.new_page()
    page.goto("/searches/nowhere")
    expect(page.get_by_role("alert")).to_have_text("no search has the name or id 'nowhere'")
    context.close()


def test_the_search_fits_a_phone(browser, served):
    with opened(browser, served, viewport={"width": 360, "height": 740}, color_scheme="dark") as page:
        page.goto("/searches/cells")
        expect(page.locator("#reward .main-svg").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
