"""What every worker process of ours does: load what is named, and tell what it is at."""

import importlib
from typing import Any

import ray

from nas.ports import Evaluator


def load_evaluator(evaluator: Evaluator | str) -> Evaluator:
    """The evaluator itself, imported where it is named as "module:function"."""
    loaded: Evaluator = load(evaluator)
    return loaded


def load(named: Any) -> Any:
    """What "module:name" names; anything else is itself."""
    if not isinstance(named, str):
        return named
    module, _, name = named.partition(":")
    return getattr(importlib.import_module(module), name)


def show_in_process_list(title: str) -> None:
    """Names this worker in `ps` and on the dashboard's cluster page while it is in the call."""
    vars(ray._raylet)["setproctitle"](f"ray::{title}")  # the library Ray itself names its processes with
