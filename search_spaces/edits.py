"""The smallest changes of what was chosen: what a mutation draws from and neighbours run through."""

import random
from collections.abc import Iterator, Mapping
from itertools import combinations

from search_spaces.choices import Answer, ChoiceKind

Answers = Mapping[str, Answer]
"""What was taken in every call, by the call's name."""


def live_places(answers: Answers) -> list[tuple[str, int]]:
    """Call and place of every choice that could have been taken otherwise."""
    return [(call, place) for call, answer in answers.items() if not answer.fixed for place in range(len(answer.taken))]


def random_edit(answers: Answers, rng: random.Random) -> dict[str, Answer]:
    """The answers after an edit of one live choice: the choice uniform, then the edit uniform among its own."""
    live = live_places(answers)
    call, place = live[rng.randrange(len(live))]
    others = _others(answers[call], place)
    return {**answers, call: _changed(answers[call], place, others[rng.randrange(len(others))])}


def edits(answers: Answers, rng: random.Random | None = None) -> Iterator[dict[str, Answer]]:
    """The answers after every edit there is, each once, in the order of the calls or in a random one."""
    every = [(call, *edit) for call, answer in answers.items() for edit in _every_edit(answer)]
    if rng is not None:
        rng.shuffle(every)
    for call, place, other in every:
        yield {**answers, call: _changed(answers[call], place, other)}


def _every_edit(answer: Answer) -> Iterator[tuple[int, int]]:
    if answer.kind is ChoiceKind.ORDERING:
        yield from combinations(range(len(answer.taken)), 2)
    else:
        yield from ((place, other) for place in range(len(answer.taken)) for other in _others(answer, place))


def _others(answer: Answer, place: int) -> list[int]:
    """The places a pick of an ordering can swap with, or a number steps to; the options anything else can change to."""
    match answer.kind:
        case ChoiceKind.ORDERING:
            return [other for other in range(len(answer.taken)) if other != place]
        case ChoiceKind.NUMBER:
            return _strides(answer.taken[0], answer.options)
        case _:
            return [number for number in range(answer.options) if number not in answer.taken]


def _strides(here: int, options: int) -> list[int]:
    """The places 1, 2, 4, 8 ... below and above, ascending: steps of every size are as likely."""
    strides = [1 << power for power in range(options.bit_length())]
    below = [here - stride for stride in reversed(strides) if stride <= here]
    return below + [here + stride for stride in strides if here + stride < options]


def _changed(answer: Answer, place: int, other: int) -> Answer:
    taken = list(answer.taken)
    match answer.kind:
        case ChoiceKind.ONE_OF | ChoiceKind.NUMBER:
            taken[place] = other
        case ChoiceKind.ORDERING:
            taken[place], taken[other] = taken[other], taken[place]
        case ChoiceKind.SUBSET:
            taken[place] = other
            taken.sort()
    return Answer(kind=answer.kind, options=answer.options, taken=tuple(taken))
