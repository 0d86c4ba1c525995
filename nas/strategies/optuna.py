"""The samplers of Optuna (Akiba et al. 2019) over our choices and our history; none of its storages is used.

`cmaes` stands in `cma.py`: Optuna's own keeps a pickled optimizer with the trials. Left out: `qmc`, which keeps its
place in the sequence, wants one seed for the whole search, and samples conditional choices at random.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from nas.errors import DocumentError
from nas.ports import Outcome
from nas.strategies.excerpts import Excerpt, excerpt, leaders
from nas.strategies.learning import LearningOptions
from nas.strategies.offspring import trials_before
from nas.strategies.setting import Setting
from nas.tasks.options import Options
from search_spaces.choices import Chooser
from search_spaces.errors import InvalidOptions, Rejected
from search_spaces.genotypes import Draw, Genotype, encode, mutate, sample
from search_spaces.reading import read, wrong
from search_spaces.space import Space

if TYPE_CHECKING:
    from optuna.study import Study

    from nas.strategies.cma import CmaEs
    from nas.strategies.optuna_parameters import Parameters

DRAWS = 8  # of the sampler for one number, known candidates included; what comes after them is nearer to chance
BEST = 25  # as many as TPE takes for good, so that the others it is shown are no choice of ours
KNOWN = "duplicate"  # the reason under which a candidate history holds already is counted, as the proposer does
REMEMBERED = 4096  # genotypes whose parameters are kept


class TpeOptions(Options):
    """Of `tpe`, the tree-structured Parzen estimator."""

    n_startup_trials: int = Field(10, ge=1, le=150, description="results before which candidates are random")
    n_ei_candidates: int = Field(24, ge=1, le=1024, description="samples the best of which is proposed")
    constant_liar: bool = Field(True, description="keeps away from candidates that still run")


class GpOptions(Options):
    """Of `gp`, a Gaussian process."""

    n_startup_trials: int = Field(10, ge=1, le=80, description="results before which candidates are random")
    deterministic_objective: bool = Field(False, description="takes results for exact")


class Nsga2Options(Options):
    """Of `nsga2`, a genetic algorithm for several objectives."""

    population_size: int = Field(50, ge=2, le=1000, description="how many of the best are parents")
    mutation_prob: float | None = Field(None, ge=0, le=1, description="of each choice; null: one choice on average")
    crossover_prob: float = Field(0.9, ge=0, le=1, description="else a child has one parent")
    swapping_prob: float = Field(0.5, ge=0, le=1, description="that a choice comes from the second parent")


class Nsga3Options(Nsga2Options):
    """Of `nsga3`, the same with reference points, for many objectives."""

    dividing_parameter: int = Field(3, ge=1, le=20, description="how finely reference points divide the objectives")


class CmaesOptions(Options):
    """Of `cmaes`, the covariance matrix adaptation evolution strategy, for spaces of numbers alone."""

    population_size: int | None = Field(
        None, ge=4, le=1000, description="trials between steps of the mean; null: 4 + 3 log(choices)"
    )
    sigma0: float = Field(1 / 6, gt=0, le=1, description="first spread, as a share of every range")


class RandomOptions(Options):
    """Of `random`: none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What is known of a sampler beside its name."""

    options: type[Options]
    most: int = 1  # results it is shown, which are more than it starts at random; of a genetic one its population


KINDS = {
    "tpe": Kind(options=TpeOptions, most=256),
    "gp": Kind(options=GpOptions, most=128),
    "nsga2": Kind(options=Nsga2Options),
    "nsga3": Kind(options=Nsga3Options),
    "cmaes": Kind(options=CmaesOptions),
    "random": Kind(options=RandomOptions),
}


class OptunaStrategy(LearningOptions):
    """The samplers of Optuna: the tree-structured Parzen estimator, a Gaussian process, genetic algorithms."""

    kind: Literal["optuna"] = Field("optuna", description="samplers of Optuna")
    sampler: Literal["tpe", "gp", "nsga2", "nsga3", "cmaes", "random"] = Field(
        "tpe",
        description="gp needs torch, and seconds per candidate; nsga2 and nsga3 are for several objectives; cmaes is "
        "for one objective over numbers alone",
    )
    options: dict[str, Any] = Field(
        {},
        description="of the sampler, by Optuna's names: n_startup_trials, n_ei_candidates, constant_liar "
        "(tpe); n_startup_trials, deterministic_objective (gp); population_size, mutation_prob, "
        "crossover_prob, swapping_prob (nsga2, nsga3), dividing_parameter (nsga3); population_size, sigma0 (cmaes)",
    )

    @model_validator(mode="after")
    def _known(self) -> Self:
        try:
            self.arguments()
        except InvalidOptions as invalid:
            name, sentence = invalid.problems[0]
            raise wrong(f"options.{name}", sentence) from invalid
        return self

    def arguments(self) -> dict[str, Any]:
        """The options of the sampler, defaults included. Raises `InvalidOptions`."""
        return read(KINDS[self.sampler].options, self.options, error=InvalidOptions).model_dump()


def optuna_from(options: OptunaStrategy, setting: Setting) -> "Optuna | CmaEs":
    """The strategy with these options. Raises `DocumentError` where a library it needs is missing, and where `cmaes`
    does not fit the space."""
    if options.sampler == "cmaes":
        return _cma_es(options, setting)
    if options.sampler == "gp" and find_spec("torch") is None:
        raise DocumentError([("strategy.sampler", "gp needs torch, which is not installed here; tpe does not")])
    return Optuna(sampler=options.sampler, arguments=options.arguments(), objectives=len(setting.objectives))


def _cma_es(options: OptunaStrategy, setting: Setting) -> "CmaEs":
    from nas.strategies.cma import CmaEs, ranges_of

    if len(setting.objectives) > 1:
        sentence = f"cmaes is for one objective, got {len(setting.objectives)}: take nsga2"
        raise DocumentError([("strategy.sampler", sentence)])
    arguments = options.arguments()
    return CmaEs(ranges=ranges_of(setting.space), population=arguments["population_size"], sigma=arguments["sigma0"])


@dataclass(kw_only=True, slots=True)
class Optuna:
    """Draws of a sampler that is made for one proposal, seeded from it and shown an excerpt of the history."""

    sampler: str
    arguments: Mapping[str, Any]
    objectives: int = 1
    _remembered: "dict[Genotype, Parameters]" = field(default_factory=dict, init=False, repr=False, compare=False)
    _space: Space[Any] | None = field(default=None, init=False, repr=False, compare=False)

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """New candidates of the sampler, then mutations of the best and uniform samples in turn."""
        shown = self._excerpt(history)
        before = trials_before(history, number)
        study = self._study(space, shown, number=before, shift=before - number, seed=rng.getrandbits(32))
        yield from _sampled(space, study, history, rng)
        parents = leaders(shown.finished, BEST)
        while True:
            if parents:
                yield mutate(space, rng.choice(parents).genotype, rng)
            yield sample(space, rng)

    def _excerpt(self, history: Sequence[Outcome]) -> Excerpt:
        """What the sampler is shown; of a genetic one the population, which are the best trials so far."""
        if "population_size" in self.arguments:
            finished = leaders(
                [outcome for outcome in history if outcome.values is not None], self.arguments["population_size"]
            )
            return Excerpt(finished=sorted(finished, key=lambda outcome: outcome.number), pending=[])
        whole = [outcome for outcome in history if outcome.fidelity >= 1] if self.sampler == "gp" else history
        return excerpt(whole, best=BEST, most=KINDS[self.sampler].most)

    def _study(self, space: Space[Any], shown: Excerpt, *, number: int, shift: int, seed: int) -> "Study":
        """A study asked for its trial of this number; those shown are so many numbers higher than here."""
        from nas.strategies.optuna_studies import frozen, sampler_of, study_of

        prunes = self.sampler == "tpe" and self.objectives == 1
        bounded = any(outcome.violation > 0 or (not prunes and outcome.fidelity < 1) for outcome in shown.finished)
        trials = [
            frozen(outcome, self._parameters(space, outcome.genotype), shift=shift, prunes=prunes, bounded=bounded)
            for outcome in merge(shown.finished, shown.pending, key=lambda outcome: outcome.number)
        ]
        sampler = sampler_of(self.sampler, self.arguments, seed=seed, trials=trials)
        return study_of(trials, sampler=sampler, objectives=self.objectives, number=number)

    def _parameters(self, space: Space[Any], genotype: Genotype) -> "Parameters":
        """The parameters of a genotype, kept for the next proposals."""
        from nas.strategies.optuna_parameters import parameters_of

        if self._space is not space:
            self._space, self._remembered = space, {}
        known = self._remembered.get(genotype)
        if known is None:
            known = self._remembered[genotype] = parameters_of(space, genotype)
            if len(self._remembered) > REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
        return known


def _sampled(space: Space[Any], study: "Study", history: Sequence[Outcome], rng: random.Random) -> Iterator[Draw[Any]]:
    """The draws of a sampler that are not known yet; what was drawn stays with it as running, so it keeps away."""
    from nas.strategies.optuna_parameters import Suggested

    rejected: Counter[str] = Counter()
    drawn: set[Genotype] = set()
    for _ in range(DRAWS):
        try:
            architecture = space.decode(Chooser(Suggested(study.ask(), rng)))
        except Rejected as rejection:
            rejected[rejection.reason] += 1
            continue
        genotype = encode(space, architecture)
        if genotype in drawn or any(outcome.genotype == genotype for outcome in history):
            rejected[KNOWN] += 1
            continue
        drawn.add(genotype)
        yield Draw(genotype=genotype, architecture=architecture, rejected=dict(sorted(rejected.items())))
        rejected.clear()
