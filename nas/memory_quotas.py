"""Quotas and usage of projects in memory: what the tables of the SQL storage hold."""

from collections.abc import Callable, Mapping

from nas.errors import QuotaReached
from nas.quotas import UNLIMITED, Quota, Usage, search_refused, trial_refused


class MemoryQuotas:
    """Counts what projects use, and refuses what is beyond their quotas; a project without any is not limited."""

    def __init__(self, quotas: Mapping[str, Quota]) -> None:
        self.quotas = dict(quotas)
        self.usage: dict[str, Usage] = {}

    def check_trial(self, project: str, running: Callable[[], int]) -> None:
        """Raises `QuotaReached` when the project may run no further trial for now; only where it has a quota are those
        that it runs counted."""
        quota = self.quotas.get(project, UNLIMITED)
        refused = None if quota == UNLIMITED else trial_refused(project, quota, self.used(project), running())
        if refused:
            raise QuotaReached(refused)

    def check_search(self, project: str, unfinished: int) -> None:
        """Raises `QuotaReached` when the project, which has so many unfinished searches, may have no further one."""
        refused = search_refused(project, self.quotas.get(project, UNLIMITED), unfinished)
        if refused:
            raise QuotaReached(refused)

    def used(self, project: str) -> Usage:
        """What the project has used."""
        return self.usage.get(project, Usage())

    def use(self, project: str, more: Usage) -> None:
        """Counts it."""
        self.usage[project] = self.used(project).plus(more)
