"""Figures as people read them."""

from dataclasses import replace

import pytest

from api.commands.tables import (
    architecture_tables,
    beside,
    blocks_table,
    budget,
    curve_table,
    duration,
    finished_of_budget,
    leaderboard_table,
    metric,
    note,
)
from nas.estimates import estimate
from nas.ports import Page, SearchSummary
from nas.records import Companion, Measurement, Search, Trial
from search_spaces.joint.architecture import Joint
from search_spaces.registry import published_architecture
from search_spaces.resizer.architecture import Resizer
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.training.architecture import Training

DOCUMENT = {"objectives": [{"metric": "AP"}, {"metric": "params", "goal": "minimize"}]}
SEARCH = Search(id="abc", name="cells", document=DOCUMENT)


def measured(**metrics):
    return Measurement(fidelity=1, metrics=metrics, elapsed_s=75.0)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("AP", 0.41256, "0.4126"),
        ("backbone_params", 1_169_696, "1.170 M"),
        ("macs", 85_414_000_000, "85.414 G"),
        ("samples_per_s", 1234.5, "1,234"),
        ("AP", None, ""),
    ],
)
def test_metrics_are_written_by_their_kind(name, value, text):
    assert metric(name, value) == text


@pytest.mark.parametrize(("seconds", "text"), [(None, ""), (4.4, "4 s"), (75, "1:15"), (7265, "2:01:05")])
def test_durations_are_short(seconds, text):
    assert duration(seconds) == text


def test_the_leaderboard_tells_what_was_drawn_in_vain():
    summary = SearchSummary(search=SEARCH, infeasible=2, redraws={"dead_block": 1400, "duplicate": 3})
    caption = leaderboard_table(summary, Page(trials=())).caption
    assert caption == "drawn in vain, never trained: 1,400 dead block, 3 duplicate, 2 infeasible"
    assert leaderboard_table(SearchSummary(search=SEARCH), Page(trials=())).caption is None


def test_the_leaderboard_names_each_metric_once():
    trial = Trial(
        search_id="abc", number=4, genotype=(), architecture={}, architecture_id="x", measurements=(measured(AP=0.5),)
    )
    table = leaderboard_table(SearchSummary(search=SEARCH), Page(trials=(trial,)), ["AP50", "AP"])
    assert [column.header for column in table.columns] == ["rank", "trial", "AP", "params", "AP50", "macs", "time"]
    assert [next(iter(column.cells)) for column in table.columns] == ["1", "4", "0.5000", "", "", "", "1:15"]


def test_candidates_trained_again_show_their_mean_in_the_first_metric_that_has_one():
    trials = tuple(
        Trial(search_id="abc", number=number, genotype=(), architecture={}, architecture_id="x") for number in range(3)
    )
    repeats = {0: {"AP": estimate([0.4, 0.5])}, 2: {"AP": estimate([0.3]), "AP50": estimate([0.7])}}
    page = Page(trials=trials, repeats=repeats)
    table = leaderboard_table(SearchSummary(search=SEARCH), page, ["params"])
    means = {str(column.header): list(column.cells) for column in table.columns}["AP again (seeds)"]
    assert means == ["0.4500 ±0.6353 (2)", "", "0.3000 (1)"]
    sorted_by = leaderboard_table(SearchSummary(search=SEARCH), page, ["AP50"])
    assert "AP50 again (seeds)" in [column.header for column in sorted_by.columns]


def test_every_block_is_drawn_with_its_parents():
    table = blocks_table(PUBLISHED["spinenet-49"].architecture.model_dump(mode="json"))
    assert table.row_count == 1 + 15
    assert list(table.columns[4].cells)[-1] == "12, 14"


def test_an_architecture_is_shown_part_by_part_by_what_it_has():
    backbone, resizer = PUBLISHED["spinenet-49"].architecture, Resizer(input_size=(64, 64), output_size=(32, 32))
    joint = Joint(parts={"backbone": backbone, "resizer": resizer}).model_dump(mode="json")
    blocks, fields = architecture_tables(joint)
    assert (blocks.title, blocks.row_count) == ("Architecture: backbone", 1 + 15)
    assert fields.title == "Architecture: resizer"
    told = dict(zip(*(map(str, column.cells) for column in fields.columns), strict=True))
    assert (told["kind"], told["input_size"], told["interpolation"]) == ("resizer", "[64, 64]", resizer.interpolation)
    (vgg,) = architecture_tables(published_architecture("vgg-tiny").model_dump(mode="json"))
    assert "stages" in list(vgg.columns[0].cells)


def test_a_training_is_shown_option_by_option():
    training = Training(values={"optimizer.learning_rate": 0.003, "optimizer.kind": "sgd", "optimizer.nesterov": True})
    (table,) = architecture_tables(training.model_dump(mode="json"))
    told = dict(zip(*(map(str, column.cells) for column in table.columns), strict=True))
    assert told == {
        "kind": "training",
        "optimizer.kind": "sgd",
        "optimizer.learning_rate": "0.003",
        "optimizer.nesterov": "true",
    }


def test_curves_begin_with_the_objectives_and_leave_classes_out():
    table = curve_table(SEARCH, [measured(**{"train_loss": 1.0, "AP/red": 0.1, "AP": 0.2})])
    assert [column.header for column in table.columns] == ["epoch", "AP", "params", "train_loss", "time"]


def test_a_companion_is_called_by_what_it_stands_beside():
    assert beside(Companion(candidate=7, control="plain", repeat=1)) == "plain of 7, repeat 1"
    assert beside(Companion(candidate=7, repeat=2)) == "7 again, repeat 2"
    assert beside(None) == ""


def test_what_goes_beyond_the_budget_stands_beside_it():
    assert [finished_of_budget(done, 12) for done in (3, 12, 18)] == ["3/12", "12/12", "12/12 + 6"]
    assert finished_of_budget(3, 0) == "3"
    listed = {"budget": {"trials": 12}, "strategy": {"kind": "fixed", "candidates": ["spinenet-49", "spinenet-96"]}}
    assert budget(Search(id="abc", name="cells", document=listed)) == 2


def test_a_trial_that_breaks_a_measured_bound_is_marked():
    whole = Trial(search_id="abc", number=0, genotype=(), architecture={}, architecture_id="a" * 16)
    slow = replace(whole, number=1, broken="latency_ms 12.5 > 10")
    assert [note(whole), note(slow)] == ["", "latency_ms 12.5 > 10"]
    again = replace(slow, companion=Companion(candidate=1, repeat=2))
    assert note(again) == "1 again, repeat 2, latency_ms 12.5 > 10"
    table = leaderboard_table(SearchSummary(search=SEARCH), Page(trials=(whole, slow)))
    assert [column.header for column in table.columns][-1] == "note"
