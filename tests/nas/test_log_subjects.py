"""What a line of the log is about."""

from nas.log_subjects import ABOUT, about


def test_only_what_is_known_is_told():
    assert about(search="abc", trial=0, event=None) == {ABOUT: {"search": "abc", "trial": 0}}
