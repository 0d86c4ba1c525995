"""A recurrent policy over decisions (Zoph & Le 2017, Neural Architecture Search with Reinforcement Learning).

At every decision an LSTM reads the name of the decision and what was taken before; one logit per option comes out. Its
parameters are looked up by names, and begin as a function of their name alone: so it makes no difference which names
are met first, and any space will do. Logits begin at 0: a policy that has learned nothing draws uniformly.

B batch, T decisions of the longest genotype, H hidden size, N decisions of all genotypes, M options of all decisions.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate
from math import exp

import torch
from torch import Tensor

from nas.strategies.decisions import Decision, Menu, menu_of, pick_from
from search_spaces.choices import Question

EMBEDDING = 32
DTYPE = torch.float64  # differences between processors stay far below what decides a draw
DECAYS = (0.9, 0.999)
EPSILON = 1e-8

Key = tuple[str, int]
"""A decision and one of its options; with the option `NAMED` the decision itself."""

NAMED = -1
START: Key = ("", NAMED)  # what was taken before the first decision


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Parameters:
    """Everything that is learned, or the gradients or moments of it."""

    input_weight: Tensor  # 4H x EMBEDDING
    hidden_weight: Tensor  # 4H x H
    bias: Tensor  # 4H
    embeddings: Tensor  # one row per key
    heads: Tensor  # keys x H
    logits: Tensor  # keys; what a head adds its share to

    def tensors(self) -> tuple[Tensor, ...]:
        """In the order of the fields."""
        return (self.input_weight, self.hidden_weight, self.bias, self.embeddings, self.heads, self.logits)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Policy:
    """A policy after so many updates. Never changes: an update gives another one."""

    rows: Mapping[Key, int]
    parameters: Parameters
    means: Parameters  # of gradients, and of their squares (Adam)
    squares: Parameters
    updates: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Experience:
    """The decisions of one trial, and how much better than expected it was."""

    decisions: tuple[Decision, ...]
    advantage: float


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it, torch adds up in one order whatever the number of processors."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def first_policy(hidden: int) -> Policy:
    """A policy that draws uniformly."""
    reach = hidden**-0.5
    generator = _generator(("lstm", hidden))
    bias = torch.zeros(4 * hidden, dtype=DTYPE)
    bias[hidden : 2 * hidden] = 1  # it begins by remembering
    parameters = Parameters(
        input_weight=_uniform((4 * hidden, EMBEDDING), reach, generator),
        hidden_weight=_uniform((4 * hidden, hidden), reach, generator),
        bias=bias,
        embeddings=first_embedding(START)[None],
        heads=torch.zeros(1, hidden, dtype=DTYPE),
        logits=torch.zeros(1, dtype=DTYPE),
    )
    return Policy(rows={START: 0}, parameters=parameters, means=_zeros(parameters), squares=_zeros(parameters))


@lru_cache(maxsize=4096)
def first_embedding(key: Key) -> Tensor:
    """The embedding of a key nothing was learned about. Shape EMBEDDING."""
    return torch.randn(EMBEDDING, dtype=DTYPE, generator=_generator(key))


class Sampling:
    """Answers the questions of one decode as the policy would; at higher temperatures nearer to uniformly."""

    def __init__(self, policy: Policy, rng: random.Random, *, temperature: float = 1.0) -> None:
        self._policy = policy
        self._rng = rng
        self._temperature = temperature
        self._before = START
        parameters = policy.parameters
        none = torch.zeros_like(parameters.bias)
        self._weights = (parameters.input_weight, parameters.hidden_weight, parameters.bias, none)
        start = torch.zeros(1, parameters.hidden_weight.shape[1], dtype=DTYPE)
        self._state = (start, start)

    def __call__(self, question: Question) -> int:
        menu = menu_of(question)
        place = self._drawn(menu) if len(menu.numbers) > 1 else 0
        return pick_from(menu, question, place, self._rng)

    def _drawn(self, menu: Menu) -> int:
        """A place in the menu; it is read before the next decision."""
        with torch.no_grad():
            read = self._embedding((menu.name, NAMED)) + self._embedding(self._before)
            self._state = torch.lstm_cell(read[None], self._state, *self._weights)
            logits = self._logits(menu)
        top = max(logits)
        chances = [
            exp((logit - top) / self._temperature + count) for logit, count in zip(logits, menu.log_counts, strict=True)
        ]
        place = self._rng.choices(range(len(chances)), chances)[0]
        self._before = (menu.name, menu.numbers[place])
        return place

    def _embedding(self, key: Key) -> Tensor:
        row = self._policy.rows.get(key)
        return first_embedding(key) if row is None else self._policy.parameters.embeddings[row]

    def _logits(self, menu: Menu) -> list[float]:
        """One per option; 0 where nothing is known, as in the row of `START`."""
        rows = [self._policy.rows.get((menu.name, number), self._policy.rows[START]) for number in menu.numbers]
        index = torch.tensor(rows)
        known = self._policy.parameters.heads[index] @ self._state[0][0] + self._policy.parameters.logits[index]
        return known.tolist()


def improved(policy: Policy, batch: Sequence[Experience], *, rate: float, entropy: float) -> Policy:
    """The policy after one step of Adam up the policy gradient (Williams 1992).

    `entropy` weighs the entropy of the decisions, relative to uniform draws, against the standardised advantage.
    """
    policy = _grown(policy, batch)
    if not any(experience.decisions for experience in batch):
        return policy
    parameters = _of([tensor.detach().requires_grad_() for tensor in policy.parameters.tensors()])
    with torch.enable_grad():
        objective = _objective(parameters, policy.rows, batch, entropy=entropy)
        gradients = torch.autograd.grad(objective, parameters.tensors())
    return _stepped(policy, gradients, rate=rate)


def _objective(
    parameters: Parameters, rows: Mapping[Key, int], batch: Sequence[Experience], *, entropy: float
) -> Tensor:
    """The advantage-weighted log-likelihood of the batch plus its weighted entropy, per trial. A scalar."""
    decisions = [decision for experience in batch for decision in experience.decisions]
    advantages = [experience.advantage for experience in batch for _ in experience.decisions]
    sizes = [len(decision.menu.numbers) for decision in decisions]
    firsts = [0, *accumulate(sizes)][:-1]
    counts = torch.tensor([count for decision in decisions for count in decision.menu.log_counts], dtype=DTYPE)
    of_decision = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))  # M, ascending in N
    options = [rows[decision.menu.name, number] for decision in decisions for number in decision.menu.numbers]
    hidden = _hidden(parameters, rows, batch)[of_decision]  # M x H
    logits = (hidden * parameters.heads[options]).sum(1) + parameters.logits[options] + counts
    likelihoods = _normalised(logits, of_decision, len(decisions))
    uniform = _normalised(counts, of_decision, len(decisions))
    taken = torch.tensor([first + decision.taken for first, decision in zip(firsts, decisions, strict=True)])
    gain = (torch.tensor(advantages, dtype=DTYPE) * likelihoods[taken]).sum()
    spread = -(likelihoods.exp() * (likelihoods - uniform)).sum()
    return (gain + entropy * spread) / len(batch)


def _normalised(logits: Tensor, of_decision: Tensor, decisions: int) -> Tensor:
    """The logarithms of the chances within each decision. Shape M."""
    tops = torch.full((decisions,), -torch.inf, dtype=DTYPE)
    tops = tops.scatter_reduce(0, of_decision, logits.detach(), "amax")
    shifted = logits - tops[of_decision]
    totals = torch.zeros(decisions, dtype=DTYPE).index_add(0, of_decision, shifted.exp())
    return shifted - totals.log()[of_decision]


def _hidden(parameters: Parameters, rows: Mapping[Key, int], batch: Sequence[Experience]) -> Tensor:
    """What the LSTM knows at each decision. Shape N x H."""
    longest = max(len(experience.decisions) for experience in batch)
    named = torch.zeros(len(batch), longest, dtype=torch.long)
    before = torch.zeros(len(batch), longest, dtype=torch.long)
    real = torch.zeros(len(batch), longest, dtype=torch.bool)
    for place, experience in enumerate(batch):
        keys = [rows[decision.menu.name, NAMED] for decision in experience.decisions]
        taken = [rows[d.menu.name, d.menu.numbers[d.taken]] for d in experience.decisions]
        named[place, : len(keys)] = torch.tensor(keys)
        before[place, 1 : len(keys)] = torch.tensor(taken[:-1])
        real[place, : len(keys)] = True
    read = parameters.embeddings[named] + parameters.embeddings[before]  # B x T x EMBEDDING
    start = torch.zeros(1, len(batch), parameters.heads.shape[1], dtype=DTYPE)
    weights = [parameters.input_weight, parameters.hidden_weight, parameters.bias, torch.zeros_like(parameters.bias)]
    hidden: Tensor = torch.lstm(read, (start, start), weights, True, 1, 0.0, False, False, True)[0]
    return hidden[real]


def _stepped(policy: Policy, gradients: Sequence[Tensor], *, rate: float) -> Policy:
    """One step of Adam (Kingma & Ba 2015) uphill."""
    updates = policy.updates + 1
    means, squares, parameters = [], [], []
    old = zip(policy.parameters.tensors(), policy.means.tensors(), policy.squares.tensors(), gradients, strict=True)
    for parameter, mean, square, gradient in old:
        means.append(mean.lerp(gradient, 1 - DECAYS[0]))
        squares.append(square.lerp(gradient**2, 1 - DECAYS[1]))
        direction = means[-1] / (1 - DECAYS[0] ** updates)
        length = (squares[-1] / (1 - DECAYS[1] ** updates)).sqrt() + EPSILON
        parameters.append(parameter + rate * direction / length)
    return Policy(
        rows=policy.rows,
        parameters=_of(parameters),
        means=_of(means),
        squares=_of(squares),
        updates=updates,
    )


def _grown(policy: Policy, batch: Sequence[Experience]) -> Policy:
    """With a row for every key of the batch; new ones as they begin."""
    met = dict.fromkeys(key for experience in batch for key in _keys(experience.decisions))
    new = [key for key in met if key not in policy.rows]
    if not new:
        return policy
    rows = {**policy.rows, **{key: len(policy.rows) + place for place, key in enumerate(new)}}
    embeddings = torch.stack([first_embedding(key) for key in new])
    return Policy(
        rows=rows,
        parameters=_extended(policy.parameters, embeddings),
        means=_extended(policy.means, torch.zeros_like(embeddings)),
        squares=_extended(policy.squares, torch.zeros_like(embeddings)),
        updates=policy.updates,
    )


def _keys(decisions: Sequence[Decision]) -> Iterator[Key]:
    for decision in decisions:
        yield decision.menu.name, NAMED
        yield from ((decision.menu.name, number) for number in decision.menu.numbers)


def _extended(parameters: Parameters, embeddings: Tensor) -> Parameters:
    """With these embeddings below the others, and heads of zeros."""
    heads = torch.zeros(len(embeddings), parameters.heads.shape[1], dtype=DTYPE)
    return replace(
        parameters,
        embeddings=torch.cat([parameters.embeddings, embeddings]),
        heads=torch.cat([parameters.heads, heads]),
        logits=torch.cat([parameters.logits, torch.zeros(len(embeddings), dtype=DTYPE)]),
    )


def _of(tensors: Sequence[Tensor]) -> Parameters:
    return Parameters(**dict(zip(Parameters.__slots__, tensors, strict=True)))


def _zeros(parameters: Parameters) -> Parameters:
    return _of([torch.zeros_like(tensor) for tensor in parameters.tensors()])


def _generator(name: tuple[str, int]) -> torch.Generator:
    """Randomness that comes from a name alone."""
    digest = sha256(repr(name).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8]) >> 1)


def _uniform(shape: tuple[int, ...], reach: float, generator: torch.Generator) -> Tensor:
    return (2 * torch.rand(shape, dtype=DTYPE, generator=generator) - 1) * reach
