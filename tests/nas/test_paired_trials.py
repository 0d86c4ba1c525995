"""Candidates and controls of a seed, held to each other picture by picture."""

import hashlib
from dataclasses import replace

import pytest

from nas.correctness import write_correct
from nas.paired_trials import paired_tests
from nas.records import Artifact, Companion, Measurement, TrialStatus
from nas.testing.stored import trial

OURS, THEIRS = [True] * 6 + [False] * 4, [True] * 3 + [False] * 6 + [True]


@pytest.fixture
def judged(tmp_path):
    """Makes a completed companion that was right as told, by pass."""

    def make(number, passes, control=None, repeat=1, candidate=0):
        folder = tmp_path / str(number)
        folder.mkdir()
        file = write_correct(folder, passes)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        artifact = Artifact(name="correct", uri=file.as_uri(), sha256=digest, size_bytes=file.stat().st_size)
        measurement = Measurement(fidelity=1, metrics={"top1": 0.5}, artifacts=(artifact,))
        companion = Companion(candidate=candidate, control=control, repeat=repeat)
        return trial(number, status=TrialStatus.COMPLETED, companion=companion, measurements=(measurement,))

    return make


def test_the_two_of_a_seed_are_tested_in_every_pass(judged):
    both = {"clean": OURS, "blur_2": THEIRS}
    trials = [judged(1, both), judged(2, {"clean": THEIRS, "blur_2": THEIRS}, "none")]
    trials += [judged(3, both, repeat=2), judged(4, {"clean": [False] * 10, "blur_2": OURS}, "none", repeat=2)]
    found = paired_tests(trials)
    assert found.left_out is None
    counted = [(t.pass_name, t.repeat, t.only_candidate, t.only_control, t.pictures) for t in found.tests]
    assert counted == [("clean", 1, 3, 1, 10), ("clean", 2, 6, 0, 10), ("blur_2", 1, 0, 0, 10), ("blur_2", 2, 1, 3, 10)]
    assert [t.exact_p for t in found.tests] == [0.625, 2 / 64, 1.0, 0.625]


def test_tests_come_by_candidate_and_then_in_the_order_of_the_controls(judged):
    trials = [judged(n, {"top1": OURS}, control, candidate=7) for n, control in enumerate([None, "none", "mse"], 1)]
    trials += [judged(n, {"top1": OURS}, control, candidate=3) for n, control in enumerate([None, "none", "mse"], 4)]
    found = [(test.candidate, test.control) for test in paired_tests(trials).tests]
    assert found == [(3, "none"), (3, "mse"), (7, "none"), (7, "mse")]


def test_without_the_other_of_the_seed_or_any_record_there_is_no_test(judged):
    alone = [judged(1, {"top1": OURS}), judged(2, {"top1": OURS}, "none", repeat=2)]
    failed = replace(judged(3, {"top1": OURS}, "none"), status=TrialStatus.FAILED)
    silent = trial(4, status=TrialStatus.COMPLETED, companion=Companion(candidate=0, control="mse", repeat=1))
    found = paired_tests([*alone, failed, silent])
    assert (found.tests, found.left_out) == ((), None)


def test_the_trial_that_made_a_candidate_one_of_the_best_is_not_tested(judged):
    best = replace(judged(0, {"top1": OURS}), companion=None)
    assert paired_tests([best, judged(1, {"top1": OURS}, "none")]).tests == ()


def test_what_cannot_be_read_is_left_out_in_one_sentence(judged, tmp_path):
    trials = [judged(number, {"top1": OURS}, control) for number, control in enumerate([None, "none", "mse"], 1)]
    (tmp_path / "2" / "correct.json").unlink()
    found = paired_tests(trials)
    assert [test.control for test in found.tests] == ["mse"]
    assert found.left_out.startswith("left out of the paired tests: what was right of trial 2: ")
    assert found.left_out.endswith("cannot be read: No such file or directory")
    (tmp_path / "3" / "correct.json").unlink()
    assert paired_tests(trials).left_out.endswith(", and 1 more")


def test_other_pictures_are_not_compared(judged):
    found = paired_tests(
        [judged(1, {"top1": OURS, "clean": OURS}), judged(2, {"top1": OURS[:4], "clean": OURS}, "none")]
    )
    assert [test.pass_name for test in found.tests] == ["clean"]
    assert found.left_out.endswith("of candidate 0 and its control none: 10 and 4 pictures in pass top1")
