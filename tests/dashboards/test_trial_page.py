"""One trial in a real browser: drawn, measured, logged as it goes on."""

from dataclasses import replace

import pytest
from PIL import Image
from playwright.sync_api import expect

from api.exports import Exports, ExportState, Wanted
from nas.exporting import ExportFormat
from nas.folders import LOG, trial_folder
from nas.records import Artifact, Measurement, TrialStatus
from nas.testing.searches import toy_document
from nas.testing.stored import trial
from search_spaces.registry import published_architecture
from tests.dashboards.conftest import opened, serving
from tests.dashboards.drawn_search import drawn_search

pytestmark = pytest.mark.browser

JOINT = {
    "kind": "joint",
    "parts": {
        "backbone": {"kind": "vgg", "stages": [{"width": 8, "depth": 1}, {"width": 16, "depth": 2}]},
        "resizer": {"kind": "resizer", "blocks": 2, "filters": 8, "input_size": [128, 128], "output_size": [64, 64]},
    },
}
SPLIT = {"images": "/data/images", "annotations": "/data/instances.json"}
DATA = {"train": SPLIT, "val": SPLIT, "classes": 3}
PROXY = toy_document(name="proxy", task={"kind": "detection", "data": DATA}).model_dump(mode="json")


def test_a_trial_shows_its_architecture_its_curves_and_its_choices(page):
    page.goto("/searches/baseline/trials/0")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trial 0 of baseline")
    drawing = page.get_by_role("img", name="backbone: spinenet of trial 0")
    expect(drawing.locator(".node")).to_have_count(17)
    expect(drawing.locator(".row")).to_have_count(6)
    expect(drawing.locator(".edge.input")).to_have_count(31)
    expect(drawing.locator(".output")).to_have_count(5)
    assert "Outputs: P" in drawing.locator("desc").first.text_content()
    expect(page.locator("#curves .main-svg").first).to_be_visible()
    expect(page.locator("#curves h3")).to_have_text(["AP", "AP50", "loss"])
    expect(page.locator("#choices tbody tr")).to_have_count(70)
    expect(page.locator("#metrics tbody tr").first).to_contain_text("objective")
    expect(page.locator("#tiles")).to_contain_text("Attempts")


def test_the_drawing_is_told_in_words_and_a_block_stands_out_with_its_arrows(page):
    page.goto("/searches/baseline/trials/0")
    words = page.locator("#architecture summary")
    words.focus()
    page.keyboard.press("Enter")
    rows = page.locator("#architecture details tbody tr")
    expect(rows).to_have_count(17)
    expect(rows.nth(2)).to_contain_text("0, 1")
    page.locator(".node[data-id='2'] .shape").hover()
    assert page.locator(".edge.lit").count() == page.locator(".edge[data-source='2'], .edge[data-target='2']").count()


def test_metrics_are_chosen_by_the_keyboard_and_stay_in_the_address(page):
    page.goto("/searches/baseline/trials/0")
    expect(page.locator("#curves h3")).to_have_count(3)
    page.get_by_text("Metrics", exact=True).first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="AP50").uncheck()
    expect(page.locator("#curves h3")).to_have_text(["AP", "loss"])
    page.reload()
    expect(page.locator("#curves h3")).to_have_text(["AP", "loss"])


def test_why_a_trial_failed_is_told_at_the_top(page):
    page.goto("/searches/baseline/trials/11")
    expect(page.locator("#failure")).to_have_text("Failed, diverged: loss is nan at fidelity 6")
    expect(page.locator("#log-note")).to_contain_text("no log on the machine")


def test_a_trial_that_runs_is_seen_going_on_to_its_end(browser, tmp_path):
    with serving(tmp_path) as service, opened(browser, service) as page:
        search = drawn_search(service.storage, service.clock, name="live", trials=6)
        lease = service.storage.acquire_lease(search.id, "test", 1e9)
        folder = trial_folder(tmp_path, search.id, 6)
        folder.mkdir(parents=True)
        log = folder / LOG
        log.write_text("epoch 1 of 12\n")
        service.storage.add_trial(lease, trial(6, status=TrialStatus.RUNNING, architecture=JOINT))
        page.goto("/searches/live/trials/6")
        expect(page.locator("#log")).to_have_text("epoch 1 of 12\n")
        expect(page.locator("#architecture h3")).to_have_text(["resizer", "backbone: vgg"])
        assert page.locator("#architecture svg[role=img]").count() == 2
        with log.open("a") as stream:
            stream.write("epoch 2 of 12\n<b>bold</b>\n")
        service.storage.add_measurement(lease, 6, Measurement(fidelity=2, metrics={"AP": 0.25}, elapsed_s=9.0))
        expect(page.locator("#log")).to_have_text("epoch 1 of 12\nepoch 2 of 12\n<b>bold</b>\n")
        expect(page.locator("#tiles")).to_contain_text("0.2500")
        sheet = folder / "resized.png"
        Image.new("RGB", (40, 20)).save(sheet)
        artifact = Artifact(name="resized", uri=sheet.as_uri(), sha256="ab" * 32, size_bytes=sheet.stat().st_size)
        service.storage.add_measurement(
            lease, 6, Measurement(fidelity=12, metrics={"AP": 0.5}, elapsed_s=9.0, artifacts=(artifact,))
        )
        service.storage.move_trial(lease, 6, TrialStatus.COMPLETED, told="trial 6 completed")
        expect(page.locator("#head .chip")).to_have_text("completed")
        picture = page.get_by_role("img", name="What the resizer makes")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 40


def test_a_trial_fits_a_phone_in_the_dark_and_its_drawing_scrolls_inside_its_card(browser, served):
    with opened(browser, served, viewport={"width": 360, "height": 740}, color_scheme="dark") as page:
        page.goto("/searches/baseline/trials/0")
        expect(page.locator("#curves .main-svg").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        scroll = page.get_by_role("region", name="Drawing of")
        assert scroll.evaluate("node => node.scrollWidth > node.clientWidth && node.clientWidth < 360")
        scroll.focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        scroll.evaluate(
            "node => node.scrollLeft || new Promise(seen => node.addEventListener('scroll', seen, { once: true }))"
        )
        assert scroll.evaluate("node => node.scrollLeft") > 0


def test_a_trial_that_runs_is_stopped_after_asking_and_one_that_failed_is_retried(browser, own):
    search = drawn_search(own.storage, own.clock, name="wishes", trials=20)
    with opened(browser, own) as page:
        page.goto("/searches/wishes/trials/19")
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Back").click()
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Stop the trial").click()
        expect(page.get_by_role("button", name="Stopping…")).to_be_disabled()
        assert own.storage.trial(search.id, 11).status is TrialStatus.FAILED
        page.goto("/searches/wishes/trials/11")
        page.get_by_role("button", name="Retry").click()
        expect(page.get_by_role("button", name="Waiting to be retried…")).to_be_disabled()
        wanted = own.storage.wanted(search.id)
        assert (wanted.stop, wanted.retry) == ({19}, (11,))


def test_a_trial_is_retrained_on_the_full_task_as_a_search_of_its_own(browser, own):
    lease = own.storage.acquire_lease(own.storage.create_search("proxy", PROXY).id, "test", 1e9)
    spinenet = published_architecture("spinenet-49").model_dump(mode="json")
    own.storage.add_trial(lease, trial(0, architecture=spinenet))
    with opened(browser, own) as page:
        page.goto("/searches/proxy/trials/0")
        page.get_by_role("button", name="Retrain").click()
        page.get_by_role("spinbutton", name="Epochs").fill("48")
        page.get_by_role("spinbutton", name="Times, each with another seed").fill("3")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("proxy-0-full")
        (found,) = own.storage.searches(limit=1).searches
        assert (found.document["task"]["epochs"], found.document["comparison"]["seeds"]) == (48, 2)
        assert found.document["retrains"]["trial"] == 0


def test_a_trained_trial_is_exported_and_downloaded(browser, own, tmp_path):
    search = own.storage.create_search("home", PROXY)
    lease = own.storage.acquire_lease(search.id, "test", 1e9)
    own.storage.add_trial(lease, trial(0, status=TrialStatus.RUNNING))
    model = trial_folder(tmp_path, search.id, 0) / "model.pt"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"weights")
    artifact = Artifact(name="model", uri=model.as_uri(), sha256="ab" * 32, size_bytes=7)
    own.storage.add_measurement(lease, 0, Measurement(fidelity=12, metrics={"AP": 0.5}, artifacts=(artifact,)))
    own.storage.move_trial(lease, 0, TrialStatus.COMPLETED)
    exports, wanted = Exports(tmp_path), Wanted(search_id=search.id, number=0, format=ExportFormat.ONNX)
    with opened(browser, own) as page:
        page.goto("/searches/home/trials/0")
        page.get_by_role("button", name="Export").click()
        page.get_by_label("Format").select_option("onnx")
        page.get_by_role("button", name="Export").last.click()
        expect(page.locator("#export")).to_have_text("Exporting as onnx…")
        archive = exports.archive(wanted)
        archive.write_bytes(b"PK zip")
        exports.end(replace(exports.note(wanted), state=ExportState.READY, size_bytes=6, sha256="cd" * 32))
        with page.expect_download() as started:
            page.get_by_role("link", name="Download").click()
        assert started.value.path().read_bytes() == b"PK zip"
        assert started.value.suggested_filename == "home-0-onnx.zip"
