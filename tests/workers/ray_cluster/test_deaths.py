"""What Ray says of a dead worker becomes a failure."""

from nas.records import Failed, FailureKind, Lost
from workers.ray_cluster.deaths import death_of, report_of_death


def test_ray_words_of_a_dead_worker_become_a_failure():
    low = death_of("Task was killed due to the node running low on memory.")
    assert low.kind is FailureKind.OUT_OF_MEMORY
    torn = death_of("The actor died. Worker exit type: SYSTEM_ERROR Worker exit detail: End of file. Some causes ...")
    assert (torn.kind, torn.message) == (FailureKind.CRASHED, "the worker process died: End of file")
    assert death_of("").message == "the worker process died: for an unknown reason"


def test_a_node_that_died_or_does_not_answer_is_no_fault_of_the_trial():
    died = report_of_death(
        3,
        "The actor died because its node has died. Node Id: 614ffc8f\n"
        "\tthe actor's node was terminated unexpectedly: health check failed due to missing too many heartbeats",
    )
    reason = "its node of the cluster died (health check failed due to missing too many heartbeats)"
    assert died == Lost(number=3, reason=reason)
    torn = report_of_death(4, "The actor is temporarily unavailable: RpcError: RPC error: Socket closed rpc_code: 14.")
    assert torn == Lost(number=4, reason="the connection to its node broke")


def test_a_process_that_died_on_a_living_node_is():
    words = "The actor is dead because its worker process has died. Worker exit detail: End of file. Some causes"
    assert report_of_death(3, words) == Failed(number=3, failure=death_of(words))
    low = "Task was killed due to the node running low on memory. The actor is temporarily unavailable"
    assert report_of_death(3, low).failure.kind is FailureKind.OUT_OF_MEMORY
