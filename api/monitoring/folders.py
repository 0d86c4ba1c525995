"""What lies in the state folder: pictures that are cached, and room for more."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

PICTURES = ".pixels"  # the ending of a cache of pictures: one file per data set and size


def folder_families(home: Path) -> Iterator[Metric]:
    """Metrics of the state folder, as this process sees it."""
    sizes = list(_sizes(home / "cache"))
    yield GaugeMetricFamily("nas_picture_caches", "Picture caches, one per data set and size", value=len(sizes))
    yield GaugeMetricFamily("nas_picture_cache_bytes", "Bytes of all picture caches", value=sum(sizes))
    if home.is_dir():
        free = shutil.disk_usage(home).free
        yield GaugeMetricFamily("nas_home_free_bytes", "Bytes free where the state folder lies", value=free)


def _sizes(folder: Path) -> Iterator[int]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.stat().st_size for entry in entries if entry.name.endswith(PICTURES))
    except FileNotFoundError:  # nothing cached yet, or replaced just now
        return
