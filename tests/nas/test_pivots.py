"""Fields of architectures against each other: which trials count, in which cell, and what is refused."""

import statistics
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.errors import InvalidQuery
from nas.pivots import paths, pivot, value_at, varying
from nas.records import Companion, Measurement, TrialStatus
from nas.testing.stored import trial


def architecture(blocks, filters=16, name="resnet50"):
    return {
        "kind": "joint",
        "parts": {
            "backbone": {"kind": "torchvision", "name": name, "weights": None},
            "resizer": {"kind": "resizer", "blocks": blocks, "filters": filters},
        },
    }


def measured(number, value, made, *, beside=None, status=TrialStatus.COMPLETED):
    measurements = () if value is None else (Measurement(fidelity=1, metrics={"top1": value}),)
    return trial(number, architecture=made, status=status, companion=beside, measurements=measurements)


def beside(candidate, repeat, control=None):
    return Companion(candidate=candidate, repeat=repeat, control=control)


def table(trials, **asked):
    """The means of the cells and how many candidates each holds, by the labels of row and column."""
    found = pivot(trials, **{"rows": "parts.resizer.blocks", "metric": "top1", **asked})
    return {
        (row.label, column.label): (pytest.approx(cell.value.mean), cell.candidates)
        for row, cells in zip(found.rows, found.cells, strict=True)
        for column, cell in zip(found.columns, cells, strict=True)
        if cell is not None
    }


def test_candidates_stand_where_their_values_meet():
    trials = [
        measured(0, 0.5, architecture(10, 16)),
        measured(1, 0.6, architecture(2, 16)),
        measured(2, 0.8, architecture(2, 16, "vgg16")),
        measured(3, 0.9, architecture(2, 8)),
    ]
    assert table(trials, columns="parts.resizer.filters") == {
        ("2", "8"): (0.9, 1),
        ("2", "16"): (0.7, 2),
        ("10", "16"): (0.5, 1),
    }
    assert table(trials) == {("2", "top1"): (statistics.fmean([0.6, 0.8, 0.9]), 3), ("10", "top1"): (0.5, 1)}
    assert [each.label for each in pivot(trials, rows="parts.backbone", metric="top1").rows] == ["resnet50", "vgg16"]


def test_an_option_of_a_training_is_a_field_though_its_name_has_dots():
    chosen = [{"batch_size": 8, "optimizer.kind": "adamw"}, {"batch_size": 8, "optimizer.kind": "sgd", "optimizer": 1}]
    trials = [
        measured(number, number / 2, {"kind": "joint", "parts": {"training": {"kind": "training", "values": values}}})
        for number, values in enumerate(chosen)
    ]
    kind = "parts.training.values.optimizer.kind"
    assert kind in varying(trials)
    assert table(trials, rows=kind) == {("adamw", "top1"): (0.0, 1), ("sgd", "top1"): (0.5, 1)}
    assert value_at(trials[0].architecture, "parts.training.values.optimizer.momentum") is None


def test_what_has_not_completed_or_lacks_the_metric_counts_for_nothing():
    trials = [
        measured(0, 0.5, architecture(1)),
        measured(1, 0.9, architecture(2), status=TrialStatus.STOPPED),
        measured(2, None, architecture(3)),
    ]
    assert table(trials) == {("1", "top1"): (0.5, 1)}
    assert table(trials, metric="top5") == {}
    assert pivot([], rows="blocks", metric="top1").cells == ()


def test_repeats_stand_for_the_trial_that_won_and_controls_are_no_candidates():
    made = architecture(1)
    trials = [measured(0, 0.9, made), measured(1, 0.3, architecture(1))]
    trials += [measured(1 + n, value, made, beside=beside(0, n)) for n, value in ((1, 0.4), (2, 0.6))]
    trials += [measured(4, 0.1, architecture(0), beside=beside(0, 1, "plain"))]
    assert table(trials) == {("1", "top1"): (0.4, 2)}
    (row,) = pivot([each for each in trials if each.number != 1], rows="parts.resizer.blocks", metric="top1").cells
    assert (row[0].candidates, row[0].value.seeds) == (1, 2)
    assert row[0].value.low == pytest.approx(0.5 - 12.706205 * 0.1)
    failed = [replace(each, status=TrialStatus.FAILED) if each.companion else each for each in trials]
    assert table(failed) == {("1", "top1"): (0.3, 1)}


def test_against_a_control_cells_are_differences_paired_by_seed():
    first, second = architecture(1), architecture(2)
    trials = [measured(0, 0.9, first), measured(1, 0.9, second), measured(2, 0.8, architecture(3))]
    rows = [(0, first, 1, 0.5, 0.4), (0, first, 2, 0.7, 0.6), (1, second, 1, 0.3, 0.5), (1, second, 2, None, 0.5)]
    for candidate, made, repeat, ours, plain in rows:
        trials.append(measured(len(trials), ours, made, beside=beside(candidate, repeat)))
        trials.append(measured(len(trials), plain, architecture(0), beside=beside(candidate, repeat, "plain")))
    assert table(trials, against="plain") == {("1", "top1"): (0.1, 1), ("2", "top1"): (-0.2, 1)}
    assert table(trials, against="plain", rows="parts.backbone") == {("resnet50", "top1"): (-0.05, 2)}
    found = pivot(trials, rows="parts.resizer.blocks", metric="top1", against="plain")
    assert [row[0].value.seeds for row in found.cells] == [2, 1]


def test_a_field_that_some_lack_has_a_row_for_them():
    trials = [measured(0, 0.5, {"kind": "vgg", "fc_width": 64}), measured(1, 0.7, {"kind": "torchvision", "name": "x"})]
    assert table(trials, rows="fc_width") == {("64", "top1"): (0.5, 1), ("-", "top1"): (0.7, 1)}
    assert table(trials[:1], rows="fc_width") == {("64", "top1"): (0.5, 1)}


def test_the_metric_of_a_class_heads_the_one_column():
    one = trial(0, status=TrialStatus.COMPLETED, static_metrics={"AP/person": 0.5})
    assert table([one], rows="number", metric="AP/person") == {("0", "AP/person"): (0.5, 1)}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"rows": "parts.resizer.block"}, "rows must be .*got 'parts.resizer.block'; did you mean 'parts.resizer.blo"),
        ({"rows": "filters"}, r"\(varying: parts.resizer, parts.resizer.blocks\).*mean 'parts.resizer.filters'"),
        ({"columns": "parts"}, "columns must be a field of the architectures .*got 'parts'"),
        ({"rows": ""}, "got ''; known: kind, parts.backbone, "),
        ({"against": "plan"}, "against must be the name of a control, got 'plan'; did you mean 'plain'"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(asked, sentence):
    trials = [measured(0, 0.5, architecture(1)), measured(1, 0.5, architecture(2))]
    trials.append(measured(2, 0.5, architecture(0, 3), beside=beside(0, 1, "plain")))
    with pytest.raises(InvalidQuery, match=sentence):
        table(trials, **asked)


def test_without_companions_there_is_nothing_to_hold_candidates_against():
    with pytest.raises(InvalidQuery, match="nothing stands beside the candidates"):
        table([measured(0, 0.5, architecture(1))], against="plain")


def test_the_fields_that_vary_are_told_for_candidates_alone():
    trials = [measured(0, 0.5, architecture(1)), measured(1, 0.5, architecture(1, name="vgg16"))]
    trials.append(measured(2, 0.5, architecture(0), beside=beside(0, 1, "plain")))
    assert varying(trials) == ["parts.backbone", "parts.backbone.name"]
    assert varying(trials[:1]) == []
    assert varying([]) == []
    assert paths(trials[:1]) == [
        *("kind", "parts.backbone", "parts.backbone.kind", "parts.backbone.name", "parts.backbone.weights"),
        *("parts.resizer", "parts.resizer.kind", "parts.resizer.blocks", "parts.resizer.filters"),
    ]
    assert value_at(trials[0].architecture, "parts.resizer.blocks.deeper") is None


Candidates = st.lists(
    st.tuples(
        st.integers(0, 3) | st.none(),
        st.sampled_from(["a", "b", "c"]),
        st.lists(st.floats(-1, 1), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=12,
)


@given(Candidates)
def test_the_mean_of_cells_weighted_by_their_candidates_is_the_mean_over_candidates(candidates):
    trials = []
    for blocks, name, values in candidates:
        made, number = architecture(blocks, name=name), len(trials)
        trials.append(measured(number, values[0], made))
        repeats = values if len(values) > 1 else []  # others are no better known than by their own trial
        for repeat, value in enumerate(repeats, 1):
            trials.append(measured(len(trials), value, made, beside=beside(number, repeat)))
    found = pivot(trials, rows="parts.resizer.blocks", columns="parts.backbone.name", metric="top1")
    cells = [cell for row in found.cells for cell in row if cell is not None]
    assert sum(cell.candidates for cell in cells) == len(candidates)
    weighted = sum(cell.candidates * cell.value.mean for cell in cells) / len(candidates)
    assert weighted == pytest.approx(statistics.fmean(statistics.fmean(values) for _, _, values in candidates))
