"""All metrics of a service: what the database tells at every look, and what this process counts itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.monitoring.families import families
from api.monitoring.folders import folder_families
from api.monitoring.requests import request_seconds
from api.monitoring.state import read_state
from api.plots.memo import Memo
from api.schema import newest_version
from api.storage import SqlStorage


@dataclass(frozen=True, kw_only=True, slots=True)
class Told(Collector):
    """What is read anew at every look."""

    storage: SqlStorage
    home: Path
    memo: Memo
    version: str

    def collect(self) -> Iterator[Metric]:
        """Raises what the database raises: no figures are better than some."""
        yield InfoMetricFamily("nas", "The program", value={"version": self.version, "schema": newest_version()})
        yield from families(read_state(self.storage.engine, self.storage.clock()))
        yield from folder_families(self.home)
        answers = CounterMetricFamily(
            "nas_plot_answers", "Answers with plots, by whether they were made", labels=("how",)
        )
        answers.add_metric(("made",), self.memo.made)
        answers.add_metric(("kept",), self.memo.served)
        yield answers


class Metrics:
    """The registry of one app."""

    def __init__(self, told: Told) -> None:
        self.registry = CollectorRegistry()
        self.request_seconds = request_seconds(self.registry)
        ProcessCollector(registry=self.registry)
        self.registry.register(told)

    def written(self, accept: str) -> tuple[bytes, str]:
        """All of them as text of a kind that the reader accepts, and its content type."""
        write, content_type = choose_encoder(accept)
        return write(self.registry), content_type
