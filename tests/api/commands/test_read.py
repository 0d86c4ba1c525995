"""Reading commands: tables for people, JSON for scripts, sentences and exit codes when there is nothing to read."""

import pytest

from api.commands.session import ExitCode
from tests.api.compared_search import compared_search
from tests.api.repeated_search import repeated_search
from tests.api.robust_search import robust_search


def test_searches_are_listed(nas, toys):
    assert nas("searches") == ExitCode.DONE
    assert all(word in nas.out for word in ("toys", toys.id, "completed", "8/8"))
    assert nas("searches", "--status", "running", "--json") == ExitCode.DONE
    assert nas.json == []


def test_the_leaderboard_is_sorted_filtered_and_cut(nas, toys):
    assert nas("leaderboard", "toys", "--json") == ExitCode.DONE
    scores = [row["metrics"]["AP"] for row in nas.json]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 7
    assert nas("leaderboard", toys.id, "--sort", "params", "--where", "params<400", "--top", "2", "--json") == 0
    assert len(nas.json) <= 2
    assert all(row["metrics"]["params"] < 400 for row in nas.json)
    assert nas("leaderboard", "toys") == ExitCode.DONE
    assert "Leaderboard of toys" in nas.out


def test_a_trial_is_shown_by_search_and_number_or_by_id(nas, toys):
    assert nas("show", "toys/3", "--json") == ExitCode.DONE
    assert nas.json["failure"]["kind"] == "diverged"
    assert nas("show", f"{toys.id}-3") == ExitCode.DONE
    assert "trial 3 was told to fail" in nas.out
    assert "Curve" in nas.out


def test_watching_a_search_that_has_ended_tells_its_end(nas, toys):
    assert nas("watch", "toys") == ExitCode.DONE
    assert nas.out.endswith("toys: completed\n")
    assert nas.out.count("\n") == 9


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("leaderboard", "nosuch"), ExitCode.NOT_FOUND, "no search has the name or id 'nosuch'"),
        (("leaderboard", "toys", "--sort", "AP9"), ExitCode.NOT_FOUND, "did you mean 'AP'?"),
        (("leaderboard", "toys", "--where", "prams<3"), ExitCode.NOT_FOUND, "did you mean 'params'?"),
        (("show", "toys/99"), ExitCode.NOT_FOUND, "no trial 99"),
        (("show", "toys"), ExitCode.NOT_FOUND, "a trial is called SEARCH/NUMBER"),
        (("leaderboard", "toys", "--where", "params!300"), ExitCode.USAGE, "a condition is metric"),
        (("leaderboard", "toys", "--top", "0"), ExitCode.USAGE, "top"),
        (("searches", "--status", "sleeping"), ExitCode.USAGE, "sleeping"),
    ],
)
def test_bad_input_gets_a_sentence_and_its_exit_code(nas, toys, arguments, code, sentence):
    assert nas(*arguments) == code
    assert sentence in nas.err
    assert "Traceback" not in nas.err


def test_without_any_state_it_says_how_to_begin_and_makes_none(nas):
    assert nas("searches") == ExitCode.NOT_FOUND
    assert "start with `nas run DOCUMENT`" in nas.err
    assert not nas.home.exists()


def test_companions_are_marked_on_the_leaderboard_and_compared_below_it(nas, storage):
    compared_search(storage)
    assert nas("leaderboard", "compared") == ExitCode.DONE
    board, below = nas.out.split("Candidates of compared against their controls: AP, more is better")
    assert "note" in board
    assert all(mark in board for mark in ("1 again, repeat 3", "plain of 1, repeat 2"))
    (row,) = [" ".join(line.split()) for line in below.splitlines() if " plain " in line]
    assert row == "1 plain 0.4200 (3) 0.4000 (3) +0.0200 [-0.0048, +0.0448] noise"
    assert nas("leaderboard", "compared", "--json") == ExitCode.DONE
    assert [row["companion"] for row in nas.json][:2] == [None, {"candidate": 1, "control": None, "repeat": 3}]


def test_a_comparison_is_shown_alone_in_any_metric(nas, storage):
    compared_search(storage, ours=(0.40, 0.41), plain=(0.39, 0.40))
    assert nas("compare", "compared") == ExitCode.DONE
    assert "better" in nas.out.splitlines()[-2]
    assert nas("compare", "compared", "--metric", "params", "--json") == ExitCode.DONE
    (found,) = nas.json["metrics"]
    assert (found["metric"], found["goal"], found["items"][0]["verdict"]) == ("params", "minimize", "better")
    assert nas("compare", "compared", "--metric", "AP", "--metric", "params") == ExitCode.DONE
    assert ["1", "plain", "params"] in [line.split()[:3] for line in nas.out.splitlines()]
    assert nas("compare", "compared", "--metric", "AP5") == ExitCode.NOT_FOUND
    assert "did you mean 'AP'?" in nas.err
    assert nas("compare", "compared", "--metric", "-AP") == ExitCode.USAGE


def test_where_less_is_better_a_difference_below_zero_is(nas, storage):
    compared_search(storage, ours=(0.39, 0.40), plain=(0.40, 0.41), goal="minimize")
    assert nas("compare", "compared") == ExitCode.DONE
    assert "AP, less is better" in nas.out
    assert nas.out.splitlines()[-2].split()[-4:] == ["-0.0100", "[-0.0100,", "-0.0100]", "better"]


def test_the_table_of_the_publication_and_paired_tests_fit_a_terminal(nas, storage, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    robust_search(storage, tmp_path / "trials")
    assert nas("compare", "robust") == ExitCode.DONE
    lines = [line.rstrip() for line in nas.out.splitlines()]
    assert max(map(len, lines)) <= 80
    assert ["0", "none", "clean", "20:0", "p", "<.001"] in [line.split()[:6] for line in lines]
    assert sum("top1_blur" in line for line in lines) == 1 + 2
    assert "left out" not in nas.out
    (tmp_path / "trials" / "1" / "correct.json").unlink()
    assert nas("compare", "robust") == ExitCode.DONE
    assert nas.out.splitlines()[-1].startswith("left out of the paired tests: what was right of trial 1: ")
    assert nas("leaderboard", "robust") == ExitCode.DONE
    assert "Differences" in nas.out
    assert "seed 1" not in nas.out


def test_where_nothing_is_compared_it_says_so(nas, toys, storage):
    assert nas("compare", "toys") == ExitCode.DONE
    assert "nothing stands beside its candidates" in nas.out
    assert nas("leaderboard", "toys") == ExitCode.DONE
    assert "beside" not in nas.out
    compared_search(storage, ours=(None,), plain=(0.3,))
    assert nas("compare", "compared") == ExitCode.DONE
    assert "no candidate that is trained again has completed with AP yet" in nas.out


def test_candidates_trained_again_carry_their_mean_and_are_ranked_by_it_within_80_columns(nas, storage, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    repeated_search(storage)
    assert nas("leaderboard", "repeated", "--top", "20") == ExitCode.DONE
    lines = [" ".join(line.split()) for line in nas.out.splitlines()]
    assert max(map(len, nas.out.splitlines())) <= 80
    assert lines[1] == "rank trial AP params macs AP again (seeds) time note"
    assert any(line.startswith("1 0 0.5000 0.000 M 0.4100 ±0.0248 (3)") for line in lines)
    assert lines[-1] == "Trial 1 leads trial 2 by no more than the noise of seeds in AP (p .15)."
    assert nas("leaderboard", "repeated", "--json") == ExitCode.DONE
    assert nas.json[0]["repeats"]["AP"]["seeds"] == 3
    for sort, told in (("params", "AP"), ("AP50", "AP50"), ("number", "AP")):
        assert nas("leaderboard", "repeated", "--sort", sort) == ExitCode.DONE
        assert f"trained again: {told}, more is better" in nas.out
        assert f"{told} again (seeds)" in nas.out


def test_candidates_without_controls_are_compared_with_one_another(nas, storage):
    repeated_search(storage, ((0.40, 0.41), (0.20, 0.21)), objectives=[{"metric": "AP", "goal": "minimize"}])
    assert nas("compare", "repeated") == ExitCode.DONE
    assert nas.out.splitlines()[-1] == "Trial 1 beats trial 0 in AP (p .0012)."
    assert "controls" not in nas.out
    assert nas("compare", "repeated", "--metric", "AP50", "--metric", "AP") == ExitCode.DONE
    assert [line for line in nas.out.splitlines() if "beats" in line] == [
        "Trial 0 beats trial 1 in AP50 (p .0012).",
        "Trial 1 beats trial 0 in AP (p .0012).",
    ]
    assert nas("compare", "repeated", "--json") == ExitCode.DONE
    assert nas.json["metrics"][0]["ranking"][0]["lead"]["verdict"] == "better"


def test_a_trial_says_what_it_stands_beside(nas, storage):
    compared_search(storage)
    assert nas("show", "compared/3") == ExitCode.DONE
    assert "beside a candidate: plain of 1, repeat 1" in nas.out
    assert nas("show", "compared/1") == ExitCode.DONE
    assert "beside" not in nas.out


def test_companions_come_on_top_of_the_budget(nas, storage):
    compared_search(storage)
    assert nas("searches") == ExitCode.DONE
    assert "2/2 + 6" in nas.out
