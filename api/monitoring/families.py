"""The state of the searches as metrics: names, units and labels as Prometheus asks for them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from api.durations import BEYOND, BOUNDS_S, What
from api.monitoring.state import Duration, LeaseState, Running, State
from nas.quotas import Usage
from nas.records import LEGAL_SEARCH, LEGAL_TRIAL, FailureKind, SearchStatus, TrialStatus

_SEARCH_ENDS = [status.value for status, following in LEGAL_SEARCH.items() if not following]
_TRIAL_ENDS = [status.value for status, following in LEGAL_TRIAL.items() if not following]
Labels = tuple[str, ...]
Counts = dict[Labels, float]


def families(state: State) -> Iterator[Metric]:
    """Every metric that is told from the database."""
    yield from _standing(state)
    yield from _running(state.projects, state.running)
    yield from _ended(state.projects, state.durations)
    yield _histogram(
        "nas_trial_seconds", "From hand-out to end of a trial", ("project", "status"), _of(state, What.TRIAL)
    )
    yield _histogram(
        "nas_search_seconds",
        "From first run to end of a search, pauses included",
        ("project", "status"),
        _of(state, What.SEARCH),
    )
    yield _histogram(
        "nas_search_wait_seconds", "From submission of a search to its first trial", ("project",), _of(state, What.WAIT)
    )
    yield from _used(state)


def _standing(state: State) -> Iterator[Metric]:
    number = GaugeMetricFamily("nas_searches", "Searches there are, by status", labels=("project", "status"))
    oldest = GaugeMetricFamily(
        "nas_oldest_queued_search_seconds", "Since the oldest queued search was submitted", labels=("project",)
    )
    for standing in state.standings:
        number.add_metric((standing.project, standing.status.value), standing.searches)
        if standing.status is SearchStatus.QUEUED:
            oldest.add_metric((standing.project,), standing.oldest_s)
    yield number
    yield oldest


def _running(projects: Iterable[str], running: Iterable[Running]) -> Iterator[Metric]:
    """Only of searches that run: their ids are labels, and what has ended has none."""
    by_project = Counter(dict.fromkeys(projects, 0))
    silence = GaugeMetricFamily(
        "nas_search_silence_seconds",
        "Since the quietest running trial of a running search was handed out or measured",
        labels=("project", "search"),
    )
    lease = GaugeMetricFamily(
        "nas_search_lease", "1 for the state of the lease of a running search", labels=("project", "search", "state")
    )
    for search in running:
        by_project[search.project] += search.trials
        silence.add_metric((search.project, search.search_id), search.silence_s)
        for state in LeaseState:
            lease.add_metric((search.project, search.search_id, state.value), float(state is search.lease))
    yield _counted(
        GaugeMetricFamily,
        "nas_trials_running",
        "Trials that workers have",
        ("project",),
        {(project,): float(trials) for project, trials in by_project.items()},
    )
    yield silence
    yield lease


def _ended(projects: Iterable[str], durations: Iterable[Duration]) -> Iterator[Metric]:
    """Counters of what ended. They begin with zeros, so that a first failure is seen to be one more."""
    names = list(projects)
    searches: Counts = {(name, status): 0.0 for name in names for status in _SEARCH_ENDS}
    trials: Counts = {(name, status): 0.0 for name in names for status in _TRIAL_ENDS}
    failures: Counts = {(name, kind.value): 0.0 for name in names for kind in FailureKind}
    for each in durations:
        if each.what is What.SEARCH:
            _add(searches, (each.project, each.outcome), each.times)
        elif each.what is What.TRIAL:
            _add(trials, (each.project, each.outcome), each.times)
            if each.outcome == TrialStatus.FAILED:
                _add(failures, (each.project, each.failure), each.times)
    labels = ("project", "status")
    yield _counted(CounterMetricFamily, "nas_searches_ended", "Searches that ended", labels, searches)
    yield _counted(CounterMetricFamily, "nas_trials_ended", "Trials that ended, each time one did", labels, trials)
    kinds = ("project", "kind")
    yield _counted(CounterMetricFamily, "nas_trial_failures", "Trials that failed, by kind", kinds, failures)


def _used(state: State) -> Iterator[Metric]:
    """What projects have used; GPU time counts when a trial ends."""
    used = {project: state.usage.get(project, Usage()) for project in sorted({*state.projects, *state.usage})}
    seconds: Counts = {(project,): usage.gpu_s for project, usage in used.items()}
    kept: Counts = {(project,): float(usage.artifact_bytes) for project, usage in used.items()}
    labels = ("project",)
    yield _counted(CounterMetricFamily, "nas_gpu_seconds", "Seconds times GPUs that ended trials had", labels, seconds)
    yield _counted(GaugeMetricFamily, "nas_artifact_bytes", "Bytes of artifacts that are kept", labels, kept)


def _of(state: State, what: What) -> list[Duration]:
    return [each for each in state.durations if each.what is what]


def _histogram(name: str, told: str, labels: Labels, durations: Iterable[Duration]) -> Metric:
    family = HistogramMetricFamily(name, told, labels=labels)
    counts: dict[Labels, Counter[int]] = {}
    totals: Counts = {}
    for each in durations:
        key = (each.project, each.outcome)[: len(labels)]
        counts.setdefault(key, Counter())[each.up_to_s] += each.times
        _add(totals, key, each.total_s)
    for key, by_bound in counts.items():
        rising = accumulate(by_bound[bound] for bound in (*BOUNDS_S, BEYOND))
        bounds = (*(f"{float(bound)}" for bound in BOUNDS_S), "+Inf")
        family.add_metric(key, list(zip(bounds, rising, strict=True)), totals[key])
    return family


def _counted(
    family: Callable[..., GaugeMetricFamily | CounterMetricFamily],
    name: str,
    told: str,
    labels: Labels,
    values: Counts,
) -> Metric:
    made = family(name, told, labels=labels)
    for key, value in values.items():
        made.add_metric(key, value)
    return made


def _add(counts: Counts, key: Labels, more: float) -> None:
    counts[key] = counts.get(key, 0.0) + more
