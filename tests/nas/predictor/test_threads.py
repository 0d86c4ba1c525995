"""Linear algebra in one thread."""

import numpy as np
from threadpoolctl import threadpool_info

from nas.predictor.threads import one_thread


def threads():
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_within_there_is_one_thread_and_afterwards_as_many_as_before():
    np.eye(2) @ np.eye(2)
    with one_thread():
        assert set(threads()) == {1}
    before = threads()
    with one_thread():
        pass
    assert threads() == before
