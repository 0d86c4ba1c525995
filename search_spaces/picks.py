"""Ways to answer a question: at random, from a genotype, from remembered values, from earlier answers by name."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from search_spaces.choices import SINGLE, Answer, Pick, Question, spelled
from search_spaces.errors import InvalidGenotype, NotInSpace, SpaceError


def random_option(rng: random.Random) -> Pick:
    """Answers every question uniformly among what is allowed."""
    return lambda question: question.allowed[rng.randrange(len(question.allowed))]


def first_option(question: Question) -> int:
    """Answers with the first number that is allowed."""
    return question.allowed[0]


class Replay:
    """Answers with the numbers of a genotype, one by one. Raises `InvalidGenotype` naming the choice."""

    def __init__(self, genotype: Sequence[int]) -> None:
        self._genotype = genotype
        self._next = 0

    @property
    def left(self) -> int:
        """How many numbers nobody has asked for."""
        return len(self._genotype) - self._next

    def __call__(self, question: Question) -> int:
        if not self.left:
            raise InvalidGenotype(f"{question.name} is missing: the genotype ends after {self._next} choices")
        number = self._genotype[self._next]
        self._next += 1
        if type(number) is not int or number not in question.recordable:
            raise InvalidGenotype(f"{question.name} must be one of {spelled(question.recordable)}, got {number!r}")
        return number


class Recalled:
    """Answers with the lowest number that stands for the value a space recalls. Raises `NotInSpace` naming the call."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __call__(self, question: Question) -> int:
        wanted = self._wanted(question)
        for number in question.allowed:
            if question.values[number] == wanted:
                return number
        left = ", ".join(repr(question.values[number]) for number in question.allowed)
        raise NotInSpace(question.call, f"must be one of {left}, got {wanted!r}")

    def _wanted(self, question: Question) -> Any:
        if question.call not in self._values:
            raise SpaceError(f"the space recalls nothing for the choice {question.call!r}")
        value = self._values[question.call]
        if question.kind in SINGLE:
            return value
        if len(value) != question.places:
            raise NotInSpace(question.call, f"must have {question.places} entries, got {value!r}")
        return value[len(question.taken)]


class ByName:
    """Answers from earlier answers by the name of the call; what is unknown or no longer fits goes to `otherwise`.

    `repaired` names the calls that went there: the declared repair of a mutation.
    """

    def __init__(self, answers: Mapping[str, Answer], *, otherwise: Pick) -> None:
        self.answers = answers
        self.repaired: set[str] = set()
        self._otherwise = otherwise

    def __call__(self, question: Question) -> int:
        answer = self.answers.get(question.call)
        if answer is not None and answer.fits(question):
            return answer.taken[len(question.taken)]
        self.repaired.add(question.call)
        return self._otherwise(question)
