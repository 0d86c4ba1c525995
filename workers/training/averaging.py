"""A running average of the weights, evaluated in place of the newest ones."""

import torch
from torch import Tensor, nn


class WeightAverage:
    """Exponential moving average of a network's state, float32; counters and other integers are copied.

    The decay of update t (1, 2, ...) is min(decay, (1 + t) / (10 + t)), so that a short training forgets its start.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        self._updates = 0
        self._state = {name: value.detach().clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Moves the average towards the network's present weights."""
        self._updates += 1
        decay = min(self._decay, (1 + self._updates) / (10 + self._updates))
        averages, values = self._floating(network.state_dict())
        torch._foreach_lerp_(averages, values, 1.0 - decay)

    def weights(self) -> dict[str, Tensor]:
        """The averaged state, to load into a network. Not a copy."""
        return self._state

    def state_dict(self) -> dict[str, object]:
        """What a checkpoint keeps."""
        return {"updates": self._updates, "state": self._state}

    def load_state_dict(self, state: dict[str, object]) -> None:
        """Goes on from what `state_dict` returned."""
        updates, weights = state["updates"], state["state"]
        assert isinstance(updates, int)
        assert isinstance(weights, dict)
        self._updates = updates
        for name, value in self._state.items():
            value.copy_(weights[name])

    def _floating(self, values: dict[str, Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        averages, newest = [], []
        for name, average in self._state.items():
            if average.is_floating_point():
                averages.append(average)
                newest.append(values[name])
            else:
                average.copy_(values[name])
        return averages, newest
