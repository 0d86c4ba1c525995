"""Toy searches to be run on Ray, and what they have to show."""

from nas.testing.searches import toy_controller, toy_document


def start(storage, trials=6, **fields):
    return toy_controller(storage, toy_document(budget={"trials": trials}, **fields))


def outcome(storage, controller):
    """What a search has to show: genotype, status, metrics of every trial."""
    trials = storage.trials(controller.search_id)
    return [(trial.number, trial.genotype, trial.status, trial.metrics) for trial in trials]
