"""A proxy check that has been trained, by table: searches as a controller leaves them, in no time."""

import random
from collections.abc import Iterator

from nas.document import SearchDocument
from nas.drivers.inline import run_inline
from nas.opening import open_controller
from nas.proxy_options import FULL
from nas.records import Assignment, Measurement

SECTION = {
    "architectures": 6,
    "seeds": 2,
    "pool": 12,
    "settings": {"small": {"epochs": 2, "image_size": [96, 96]}, "noisy": {"epochs": 3}},
    "full": {"epochs": 4, "image_size": [256, 256]},
}
NOISE = {"small": 0.001, "noisy": 1.0, FULL: 0.0}


class ByTable:
    """Measures an architecture by a number of its own; how far off says the setting."""

    def __init__(self, setting: str) -> None:
        self.noise = NOISE[setting]

    def __call__(self, assignment: Assignment) -> Iterator[Measurement]:
        truth = random.Random(str(assignment.architecture)).random()
        off = self.noise * random.Random(assignment.seed).gauss(0, 1)
        epochs = assignment.task["epochs"]
        for epoch in range(1, epochs + 1):
            yield Measurement(fidelity=epoch, metrics={"AP": truth * epoch / epochs + off}, elapsed_s=2.0 * epoch)


def train(storage, searches, home):
    """Runs the searches of a check to their end."""
    for search in searches:
        part = SearchDocument.model_validate(search.document).proxy_part
        controller = open_controller(storage, search.id, owner="test", home=home)
        try:
            run_inline(controller, ByTable(part.setting))
        finally:
            controller.close()
