"""How much of what trials reached each choice explains by itself."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean

BINS = 6  # of a choice with many options, as numbers are
MOST_OPTIONS = 12  # compared one by one; beyond that neighbours share a bin


def importance(taken: Mapping[str, Mapping[int, int]], values: Mapping[int, float]) -> dict[str, float]:
    """The share of the variance of the values that lies between the options of each choice, most first, ties by name.

    `taken` holds, by choice, which option each trial took. Corrected for what options would explain by chance
    (epsilon squared, Kelley 1935), so a choice without influence has about 0; a share below 0 is told as 0. Choices
    are judged one by one: what two do only together shows in neither. One that trials did not vary is left out.
    """
    shares = {name: _share(options, values) for name, options in taken.items()}
    known = [(name, share) for name, share in shares.items() if share is not None]
    return dict(sorted(known, key=lambda pair: (-pair[1], pair[0])))


def _share(options: Mapping[int, int], values: Mapping[int, float]) -> float | None:
    groups: dict[int, list[float]] = defaultdict(list)
    binned = _binned({trial: option for trial, option in options.items() if trial in values})
    for trial, option in binned.items():
        groups[option].append(values[trial])
    count = len(binned)
    if len(groups) < 2 or count <= len(groups):
        return None
    total = _squares([values[trial] for trial in binned])
    within = sum(_squares(group) for group in groups.values())
    if total == 0.0:
        return 0.0
    return max(0.0, 1.0 - (within / (count - len(groups))) / (total / (count - 1)))


def _squares(values: Sequence[float]) -> float:
    mean = fmean(values)
    return sum((value - mean) ** 2 for value in values)


def _binned(options: Mapping[int, int]) -> Mapping[int, int]:
    """The options, or which of `BINS` stretches of their order each lies in, as even as equal options allow."""
    distinct = set(options.values())
    if len(distinct) <= MOST_OPTIONS:
        return options
    order = sorted(options.values())
    firsts = {option: order.index(option) for option in distinct}
    return {trial: firsts[option] * BINS // len(order) for trial, option in options.items()}
