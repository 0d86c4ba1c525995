"""Candidates held to their controls picture by picture: McNemar's test of the two trials of a seed, in every pass.

A test is within one seed: it tells two trained networks apart, not two ways of making them. The passes of a seed are
over the same pictures and so not independent of one another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nas.correctness import ARTIFACT, Correct, CorrectnessUnreadable, recorded_correct
from nas.paired_tests import mcnemar
from nas.records import Artifact, Companion, Trial, TrialStatus

Passes = Mapping[str, Correct]


@dataclass(frozen=True, kw_only=True, slots=True)
class PairedTest:
    """A candidate and one of its controls, both trained with the seed of `repeat` and judged in one pass."""

    candidate: int
    control: str
    repeat: int
    pass_name: str
    pictures: int
    only_candidate: int  # pictures that the candidate gets right and the control wrong
    only_control: int
    exact_p: float  # two-sided


@dataclass(frozen=True, kw_only=True, slots=True)
class PairedTests:
    """All tests that can be made; `left_out` says in a sentence what could not be read, None where nothing was."""

    tests: tuple[PairedTest, ...] = ()
    left_out: str | None = None


def paired_tests(trials: Sequence[Trial]) -> PairedTests:
    """The tests of every candidate and control of a seed, by candidate, then in the order of controls, passes, seeds.

    Companions that have not completed, or keep no record of what they got right, count for nothing.
    """
    judged: dict[Companion, Passes] = {}
    problems: list[str] = []
    for trial in trials:
        artifact = _artifact(trial)
        if artifact is None or trial.companion is None:
            continue
        try:
            judged[trial.companion] = recorded_correct(artifact)
        except CorrectnessUnreadable as error:
            problems.append(f"of trial {trial.number}: {error}")
    return PairedTests(tests=tuple(_ordered(list(_tests(judged, problems)))), left_out=_sentence(problems))


def _artifact(trial: Trial) -> Artifact | None:
    """What a completed trial got right, as it was recorded; of several records the last."""
    if trial.status is not TrialStatus.COMPLETED:
        return None
    recorded = [artifact for measurement in trial.measurements for artifact in measurement.artifacts]
    return next((artifact for artifact in reversed(recorded) if artifact.name == ARTIFACT), None)


def _tests(judged: Mapping[Companion, Passes], problems: list[str]) -> Iterator[PairedTest]:
    """Every control beside the candidate of its seed; passes over different pictures are noted as problems."""
    for companion, control in judged.items():
        ours = judged.get(Companion(candidate=companion.candidate, repeat=companion.repeat))
        if companion.control is None or ours is None:
            continue
        for name in (name for name in ours if name in control):
            if ours[name].pictures == control[name].pictures:
                yield _tested(companion, companion.control, name, ours[name], control[name])
            else:
                sentence = f"{ours[name].pictures} and {control[name].pictures} pictures in pass {name}"
                problems.append(f"of candidate {companion.candidate} and its control {companion.control}: {sentence}")


def _tested(companion: Companion, control: str, name: str, ours: Correct, theirs: Correct) -> PairedTest:
    test = mcnemar(ours.right_alone(theirs), theirs.right_alone(ours))
    return PairedTest(
        candidate=companion.candidate,
        control=control,
        repeat=companion.repeat,
        pass_name=name,
        pictures=ours.pictures,
        only_candidate=test.only_first,
        only_control=test.only_second,
        exact_p=test.exact_p,
    )


def _ordered(tests: list[PairedTest]) -> list[PairedTest]:
    """By candidate, control and pass, each in the order in which they came up first, then by seed."""
    controls = list(dict.fromkeys(test.control for test in tests))
    passes = list(dict.fromkeys(test.pass_name for test in tests))

    def place(test: PairedTest) -> tuple[int, int, int, int]:
        return test.candidate, controls.index(test.control), passes.index(test.pass_name), test.repeat

    return sorted(tests, key=place)


def _sentence(problems: Sequence[str]) -> str | None:
    """What was left out, the first of it by its reason."""
    if not problems:
        return None
    more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
    return f"left out of the paired tests: what was right {problems[0]}{more}"
