"""The table that is told of a stored search."""

import pytest

from api.tabulating import TableView, table_of
from nas.errors import InvalidQuery, NotFound
from nas.memory import MemoryStorage
from nas.testing.stored import add_completed, leased
from tests.api.tabulated_search import DOCUMENT, GAIN, NETWORKS, SOURCE, TARGET, tabulated_search


@pytest.fixture
def storage():
    return MemoryStorage()


def test_source_stands_against_target_over_the_seeds(storage):
    told = table_of(storage, tabulated_search(storage), rows=TARGET, columns=SOURCE)
    assert (told.metric, told.goal, told.against) == ("top1", "maximize", None)
    assert (told.rows.path, told.columns.path) == (TARGET, SOURCE)
    assert [each.label for each in told.rows.values] == [each.label for each in told.columns.values] == list(NETWORKS)
    assert told.rows.values[1].value["name"] == "densenet121"
    assert told.columns.values[1].value == "/resizers/densenet121.pt"
    cell = told.cells[1][2]
    assert (cell.mean, cell.seeds, cell.candidates) == (pytest.approx(0.66 - 0.1 + 0.002), 3, 1)
    assert cell.high - cell.mean == pytest.approx(4.302653 * 0.001 / 3**0.5)


def test_the_metric_and_a_control_may_be_named(storage):
    search = tabulated_search(storage)
    told = table_of(storage, search, rows=SOURCE, against="plain")
    assert told.columns.path is None
    assert [row[0].mean for row in told.cells] == pytest.approx([GAIN] * 4)
    assert [(row[0].candidates, row[0].seeds) for row in told.cells] == [(4, 4)] * 4
    params = table_of(storage, search, rows=SOURCE, metric="params")
    assert (params.metric, params.goal, params.columns.values[0].label) == ("params", "minimize", "params")


def test_more_trials_than_a_page_holds_are_read(storage):
    lease = leased(storage)
    add_completed(storage, lease, [{"AP": 0.5}] * 1001)
    told = table_of(storage, storage.search(lease.search_id), rows="kind", metric="AP")
    assert told.cells[0][0].candidates == 1001


@pytest.mark.parametrize(
    ("asked", "error", "sentence"),
    [
        ({}, InvalidQuery, f"rows must be a field .*varying: {TARGET}, .*{SOURCE}"),
        ({"rows": "parts.backbon"}, InvalidQuery, "did you mean 'parts.backbone'"),
        (
            {"rows": TARGET, "columns": "weights"},
            InvalidQuery,
            "columns must be .* got 'weights'; did you mean",
        ),
        ({"rows": TARGET, "against": "none"}, InvalidQuery, "got 'none'; known: plain"),
        ({"rows": TARGET, "metric": "top"}, NotFound, "has the metric 'top'; did you mean 'top1'"),
        ({"rows": TARGET, "metric": "-top1"}, InvalidQuery, "metric must be the name of a metric, got '-top1'"),
        ({"rows": TARGET, "metric": ""}, InvalidQuery, "metric"),
    ],
)
def test_what_makes_no_table_is_told(storage, asked, error, sentence):
    search = tabulated_search(storage, networks=NETWORKS[:2])
    with pytest.raises(error, match=sentence):
        table_of(storage, search, **asked)


def test_before_anything_has_completed_the_table_is_empty(storage):
    search = storage.create_search("transfer", DOCUMENT)
    told = table_of(storage, search, rows=TARGET, columns=SOURCE)
    assert (told.rows.values, told.columns.values, told.cells) == ([], [], [])
    with pytest.raises(InvalidQuery, match="varying: none"):
        table_of(storage, search)


def test_an_example_is_a_valid_answer():
    for example in TableView.model_config["json_schema_extra"]["examples"]:
        assert TableView.model_validate(example).model_dump(mode="json") == example
