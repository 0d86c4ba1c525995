"""What a search document says about its beginning: architectures trained first, and an earlier search to go on from."""

from typing import Self

from pydantic import Field, model_validator

from nas.strategies.fixed import Candidate
from nas.tasks.options import Options
from search_spaces.reading import wrong

TOP = 5


class BeginWith(Options):
    """What is trained, and what is known, before the strategy proposes anything. All of it counts to the budget."""

    candidates: tuple[Candidate, ...] = Field(
        (),
        description="architectures trained first, in this order: published names, architectures as JSON, or genotypes, "
        "as the strategy `fixed` takes them",
    )
    search: str | None = Field(
        None,
        min_length=1,
        description="name or id of an earlier search of the same project that has ended; a name means the newest",
    )
    top: int | None = Field(
        None,
        ge=0,
        le=1000,
        description=f"how many of its best candidates that this space holds are trained next; null: {TOP}",
    )
    learn: bool = Field(
        False,
        description="the strategy sees its completed trials as if they were the first of this search, and trains none "
        "of their architectures again, but for those named here; it must have the same task and objectives",
    )
    search_id: str | None = Field(
        None, min_length=1, description="written when the search is created: which search the name meant"
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.search is None:
            for name in ("top", "learn", "search_id"):
                if getattr(self, name):
                    raise wrong(name, "is for an earlier search: name it in begin_with.search")
            if not self.candidates:
                raise wrong("candidates", "must name an architecture, unless begin_with.search names a search")
        elif self.top == 0 and not self.learn:
            raise wrong("top", "must be at least 1, unless begin_with.learn is true, got 0")
        return self

    @property
    def best(self) -> int:
        """How many of the best candidates of the earlier search are trained."""
        if self.search is None:
            return 0
        return TOP if self.top is None else self.top
