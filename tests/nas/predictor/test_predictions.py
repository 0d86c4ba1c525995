"""The model of a search: what it makes of objectives, trials that run, stopped trials and failures."""

import math
import random
from dataclasses import replace

from nas.ports import Outcome
from nas.predictor.acquisition import Weighing
from nas.predictor.encoding import Encoder
from nas.predictor.predictions import Learned, Seen
from search_spaces.genotypes import decode, sample
from search_spaces.testing import ToySpace

SPACE = ToySpace()
DRAWS = [sample(SPACE, random.Random(seed)) for seed in range(90)]


def history(value, length=40):
    return [
        Outcome(number=number, genotype=draw.genotype, values=value(draw.architecture))
        for number, draw in enumerate(DRAWS[:length])
    ]


def promises(ended, candidates, *, pending=(), weights=(1.0,)):
    model, rows = model_and_rows(ended, candidates, pending=pending, weights=weights)
    return model.promise(rows, random.Random(0))


def chances(ended):
    model, rows = model_and_rows(ended, DRAWS)
    return [math.exp(chance) for chance in model.doubt.log_chance(model.layout.matrix(rows))]


def model_and_rows(ended, candidates, *, pending=(), weights=(1.0,)):
    encoder = Encoder(SPACE)
    taught = [outcome for outcome in ended if outcome.values is not None]
    seen = Seen(taught=taught, ended=ended, pending=pending)
    rows = [encoder.encoded(draw.genotype).row for draw in candidates]
    learned = Learned.of(encoder, ended, count=200)
    return seen.model(encoder, learned, Weighing(weights=weights), rows), rows


def mean_where(promised, candidates, condition):
    chosen = [value for value, draw in zip(promised, candidates, strict=True) if condition(draw.architecture)]
    return sum(chosen) / len(chosen)


def test_what_was_good_promises_more():
    promised = promises(history(lambda toy: (toy.depth + toy.taps[0] / 4,)), DRAWS)
    deep = mean_where(promised, DRAWS, lambda toy: toy.depth == 4)
    assert deep > mean_where(promised, DRAWS, lambda toy: toy.depth == 3) + 2


def test_what_runs_already_promises_less_of_the_same():
    ended = [outcome for outcome in history(lambda toy: (float(toy.slope),)) if decode_slope(outcome) < 4]
    steep = [draw for draw in DRAWS if draw.architecture.slope == 4]
    pending = [Outcome(number=99, genotype=steep[0].genotype, values=None, pending=True)]
    alone, beside = promises(ended, steep), promises(ended, steep, pending=pending)
    assert beside[0] < alone[0]
    assert beside.mean() < alone.mean()


def decode_slope(outcome):
    return decode(SPACE, outcome.genotype).slope


def test_a_trial_stopped_early_says_what_it_would_have_been():
    full = history(lambda toy: (float(toy.depth),))
    half = [
        replace(outcome, values=(outcome.values[0] - 5,), fidelity=0.25) if outcome.number % 2 else outcome
        for outcome in full
    ]
    promised = promises(half, DRAWS)
    assert mean_where(promised, DRAWS, lambda toy: toy.depth == 4) > mean_where(
        promised, DRAWS, lambda toy: toy.depth == 3
    )


def test_weights_turn_what_is_promised():
    ended = history(lambda toy: (float(toy.depth), -float(toy.depth)))
    first, second = promises(ended, DRAWS, weights=(0.95, 0.05)), promises(ended, DRAWS, weights=(0.05, 0.95))

    def lead(promised):
        return mean_where(promised, DRAWS, lambda toy: toy.depth == 4) - mean_where(
            promised, DRAWS, lambda toy: toy.depth == 3
        )

    assert lead(first) > 0 > lead(second)


def test_what_is_like_failures_will_hardly_be_feasible_and_a_single_one_spoils_nothing():
    good = history(lambda toy: (toy.taps[0] / 8,))
    failing = [replace(o, values=None) if decode(SPACE, o.genotype).depth == 4 else o for o in good]
    told = chances(failing)
    assert mean_where(told, DRAWS, lambda toy: toy.depth == 3) > 0.9
    assert mean_where(told, DRAWS, lambda toy: toy.depth == 4) < 0.1
    once = chances([replace(good[0], values=None), *good[1:]])
    assert mean_where(once, DRAWS, lambda toy: True) > 0.8


def test_while_nothing_is_feasible_there_is_one_thing_to_learn():
    broken = [replace(outcome, violation=1.0) for outcome in history(lambda toy: (1.0, 2.0))]
    learned = Learned.of(Encoder(SPACE), broken, count=200)
    assert len(learned.objectives) == 1
    assert learned.objective(1) is learned.objective(0)
    assert learned.feasibility is None
