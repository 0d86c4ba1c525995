"""Answers are made once, again when something has changed, and not all the time even then."""

import threading

from api.plots.memo import Memo
from nas.clock import ManualClock


class Maker:
    """Makes numbered answers, each in so many seconds of a clock."""

    def __init__(self, clock, takes_s=1.0):
        self.clock, self.takes_s, self.made = clock, takes_s, 0

    def __call__(self):
        self.made += 1
        self.clock.advance(self.takes_s)
        return b"%d" % self.made


def test_an_answer_serves_as_long_as_nothing_changes():
    make = Maker(ManualClock())
    memo = Memo(clock=make.clock)
    assert [memo.answer("plot", stamp=1, make=make) for _ in range(3)] == [b"1"] * 3
    make.clock.advance(1e6)
    assert memo.answer("plot", stamp=1, make=make) == b"1"


def test_after_a_change_it_is_made_again_but_at_most_a_twentieth_of_the_time():
    make = Maker(ManualClock())
    memo = Memo(clock=make.clock)
    memo.answer("plot", stamp=1, make=make)
    make.clock.advance(19)
    assert memo.answer("plot", stamp=2, make=make) == b"1"
    make.clock.advance(2)
    assert memo.answer("plot", stamp=2, make=make) == b"2"


def test_only_the_last_answers_are_kept():
    make = Maker(ManualClock(), takes_s=0.0)
    memo = Memo(most=2, clock=make.clock)
    for key in ("a", "b", "a", "c"):
        memo.answer(key, stamp=1, make=make)
    assert make.made == 3
    memo.answer("a", stamp=1, make=make)
    assert make.made == 3
    memo.answer("b", stamp=1, make=make)
    assert make.made == 4


def test_those_who_ask_at_the_same_time_wait_for_one_answer():
    begun, finish = threading.Event(), threading.Event()
    made, answers = [], []

    def make():
        made.append(1)
        begun.set()
        assert finish.wait(10)
        return b"x"

    memo = Memo()
    threads = [
        threading.Thread(target=lambda: answers.append(memo.answer("plot", stamp=1, make=make))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    finish.set()
    for thread in threads:
        thread.join(10)
    assert (answers, made) == ([b"x"] * 4, [1])


def test_a_failure_is_not_kept():
    memo = Memo()

    def fails():
        raise ValueError("no")

    for _ in range(2):
        try:
            memo.answer("plot", stamp=1, make=fails)
        except ValueError:
            continue
        raise AssertionError("the failure was swallowed")
    assert memo.answer("plot", stamp=1, make=lambda: b"well") == b"well"


def test_what_was_made_and_what_was_there_already_is_counted():
    memo = Memo(clock=ManualClock())
    for stamp in (1, 1, 1, 2):
        memo.answer("progress", stamp=stamp, make=lambda: b"answer")
    assert (memo.made, memo.served) == (2, 2)
