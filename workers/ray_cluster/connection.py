"""The connection to Ray: to a cluster by its address, or to a Ray of our own on this machine."""

import logging
import math
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ray
from ray.job_config import JobConfig

from nas.fair_share import Room

CONNECT_S = 10.0
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
log = logging.getLogger(__name__)


@contextmanager
def connected(
    *, name: str, cpus: float = 1, address: str | None = None, dashboard: bool = False
) -> Iterator[dict[str, str]]:
    """Connected to Ray inside, disconnected after: to the cluster at `address`, else to a local Ray of so many CPUs.

    A local Ray counts the GPUs of the machine itself. Yields Ray's own addresses (`gcs_address`, `webui_url`). `name`
    stands in the dashboard's list of jobs. Raises OSError when nothing answers at the address, ValueError when it is
    none.
    """
    local: dict[str, Any] = {"num_cpus": max(1, math.ceil(cpus)), "include_dashboard": dashboard}
    if address:
        check_reachable(address)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Ray's own start-up
        context: Any = ray.init(
            address=address or "local",
            job_config=InstalledOnly(metadata={"search": name}),
            logging_level=logging.ERROR,
            log_to_driver=False,
            **({} if address else local),
        )
    try:
        yield dict(context.address_info)
    finally:
        ray.shutdown()


def check_reachable(address: str) -> None:
    """Raises OSError when nothing listens at host:port, which Ray would try again for minutes."""
    host, port = host_and_port(address)
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=CONNECT_S).close()


def host_and_port(address: str) -> tuple[str, str]:
    """The two parts of host:port or ray://host:port."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    return host, port


class InstalledOnly(JobConfig):
    """A job whose workers import what is installed, never what lies in the folder where the command runs."""

    def _runtime_env_has_working_dir(self) -> bool:
        """True: Ray then puts neither that folder nor the script's before everything else on the workers' path."""
        return True


def room() -> Room:
    """The processors and GPUs of all living nodes of the Ray this process is connected to."""
    total = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return Room(cpus=total.get("CPU", 0.0), gpus=total.get("GPU", 0.0))


def shortage(*, cpus: float, gpus: float) -> str | None:
    """Why a trial of that size would wait for ever on the Ray this process is connected to; None when it would not.

    A Ray on loopback is one machine and stays so. Others may grow: there, what no node can hold yet is only logged.
    """
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]
    if any(node.get("CPU", 0) >= cpus and node.get("GPU", 0) >= gpus for node in nodes):
        return None
    most = [max((node.get(kind, 0) for node in nodes), default=0) for kind in ("CPU", "GPU")]
    sentence = (
        f"a trial asks for {cpus:g} CPUs and {gpus:g} GPUs (resources), "
        f"but no machine of this Ray has more than {most[0]:g} CPUs and {most[1]:g} GPUs"
    )
    if host_and_port(ray.get_runtime_context().gcs_address)[0] in LOOPBACK:
        return sentence
    log.warning("%s: trials wait for one that has", sentence)
    return None
