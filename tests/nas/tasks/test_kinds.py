"""Tasks of installed packages: what a document may ask of them."""

import pytest

from nas.document import parse_document
from nas.kinds import kind_named, kinds_in
from nas.proxy_check import planned_searches
from nas.rules import judged_objective
from nas.static_metrics import static_metrics_of
from nas.tasks.kinds import EVALUATORS, OURS, OurTask
from tests.nas.test_kinds import DOCUMENT, problems

VGG = {"space": {"kind": "vgg"}, "constraints": []}


def test_ours_are_the_kinds_of_the_union():
    assert kinds_in(OurTask) == OURS == ("detection", "classification", "quality", "robustness")


@pytest.mark.usefixtures("own_space_installed")
def test_metrics_and_architectures_are_those_the_evaluator_names():
    told = problems(objectives=[{"metric": "AP"}], **VGG)
    assert told["objectives.0.metric"].startswith("unknown metric 'AP' of the task fit_wave; known: explained, params")
    assert told["space.kind"] == "must be one of random_features for the task fit_wave, got 'vgg'"


@pytest.mark.usefixtures("own_space_installed")
def test_what_needs_a_network_or_a_cost_it_does_not_know_is_refused():
    assert "builds no networks" in problems(screening={"metric": "nwot"})["screening"]
    assert problems(comparison={"equal_macs": True}) == {
        "comparison.equal_macs": "needs macs, which the task fit_wave does not know before training"
    }
    check = {"architectures": 4, "pool": 8, "settings": {"short": {"epochs": 1}}, "full": {"epochs": 4}}
    assert "proxy_check.cost" in problems(proxy_check=check)
    planned = planned_searches(parse_document({**DOCUMENT, "proxy_check": {**check, "cost": "params"}}))
    assert [each.task.epochs for each in planned] == [1, 4]
    screened = parse_document({**DOCUMENT, "screening": {"metric": "params", "pool": 4}})
    assert screened.screening.metric == "params"


@pytest.mark.usefixtures("own_space_installed")
def test_early_stopping_goes_by_what_is_measured():
    document = parse_document({**DOCUMENT, "objectives": [{"metric": "params"}, {"metric": "explained"}]})
    assert judged_objective(document).metric == "explained"


@pytest.mark.usefixtures("own_space_installed")
def test_static_metrics_are_those_the_evaluator_brings():
    network = kind_named(EVALUATORS, "fit_wave", part="task").evaluate.load(
        {"kind": "random_features", "widths": [8, 4], "activation": "tanh", "scale": 1.0}
    )
    assert static_metrics_of(parse_document(DOCUMENT).task)(network) == {"params": 57.0}
