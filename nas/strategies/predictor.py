"""The strategy `predictor`: a model of all trials so far picks the most promising of many candidates."""

from nas.ports import Strategy
from nas.predictor.options import PredictorStrategy
from nas.strategies.setting import Setting

__all__ = ["PredictorStrategy", "predictor_from"]


def predictor_from(options: PredictorStrategy, setting: Setting) -> Strategy:
    """The predictor with these options, in this setting."""
    from nas.predictor.predictor import Predictor  # numpy and scipy: whoever only reads documents does without them

    return Predictor(options=options, static_metrics=setting.static_metrics, constraints=setting.constraints)
