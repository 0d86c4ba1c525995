"""One look serves all who watch; streams are bounded, and end when they should."""

import asyncio
import threading

import pytest

from api.watching import Watching
from nas.errors import NotFound


class Thing:
    """What is looked at: counts the looks, and in which threads."""

    def __init__(self):
        self.state, self.looks, self.threads = "new", 0, set()

    def __call__(self):
        self.looks += 1
        self.threads.add(threading.current_thread())
        if isinstance(self.state, Exception):
            raise self.state
        return self.state


def quick(**options):
    """Streams that look every millisecond."""
    return Watching(**{"interval_s": 0.001, "heartbeat_s": 5.0, **options})


def test_every_change_is_told_once_to_all_who_watch():
    async def scene():
        watching, thing = quick(), Thing()
        streams = [watching.states("thing", thing) for _ in range(5)]
        assert [await anext(stream) for stream in streams] == ["new"] * 5
        looks = thing.looks
        thing.state = "changed"
        assert [await anext(stream) for stream in streams] == ["changed"] * 5
        assert watching.streams == 5
        for stream in streams:
            await stream.aclose()
        assert watching.streams == 0
        return looks, thing

    looks, thing = asyncio.run(scene())
    assert looks < 5, "five watch, but one looks"
    assert threading.main_thread() not in thing.threads


def test_nothing_is_looked_at_that_nobody_watches():
    async def scene():
        watching, thing = quick(), Thing()
        stream = watching.states("thing", thing)
        await anext(stream)
        await stream.aclose()
        before = thing.looks
        for _ in range(20):
            await asyncio.sleep(0.001)
        return thing.looks - before

    assert asyncio.run(scene()) <= 1


def test_a_quiet_stream_beats():
    async def scene():
        watching = quick(heartbeat_s=0.01)
        stream = watching.states("thing", Thing())
        return [await anext(stream) for _ in range(3)]

    assert asyncio.run(scene()) == ["new", None, None]


@pytest.mark.parametrize("ending", ["closed", "gone", "lifetime"])
def test_a_stream_ends_with_the_service_with_what_it_shows_and_after_its_lifetime(ending):
    async def scene():
        watching, thing = quick(lifetime_s=0.05 if ending == "lifetime" else 60, heartbeat_s=0.02), Thing()
        told = []
        async for state in watching.states("thing", thing):
            told.append(state)
            if ending == "closed":
                watching.close()
            elif ending == "gone":
                thing.state = NotFound("gone")
        return told, watching.streams

    told, left = asyncio.run(scene())
    assert (told[0], left) == ("new", 0)


def test_a_look_that_fails_is_tried_again():
    async def scene():
        watching, thing = quick(), Thing()
        thing.state = OSError("the database is away")
        stream = watching.states("thing", thing)
        waiting = asyncio.ensure_future(anext(stream))
        while thing.looks < 3:
            await asyncio.sleep(0.001)
        thing.state = "back"
        return await waiting

    assert asyncio.run(scene()) == "back"


def test_no_more_than_so_many_streams_are_open():
    async def scene():
        watching = quick(most=2)
        streams = [watching.states(name, Thing()) for name in "ab"]
        seen = [watching.full]
        for stream in streams:
            await anext(stream)
        seen.append(watching.full)
        await streams[0].aclose()
        seen.append(watching.full)
        return seen

    assert asyncio.run(scene()) == [False, True, False]
