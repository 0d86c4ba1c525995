"""The conformance suites accept our own implementations and reject every failing double."""

from collections.abc import Callable
from typing import Any

import pytest

from nas.clock import ManualClock
from nas.memory import MemoryStorage
from nas.ports import Evaluator, Storage, Strategy
from nas.strategies.evolution import Evolution
from nas.testing import doubles
from nas.testing.evaluators import EvaluatorSuite
from nas.testing.rejection import broken_laws
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from nas.testing.storages import StorageSuite
from nas.testing.strategies import StrategySuite
from search_spaces.testing import ToySpace

STORAGES = {
    doubles.IgnoresFences: "test_a_lease_taken_over_writes_nothing_and_is_not_renewed",
    doubles.KeepsLastValue: "test_the_first_value_of_a_fidelity_stays",
    doubles.AllowsAnyMove: "test_illegal_moves_change_nothing",
    doubles.HalfTransaction: "test_trials_are_added_in_order_with_their_infeasible_candidates_or_not_at_all",
    doubles.HalfMove: "test_a_trial_ends_with_its_last_measurements_and_an_event_or_not_at_all",
    doubles.ForgetsCursors: "test_pages_join_to_the_whole",
    doubles.SeesEveryProject: "test_of_a_project_only_its_own_searches_are_found",
    doubles.TellsBackwards: "test_events_come_in_the_order_they_happened",
}
STRATEGIES = {
    doubles.CountsItsCalls: "test_the_same_arguments_give_the_same_proposal",
    doubles.DrawsGlobally: "test_the_global_randomness_is_left_alone",
    doubles.HashesText: "test_another_process_proposes_the_same",
    doubles.EatsItsHistory: "test_the_history_is_not_changed",
    doubles.BelievesInResults: "test_any_history_will_do",
    doubles.ProposesTwins: "test_a_proposal_is_a_canonical_member_of_the_space",
    doubles.StartsByNumber: "test_what_an_earlier_search_found_counts_as_if_it_had_been_found_here",
    doubles.TriesOnce: "test_what_was_thrown_away_is_not_all_there_is",
}
EVALUATORS = {
    doubles.MeasuresNothing: "test_measurements_come_in_ascending_fidelity_with_finite_metrics",
    doubles.GoesBackwards: "test_measurements_come_in_ascending_fidelity_with_finite_metrics",
    doubles.ForgetsItsAttempts: "test_another_attempt_yields_the_earlier_measurements_again",
}


def laws_a_storage_breaks(make: Callable[..., Storage]) -> list[str]:
    def fixtures() -> dict[str, Any]:
        clock = ManualClock()
        return {"clock": clock, "storage": make(clock=clock)}

    return broken_laws(StorageSuite(), fixtures)


def laws_a_strategy_breaks(make: Callable[[], Strategy]) -> list[str]:
    return broken_laws(StrategySuite(), lambda: {"strategy": make(), "space": ToySpace()})


def laws_an_evaluator_breaks(make: Callable[[], Evaluator]) -> list[str]:
    assignment = toy_controller(MemoryStorage(), toy_document()).next_trial()
    return broken_laws(EvaluatorSuite(), lambda: {"evaluator": make(), "assignment": assignment})


def test_our_own_implementations_break_no_law():
    assert laws_a_storage_breaks(MemoryStorage) == []
    assert laws_a_strategy_breaks(lambda: Evolution(population=6, sample=3)) == []
    assert laws_an_evaluator_breaks(ToyEvaluator) == []


@pytest.mark.parametrize("double", STORAGES)
def test_every_failing_storage_is_rejected(double):
    assert STORAGES[double] in laws_a_storage_breaks(double)


@pytest.mark.parametrize("double", STRATEGIES)
def test_every_failing_strategy_is_rejected(double):
    assert STRATEGIES[double] in laws_a_strategy_breaks(double)


@pytest.mark.parametrize("double", EVALUATORS)
def test_every_failing_evaluator_is_rejected(double):
    assert EVALUATORS[double] in laws_an_evaluator_breaks(double)
