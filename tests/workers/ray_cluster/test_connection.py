"""The connection to Ray tells what its machines can hold."""

import pytest

from nas.fair_share import Room
from workers.ray_cluster.connection import host_and_port, room, shortage

pytestmark = pytest.mark.ray


def test_the_room_is_that_of_all_nodes(local_ray):
    assert room() == Room(cpus=2, gpus=room().gpus)


def test_what_no_machine_can_hold_is_told(local_ray, caplog, monkeypatch):
    assert shortage(cpus=2, gpus=0) is None
    sentence = "a trial asks for 3 CPUs and 1 GPUs (resources), but no machine of this Ray has more than 2 CPUs"
    monkeypatch.setattr("workers.ray_cluster.connection.LOOPBACK", (host_and_port(local_ray)[0],))
    assert sentence in shortage(cpus=3, gpus=1)
    monkeypatch.setattr("workers.ray_cluster.connection.LOOPBACK", ())
    assert shortage(cpus=3, gpus=1) is None
    assert sentence in caplog.text
