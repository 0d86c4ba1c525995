"""All there is to say about one trial."""

import random

from api.database import reading
from api.trial.overview import overview_of
from nas.records import Companion
from search_spaces.genotypes import sample
from search_spaces.registry import space_from


def overview(filed, number):
    with reading(filed.storage.engine) as connection:
        return overview_of(connection, filed.search, filed.storage.trial(filed.search.id, number))


def test_choices_are_told_by_name_and_value(filed):
    draw = sample(space_from({"kind": "spinenet"}), random.Random(0))
    filed.add(genotype=draw.genotype, architecture=draw.architecture.model_dump(mode="json"))
    choices = {each.name: each for each in overview(filed, 0).choices}
    kind = choices["intermediates.0.kind"]
    assert (kind.value, kind.options) == (str(draw.architecture.intermediates[0].kind), 2)
    assert len(choices) == len(draw.genotype)


def test_companions_are_listed_for_their_candidate_and_for_each_other(filed):
    filed.add(0)
    for number, control in ((1, None), (2, "plain")):
        filed.add(number, companion=Companion(candidate=0, control=control, repeat=1), genotype=())
    filed.measure(1, number=2, AP=0.4)
    for number in (0, 1):
        found = overview(filed, number).beside
        assert [(each.number, each.companion.control, each.value) for each in found] == [
            (1, None, None),
            (2, "plain", 0.4),
        ]
    assert overview(filed, 2).choices == []


def test_what_it_left_behind_is_named_with_those_that_can_be_looked_at(filed):
    filed.add()
    filed.measure(1, filed.folder() / "model.pt", filed.folder() / "resized.png", AP=0.1)
    found = overview(filed, 0)
    assert [artifact.name for artifact in found.artifacts] == ["model", "resized"]
    assert found.pictures == ["resized"]
    assert (found.seed, found.static_metrics, found.fidelity) == (0, {"params": 100.0}, 1)
