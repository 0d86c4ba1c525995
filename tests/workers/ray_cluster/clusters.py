"""Clusters of several Ray nodes on this machine, each a raylet of its own, and searches on them.

What stands here runs in a process of its own (`apart`): one process is connected to one Ray, and tests share another.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from nas.memory import MemoryStorage
from nas.records import Assignment, Event, Measurement, Trial
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a search on a cluster has to show; `nodes` are those that trials began on."""

    trials: list[Trial]
    events: list[Event]
    nodes: set[float]
    alive: int  # nodes of the cluster that hold trials, after the search


def apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """What the function returns in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


@contextmanager
def nodes_of_one_cpu(count: int) -> Iterator[str]:
    """The address of a cluster of so many nodes beside its head, to which this process is connected inside."""
    from ray.cluster_utils import Cluster

    from workers.ray_cluster.connection import connected

    cluster: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        for _ in range(count):
            cluster.add_node(num_cpus=1, wait=False)
        cluster.wait_for_nodes()
        with connected(name="tests", address=cluster.address):
            yield cluster.address
    finally:
        cluster.shutdown()


def search(folder: Path, *, concurrent: int, doomed: int) -> Told:
    """A toy search whose first trials begin together; the node of the trial `doomed` is killed in its middle."""
    import ray

    from workers.ray_cluster.driver import run_on_ray

    document = toy_document(budget={"trials": 10}, resources={"concurrent": concurrent})
    storage = MemoryStorage()
    controller = toy_controller(storage, document)
    with meeting(concurrent) as place:
        run_on_ray(
            controller,
            deadly(doomed, meeting_at=place, first=concurrent),
            name="toy",
            concurrent=concurrent,
            cpus=1,
            gpus=0,
            storage_directory=folder / controller.search_id,
        )
    trials = storage.trials(controller.search_id)
    return Told(
        trials=trials,
        events=storage.events(controller.search_id),
        nodes={trial.measurements[0].metrics["node"] for trial in trials},
        alive=sum(node["Alive"] and "CPU" in node["Resources"] for node in ray.nodes()),
    )


def deadly(doomed: int, *, meeting_at: tuple[str, int], first: int) -> Callable[[Assignment], Iterator[Measurement]]:
    """An evaluator that measures, too, on which node it runs, and kills the node of one trial once."""
    toy = ToyEvaluator()

    def judge(assignment: Assignment) -> Iterator[Measurement]:
        import ray

        if assignment.number < first:
            with socket.create_connection(meeting_at) as everybody:
                everybody.recv(1)
        node = float(int(ray.get_runtime_context().get_node_id()[:8], 16))
        for measurement in toy(assignment):
            yield Measurement(
                fidelity=measurement.fidelity,
                metrics={**measurement.metrics, "node": node},
                elapsed_s=measurement.elapsed_s,
            )
            if assignment.number == doomed and assignment.attempt == 1:
                os.kill(os.getppid(), signal.SIGKILL)  # the raylet: its workers die with it
                threading.Event().wait()

    return judge


@contextmanager
def meeting(count: int) -> Iterator[tuple[str, int]]:
    """Where so many connect before any of them goes on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_let_go_together, args=(server, count), daemon=True).start()
        yield server.getsockname()


def _let_go_together(server: socket.socket, count: int) -> None:
    there = [server.accept()[0] for _ in range(count)]
    for one in there:
        one.sendall(b"!")
        one.close()
