"""The smallest changes of recorded choices: what a mutation draws from and neighbours run through."""

import random
from collections.abc import Iterator, Sequence
from itertools import combinations

from search_spaces.choices import Choice, ChoiceKind
from search_spaces.picks import Answer, answers_of

Edit = dict[str, Answer]
"""The one call that changes, with its new answer."""


def live_choices(choices: Sequence[Choice]) -> list[Choice]:
    """The choices that could have been taken otherwise: a subset of everything, or one of one, could not."""
    answers = answers_of(choices)
    return [choice for choice in choices if _can_change(answers[choice.call])]


def _can_change(answer: Answer) -> bool:
    return answer.options > (len(answer.taken) if answer.kind is ChoiceKind.SUBSET else 1)


def random_edit(choices: Sequence[Choice], rng: random.Random) -> Edit:
    """An edit of one live choice, the choice uniform, then the edit uniform among those of this choice."""
    live = live_choices(choices)
    choice = live[rng.randrange(len(live))]
    answer = answers_of(choices)[choice.call]
    place = [other.name for other in choices if other.call == choice.call].index(choice.name)
    others = _others(answer, place)
    return {choice.call: _changed(answer, place, others[rng.randrange(len(others))])}


def _others(answer: Answer, place: int) -> list[int]:
    """The places an ordering can swap with, the options anything else can change to."""
    if answer.kind is ChoiceKind.ORDERING:
        return [other for other in range(len(answer.taken)) if other != place]
    return [number for number in range(answer.options) if number not in answer.taken]


def _changed(answer: Answer, place: int, other: int) -> Answer:
    taken = list(answer.taken)
    match answer.kind:
        case ChoiceKind.ONE_OF:
            taken[place] = other
        case ChoiceKind.ORDERING:
            taken[place], taken[other] = taken[other], taken[place]
        case ChoiceKind.SUBSET:
            taken[place] = other
            taken.sort()
    return Answer(kind=answer.kind, options=answer.options, taken=tuple(taken))


def edits(choices: Sequence[Choice]) -> Iterator[Edit]:
    """Every edit of every call, each once, in the order the choices were asked for."""
    for call, answer in answers_of(choices).items():
        if answer.kind is ChoiceKind.ORDERING:
            pairs = list(combinations(range(len(answer.taken)), 2))
        else:
            pairs = [(place, other) for place in range(len(answer.taken)) for other in _others(answer, place)]
        for place, other in pairs:
            yield {call: _changed(answer, place, other)}
