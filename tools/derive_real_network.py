"""Make what the app shows of what `tools.build_real_network` measured: ``python -m tools.derive_real_network [FOLDER]``.

The folder holds ``trainings.csv.gz``, ``about.json`` and, if that was measured, ``looks.npz`` and ``race.csv``. Rates are
chosen, claims judged and test pictures put on one sheet here; nothing is trained.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from tools.build_real_network import OUT
from transfer_core.arrays import Array
from transfer_core.real_network.claims import judge
from transfer_core.real_network.evidence import FULL, Measured, count_of
from transfer_core.real_network.results import FILE, FOLDER, SPRITE, TRAININGS
from transfer_core.wording import side_words
from transfer_torch.arms import ARMS
from transfer_torch.findings import complete, summarise
from transfer_torch.work import multiply_adds

SIDE, IN_A_ROW = 64, 16  # pixels of a picture on the sheet, and pictures in a row of it
OF_EACH_CLASS, MISTAKES = 4, 12  # pictures on the sheet; mistakes of each network
DIGITS = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Write what is shipped."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.derive_real_network", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("folder", nargs="?", type=Path, default=OUT)
    parser.add_argument("--pictures", type=Path, help="the folder that was measured, for the sheet of pictures")
    parser.add_argument("--other", type=Path, help="the same in another style")
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    rows = pd.read_csv(options.folder / TRAININGS)
    about = json.loads((options.folder / "about.json").read_text(encoding="utf-8"))
    if (there := options.out / FILE).exists():
        other = json.loads(there.read_text(encoding="utf-8"))["made"]["asked"]["resolution"]
        if other != about["asked"]["resolution"]:
            parser.error(f"--out must hold no other resolution than {about['asked']['resolution']}, got {other} there")
    race_file, looks_file = options.folder / "race.csv", options.folder / "looks.npz"
    race = pd.read_csv(race_file) if race_file.exists() else pd.DataFrame()
    looks, shown = (None, []) if not looks_file.exists() else look_at(dict(np.load(looks_file)), about)
    if shown and options.pictures and options.other:
        sheet([options.pictures, options.other], about, shown, options.out / SPRITE)
    stored = derive(rows, about, race) | {"looks": looks}
    (options.out / FILE).write_text(json.dumps(stored, separators=(",", ":")) + "\n", encoding="utf-8")
    if options.folder != options.out:
        shutil.copy(options.folder / TRAININGS, options.out / TRAININGS)
    for name, one in stored["findings"].items():
        print(f"{name}: {one['verdict']}. {one['sentence']}")
    for line in leads(Measured(pd.DataFrame(stored["best"]), race, len(about["classes"]))):
        print(line)


def leads(measured: Measured) -> list[str]:
    """Compare each arm with end-to-end, at every size that has both."""
    arms = [name for name in ARMS if name in set(measured.best["arm"]) and name != FULL]
    return [
        f"{ARMS[name].title}, against end-to-end, with {count_of(size)} per class: {side_words(measured.gap(name, FULL, size))}."
        for name in arms
        for size in measured.among(name, FULL).sizes
    ]


def derive(rows: pd.DataFrame, about: dict[str, Any], race: pd.DataFrame) -> dict[str, Any]:
    """Choose the rates, count the work, judge the claims.

    Parameters
    ----------
    rows : DataFrame
        One row per training; sizes at which an arm lacks a training are left out for that arm.
    about : dict
    race : DataFrame
    """
    whole = complete(rows)
    best = summarise(whole).best
    arms = [name for name in ARMS if name in set(best["arm"])]
    n_stages, sizes = len(about["stages"]), sorted(int(size) for size in best["size"].unique())
    work = [
        (
            name,
            size,
            *multiply_adds(_schedule(name, n_stages, about), about["multiply_adds"], size * len(about["classes"])),
        )
        for name in arms
        for size in sizes
    ]
    found = judge(Measured(best, race, len(about["classes"])))
    return {
        "made": about,
        "arms": [
            {"name": name, "title": ARMS[name].title, "summary": ARMS[name].summary, **ARMS[name].look._asdict()}
            for name in arms
        ],
        "planned": {name: recipe.title for name, recipe in ARMS.items()},
        "best": _columns(best),
        "race": _columns(race),
        "work": _columns(pd.DataFrame(work, columns=["arm", "size", "forward", "backward"])),
        "findings": {
            name: {**one._asdict(), "decisive": one.decisive._asdict() if one.decisive else None}
            for name, one in found.items()
        },
    }


def look_at(looks: dict[str, Array], about: dict[str, Any]) -> tuple[dict[str, Any] | None, list[int]]:
    """Put together what the page shows of single pictures and filters.

    It is of the largest of the sizes at which most arms were looked at.

    Returns
    -------
    tuple of (dict or None, list of int)
        The latter are the positions of the pictures for the sheet.
    """
    sizes = [int(name.split(".")[1]) for name in looks if name.endswith(".test")]
    if not sizes:
        return None, []
    size = max(sizes, key=lambda size: (sizes.count(size), size))
    arms = [name for name in ARMS if f"{name}.{size}.test" in looks]
    shown, names = looks["shown"], about["names"]
    truth = np.array([about["labels"][place] for place in shown])
    answers = {
        name: {part: looks[f"{name}.{size}.{part}"] for part in ("test", "other") if f"{name}.{size}.{part}" in looks}
        for name in arms
    }
    wanted = set(
        np.concatenate([np.flatnonzero(truth == label)[:OF_EACH_CLASS] for label in np.unique(truth)]).tolist()
    )
    for parts in answers.values():
        for given in parts.values():
            wanted |= set(np.flatnonzero(given != truth)[:MISTAKES].tolist())
    places = sorted(wanted)
    sprite = np.full(len(shown), -1)
    sprite[places] = np.arange(len(places))
    looked = {
        "size": size,
        "truth": truth.tolist(),
        "names": [names[place].rpartition("/")[2] for place in shown],
        "sprite": sprite.tolist(),
        "answers": {name: {part: given.tolist() for part, given in parts.items()} for name, parts in answers.items()},
        "before": _rounded(looks["before"]),
        "after": {name: _rounded(looks[f"{name}.{size}.after"]) for name in arms},
    }
    return looked, shown[places].tolist()


def sheet(folders: Sequence[Path], about: dict[str, Any], shown: Sequence[int], path: Path) -> None:
    """Put pictures on one sheet: those of the first style, then in the same order those of the other."""
    n_rows = -(-len(shown) // IN_A_ROW)
    canvas = Image.new("RGB", (IN_A_ROW * SIDE, len(folders) * n_rows * SIDE), "white")
    for half, folder in enumerate(folders):
        for place, position in enumerate(shown):
            picture = (
                Image.open(next(folder.glob(f"{about['names'][position]}.*"))).convert("RGBA").resize((SIDE, SIDE))
            )
            corner = (place % IN_A_ROW * SIDE, (half * n_rows + place // IN_A_ROW) * SIDE)
            canvas.paste(picture, corner, picture)
    canvas.save(path, quality=70, method=6)


def _schedule(name: str, n_stages: int, about: dict[str, Any]) -> Any:
    recipe = ARMS[name]
    return recipe.arm(n_stages, about["asked"]["epochs"], recipe.grid[0]).schedule


def _columns(table: pd.DataFrame) -> dict[str, list[Any]]:
    return {
        str(name): [round(value, DIGITS) if isinstance(value, float) else value for value in table[name].tolist()]
        for name in table
    }


def _rounded(filters: Array) -> list[Any]:
    rounded: list[Any] = filters.astype(float).round(3).tolist()
    return rounded


if __name__ == "__main__":
    main()
