"""What strategies do with genotypes, written once for every space: sample, mutate, cross, encode, validate, count.

Draws come back canonical: `encode(space, draw.architecture) == draw.genotype`, so equal architectures have equal
genotypes. Draws that the space throws away (`Rejected`) are counted by reason in `Draw.rejected`.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import comb, factorial, prod
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from search_spaces.choices import Answer, Choice, ChoiceKind, Chooser, Pick
from search_spaces.edits import Answers, edits, live_places, random_edit
from search_spaces.errors import DrawsExhausted, InvalidGenotype, NotInSpace, Rejected, SpaceError
from search_spaces.paths import paths
from search_spaces.picks import ByName, Recalled, Replay, first_option, random_option
from search_spaces.space import Architecture, Space

A = TypeVar("A", bound=Architecture)
Genotype = tuple[int, ...]
MAXIMUM_DRAWS = 10_000
UNCHANGED = "unchanged"  # the reason under which a mutation that gave the same architecture is counted


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw(Generic[A]):
    """A genotype with its architecture; `rejected` counts the draws thrown away on the way, by reason."""

    genotype: tuple[int, ...]
    architecture: A
    rejected: dict[str, int] = field(default_factory=dict)


@runtime_checkable
class Counted(Protocol):
    """A space that counts itself, because its choices depend on one another."""

    def count(self) -> int:
        """How many ways there are to choose."""
        ...


def sample(space: Space[A], rng: random.Random) -> Draw[A]:
    """A draw with every choice uniform among what is allowed. Raises `DrawsExhausted` after `MAXIMUM_DRAWS`."""
    return _accepted(space, lambda: random_option(rng))


def decode(space: Space[A], genotype: Sequence[int]) -> A:
    """The architecture of a genotype. Raises `InvalidGenotype` naming the choice, `Rejected` from the space."""
    return _replay(space, genotype)[0]


def trace(space: Space[A], genotype: Sequence[int]) -> tuple[Choice, ...]:
    """The choices of a genotype with their names and options. Raises as `decode`."""
    return _replay(space, genotype)[1].choices


def encode(space: Space[A], architecture: A) -> Genotype:
    """The canonical genotype of an architecture. Raises `NotInSpace` naming the field that does not fit."""
    chooser = Chooser(Recalled(space.recall(architecture)))
    try:
        decoded = space.decode(chooser)
    except Rejected as rejection:
        raise NotInSpace(rejection.field, str(rejection)) from rejection
    if decoded != architecture:
        raise difference(decoded, architecture)
    return chooser.genotype


def validate(space: Space[A], architecture: A) -> None:
    """Returns when the space holds the architecture; raises `NotInSpace` naming the field that does not fit."""
    encode(space, architecture)


def mutate(space: Space[A], genotype: Sequence[int], rng: random.Random) -> Draw[A]:
    """A draw that differs in one live choice, picked uniformly among those with another option, plus repair.

    One of several options changes to another; a pick of an ordering swaps with another place; a member of a subset
    gives way to an option outside; a number steps up or down. Everything else is kept by name; what no longer fits is
    drawn anew. The architecture is never the one it came from: such draws are thrown away and counted as `unchanged`.
    """
    architecture, chooser = _replay(space, genotype)
    answers = chooser.answers
    if not live_places(answers):
        raise SpaceError("nothing to mutate: every choice of this genotype has a single option")
    return _accepted(space, lambda: mutation(answers, rng), other_than=architecture)


def mutation(answers: Answers, rng: random.Random) -> ByName:
    """The pick behind one mutation; after decoding with it, `repaired` names the calls that were drawn anew."""
    return ByName(random_edit(answers, rng), otherwise=random_option(rng))


def crossover(space: Space[A], a: Sequence[int], b: Sequence[int], rng: random.Random) -> Draw[A]:
    """A draw that takes every call of the space, by name, from `a` or from `b`.

    Where the parent picked has no answer that fits, the other's is taken; where neither has, it is drawn anew.
    """
    parents = (_replay(space, a)[1].answers, _replay(space, b)[1].answers)
    return _accepted(space, lambda: mixture(parents, rng))


def mixture(parents: tuple[Answers, Answers], rng: random.Random) -> ByName:
    """The pick behind one crossover; `repaired` names the calls the parent picked had no fitting answer for."""
    sides = {call: rng.randrange(2) for call in (*parents[0], *(call for call in parents[1] if call not in parents[0]))}
    first = {call: parents[side][call] for call, side in sides.items() if call in parents[side]}
    second = {call: parents[1 - side][call] for call, side in sides.items() if call in parents[1 - side]}
    return ByName(first, otherwise=ByName(second, otherwise=random_option(rng)))


def neighbours(space: Space[A], genotype: Sequence[int], rng: random.Random | None = None) -> Iterator[Draw[A]]:
    """Every other architecture one edit away (the edits of `mutate`), each once, in a fixed order or in a random one.

    Each is decoded when it is asked for. Choices that no longer fit take their first option. Edits the space rejects
    are left out.
    """
    architecture, chooser = _replay(space, genotype)
    seen = {encode(space, architecture)}
    for edited in edits(chooser.answers, rng):
        draw = _attempt(space, ByName(edited, otherwise=first_option))
        if draw is not None and draw.genotype not in seen:
            seen.add(draw.genotype)
            yield draw


def count(space: Space[A]) -> int:
    """How many ways there are to choose, exactly: the number of `paths`, those the space rejects included.

    A product over the choices of any one draw: n! for an ordering, the binomial for a subset. A space whose choices
    depend on one another counts itself, by a method `count`.
    """
    if isinstance(space, Counted):
        return space.count()
    chooser = _replay(space, sample(space, random.Random(0)).genotype)[1]
    return prod(_ways(answer) for answer in chooser.answers.values())


def enumerate_genotypes(space: Space[A]) -> Iterator[Genotype]:
    """The canonical genotype of every architecture, once each, in lexicographic order. For tiny spaces."""
    for genotype, architecture in paths(space):
        if architecture is not None and encode(space, architecture) == genotype:
            yield genotype


def difference(decoded: Architecture, wanted: Architecture) -> NotInSpace:
    """Names the first field, also inside its parts, in which what a space can give differs from what was wanted."""
    if type(decoded) is not type(wanted):
        return NotInSpace("kind", f"the space holds {type(decoded).__name__}, got {type(wanted).__name__}")
    for name in type(wanted).model_fields:
        ours, theirs = getattr(decoded, name), getattr(wanted, name)
        if ours != theirs:
            return _difference_of_parts(name, ours, theirs) or NotInSpace(
                name, f"the space gives {ours!r}, got {theirs!r}"
            )
    return NotInSpace("architecture", "the space gives another one")


def _replay(space: Space[A], genotype: Sequence[int]) -> tuple[A, Chooser]:
    replay = Replay(genotype)
    chooser = Chooser(replay)
    architecture = space.decode(chooser)
    if replay.left:
        raise InvalidGenotype(f"the genotype must have {len(chooser.genotype)} choices, got {len(genotype)}")
    return architecture, chooser


def _accepted(space: Space[A], propose: Callable[[], Pick], *, other_than: A | None = None) -> Draw[A]:
    """The first proposal that the space accepts and that is not `other_than`."""
    rejected: Counter[str] = Counter()
    for _ in range(MAXIMUM_DRAWS):
        try:
            architecture = space.decode(Chooser(propose()))
        except Rejected as rejection:
            rejected[rejection.reason] += 1
            continue
        if architecture != other_than:
            return Draw(
                genotype=encode(space, architecture), architecture=architecture, rejected=dict(sorted(rejected.items()))
            )
        rejected[UNCHANGED] += 1
    reasons = ", ".join(f"{reason}: {times}" for reason, times in sorted(rejected.items()))
    raise DrawsExhausted(f"all of {MAXIMUM_DRAWS} draws were thrown away ({reasons})")


def _attempt(space: Space[A], pick: Pick) -> Draw[A] | None:
    try:
        architecture = space.decode(Chooser(pick))
    except Rejected:
        return None
    return Draw(genotype=encode(space, architecture), architecture=architecture)


def _ways(answer: Answer) -> int:
    match answer.kind:
        case ChoiceKind.ONE_OF | ChoiceKind.NUMBER:
            return answer.options
        case ChoiceKind.ORDERING:
            return factorial(answer.options)
        case ChoiceKind.SUBSET:
            return comb(answer.options, len(answer.taken))


def _difference_of_parts(field: str, ours: Any, theirs: Any) -> NotInSpace | None:
    """Names the difference of the first part that differs, where a field holds architectures by name."""
    for name, part in ours.items() if isinstance(ours, Mapping) else ():
        wanted = theirs.get(name)
        if isinstance(part, Architecture) and isinstance(wanted, Architecture) and part != wanted:
            return difference(part, wanted).below(f"{field}.{name}")
    return None
