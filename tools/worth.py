"""What pretraining is worth, by number of images: ``python -m tools.worth [--seed N] [scenario ...]``.

Prints one table per scenario: the test accuracy of every strategy and of everything that needs no pretraining, at the
scenario's own settings, and how far the best pretrained strategy is ahead of the best rival. Three minutes per scenario.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from time import process_time

from threadpoolctl import threadpool_limits

from transfer_core import SCENARIOS, STRATEGIES, RunConfig, compare, scenario_config
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES, measure_baselines
from transfer_core.pretraining import pretrain_anew
from transfer_core.splits import max_images_per_class
from transfer_core.statistics import paired_gap
from transfer_core.wording import number_words

COMMAND = "python -m tools.worth"
SIZES = (1, 2, 5, 10, 20, 50, 100)
PRETRAINED = [name for name, strategy in STRATEGIES.items() if strategy.pretrained]
SHORT = {name: one.short for name, one in (STRATEGIES | dict(BASELINES)).items()}


def scores_of(config: RunConfig) -> dict[str, Array]:
    """Test accuracy of everything that a configuration can be answered with, one value per seed."""
    trained = {name: result.test_accuracy for name, result in compare(config, measures=[]).items()}
    return trained | measure_baselines(config)


def row(config: RunConfig) -> dict[str, str]:
    """Write one line of the table: means in per cent, and gaps in points with their 95 % intervals."""
    started = process_time()
    scores = scores_of(config)
    best, rival = _best(scores, PRETRAINED), _best(scores, set(scores) - {*PRETRAINED, "zero_shot"})
    others = {"best rival": rival} | ({"zero-shot": "zero_shot"} if "zero_shot" in scores else {})
    return {
        "images per class": str(config.images_per_class),
        **{SHORT[name]: f"{100 * values.mean():.1f}" for name, values in scores.items()},
        **{f"ahead of {words}": _points(scores[best], scores[other]) for words, other in others.items()},
        "CPU s": f"{process_time() - started:.1f}",
    }


def _best(scores: dict[str, Array], names: Iterable[str]) -> str:
    return max(names, key=lambda name: float(scores[name].mean()))


def _points(one: Array, other: Array) -> str:
    gap = paired_gap(one, other).interval
    mean, low, high = (number_words(100 * value) for value in (gap.mean, gap.low, gap.high))
    return f"{mean} ({low} to {high})"


def main(arguments: Sequence[str]) -> None:
    """Print the tables."""
    parser = ArgumentParser(prog=COMMAND, description="Print what pretraining is worth, by number of images.")
    parser.add_argument("names", nargs="*", choices=[*SCENARIOS, []], metavar="name", help="of a scenario")
    parser.add_argument("--seed", type=int, default=0, help="first of the ten seeds; default: 0")
    asked = parser.parse_args(arguments)
    with threadpool_limits(limits=1):
        for name in asked.names or [RunConfig().scenario]:
            start = scenario_config(name, seed=asked.seed)
            started = process_time()
            known = pretrain_anew(start).source_accuracy.mean()
            print(
                f"\n{start.pair.title}: source accuracy {100 * known:.1f} after {process_time() - started:.1f} CPU s\n"
            )
            sizes = [n for n in SIZES if n <= max_images_per_class(start.pair)]
            for n in sizes:
                found = row(start.but(images_per_class=n))
                if n == sizes[0]:
                    print(f"| {' | '.join(found)} |\n| {' | '.join('--:' for _ in found)} |")
                print(f"| {' | '.join(found.values())} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
