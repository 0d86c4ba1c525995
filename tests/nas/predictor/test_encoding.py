"""Genotypes as numbers: what stands in which column, and what stays the same whatever was asked before."""

import random

import numpy as np
import pytest

from nas.predictor.encoding import Column, Encoder, choice_features, layout_of
from nas.testing.searches import toy_metrics
from search_spaces.errors import InvalidArchitecture
from search_spaces.genotypes import decode, sample, trace
from search_spaces.joint.space import JointSpace
from search_spaces.spinenet.space import SpineNetSpace
from search_spaces.testing import ToySpace, ToyTrainingSpace

TOY = ToySpace()
NUMBERS = ToyTrainingSpace()
LEAKY = (0, 2, 1, 1, 1, 3, 2, 2)  # stages, depth 4, taps 1 and 3, leaky, slope 3
PLAIN = (0, 1, 2, 1, 1, 3, 1)  # the same taps, stages in another order, relu and so no slope


def encoded(space, *genotypes):
    encoder = Encoder(space)
    rows = [encoder.encoded(genotype).row for genotype in genotypes]
    layout = layout_of(rows)
    return layout, layout.matrix(rows)


def squared_distance(space, one, other):
    _, matrix = encoded(space, one, other)
    return float(((matrix[0] - matrix[1]) ** 2).sum())


def test_every_kind_of_choice_has_features_of_its_own():
    row = {f"{column.group} {column.name}": value for column, value in choice_features(trace(TOY, LEAKY))}
    assert {name for name in row if name.startswith("stages")} == {f"stages place of {item}" for item in range(3)}
    assert row["stages place of 0"] < row["stages place of 2"] < row["stages place of 1"]
    assert {name for name in row if "taps" in name} == {"taps is 1", "taps is 3"}
    assert {"depth is 1", "activation is 2", "slope is 2"} < set(row)


def test_a_number_is_its_place_on_the_grid():
    low, high = (dict(choice_features(trace(NUMBERS, (at, 0)))) for at in (0, 30))
    assert low[Column("rate", "place")] == 0
    assert low[Column("rate", "asked")] == high[Column("rate", "asked")] > 0
    near = squared_distance(NUMBERS, (10, 0), (11, 0))
    assert 0 < 50 * near < squared_distance(NUMBERS, (0, 0), (30, 0))


def test_two_options_are_one_apart_and_so_is_one_member_of_a_subset():
    assert squared_distance(TOY, (0, 1, 2, 1, 0, 1, 1), (0, 1, 2, 1, 0, 2, 1)) == pytest.approx(1)
    assert squared_distance(TOY, (0, 1, 2, 1, 0, 2, 0), (0, 1, 2, 1, 0, 2, 1)) == pytest.approx(1)


def test_a_choice_that_was_not_asked_for_differs_from_every_answer():
    layout, matrix = encoded(NUMBERS, (5, 0), (5, 2, 0))
    asked = layout.columns[Column("decay", "asked")]
    assert matrix[0, asked] == 0 < matrix[1, asked]
    layout, matrix = encoded(TOY, LEAKY, PLAIN)
    slope = layout.columns[Column("slope", "is 2")]
    assert matrix[0, slope] > matrix[1, slope] == 0


def test_columns_stand_in_the_order_of_their_names_whatever_the_rows():
    genotypes = [sample(TOY, random.Random(seed)).genotype for seed in range(20)]
    forwards, _ = encoded(TOY, *genotypes)
    backwards, _ = encoded(TOY, *reversed(genotypes))
    assert list(forwards.columns) == sorted(forwards.columns) == list(backwards.columns)
    assert [forwards.groups[at] for at in forwards.group_of] == [column.group for column in forwards.columns]


def test_what_does_not_differ_has_no_column():
    layout, matrix = encoded(TOY, (0, 1, 2, 1, 0, 1, 1), (0, 1, 2, 1, 0, 2, 1))
    assert {column.group for column in layout.columns} == {"taps"}
    assert encoded(TOY, LEAKY, LEAKY)[1].shape == (2, 0)
    assert matrix.shape == (2, 2)


def test_what_has_no_column_is_left_out():
    layout, _ = encoded(TOY, (0, 1, 2, 1, 0, 1, 1), (0, 1, 2, 1, 0, 2, 1))
    assert layout.matrix([{Column("elsewhere", "is 1"): 1.0}]).tolist() == [[0.0, 0.0]]
    assert layout.matrix([]).shape == (0, 2)


def test_costs_stand_as_logarithms_with_deviation_one_half_squared():
    encoder = Encoder(TOY, toy_metrics)
    rows = [encoder.encoded(sample(TOY, random.Random(seed)).genotype).row for seed in range(20)]
    layout = layout_of(rows)
    column = layout.matrix(rows)[:, layout.columns[Column("cost:params", "params")]]
    assert column.mean() == pytest.approx(0, abs=1e-9)
    assert column.var() == pytest.approx(0.5), "so that two trials are 1 apart on average"
    params = [toy_metrics(decode(TOY, sample(TOY, random.Random(seed)).genotype))["params"] for seed in range(20)]
    assert (np.argsort(column) == np.argsort(np.log(params))).all()


def test_what_cannot_be_built_has_no_costs_and_counts_as_average():
    def metrics(architecture):
        if architecture.depth == 4:
            raise InvalidArchitecture([("depth", "must be 3, got 4")])
        return {"params": float(architecture.taps[1])}

    encoder = Encoder(TOY, metrics)
    known = [encoder.encoded(genotype) for genotype in (LEAKY, (0, 1, 2, 0, 0, 1, 1), (0, 1, 2, 0, 0, 2, 1))]
    assert [found.metrics for found in known] == [None, {"params": 1.0}, {"params": 2.0}]
    layout = layout_of([found.row for found in known])
    assert layout.matrix([known[0].row])[0, layout.columns[Column("cost:params", "params")]] == 0


def test_the_features_of_the_parts_of_a_joint_space_keep_apart():
    space = JointSpace({"backbone": SpineNetSpace(), "training": NUMBERS})
    row = Encoder(space).encoded(sample(space, random.Random(0)).genotype).row
    groups = {column.group for column in row}
    assert {"structure:backbone/depth", "training/rate", "backbone/outputs"} < groups


def test_what_is_remembered_is_bounded_and_changes_nothing():
    genotypes = [sample(TOY, random.Random(seed)).genotype for seed in range(60)]
    small, large = Encoder(TOY, remembered=10), Encoder(TOY)
    for genotype in (*genotypes, *genotypes):
        assert small.encoded(genotype) == large.encoded(genotype)
        assert len(small._known) <= 10
