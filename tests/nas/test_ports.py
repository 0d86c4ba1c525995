"""Our own implementations offer what the ports ask for."""

import inspect

import pytest

from nas.memory import MemoryStorage
from nas.ports import Ledger, Records, Storage, Strategy
from nas.strategies.evolution import Evolution
from nas.strategies.random import Random


def methods(port):
    return {name: member for name, member in inspect.getmembers(port, inspect.isfunction) if not name.startswith("_")}


@pytest.mark.parametrize(
    ("port", "implementation"), [(Storage, MemoryStorage), (Strategy, Random), (Strategy, Evolution)]
)
def test_an_implementation_takes_the_parameters_of_its_port(port, implementation):
    for name, method in methods(port).items():
        assert inspect.signature(getattr(implementation, name)) == inspect.signature(method), name


@pytest.mark.parametrize("port", [Ledger, Records, Strategy])
def test_ports_stay_small(port):
    assert len(methods(port)) <= 12
