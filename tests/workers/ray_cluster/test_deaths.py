"""What Ray says of a dead worker becomes a failure."""

from nas.records import FailureKind
from workers.ray_cluster.deaths import death_of


def test_ray_words_of_a_dead_worker_become_a_failure():
    low = death_of("Task was killed due to the node running low on memory.")
    assert low.kind is FailureKind.OUT_OF_MEMORY
    torn = death_of("The actor died. Worker exit type: SYSTEM_ERROR Worker exit detail: End of file. Some causes ...")
    assert (torn.kind, torn.message) == (FailureKind.CRASHED, "the worker process died: End of file")
    assert death_of("").message == "the worker process died: for an unknown reason"
