"""The searches of a check: over the same architectures, spread over the cost, each a sound document."""

import pytest

from nas.document import document_digest, parse_document
from nas.errors import DocumentError
from nas.proxy_check import planned_searches
from nas.static_metrics import static_metrics_of
from nas.testing.searches import SPLIT
from search_spaces.genotypes import decode
from search_spaces.registry import space_from

CHECK = {
    "architectures": 5,
    "seeds": 3,
    "pool": 30,
    "settings": {"small": {"epochs": 2, "image_size": [96, 96]}, "whole": {}},
    "full": {"epochs": 24, "image_size": [192, 192]},
}


def document(**fields):
    data = {
        "name": "cells",
        "space": {"kind": "spinenet", "width": 0.125},
        "task": {"kind": "detection", "data": {"train": SPLIT, "val": SPLIT, "classes": 3}, "image_size": [128, 128]},
        "objectives": [{"metric": "params", "goal": "minimize"}, {"metric": "AP"}],
        "strategy": {"kind": "evolution"},
        "scheduler": {"kind": "asha"},
        "budget": {"trials": 30, "trial_timeout_s": 60},
        "resources": {"concurrent": 2},
        "proxy_check": CHECK,
    }
    return parse_document({**data, **fields})


def checked(**fields):
    return document(proxy_check={**CHECK, **fields})


def costs(search, task, name="macs"):
    space, measure = space_from(search.space), static_metrics_of(task)
    return [measure(decode(space, genotype))[name] for genotype in search.strategy.candidates]


def test_a_search_per_setting_and_one_of_the_full_task_over_the_same_architectures():
    small, whole, full = planned = planned_searches(document())
    assert [each.name for each in planned] == ["cells-proxy-small", "cells-proxy-whole", "cells-proxy-full"]
    assert [each.proxy_part.setting for each in planned] == ["small", "whole", "full"]
    assert [each.task.epochs for each in planned] == [2, 12, 24]
    assert [each.task.image_size for each in planned] == [(96, 96), (128, 128), (192, 192)]
    assert small.strategy == whole.strategy == full.strategy
    assert (small.comparison.top, small.comparison.seeds, small.comparison.controls) == (5, 2, False)
    assert full.comparison.top == 0
    assert {each.scheduler for each in planned} == {None}
    assert [objective.metric for objective in small.objectives] == ["AP"], "what is measured, not what is known"
    assert small.resources.concurrent == 2
    assert len({each.seed for each in planned}) == 3, "luck of a seed is not shared"


def test_the_planned_documents_are_what_can_be_submitted():
    for each in planned_searches(document()):
        assert parse_document(each.model_dump(mode="json")) == each


def test_architectures_are_distinct_and_spread_over_the_cost():
    given = document()
    (*_, full) = planned_searches(given)
    found = costs(full, given.task)
    assert len(set(full.strategy.candidates)) == 5
    assert found == sorted(found)
    pool = costs(planned_searches(checked(architectures=30))[0], given.task)
    assert found == [pool[place] for place in (0, 7, 14, 22, 29)], "quantiles of everything that was drawn"
    by_params = planned_searches(checked(cost="params"))[0]
    assert costs(by_params, given.task, "params") == sorted(costs(by_params, given.task, "params"))


def test_all_of_them_are_feasible_in_the_search_of_the_document():
    free = costs(planned_searches(checked(architectures=30))[0], document().task)
    bound = sorted(free)[15]
    given = document(constraints=[{"metric": "macs", "max": bound}])
    small, _, full = planned_searches(given)
    assert max(costs(small, given.task)) <= bound
    assert full.constraints == (), "the full task costs more, and was not to be bounded"


def test_the_same_document_gives_the_same_searches_and_another_seed_others():
    first, again, other = (planned_searches(document(seed=seed)) for seed in (0, 0, 1))
    assert first == again
    assert first[0].strategy != other[0].strategy


def test_a_setting_more_changes_nothing_about_the_others():
    more = {**CHECK["settings"], "third": {"epochs": 3}}
    before, after = planned_searches(document()), planned_searches(checked(settings=more))
    assert [document_digest(each) for each in before] == [document_digest(after[place]) for place in (0, 1, 3)]


def test_too_few_feasible_architectures_are_told():
    told = r"must be at most 0, those feasible of 300 draws \(the last that is not: params [\d,]+ > 1\), got 5"
    with pytest.raises(DocumentError, match=told):
        planned_searches(document(constraints=[{"metric": "params", "max": 1}]))


def test_a_document_without_the_section_is_told_what_to_write():
    with pytest.raises(DocumentError, match="proxy_check: is required: name the full task"):
        planned_searches(document(proxy_check=None))


def test_the_search_itself_is_the_same_with_the_section_and_without():
    assert document_digest(document()) == document_digest(document(proxy_check=None))
    assert "proxy_check" not in document().model_dump(mode="json")


def test_problems_of_the_section_are_told_with_those_of_the_document():
    with pytest.raises(DocumentError) as error:
        document(proxy_check={**CHECK, "settings": {"a": {"epochs": 0}}}, constraints=[{"metric": "mac", "max": 1}])
    assert {field for field, _ in error.value.problems} == {"constraints.0.metric", "proxy_check.settings.a.epochs"}
    with pytest.raises(DocumentError, match=r"proxy_check\.full: is required"):
        document(proxy_check={"architectures": 5})
