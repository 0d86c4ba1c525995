"""Candidates scored on warm actors of a Ray."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import ray

from nas.errors import ScreeningFailed
from nas.ports import Screener
from search_spaces.space import Architecture
from workers.ray_cluster.deaths import death_of, last_line, machine_lost
from workers.ray_cluster.processes import load, show_in_process_list

DEATHS = 2  # of actors under one architecture, after which it counts as their cause


@contextmanager
def screening_pool(
    screener: Callable[..., Screener] | str, order: Mapping[str, Any], *, actors: int
) -> Iterator[Screener]:
    """Scores candidates on so many warm actors of the Ray this process is connected to; they end with the context.

    `screener` makes one from what `order` holds: a callable that pickles, or an import string "module:factory", loaded
    in the actors only.
    """
    pool = RayScreener(screener, order, actors=actors)
    try:
        yield pool
    finally:
        pool.release()


class RayScreener:
    """Deals architectures to warm actors, one at a time to each; implements `nas.ports.Screener`.

    An actor that dies is replaced, also where its machine died. An architecture under which it died twice on a machine
    that lives has that as its reason, unless it did so under all of several. The actors ask Ray for no processors, or
    they would wait for those of the trials that wait for them.
    """

    def __init__(self, screener: Callable[..., Screener] | str, order: Mapping[str, Any], *, actors: int) -> None:
        actor: Any = ray.remote(ScreenerActor)
        self.start: Callable[[], Any] = lambda: actor.options(num_cpus=0, num_gpus=0).remote(screener, dict(order))
        self.most = actors
        self.idle: list[Any] = []
        self.busy: dict[Any, tuple[Any, int]] = {}  # by the answer to come: actor and place of the architecture

    def __call__(self, architectures: Sequence[Architecture]) -> list[Mapping[str, float] | str]:
        """The scores of each, in their order. Raises `ScreeningFailed` when actors cannot score at all."""
        answers: dict[int, Mapping[str, float] | str] = {}
        waiting, deaths = list(range(len(architectures))), Counter[int]()
        while waiting or self.busy:
            while waiting and len(self.busy) < self.most:
                actor: Any = self.idle.pop() if self.idle else self.start()
                place = waiting.pop(0)
                self.busy[actor.score.remote(architectures[place])] = actor, place
            place, answer = self._next_answer()
            deaths[place] += isinstance(answer, ray.exceptions.RayActorError) and machine_lost(str(answer)) is None
            if not isinstance(answer, ray.exceptions.RayActorError):
                answers[place] = answer
            elif deaths[place] < DEATHS:
                waiting.append(place)
            else:
                answers[place] = f"{death_of(str(answer)).message}, {DEATHS} times"
        if len(architectures) > 1 and min(deaths[place] for place in answers) == DEATHS:
            raise ScreeningFailed(f"whatever was to be scored, {answers[0]}")
        return [answers[place] for place in range(len(architectures))]

    def _next_answer(self) -> tuple[int, Any]:
        """The place of an architecture and its answer, or the error that says how its actor died."""
        (ready, *_), _ = ray.wait(list(self.busy), num_returns=1)
        actor, place = self.busy.pop(ready)
        try:
            answer = ray.get(ready)
        except ray.exceptions.RayActorError as error:
            if error.actor_init_failed:
                raise ScreeningFailed(f"no scoring worker can be started: {last_line(str(error))}") from error
            return place, error
        except ray.exceptions.RayTaskError as error:
            self.release()
            raise ScreeningFailed(str(error.cause)) from error
        self.idle.append(actor)
        return place, answer

    def release(self) -> None:
        """Ends the actors, whatever they do."""
        for actor in [*self.idle, *(actor for actor, _ in self.busy.values())]:
            ray.kill(actor)
        self.idle.clear()
        self.busy.clear()


class ScreenerActor:
    """Holds a screener in a process of its own, so that libraries and data are loaded once."""

    def __init__(self, screener: Callable[..., Screener] | str, order: dict[str, Any]) -> None:
        self.screener, self.order = screener, order
        self.loaded: Screener | None = None

    def score(self, architecture: Architecture) -> Mapping[str, float] | str:
        """The scores of one architecture, or why it has none."""
        show_in_process_list("scoring candidates")
        if self.loaded is None:  # here, so that an import that fails is told, and is not the death of the actor
            self._lend_devices()
            self.loaded = load(self.screener)(**self.order)
        (answer,) = self.loaded([architecture])
        return answer

    def _lend_devices(self) -> None:
        """Before torch is loaded: its threads, and the GPUs that Ray hides from whoever asks for none."""
        threads = str(max(1, min(int(self.order.get("cpus", 1)), os.cpu_count() or 1)))
        os.environ.update(OMP_NUM_THREADS=threads, MKL_NUM_THREADS=threads)
        if self.order.get("gpus", 0) > 0 and not os.environ.get("CUDA_VISIBLE_DEVICES"):
            os.environ.pop("CUDA_VISIBLE_DEVICES", None)
