"""A study over an excerpt of our history: what a sampler of Optuna reads through. Imports Optuna, so import it inside
the function that needs it.

Optuna's own storages copy every trial they are given. This one holds the trials of one proposal as they are shown and
is thrown away with them.
"""

import warnings
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import NopPruner
from optuna.samplers import (
    BaseGASampler,
    BaseSampler,
    GPSampler,
    NSGAIIISampler,
    NSGAIISampler,
    RandomSampler,
    TPESampler,
)
from optuna.storages import BaseStorage
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

from nas.ports import Outcome
from nas.strategies.optuna_parameters import Parameters

SAMPLERS: dict[str, Callable[..., BaseSampler]] = {
    "tpe": TPESampler,
    "gp": GPSampler,
    "nsga2": NSGAIISampler,
    "nsga3": NSGAIIISampler,
    "random": RandomSampler,
}
STEPS = 1_000_000  # a fidelity as a whole number, which Optuna asks for
STOPPED = 1e-9  # a trial stopped early is worse than a whole one, better than one that breaks a bound
STUDY = 0


def sampler_of(name: str, options: Mapping[str, Any], *, seed: int, trials: Sequence[FrozenTrial]) -> BaseSampler:
    """The sampler with these options. That some of them are experimental is no news to whoever asked for them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        match name:
            case "tpe":
                return _Tpe(groups_of(trials), seed=seed, **options)
            case "gp":
                return GPSampler(seed=seed, warn_independent_sampling=False, **options)
            case _:
                return SAMPLERS[name](seed=seed, **options)


def groups_of(trials: Iterable[FrozenTrial]) -> list[dict[str, BaseDistribution]]:
    """The parameters of the trials, in groups that were always suggested together.

    Optuna's `group` finds the same ones, trial by trial, in every draw.
    """
    shapes = {frozenset(trial.distributions): trial.distributions for trial in trials}
    known = {name: distribution for shape in shapes.values() for name, distribution in shape.items()}
    groups: dict[tuple[bool, ...], dict[str, BaseDistribution]] = {}
    for name, distribution in sorted(known.items()):
        groups.setdefault(tuple(name in shape for shape in shapes.values()), {})[name] = distribution
    return list(groups.values())


class _Tpe(TPESampler):
    """Multivariate over each group of parameters; what is in none is sampled on its own.

    It is made for one proposal, so whoever asks again wants another candidate: the next best of those it has judged
    already, and only when none is left does it judge others, which is what takes its time.
    """

    def __init__(self, groups: Sequence[dict[str, BaseDistribution]], **options: Any) -> None:
        super().__init__(multivariate=True, **options)
        self._groups = groups
        self._judged: dict[frozenset[str], list[dict[str, Any]]] = {}  # what is left of each group, best first

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """All groups in one."""
        return {name: distribution for group in self._groups for name, distribution in group.items()}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Every group by itself."""
        drawn = [self._of_group(study, trial, group) for group in self._groups]
        return {name: value for values in drawn for name, value in values.items()}

    def _of_group(self, study: Study, trial: FrozenTrial, group: dict[str, BaseDistribution]) -> dict[str, Any]:
        left = self._judged.get(frozenset(group))
        if left:
            return left.pop(0)
        return super().sample_relative(study, trial, group)

    def _compute_acquisition_func(self, samples: dict[str, NDArray[Any]], *estimators: Any) -> NDArray[Any]:
        """As Optuna's; keeps those that are not the best, which its caller takes."""
        values = super()._compute_acquisition_func(samples, *estimators)
        ranked = np.stack(list(samples.values()), axis=1)[np.argsort(-values, kind="stable")].tolist()
        distinct = dict.fromkeys(map(tuple, ranked))
        self._judged[frozenset(samples)] = [dict(zip(samples, map(int, row), strict=True)) for row in distinct][1:]
        return values

    def _get_internal_repr(
        self, trials: list[FrozenTrial], search_space: dict[str, BaseDistribution], study: Study
    ) -> dict[str, NDArray[Any]]:
        """As Optuna's, which translates value by value and takes a third of a proposal; ours stand for themselves.

        Where another version of Optuna asks for no such thing, proposals are the same, but later.
        """
        names = search_space.keys()
        known = [
            [params[name] for name in names] for params in (trial.params for trial in trials) if names <= params.keys()
        ]
        return dict(zip(names, np.array(known, dtype=float).reshape(len(known), len(names)).T, strict=True))


def study_of(trials: Sequence[FrozenTrial], *, sampler: BaseSampler, objectives: int, number: int) -> Study:
    """A study that knows these trials; those it is asked for are numbered from `number` on.

    A genetic sampler takes them for its first generation.
    """
    study = Study("shown", _Shown(trials, objectives=objectives, number=number), sampler=sampler, pruner=NopPruner())
    if isinstance(sampler, BaseGASampler):
        for trial in trials:
            sampler.get_trial_generation(study, trial)
    return study


def frozen(
    outcome: Outcome, parameters: Parameters, *, shift: int = 0, prunes: bool = False, bounded: bool = False
) -> FrozenTrial:
    """The outcome as Optuna sees it: running, complete, or pruned where the sampler knows what that is.

    Where results are `bounded`, it says how far each breaks its bounds. To a sampler that knows no pruned trials, one
    that was stopped early breaks them a very little. `shift` is added to its number: to Optuna none is below 0.
    """
    pruned = prunes and outcome.fidelity < 1
    ended = TrialState.PRUNED if pruned else TrialState.COMPLETE
    trial = FrozenTrial(
        number=outcome.number + shift,
        trial_id=outcome.number + shift,
        state=TrialState.RUNNING if outcome.values is None else ended,
        value=None,
        values=outcome.values,
        params=parameters.values,
        distributions=parameters.distributions,
        user_attrs={},
        system_attrs={},
        intermediate_values={round(outcome.fidelity * STEPS): outcome.values[0]} if pruned and outcome.values else {},
        datetime_start=None,
        datetime_complete=None,
    )
    if bounded and outcome.values is not None:
        trial.set_constraint("bounds", outcome.violation + (0.0 if pruned else STOPPED * (1 - outcome.fidelity)))
    return trial


class _Shown(BaseStorage):
    """The trials of one proposal: what samplers ask of a storage, and nothing else."""

    def __init__(self, trials: Sequence[FrozenTrial], *, objectives: int, number: int) -> None:
        self._trials = {trial.number: trial for trial in trials}
        self._directions = [StudyDirection.MAXIMIZE] * objectives
        self._number = number
        self._attributes: dict[str, Any] = {}

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        """A running trial without parameters; its number, which is its id too."""
        number = self._number
        nothing = Outcome(number=number, genotype=(), values=None, pending=True)
        self._trials[number] = frozen(nothing, Parameters(values={}, distributions={}))
        self._number += 1
        return number

    def set_trial_param(
        self, trial_id: int, param_name: str, param_value_internal: float, distribution: BaseDistribution
    ) -> None:
        """Notes what was suggested."""
        trial = self._trials[trial_id]
        trial.params[param_name] = distribution.to_external_repr(param_value_internal)
        trial.distributions[param_name] = distribution

    def set_trial_system_attr(self, trial_id: int, key: str, value: Any) -> None:
        """Notes what a sampler keeps with a trial."""
        self._trials[trial_id].system_attrs[key] = value

    def set_study_system_attr(self, study_id: int, key: str, value: Any) -> None:
        """Notes what a sampler keeps with the study."""
        self._attributes[key] = value

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        """What samplers keep with the study."""
        return self._attributes

    def get_study_directions(self, study_id: int) -> list[StudyDirection]:
        """To maximize, each."""
        return self._directions

    def get_study_id_from_name(self, study_name: str) -> int:
        """The only study."""
        return STUDY

    def get_trial(self, trial_id: int) -> FrozenTrial:
        """The trial itself, no copy."""
        return self._trials[trial_id]

    def get_all_trials(
        self, study_id: int, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        """The trials themselves in ascending number, those in some state or all."""
        return [trial for trial in self._trials.values() if states is None or trial.state in states]

    def _unasked(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError("a sampler asks for nothing of the kind")

    create_new_study = delete_study = get_all_studies = get_study_name_from_id = _unasked
    set_study_user_attr = get_study_user_attrs = set_trial_user_attr = _unasked
    set_trial_intermediate_value = set_trial_state_values = _unasked
