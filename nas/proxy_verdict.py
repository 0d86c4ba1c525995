"""Whether a setting may be trusted, which one to use, and the same in sentences."""

from collections.abc import Sequence

from nas.intervals import Interval
from nas.proxy_report import Epoch, SettingReport, Thresholds, Trainings, Verdict
from nas.seed_noise import SeedNoise

LEAST = 4  # architectures below which nothing is said
FEW = 15  # below which a summary says how little they tell

Answer = bool | None
"""Whether a threshold is kept; None: that is open."""


def verdict(
    tau: Interval, noise: SeedNoise | None, thresholds: Thresholds, *, architectures: int
) -> tuple[Verdict, list[str]]:
    """The verdict with a sentence per threshold. `architectures` are those that both tasks have measured."""
    if architectures < LEAST:
        return Verdict.UNCERTAIN, [f"both tasks have measured {architectures} architectures, at least {LEAST} must be"]
    answers = [_agrees(tau, thresholds), _is_signal(noise, thresholds)]
    reasons = [sentence for _, sentence in answers]
    if any(answer is False for answer, _ in answers):
        return Verdict.NOT_TRUSTWORTHY, reasons
    return (Verdict.TRUSTWORTHY if all(answer for answer, _ in answers) else Verdict.UNCERTAIN), reasons


def recommended_epochs(by_epoch: Sequence[Epoch], tolerance: float) -> int | None:
    """The least epoch from which on tau stays within `tolerance` of what all epochs give."""
    if not by_epoch or by_epoch[-1].kendall is None:
        return None
    least, found = by_epoch[-1].kendall - tolerance, by_epoch[-1].epoch
    for each in reversed(by_epoch):
        if each.kendall is None or each.kendall < least:
            break
        found = each.epoch
    return found


def recommended_setting(settings: Sequence[SettingReport]) -> SettingReport | None:
    """The trustworthy setting whose trials take the least time."""
    trusted = [each for each in settings if each.verdict is Verdict.TRUSTWORTHY]
    return min(trusted, key=lambda each: each.seconds_per_trial or 0.0, default=None)


def summary(
    settings: Sequence[SettingReport], full: Trainings, chosen: SettingReport | None, *, metric: str, running: bool
) -> list[str]:
    """The report in sentences, the recommendation first."""
    count = len(full.scores)
    told = [_recommendation(chosen, full) if chosen else "No setting has proved trustworthy."]
    told += ["The check is still running: the figures are those of the trainings that have ended."] if running else []
    told += [_told(each) for each in settings]
    told += [_few(count, settings)] if 0 < count < FEW else []
    seeds = max((len(each.values) for each in full.scores), default=0)
    if seeds == 1:
        told.append(f"The full task was trained once each: noise of its own {metric} counts against every proxy.")
    failed = sum(each.failed for each in (*settings, full))
    told += [f"Trainings that failed, and count for nothing: {failed}."] if failed else []
    return told


def _agrees(tau: Interval, thresholds: Thresholds) -> tuple[Answer, str]:
    if tau.value is None:
        return None, "tau is not defined: one side is the same for all architectures"
    told = f"tau {spelled(tau)}"
    asked = f"asked are {thresholds.kendall:.2f} and a lower end of {thresholds.kendall_low:.2f}"
    if tau.value < thresholds.kendall_low or (tau.high is not None and tau.high < thresholds.kendall):
        return False, f"{told} is too low: {asked}"
    if tau.value >= thresholds.kendall and tau.low is not None and tau.low >= thresholds.kendall_low:
        return True, f"{told}: {asked}"
    return None, f"{told} leaves it open: {asked}"


def _is_signal(noise: SeedNoise | None, thresholds: Thresholds) -> tuple[Answer, str]:
    """Held in shares of the variance, which are there without any noise, too."""
    if noise is None:
        return None, "signal to noise is not known: no architecture has two seeds"
    asked = f"asked is {thresholds.signal:.1f}"
    if noise.signal_to_noise.value is None:
        return True, f"the seeds of an architecture do not differ: {asked}"
    told = f"signal to noise {spelled(noise.signal_to_noise)}"
    if noise.signal_to_noise.value >= thresholds.signal:
        return True, f"{told}: {asked}"
    high = noise.signal_to_noise.high
    if high is not None and high < thresholds.signal:
        return False, f"{told} is too low: {asked}"
    return None, f"{told} leaves it open: {asked}"


def _recommendation(chosen: SettingReport, full: Trainings) -> str:
    """What to write into the document."""
    changes = ", ".join(f"{name}: {value}" for name, value in {"epochs": chosen.epochs, **chosen.changes}.items())
    told = f"Use {chosen.name} ({changes}), the cheapest trustworthy setting"
    if chosen.seconds_per_trial and full.seconds_per_trial:
        told += f": {chosen.seconds_per_trial:.0f} s a trial, the full task takes {full.seconds_per_trial:.0f} s"
    fewer = chosen.recommended_epochs
    if len(chosen.by_epoch) == 1:
        return f"{told}. What fewer epochs would have said was not measured."
    if fewer is None or fewer == chosen.epochs:
        return f"{told}. Train all {chosen.epochs} epochs: fewer rank worse."
    seconds = next(each.seconds for each in chosen.by_epoch if each.epoch == fewer)
    return (
        f"{told}. {fewer} of its {chosen.epochs} epochs rank as well ({seconds:.0f} s): they may be stopped there, or "
        f"trained by a schedule of {fewer} epochs, which this check did not try."
    )


def _told(setting: SettingReport) -> str:
    return f"{setting.name} is {setting.verdict}: {'; '.join(setting.reasons)}."


def _few(count: int, settings: Sequence[SettingReport]) -> str:
    bounds = [(each.kendall.low, each.kendall.high) for each in settings]
    widths = [high - low for low, high in bounds if low is not None and high is not None]
    if not widths:
        return f"{count} architectures tell little: too few for an interval of tau."
    exact = " One without any width only says that all resamples of these few agree." if 0 in widths else ""
    return f"{count} architectures tell little: the intervals of tau are up to {max(widths):.2f} wide.{exact}"


def spelled(interval: Interval) -> str:
    """As 0.64 (0.31 to 0.86)."""
    if interval.value is None:
        return "-"
    if interval.low is None or interval.high is None:
        return f"{interval.value:.2f}"
    return f"{interval.value:.2f} ({interval.low:.2f} to {interval.high:.2f})"
