"""Policy gradients with a recurrent policy: how SpineNet was searched (Du et al. 2020, after Zoph & Le 2017)."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from math import sqrt
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field

from nas.errors import DocumentError
from nas.objectives import Objective
from nas.ports import Outcome
from nas.rewards import ObjectiveReward, RewardOptions, reward_of
from nas.strategies.decisions import decisions_of
from nas.strategies.learning import LearningOptions
from nas.strategies.setting import Setting
from nas.strategies.snapshots import Snapshot, Snapshots
from search_spaces.choices import Chooser
from search_spaces.errors import Rejected
from search_spaces.genotypes import Draw, encode, sample
from search_spaces.space import Space

if TYPE_CHECKING:
    from nas.strategies.policy import Policy

PATIENCE = 50  # candidates of the policy in vain, before uniform ones
HEAT = 1.15  # times the temperature, after each of them
FURTHEST = 3.0  # standard deviations from the baseline; what lies further counts as much
ROUNDING = 1e-9  # share of the average that is no difference
FAMILIAR = 8  # rewards after which one counts as an outlier


class ReinforceStrategy(LearningOptions):
    """A recurrent policy draws choice after choice, and follows the policy gradient (Zoph & Le 2017). Needs torch."""

    kind: Literal["reinforce"] = Field("reinforce", description="policy gradients with a recurrent policy")
    reward: RewardOptions = Field(
        ObjectiveReward(), discriminator="kind", description="what the policy makes large, out of the objectives"
    )
    batch: int = Field(16, ge=1, le=1000, description="results per update; trials before the first are uniform draws")
    rate: float = Field(0.03, gt=0, le=1, description="learning rate (Adam)")
    entropy: float = Field(
        0.05,
        ge=0,
        le=100,
        description="weight of the entropy bonus beside rewards in standard deviations; more explores longer",
    )
    baseline: float = Field(
        0.95, ge=0, lt=1, description="share of the moving average of rewards that stays when one is added"
    )
    hidden: int = Field(64, ge=1, le=1024, description="size of the LSTM")


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What rewards are held to: their moving average and variance, and the range of those that count.

    Rewards of trials without one of their own: a failed trial gets the worst so far; one that breaks measured
    constraints by v the worst so far less v / (1 + v) of the range so far; one stopped early the reward of its last
    measurement, but no more than the average.
    """

    count: int = 0
    mean: float = 0.0
    variance: float = 0.0
    worst: float | None = None
    best: float | None = None

    def reward(self, outcome: Outcome, own: float | None) -> float:
        """The reward an outcome counts with, given that of its values."""
        worst = self.worst or 0.0
        if outcome.violation > 0:
            return worst - self.range * outcome.violation / (1 + outcome.violation)
        if own is None:
            return worst
        return min(own, self.mean) if outcome.fidelity < 1 and self.count else own

    @property
    def range(self) -> float:
        """Best less worst reward of feasible trials; 1 while there is none."""
        return (self.best - self.worst if self.best is not None and self.worst is not None else 0.0) or 1.0

    def seen(self, own: float) -> Self:
        """After a feasible trial that ran to its end."""
        return replace(
            self,
            worst=own if self.worst is None else min(self.worst, own),
            best=own if self.best is None else max(self.best, own),
        )

    def moved(self, reward: float, *, decay: float) -> Self:
        """After one more reward. A plain average at first; outliers count as far as they are believed."""
        gone = reward - self.mean
        if self.count >= FAMILIAR and self.variance:
            reach = (FURTHEST + 1) * sqrt(self.variance)
            gone = max(-reach, min(reach, gone))
        share = max(1 - decay, 1 / (self.count + 1))
        variance = (1 - share) * (self.variance + share * gone**2)
        return replace(self, count=self.count + 1, mean=self.mean + share * gone, variance=variance)

    def advantage(self, reward: float) -> float:
        """How many standard deviations better than the average; 0 while all rewards are the same but for rounding."""
        deviation = sqrt(self.variance)
        if deviation <= ROUNDING * abs(self.mean):
            return 0.0
        return max(-FURTHEST, min(FURTHEST, (reward - self.mean) / deviation))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Learned:
    """What a beginning of a history has taught."""

    policy: "Policy"
    expectation: Expectation = Expectation()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reinforce:
    """REINFORCE (Williams 1992) over the sequence of choices, with a moving-average baseline and an entropy bonus.

    Every `batch` results, in ascending number, make one update, pending ones left out; so the policy is a function of
    the history, and is found again after a crash. A result that comes late, or changes by a promotion, costs the
    updates after it once more. Draws the history holds already are thrown away; each one flattens the policy a little,
    until others are found.
    """

    options: ReinforceStrategy
    objectives: tuple[Objective, ...]
    snapshots: Snapshots[Learned] = field(default_factory=Snapshots, compare=False, repr=False)

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Draws of the policy that are not in the history; uniform samples before the first update."""
        results = [outcome for outcome in history if not outcome.pending]
        results = results[: len(results) - len(results) % self.options.batch]
        if results:
            yield from self._drawn(space, history, self._learned(space, results).policy, rng)
        while True:
            yield sample(space, rng)

    def _drawn(
        self, space: Space[Any], history: Sequence[Outcome], policy: "Policy", rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Draws of the policy, hotter and hotter."""
        for vain in range(PATIENCE):
            draw = policy_draw(space, policy, rng, temperature=HEAT**vain)
            if all(outcome.genotype != draw.genotype for outcome in history):
                yield draw

    def _learned(self, space: Space[Any], results: Sequence[Outcome]) -> Learned:
        """What these results have taught; goes on from the nearest snapshot."""
        from nas.strategies.policy import first_policy, one_thread

        with one_thread():
            nearest = self.snapshots.nearest(space, results)
            learned = nearest.state if nearest else Learned(policy=first_policy(self.options.hidden))
            start = len(nearest.results) if nearest else 0
            for end in range(start + self.options.batch, len(results) + 1, self.options.batch):
                learned = self._taught(space, learned, results[end - self.options.batch : end])
                self.snapshots.keep(Snapshot(space=space, results=tuple(results[:end]), state=learned))
        return learned

    def _taught(self, space: Space[Any], learned: Learned, batch: Sequence[Outcome]) -> Learned:
        """After one more update."""
        from nas.strategies.policy import Experience, improved

        expectation, rewards = self._rewarded(learned.expectation, batch)
        experiences = [
            Experience(decisions=decisions_of(space, outcome.genotype), advantage=expectation.advantage(reward))
            for outcome, reward in zip(batch, rewards, strict=True)
        ]
        policy = improved(learned.policy, experiences, rate=self.options.rate, entropy=self.options.entropy)
        return Learned(policy=policy, expectation=expectation)

    def _rewarded(self, expectation: Expectation, batch: Sequence[Outcome]) -> tuple[Expectation, list[float]]:
        """The rewards of a batch, and what is expected after it."""
        own = [self._own(outcome) for outcome in batch]
        for outcome, reward in zip(batch, own, strict=True):
            if reward is not None and outcome.fidelity >= 1 and not outcome.violation > 0:
                expectation = expectation.seen(reward)
        rewards = []
        for outcome, reward in zip(batch, own, strict=True):
            rewards.append(expectation.reward(outcome, reward))
            expectation = expectation.moved(rewards[-1], decay=self.options.baseline)
        return expectation, rewards

    def _own(self, outcome: Outcome) -> float | None:
        if outcome.values is None:
            return None
        return reward_of(outcome.values, self.options.reward, objectives=self.objectives)


def reinforce_from(options: ReinforceStrategy, setting: Setting) -> Reinforce:
    """The strategy. Raises `DocumentError` where torch is not installed."""
    if find_spec("torch") is None:
        raise DocumentError(
            [("strategy.kind", "reinforce needs torch, which is not installed: the extra train has it")]
        )
    return Reinforce(options=options, objectives=setting.objectives)


def policy_draw(space: Space[Any], policy: "Policy", rng: random.Random, *, temperature: float) -> Draw[Any]:
    """A draw of the policy that the space accepts; a uniform one when it rejects `PATIENCE` of them."""
    from nas.strategies.policy import Sampling, one_thread

    rejected: Counter[str] = Counter()
    for _ in range(PATIENCE):
        try:
            with one_thread():
                architecture = space.decode(Chooser(Sampling(policy, rng, temperature=temperature)))
        except Rejected as rejection:
            rejected[rejection.reason] += 1
            continue
        return Draw(
            genotype=encode(space, architecture), architecture=architecture, rejected=dict(sorted(rejected.items()))
        )
    draw = sample(space, rng)
    return replace(draw, rejected=dict(Counter(draw.rejected) + rejected))
