"""Reading commands: tables for people, JSON for scripts, sentences and exit codes when there is nothing to read."""

import pytest

from api.commands.session import ExitCode


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


def test_a_queued_search_is_cancelled_and_an_ended_one_is_not(nas, toys, storage):
    queued = storage.create_search("later", toys.document)
    assert nas("cancel", "later") == ExitCode.DONE
    assert storage.search(queued.id).cancel_requested
    assert nas("cancel", "toys") == ExitCode.REFUSED
    assert "has already ended: completed" in nas.err


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
