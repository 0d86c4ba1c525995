"""How scores of untrained networks rank the trained ones of NAS-Bench-Macro: rank correlations with mean accuracy.

`python -m benchmarks zero_cost TABLE [--pictures FOLDER]`, TABLE being `nas-bench-macro_cifar10.json`, FOLDER one of
pictures of ten classes; without it the scores see noise. About a minute per 10 architectures on one core.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.stats import kendalltau, spearmanr

from benchmarks.macro_networks import SIDE, MacroTask, is_canonical, macro_network, noise_batches, picture_batches
from workers.data.batching import spread
from workers.networks.counting import count
from workers.training.randomness import derived_seed, seeded
from workers.zero_cost.activation_codes import nwot
from workers.zero_cost.gradients import grad_norm, layer_gradients, snip, zico
from workers.zero_cost.synaptic_flow import synflow

CPU = torch.device("cpu")
CHECKED = 5  # architectures whose params and flops are held to the table
RESAMPLES, CONFIDENCE = 1000, 0.95
POOL, POOLS = 16, 20_000
Values = NDArray[np.float64]
T = TypeVar("T")


def main(arguments: Sequence[str] | None = None) -> None:
    """Scores a sample of the table and prints what came out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks zero_cost", description=__doc__)
    parser.add_argument("table", type=Path, help="nas-bench-macro_cifar10.json")
    parser.add_argument("--pictures", type=Path, help="a folder per class, ten of them; by default noise")
    parser.add_argument("--architectures", type=int, default=200, help="how many, evenly over the ranks of the table")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0, help="of the initial weights")
    parser.add_argument("--json", type=Path, help="write the scores of every architecture to this file too")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    entries = chosen(json.loads(options.table.read_text()), options.architectures)
    check_costs(entries)
    size = options.batch_size
    batches = picture_batches(options.pictures, 2, size) if options.pictures else noise_batches(2, size)
    scored = [scores_of(code, MacroTask(batches), seed=options.seed) for code in entries]
    seen = f"pictures of {options.pictures.name}" if options.pictures else "noise"
    Console(width=140).print(table(entries, scored, f"{size} {seen}, weights of seed {options.seed}"))
    if options.json:
        options.json.write_text(json.dumps(dict(zip(entries, scored, strict=True)), indent=1) + "\n")


def chosen(entries: Mapping[str, Any], number: int) -> dict[str, Any]:
    """So many different networks, evenly over the ranks of their accuracies."""
    codes = sorted((code for code in entries if is_canonical(code)), key=lambda code: (entries[code]["mean_acc"], code))
    return {codes[place]: entries[codes[place]] for place in spread(len(codes), number)}


def check_costs(entries: Mapping[str, Any]) -> None:
    """Raises AssertionError unless the networks have the params and multiply-adds that the table says."""
    for code in list(entries)[:: max(1, len(entries) // CHECKED)]:
        cost = count(macro_network(code), (3, SIDE, SIDE))
        built, published = (cost.params, cost.conv_macs), (entries[code]["params"], entries[code]["flops"])
        if built != published:
            raise AssertionError(f"{code} has {built} params and multiply-adds, the table says {published}")


def scores_of(code: str, task: MacroTask, *, seed: int) -> dict[str, tuple[float, float]]:
    """Every score of one network, with the seconds it took; those of summing gradients up are nothing beside theirs."""
    with seeded(derived_seed(seed, "weights"), CPU):
        network = macro_network(code)
    first, second = task.batches(epoch=0, seed=seed)
    of_first, first_s = timed(lambda: layer_gradients(task, network, first))  # type: ignore[arg-type]
    of_second, second_s = timed(lambda: layer_gradients(task, network, second))  # type: ignore[arg-type]
    return {
        "nwot": timed(lambda: nwot(network, first[:1])),
        "synflow": timed(lambda: synflow(network, (3, SIDE, SIDE))),
        "grad_norm": (grad_norm(of_first), first_s),
        "snip": (snip(of_first), first_s),
        "zico": (zico([of_first, of_second]), first_s + second_s),
    }


def timed(call: Callable[[], T]) -> tuple[T, float]:
    """What the call gives, and the processor seconds of this thread until then."""
    begin = time.thread_time()
    return call(), time.thread_time() - begin


def table(entries: Mapping[str, Any], scored: Sequence[Mapping[str, tuple[float, float]]], title: str) -> Table:
    """Correlations with their intervals, what the best of a pool reaches, and the seconds of an architecture."""
    accuracy = np.array([entry["mean_acc"] for entry in entries.values()])
    drawn = Table(title=f"NAS-Bench-Macro, {len(entries)} architectures, {title}")
    for column in ("score", "Spearman", "Kendall", f"accuracy of the best of {POOL}", "seconds"):
        drawn.add_column(column, justify="left" if column == "score" else "right")
    for name in scored[0]:
        values, seconds = (np.array([scores[name][place] for scores in scored]) for place in (0, 1))
        drawn.add_row(name, *figures(values, accuracy), f"{np.median(seconds):.2f}")
    for name in ("params", "flops"):
        drawn.add_row(name, *figures(np.array([float(entry[name]) for entry in entries.values()]), accuracy), "0")
    drawn.add_row("a random one", "", "", f"{accuracy.mean():.2f}", "0")
    drawn.add_row("accuracy itself", "1", "1", best_of_pools(accuracy, accuracy), "")
    return drawn


def figures(values: Values, accuracy: Values) -> tuple[str, str, str]:
    """Spearman's and Kendall's correlation with their intervals, and what screening by these values reaches."""
    spearman = with_interval(lambda a, b: float(spearmanr(a, b).statistic), values, accuracy)
    kendall = with_interval(lambda a, b: float(kendalltau(a, b).statistic), values, accuracy)
    return spearman, kendall, best_of_pools(values, accuracy)


def with_interval(statistic: Callable[[Values, Values], float], values: Values, accuracy: Values) -> str:
    """The statistic and the percentile interval of its bootstrap over architectures."""
    rng = np.random.default_rng(0)
    draws = [rng.integers(len(values), size=len(values)) for _ in range(RESAMPLES)]
    resampled = [statistic(values[draw], accuracy[draw]) for draw in draws]
    low, high = np.quantile(resampled, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return f"{statistic(values, accuracy):.3f} [{low:.3f}, {high:.3f}]"


def best_of_pools(values: Values, accuracy: Values) -> str:
    """Mean accuracy of the architecture with the greatest value in pools drawn without replacement."""
    rng = np.random.default_rng(0)
    picks = []
    for _ in range(POOLS):
        pool = rng.choice(len(values), size=min(POOL, len(values)), replace=False)
        picks.append(accuracy[pool[np.argmax(values[pool])]])
    return f"{np.mean(picks):.2f}"


if __name__ == "__main__":
    main()
