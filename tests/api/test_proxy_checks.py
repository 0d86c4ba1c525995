"""Proxy checks as they are stored: found or made, trained once, read by name and id."""

import copy

import pytest

from api.examples import DOCUMENT
from api.proxy_checks import find_check, find_or_create, measured_part, report_on, submitted_check
from api.settings import Settings
from nas.document import parse_document
from nas.errors import DocumentError, NotFound
from nas.memory import MemoryStorage
from nas.proxy_check import planned_searches
from nas.proxy_report import Thresholds, Verdict
from nas.records import SearchStatus
from tests.api.checked_proxy import SECTION, train
from tests.api.no_data_sets import nowhere


@pytest.fixture
def storage():
    return MemoryStorage()


def document(**section):
    data = copy.deepcopy(DOCUMENT)
    data["task"]["data"]["classes"] = 3
    return {**data, "constraints": [], "proxy_check": {**SECTION, **section}}


def planned(**section):
    return planned_searches(parse_document(document(**section)))


def test_the_report_of_a_trained_check_tells_signal_from_noise(storage, tmp_path):
    searches = find_or_create(storage, planned())
    train(storage, searches, tmp_path)
    report = report_on(storage, searches)
    small, noisy = report.settings
    assert (report.check, report.status, report.recommended) == ("blood-cells", "complete", "small")
    assert (small.verdict, small.kendall.value) == (Verdict.TRUSTWORTHY, pytest.approx(1))
    assert noisy.noise.signal_to_noise.value < 1
    assert (small.completed, noisy.completed, report.full.completed) == (12, 12, 6)
    assert (small.seconds_per_trial, report.full.seconds_per_trial, small.share_of_full) == (4, 8, 0.5)
    assert [each.epoch for each in noisy.by_epoch] == [1, 2, 3]
    assert [each.macs for each in report.architectures] == sorted(each.macs for each in report.architectures)
    strict = report_on(storage, searches, Thresholds(signal=1e6))
    assert strict.recommended is None


def test_what_was_trained_is_found_and_only_what_is_new_is_made(storage, tmp_path):
    first = find_or_create(storage, planned())
    train(storage, first[:1], tmp_path)
    again = find_or_create(storage, planned())
    assert [each.id for each in again] == [each.id for each in first]
    assert [each.status for each in again] == [SearchStatus.COMPLETED, SearchStatus.QUEUED, SearchStatus.QUEUED]
    more = find_or_create(storage, planned(settings={**SECTION["settings"], "third": {"epochs": 1}}))
    assert [each.id for each in more if each.name != "blood-cells-proxy-third"] == [each.id for each in first]
    assert len(storage.searches().searches) == 4


def test_a_cancelled_search_is_begun_anew_and_a_failed_one_stands(storage):
    first = find_or_create(storage, planned())
    for search, status in zip(first, (SearchStatus.CANCELLED, SearchStatus.FAILED), strict=False):
        lease = storage.acquire_lease(search.id, "test", 60)
        storage.set_search_status(lease, status, "too many failures")
    again = find_or_create(storage, planned())
    assert again[0].id != first[0].id
    assert [each.id for each in again[1:]] == [each.id for each in first[1:]]
    found = find_check(storage, "blood-cells")
    assert {each.id for each in found} == {each.id for each in again}
    assert [each.reason for each in report_on(storage, found).settings] == [None, "too many failures"]


def test_a_check_is_found_by_its_name_and_by_the_id_of_any_of_its_searches(storage):
    first = find_or_create(storage, planned())
    other = find_or_create(storage, planned_searches(parse_document({**document(), "seed": 7})))
    for name in ("blood-cells", *(each.id for each in other)):
        assert [each.id for each in find_check(storage, name)] == [each.id for each in other]
    assert [each.id for each in find_check(storage, first[0].id)] == [each.id for each in first]
    storage.create_search("plain", {"name": "plain"})
    for name in ("plain", "blood-cells-proxy-small", "nothing"):
        with pytest.raises(NotFound, match=f"no proxy check has the name or id '{name}'"):
            find_check(storage, name)


def test_a_check_without_its_full_task_is_told(storage):
    small = find_or_create(storage, planned()[:1])
    with pytest.raises(NotFound, match="has no search of the full task"):
        report_on(storage, small)
    assert measured_part(storage, small[0]).planned == 12


def test_a_submitted_check_owes_what_a_submitted_search_does_and_its_settings_too(tmp_path):
    assert [each.name for each in submitted_check(document(), Settings(), find=nowhere, anywhere=True)][
        -1
    ] == "blood-cells-proxy-full"
    few = {"few": {"data.train.annotations": "few.json"}}
    with pytest.raises(
        DocumentError, match=r"proxy_check\.settings\.few\.data\.train\.annotations: must be an absolute"
    ):
        submitted_check(document(settings=few), Settings(), find=nowhere, anywhere=True)
    inside = document(settings=few)
    split = {"images": "images", "annotations": "all.json"}
    inside["task"]["data"] = {"train": split, "val": split, "classes": 3}
    found = submitted_check(inside, Settings(data_roots=(tmp_path,)), find=nowhere, anywhere=False)
    assert found[0].task.data.train.annotations == str(tmp_path / "few.json")
    inside["proxy_check"]["settings"] = {"few": {"data.train.annotations": "../few.json"}}
    with pytest.raises(DocumentError, match=r"proxy_check\.settings\.few\..*must lie inside the service's data root"):
        submitted_check(inside, Settings(data_roots=(tmp_path,)), find=nowhere, anywhere=False)
