"""Where the files of trials lie."""

from pathlib import Path

from nas.folders import trial_folder


def test_every_trial_has_a_folder_of_its_own_below_its_search():
    assert trial_folder(Path("home"), "s1", 7) == Path("home/trials/s1/00007")
    assert trial_folder(Path("home"), "s1", 123_456).name == "123456"
