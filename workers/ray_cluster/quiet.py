"""Tune without what it does beside dispatching."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

QUIET_TUNE = {
    "RAY_AIR_NEW_OUTPUT": "0",  # the old reporter can be silenced altogether
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_TRAIN_ENABLE_V2_MIGRATION_WARNINGS": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_AUTO_INIT": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # Ctrl-C belongs to whoever called us
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",
    "TUNE_GLOBAL_CHECKPOINT_S": "1e9",
    "TUNE_PRINT_ALL_TRIAL_ERRORS": "0",
    "TUNE_WARN_INSUFFICENT_RESOURCE_THRESHOLD_S": "1e9",
}


@contextmanager
def quiet_tune(name: str, **more: str) -> Iterator[None]:
    """Tune without its console output, loggers and snapshots; the environment is as before afterwards."""
    settings = {**QUIET_TUNE, "TUNE_PLACEMENT_GROUP_PREFIX": name, **more}
    before = {key: os.environ.get(key) for key in settings}
    logger = logging.getLogger("ray.tune")
    level = logger.level
    os.environ.update(settings)
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})
