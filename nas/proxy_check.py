"""The searches of a proxy check: one per setting and one of the full task, all over the same architectures.

Each is an ordinary search, so that it resumes, is watched and stays readable as any other.
"""

import random
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from nas.constraints import violation
from nas.data_sets import DATA
from nas.document import Budget, ComparisonOptions, SearchDocument
from nas.errors import DocumentError
from nas.proxy_options import FULL, ProxyCheck, ProxyPart
from nas.proxy_settings import search_name, tasks_of
from nas.records import Genotype
from nas.rules import LEAST_FAILURES, judged_objective
from nas.static_metrics import static_metrics_of
from nas.strategies.fixed import FixedStrategy
from nas.tasks.options import TaskOptions
from search_spaces.errors import DrawsExhausted, InvalidArchitecture
from search_spaces.genotypes import Draw, sample
from search_spaces.registry import space_from

PATIENCE = 10  # draws per feasible one that is looked for
REQUIRED = "is required: name the full task, as `full: {epochs: 24}`, and the settings to compare"


def planned_searches(document: SearchDocument) -> tuple[SearchDocument, ...]:
    """The searches of the check, those of the settings first, in the document's order.

    They depend on nothing that is told of other settings. Raises `DocumentError` where the document names no check, its
    space holds too few feasible architectures, or its data cannot be read.
    """
    check = document.proxy_check
    if check is None:
        raise DocumentError([("proxy_check", REQUIRED)])
    tasks = tasks_of(check, document.task)
    candidates = spread_candidates(document, check, list(tasks.values()))
    return tuple(_search(document, check, name, task, candidates) for name, task in tasks.items())


def spread_candidates(
    document: SearchDocument, check: ProxyCheck, tasks: Sequence[TaskOptions]
) -> tuple[Genotype, ...]:
    """Distinct architectures at evenly spread quantiles of the cost, ascending: feasible in the search of the document,
    and such that every one of the tasks can build a network."""
    found: dict[str, tuple[float, Genotype]] = {}
    last = ""
    for draw, judged in _judged(document, check, tasks):
        if isinstance(judged, str):
            last = f" (the last that is not: {judged})"
            continue
        found.setdefault(draw.architecture.architecture_id, (judged, draw.genotype))
        if len(found) == check.pool:
            break
    if len(found) < check.architectures:
        told = f"must be at most {len(found)}, those feasible of {PATIENCE * check.pool} draws{last}"
        raise DocumentError([("proxy_check.architectures", f"{told}, got {check.architectures}")])
    return _quantiles(sorted(found.values()), check.architectures)


def _quantiles(ranked: Sequence[tuple[float, Genotype]], count: int) -> tuple[Genotype, ...]:
    """So many of them, evenly spread over their ranks, the first and the last included."""
    places = [round(index * (len(ranked) - 1) / (count - 1)) for index in range(count)]
    return tuple(ranked[place][1] for place in places)


def _judged(
    document: SearchDocument, check: ProxyCheck, tasks: Sequence[TaskOptions]
) -> Iterator[tuple[Draw[Any], float | str]]:
    """Draws by the seed of the document, with their cost, or why they are not feasible."""
    space, rng = space_from(document.space), random.Random(f"proxy check {document.seed}")
    measures = [static_metrics_of(task) for task in (document.task, *tasks)]
    for _ in range(PATIENCE * check.pool):
        try:
            draw = sample(space, rng)
        except DrawsExhausted:
            return
        try:
            metrics, *_ = [measure(draw.architecture) for measure in measures]
        except InvalidArchitecture as error:
            yield draw, f"no network can be built: {error}"
            continue
        yield draw, violation(metrics, document.constraints) or metrics[check.cost]


def _search(
    document: SearchDocument, check: ProxyCheck, setting: str, task: TaskOptions, candidates: tuple[Genotype, ...]
) -> SearchDocument:
    """The search of one setting. What is feasible was decided, so that it keeps no bounds."""
    changes, seeds = (check.full, check.full_seeds) if setting == FULL else (check.settings[setting], check.seeds)
    count = len(candidates)
    return SearchDocument.model_validate(
        {
            "name": search_name(document.name, setting),
            "space": document.space,
            "task": task,
            "objectives": (judged_objective(document),),
            "strategy": FixedStrategy(candidates=candidates),
            "budget": Budget(trials=count, max_failures=max(LEAST_FAILURES, count * seeds // 2)),
            "comparison": ComparisonOptions(top=count if seeds > 1 else 0, seeds=max(seeds - 1, 1), controls=False),
            "resources": document.resources,
            "seed": _seed(document.seed, setting),
            "proxy_part": ProxyPart(check=document.name, setting=setting, changes=changes),
            "data_set": document.data_set if _same_data(task, document.task) else None,
        }
    )


def _same_data(task: TaskOptions, other: TaskOptions) -> bool:
    """Whether the setting left the data as they are, so that they still have their name."""
    return getattr(task, DATA, None) == getattr(other, DATA, None)


def _seed(seed: int, setting: str) -> int:
    """Of one search: were the seeds of proxy and full task the same, luck that they share would look like agreement."""
    return int.from_bytes(sha256(f"{seed}/{setting}".encode()).digest()[:4], "big")
