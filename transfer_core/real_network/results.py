"""What a real network was measured to do, stored as data: nothing in the files is typed by hand.

``python -m tools.build_real_network`` measures, ``python -m tools.derive_real_network`` writes what is read here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from transfer_core.real_network.evidence import Measured
from transfer_core.statistics import Gap, Verdict, paired_gap, verdict
from transfer_core.strategies import Look
from transfer_core.studies.study import Decisive, Finding
from transfer_core.studies.summaries import intervals, points, scores

FOLDER = Path(__file__).parents[1] / "data" / "real_network"
FOLDERS = (FOLDER, FOLDER.with_name("real_network_64"))
"""What was measured at each resolution, on a machine of its own: the first has the last word on a claim that it can judge."""
FILE, TRAININGS, SPRITE = "study.json", "trainings.csv.gz", "pictures.webp"
PLANNED_SIZES = (1, 2, 5, 10, 20, 40)
"""Pictures per class that the whole study has; what is shipped may be a part of it."""


class Arm(NamedTuple):
    """An arm as it was measured.

    Attributes
    ----------
    name, title, summary : str
    look : Look
    """

    name: str
    title: str
    summary: str
    look: Look


class Looks(NamedTuple):
    """A closer look at the networks of one seed.

    Attributes
    ----------
    size : int
        Training pictures per class.
    truth : list of int
        Class of each test picture.
    names : list of str
        What each shows.
    sprite : list of int
        For each test picture, its place in the sheet of pictures; -1 if it is not in it.
    answers : dict of str to dict of str to list of int
        By arm and part: the class that each picture gets.
    before : list
        First filters of the pretrained network: ``(n_filters, 3, side, side)``.
    after : dict of str to list
        The same of each arm.
    """

    size: int
    truth: list[int]
    names: list[str]
    sprite: list[int]
    answers: dict[str, dict[str, list[int]]]
    before: list[Any]
    after: dict[str, list[Any]]


class Results(NamedTuple):
    """All that was measured.

    Attributes
    ----------
    made : dict
        Configuration, versions, machine, date and command.
    arms : dict of str to Arm
        The cheapest first.
    best : DataFrame
        One row per arm, size and seed, at the rates that are best on its validation pictures.
    race : DataFrame
        As `transfer_core.real_network.evidence.Measured` has it.
    work : DataFrame
        ``arm``, ``size``, ``forward``, ``backward``: multiply-adds of a training.
    findings : dict of str to Finding
        By name of the claim in the ledger.
    planned : dict of str to str
        Titles of all arms of the study, measured or not.
    looks : Looks or None
    folder : Path or None
        Where it is stored, with the sheet of its pictures.
    """

    made: dict[str, Any]
    arms: dict[str, Arm]
    best: pd.DataFrame
    race: pd.DataFrame
    work: pd.DataFrame
    findings: dict[str, Finding]
    planned: dict[str, str]
    looks: Looks | None
    folder: Path | None = None

    @property
    def resolution(self) -> int:
        """Side of the pictures in pixels."""
        return int(self.made["asked"]["resolution"])

    @property
    def classes(self) -> list[str]:
        """Names of the classes."""
        return [str(name) for name in self.made["classes"]]

    @property
    def sizes(self) -> list[int]:
        """Training pictures per class."""
        return self.measured.sizes

    @property
    def stages(self) -> list[str]:
        """Names of the stages, from the pictures up."""
        return [str(name) for name in self.made["stages"]]

    @property
    def measured(self) -> Measured:
        """What claims are judged by."""
        return Measured(self.best, self.race, len(self.classes))

    @property
    def others(self) -> bool:
        """Whether another style was tested."""
        return "other_accuracy" in self.best

    def accuracies(self, part: str = "test") -> pd.DataFrame:
        """Mean accuracy of each arm and size with its interval: ``arm``, ``size``, ``mean``, ``low``, ``high``, ``n``."""
        return intervals(self.best, ["arm", "size"], f"{part}_accuracy")

    def arms_at(self, size: int) -> list[str]:
        """Name the arms that were measured at a size."""
        here = set(self.best.loc[self.best["size"] == size, "arm"])
        return [name for name in self.arms if name in here]

    @property
    def fullest_size(self) -> int:
        """The largest of the sizes that have the most arms."""
        return max(self.sizes, key=lambda size: (len(self.arms_at(size)), size))

    def gaps(self, ours: str, theirs: str, part: str = "test") -> dict[int, Gap]:
        """Lead of an arm over another at each size that has both."""
        measured = self.measured.among(ours, theirs)
        return {size: measured.gap(ours, theirs, size, part) for size in measured.sizes}

    def verdict(self, size: int, part: str = "test") -> Verdict:
        """Compare all arms at a size."""
        here = self.best[self.best["size"] == size]
        return verdict({str(arm): scores(rows, f"{part}_accuracy") for (arm,), rows in points(here, ["arm"])})

    def drift(self, size: int) -> pd.DataFrame:
        """How far each stage moved, as a share of its weights: ``arm``, ``stage``, ``mean``, ``low``, ``high``, ``n``."""
        here = self.best[self.best["size"] == size]
        tables = [intervals(here, ["arm"], f"drift_{stage}").assign(stage=stage) for stage in (*self.stages, "head")]
        return pd.concat(tables, ignore_index=True)

    def cost_of_style(self, arm: str, size: int) -> Gap:
        """Subtract the accuracy of an arm in the other style from that in the same, seed by seed."""
        here = self.best[(self.best["size"] == size) & (self.best["arm"] == arm)]
        return paired_gap(scores(here, "test_accuracy"), scores(here, "other_accuracy"))


class Judged(NamedTuple):
    """A claim, put to the real network.

    Attributes
    ----------
    finding : Finding
    resolution : int
        Side in pixels of the pictures that it was put to.
    """

    finding: Finding
    resolution: int


@lru_cache(maxsize=1)
def measurements() -> Mapping[str, Results]:
    """Read what is shipped.

    Returns
    -------
    mapping of str to Results
        By resolution, in the order of `FOLDERS`; empty if nothing is.
    """
    found: dict[str, Results] = {}
    for folder in FOLDERS:
        if (folder / FILE).exists():
            one = read(folder)
            found.setdefault(str(one.resolution), one)
    return MappingProxyType(found)


def judged(measured: Mapping[str, Results]) -> dict[str, Judged]:
    """Say of each claim what the first measurement says that can judge it, whatever later ones say."""
    found: dict[str, Judged] = {}
    for one in measured.values():
        found = {name: Judged(finding, one.resolution) for name, finding in one.findings.items()} | found
    return found


def read(folder: Path) -> Results:
    """Read what `tools.derive_real_network` wrote."""
    return from_json(json.loads((folder / FILE).read_text(encoding="utf-8")))._replace(folder=folder)


def from_json(stored: Mapping[str, Any]) -> Results:
    """Read the text of a `FILE`."""
    findings = {
        name: Finding(
            one["verdict"], one["sentence"], one["p"], Decisive(**one["decisive"]) if one["decisive"] else None
        )
        for name, one in stored["findings"].items()
    }
    arms = {
        one["name"]: Arm(one["name"], one["title"], one["summary"], Look(one["light"], one["dark"], tuple(one["dash"])))
        for one in stored["arms"]
    }
    best, race, work = (pd.DataFrame(stored[name]) for name in ("best", "race", "work"))
    looks = Looks(**stored["looks"]) if stored["looks"] else None
    return Results(stored["made"], arms, best, race, work, findings, stored["planned"], looks)
