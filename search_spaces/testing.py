"""The conformance suite of spaces, and two toy spaces small enough to enumerate, also as the parts of a joint one.

A test module subclasses `SpaceLaws` under a name that begins with `Test` and gives it a space; pytest then runs every
law on it.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from itertools import pairwise
from math import comb
from typing import Any, ClassVar, Literal

from search_spaces.choices import Answer, Chooser, Pick
from search_spaces.errors import InvalidArchitecture, InvalidGenotype, Rejected
from search_spaces.genotypes import (
    count,
    crossover,
    decode,
    encode,
    mixture,
    mutate,
    mutation,
    neighbours,
    sample,
    trace,
    validate,
)
from search_spaces.grids import Grid
from search_spaces.joint.architecture import Joint
from search_spaces.paths import paths
from search_spaces.picks import Replay
from search_spaces.space import Architecture, Choose, Space

ENUMERABLE = 10_000
STAGES = ("narrow", "narrow", "wide")
READ_IDS = """
import json, sys
from search_spaces.testing import Written, rewritten
for written in json.load(sys.stdin):
    print(rewritten(Written(**written)).architecture_id)
"""


class ToyArchitecture(Architecture):
    """A point of `ToySpace`."""

    kind: Literal["toy"] = "toy"
    stages: tuple[str, ...]
    depth: int
    taps: tuple[int, int]
    activation: str
    slope: int


class ToySpace:
    """A space with every kind of choice, choices that depend on others, equal items, and draws it rejects.

    `taps` are drawn below `depth`, `slope` is only asked for the activation `leaky`, two of the stages are equal, and
    taps (0, 1) without an activation are rejected as `idle`.
    """

    kind: ClassVar[str] = "toy"

    def decode(self, choose: Choose) -> ToyArchitecture:
        """The architecture that these choices make."""
        stages = choose.ordering("stages", STAGES)
        depth = choose.one_of("depth", (3, 4))
        taps = choose.subset("taps", range(depth), 2)
        activation = choose.one_of("activation", ("none", "relu", "leaky"))
        slope = choose.one_of("slope", (1, 2, 3, 4)) if activation == "leaky" else 0
        if activation == "none" and taps == (0, 1):
            raise Rejected("idle", "taps (0, 1) need an activation", field="taps")
        return ToyArchitecture(stages=stages, depth=depth, taps=(taps[0], taps[1]), activation=activation, slope=slope)

    def recall(self, architecture: ToyArchitecture) -> Mapping[str, Any]:
        """The answers by name: the fields themselves."""
        return architecture.model_dump()

    def load(self, data: Mapping[str, Any]) -> ToyArchitecture:
        """The architecture from its JSON."""
        return ToyArchitecture.load(data)

    def count(self) -> int:
        """3! orders, taps for each depth, and a slope where the activation has one."""
        return 6 * (comb(3, 2) + comb(4, 2)) * (1 + 1 + 4)


class ToyResizer(Architecture):
    """A point of `ToyResizerSpace`, a part that goes with a `ToyArchitecture`."""

    role: ClassVar[str] = "resizer"

    kind: Literal["toy_resizer"] = "toy_resizer"
    depth: int
    filters: int


class ToyResizerSpace:
    """A space whose choice `depth` has the name of one of `ToySpace`, for products of the two.

    `filters` are only asked for above depth 0; 2 deep and 8 wide is rejected as `narrow`.
    """

    kind: ClassVar[str] = "toy_resizer"

    def decode(self, choose: Choose) -> ToyResizer:
        """The architecture that these choices make."""
        depth = choose.one_of("depth", (0, 1, 2))
        filters = choose.one_of("filters", (8, 16)) if depth else 0
        if (depth, filters) == (2, 8):
            raise Rejected("narrow", "depth 2 needs 16 filters", field="filters")
        return ToyResizer(depth=depth, filters=filters)

    def recall(self, architecture: ToyResizer) -> Mapping[str, Any]:
        """The answers by name: the fields themselves."""
        return architecture.model_dump()

    def load(self, data: Mapping[str, Any]) -> ToyResizer:
        """The architecture from its JSON."""
        return ToyResizer.load(data)

    def count(self) -> int:
        """Depth 0, and the filters of each other depth."""
        return 1 + 2 * 2


class ToyTraining(Architecture):
    """A point of `ToyTrainingSpace`."""

    role: ClassVar[str] = "training"

    kind: Literal["toy_training"] = "toy_training"
    rate: float
    steps: int
    decay: float


class ToyTrainingSpace:
    """Numbers: real ones on both scales, whole ones, and one that is only asked for where it matters."""

    kind: ClassVar[str] = "toy_training"

    def decode(self, choose: Choose) -> ToyTraining:
        """The architecture that these choices make."""
        rate = choose.number("rate", Grid.real(0.001, 1, log=True, points=31))
        steps = choose.number("steps", Grid.whole(1, 9, step=2))
        decay = choose.number("decay", Grid.real(-1, 1, points=11)) if steps > 1 else 0.0
        return ToyTraining(rate=rate, steps=int(steps), decay=decay)

    def recall(self, architecture: ToyTraining) -> Mapping[str, Any]:
        """The answers by name: the fields themselves."""
        return architecture.model_dump()

    def load(self, data: Mapping[str, Any]) -> ToyTraining:
        """The architecture from its JSON."""
        return ToyTraining.load(data)

    def count(self) -> int:
        """Every rate with 1 step, and with every other number of steps and a decay."""
        return 31 * (1 + 4 * 11)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """An architecture as another process gets it: its JSON, and where the class of every kind in it stands."""

    data: dict[str, Any]
    classes: dict[str, tuple[str, str]]


class SpaceLaws:
    """Every law a space owes its users. Subclasses set `space`, and `golden` pairs of a genotype and
    what it must decode to."""

    space: ClassVar[Space[Any]]
    golden: ClassVar[tuple[tuple[tuple[int, ...], Architecture], ...]] = ()
    draws: ClassVar[int] = 25

    def samples(self) -> Iterator[tuple[int, ...]]:
        """The genotypes the laws are tried on: the golden ones, then random ones with fixed seeds."""
        yield from (genotype for genotype, _ in self.golden)
        for seed in range(self.draws):
            yield sample(self.space, random.Random(seed)).genotype

    def test_decode_of_encode_is_the_identity(self) -> None:
        for genotype in self.samples():
            architecture = decode(self.space, genotype)
            assert encode(self.space, architecture) == genotype
            assert decode(self.space, encode(self.space, architecture)) == architecture

    def test_samples_are_valid_and_repeatable(self) -> None:
        for seed in range(self.draws):
            draw = sample(self.space, random.Random(seed))
            validate(self.space, draw.architecture)
            assert draw.architecture == decode(self.space, draw.genotype)
            assert draw == sample(self.space, random.Random(seed))

    def test_the_golden_architectures_encode_to_their_genotypes(self) -> None:
        for genotype, architecture in self.golden:
            assert encode(self.space, architecture) == genotype

    def test_a_mutation_is_valid_and_different(self) -> None:
        for seed, genotype in enumerate(self.samples()):
            draw = mutate(self.space, genotype, random.Random(seed))
            validate(self.space, draw.architecture)
            assert draw.architecture != decode(self.space, genotype)
            assert draw.genotype == encode(self.space, draw.architecture) != tuple(genotype)

    def test_a_mutation_changes_one_live_choice_and_what_it_declares_as_repaired(self) -> None:
        for seed, genotype in enumerate(self.samples()):
            old = self.answers(genotype)
            pick = mutation(old, random.Random(seed))
            new = self.answers_with(pick)
            changed = {call for call in old.keys() & new.keys() if old[call].taken != new[call].taken}
            assert len(changed - pick.repaired) == 1
            assert new.keys() - old.keys() <= pick.repaired

    def test_a_crossover_takes_every_choice_from_a_parent_or_declares_it_repaired(self) -> None:
        for seed, (a, b) in enumerate(pairwise(self.samples())):
            validate(self.space, crossover(self.space, a, b, random.Random(seed)).architecture)
            parents = (self.answers(a), self.answers(b))
            pick = mixture(parents, random.Random(seed))
            for call, answer in self.answers_with(pick).items():
                assert call in pick.repaired or answer.taken in [
                    parent[call].taken for parent in parents if call in parent
                ]

    def test_a_crossover_of_a_genotype_with_itself_gives_it_back(self) -> None:
        for seed, genotype in enumerate(self.samples()):
            assert crossover(self.space, genotype, genotype, random.Random(seed)).genotype == genotype

    def answers(self, genotype: tuple[int, ...]) -> dict[str, Answer]:
        """What a genotype answers, by the names of the calls."""
        return self.answers_with(Replay(genotype))

    def answers_with(self, pick: Pick) -> dict[str, Answer]:
        """What was taken with `pick`, up to a rejection if there was one."""
        chooser = Chooser(pick)
        with suppress(Rejected):
            self.space.decode(chooser)
        return chooser.answers

    def test_neighbours_are_valid_distinct_and_hold_every_mutation_without_repair(self) -> None:
        genotype = next(self.samples())
        found = {draw.genotype: draw.architecture for draw in neighbours(self.space, genotype)}
        assert genotype not in found
        assert len({architecture.architecture_id for architecture in found.values()}) == len(found)
        for seed in range(self.draws):
            pick = mutation(self.answers(genotype), random.Random(seed))
            with suppress(Rejected):
                architecture = self.space.decode(Chooser(pick))
                assert pick.repaired or encode(self.space, architecture) in {genotype, *found}

    def test_json_round_trips_and_its_id_is_the_same_in_another_process(self) -> None:
        architectures = [decode(self.space, genotype) for genotype in self.samples()]
        for architecture in architectures:
            data = json.loads(architecture.canonical_json())
            assert self.space.load(data) == architecture
            assert self.space.load(data).canonical_json() == architecture.canonical_json()
        assert ids_in_another_process(architectures) == [architecture.architecture_id for architecture in architectures]

    def test_a_corrupted_genotype_is_rejected_by_the_name_of_the_choice(self) -> None:
        genotype = next(self.samples())
        for place, choice in enumerate(trace(self.space, genotype)):
            for wrong in (choice.options, -1, None, "0", True):
                corrupted: Any = (*genotype[:place], wrong, *genotype[place + 1 :])
                assert_raises(InvalidGenotype, choice.name, lambda corrupted=corrupted: decode(self.space, corrupted))

    def test_a_genotype_of_the_wrong_length_is_rejected(self) -> None:
        genotype = next(self.samples())
        last = trace(self.space, genotype)[-1].name
        assert_raises(InvalidGenotype, last, lambda: decode(self.space, genotype[:-1]))
        assert_raises(InvalidGenotype, str(len(genotype)), lambda: decode(self.space, (*genotype, 0)))

    def test_a_corrupted_field_is_rejected_by_its_name(self) -> None:
        data = json.loads(decode(self.space, next(self.samples())).canonical_json())
        for path in leaves(data):
            tried = (corrupt(data, path, {"wrong": "type"}), corrupt(data, path, None))
            for corrupted in (each for each in tried if each != data):  # null in place of null corrupts nothing
                assert_raises(
                    InvalidArchitecture, ".".join(path), lambda corrupted=corrupted: self.space.load(corrupted)
                )
        assert_raises(InvalidArchitecture, "unexpected", lambda: self.space.load({**data, "unexpected": 1}))

    def test_the_count_of_a_tiny_space_equals_brute_force(self) -> None:
        if count(self.space) <= ENUMERABLE:
            every = [genotype for genotype, _ in paths(self.space)]
            assert len(set(every)) == len(every) == count(self.space)


def ids_in_another_process(architectures: list[Architecture]) -> list[str]:
    """The ids that a fresh interpreter with another hash seed gives to the same JSON."""
    items = [asdict(written(one)) for one in architectures]
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    command = [sys.executable, "-c", READ_IDS]
    done = subprocess.run(command, input=json.dumps(items), env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


def written(architecture: Architecture) -> Written:
    """The architecture as another process gets it."""
    parts = architecture.parts.values() if isinstance(architecture, Joint) else ()
    classes = {type(one).model_fields["kind"].default: type(one) for one in (architecture, *parts)}
    places = {kind: (found.__module__, found.__qualname__) for kind, found in classes.items()}
    return Written(data=json.loads(architecture.canonical_json()), classes=places)


def rewritten(written: Written) -> Architecture:
    """The architecture again."""

    def load(data: Mapping[str, Any]) -> Architecture:
        module, name = written.classes[data["kind"]]
        found: type[Architecture] = getattr(import_module(module), name)
        return Joint.load_with(data, lambda _, part: load(part)) if found is Joint else found.load(data)

    return load(written.data)


def leaves(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every leaf of a JSON value."""
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(value, (*path, str(key)))
    else:
        yield path


def corrupt(data: Any, path: tuple[str, ...], wrong: Any) -> Any:
    """A copy of a JSON value with the leaf at `path` replaced."""
    if not path:
        return wrong
    if isinstance(data, list):
        return [corrupt(item, path[1:], wrong) if str(place) == path[0] else item for place, item in enumerate(data)]
    return {key: corrupt(item, path[1:], wrong) if key == path[0] else item for key, item in data.items()}


def assert_raises(error: type[Exception], words: str, act: Any) -> None:
    """Fails unless `act` raises `error` with `words` in its message."""
    message = None
    try:
        act()
    except error as raised:
        message = str(raised)
    assert message is not None, f"{error.__name__} naming {words} was not raised"
    assert words in message, f"{message} does not name {words}"
