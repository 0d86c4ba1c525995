"""The log of one training, in a file beside its checkpoint."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def log_file(path: Path) -> Iterator[logging.Logger]:
    """A logger that appends to the file; not registered anywhere, so that nothing piles up. Times are UTC."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    formatter = logging.Formatter("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    log = logging.Logger(path.stem, logging.INFO)
    log.addHandler(handler)
    try:
        yield log
    finally:
        handler.close()
