"""A measurement of a real network that nobody made: rows in the shape that the tools write, with leads that are known."""

import numpy as np
import pandas as pd

from tools.derive_real_network import derive, look_at
from transfer_core.real_network.results import from_json
from transfer_torch.arms import ARMS

CLASSES, STAGES, SIZES, N_SEEDS = ("animals", "flags", "food"), ("stem", "blocks_1", "blocks_2", "last"), (1, 5, 40), 8
N_TEST = 4  # pictures of a class
LEADS = {"from_scratch": -0.3, "batch_statistics": -0.04, "stage_by_stage": -0.02}  # over feature extraction


def trainings(arms=tuple(ARMS), sizes=SIZES):
    """End-to-end is behind with 1 picture per class and ahead with 40; the other style costs all of them a tenth."""
    rng = np.random.default_rng(0)
    rows = []
    for seed in range(N_SEEDS):
        luck = rng.normal(0, 0.02)
        for size in sizes:
            for name in arms:
                lead = LEADS.get(name, 0.0) + (0.02 * np.log(size / 5) if name == "end_to_end" else 0.0)
                for place, rates in enumerate(ARMS[name].grid):
                    accuracy = 0.5 + 0.03 * np.log(size) + lead + luck - 0.05 * (place != 2) + rng.normal(0, 0.004)
                    row = {
                        "arm": name,
                        "size": size,
                        "seed": seed,
                        "head_rate": rates.head,
                        "backbone_rate": rates.backbone,
                    }
                    row |= {"seconds": 1.0, "train_accuracy": 1.0, "train_loss": 0.01, "val_accuracy": accuracy}
                    row |= {"val_loss": 1.0, "test_accuracy": accuracy, "test_loss": 1.0}
                    row |= {"other_accuracy": accuracy - 0.1, "other_loss": 1.5, "drift_head": 0.5}
                    moved = 0.0 if name == "feature_extraction" else 0.01
                    rows.append(row | {f"drift_{stage}": moved * (n + 1) for n, stage in enumerate(STAGES)})
    return pd.DataFrame(rows)


def about():
    names = [f"{name}/{name}_{number}" for name in CLASSES for number in range(3 * N_TEST)]
    return {
        "date": "2026-01-02T03:04:05+00:00",
        "asked": {
            "folder": "one",
            "other": "two",
            "backbone": "tiny",
            "resolution": 64,
            "epochs": 30,
            "seeds": N_SEEDS,
        },
        "classes": list(CLASSES),
        "pictures": len(names),
        "per_class": {"validation": 4, "test": N_TEST},
        "stages": list(STAGES),
        "rates": {name: [list(rates) for rates in ARMS[name].grid] for name in ARMS},
        "batch_size": 32,
        "momentum": 0.9,
        "device": "abacus",
        "threads": 1,
        "versions": {"python": "3.11", "torch": "2.13"},
        "complete": True,
        "names": names,
        "labels": [place for place in range(len(CLASSES)) for _ in range(3 * N_TEST)],
        "multiply_adds": [100, 400, 300, 200, 10],
        "parameters": [10, 200, 400, 800],
    }


def race():
    turns = np.linspace(1.9, 2.1, N_SEEDS)
    return pd.DataFrame(
        {
            "seed": range(N_SEEDS),
            "seconds_cached": 0.1,
            "seconds_uncached": 1.0,
            "seconds_end_to_end": turns,
            "multiply_adds_cached": 1.0,
            "multiply_adds_uncached": 10.0,
            "multiply_adds_end_to_end": 30.0,
        }
    )


def looks(arms=tuple(ARMS)):
    rng = np.random.default_rng(1)
    shown = np.concatenate([3 * N_TEST * label + np.arange(N_TEST) for label in range(len(CLASSES))])
    found = {"shown": shown, "before": rng.normal(size=(6, 3, 3, 3)).astype(np.float32)}
    for name in arms:
        _look(found, f"{name}.40", name, rng)
    _look(found, f"{arms[0]}.80", arms[0], rng)  # larger, but of a single arm
    return found


def _look(found, place, name, rng):
    found[f"{place}.after"] = found["before"] + (name != "feature_extraction") * np.float32(0.05)
    for part in ("test", "other"):
        found[f"{place}.{part}"] = rng.integers(0, len(CLASSES), len(found["shown"])).astype(np.int8)


def stored(arms=tuple(ARMS), sizes=SIZES):
    return derive(trainings(arms, sizes), about(), race()) | {"looks": look_at(looks(arms), about())[0]}


def results(arms=tuple(ARMS), sizes=SIZES):
    return from_json(stored(arms, sizes))
