"""Which of two trials a strategy holds for better, where one number has to decide."""

from nas.pareto import Point
from nas.ports import Outcome

Merit = tuple[float, Point]


def merit(outcome: Outcome) -> Merit:
    """The larger, the better: a trial that keeps the measured bounds, else less violation; then the objectives.

    The first objective decides, the next ones break ties. A trial stopped early counts with what it had reached.
    The outcome must have values.
    """
    assert outcome.values is not None, f"trial {outcome.number} has no values"
    return -max(0.0, outcome.violation), outcome.values
