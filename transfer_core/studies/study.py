"""What a study is: claims, a grid of cells, a summary; all of it data, except for two functions.

A cell is one piece of work: a task on a configuration. Its key depends on nothing but what is
computed, so studies that ask for the same training share it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol

import pandas as pd

from transfer_core.arrays import Array
from transfer_core.bibliography import Source
from transfer_core.config import RunConfig, scenario_config
from transfer_core.scenarios import SCENARIOS, Scenario, scenario_at
from transfer_core.studies.fingerprint import fingerprint
from transfer_core.studies.rules import UNTESTED, Rule

Label = str | int | float | bool

N_SEEDS = 20
"""Seeds of a block: they find a difference of one point nine times in ten where it scatters by 1.3 points."""

FIRST_SEEDS = (1000, 1020, 1040)
"""Where the blocks begin: the first gives the verdict, the others repeat it. No protocol was settled looking at them."""

QUESTIONS = {
    "data": "How much data, and how far away?",
    "rates": "Which learning rates?",
    "unfreezing": "Does it pay to unfreeze step by step?",
    "forgetting": "What becomes of the old task?",
    "layers": "Which layers carry what?",
    "cost": "What does it cost?",
    "notebook": "What is wrong with the notebook?",
}
"""What claims are grouped by."""


class Reading(NamedTuple):
    """What a task measured at one point.

    Attributes
    ----------
    labels : mapping of str to str, int, float or bool
        Where, if a task measures at several points of one training (an epoch, a place on a line).
    values : mapping of str to ndarray of shape (n_seeds,)
        One value per seed, each under the name of what was measured.
    """

    labels: Mapping[str, Label]
    values: Mapping[str, Array]


class Task(Protocol):
    """What is done with a configuration: a frozen dataclass, so that its ``repr`` says everything about it."""

    def measure(self, config: RunConfig) -> list[Reading]:
        """Do it for all seeds of the configuration."""
        ...


@dataclass(frozen=True)
class Cell:
    """One piece of work of a study.

    Attributes
    ----------
    labels : mapping of str to str, int, float or bool
        Its place in the grid: columns of the rows it yields.
    config : RunConfig
    task : Task
    """

    labels: Mapping[str, Label]
    config: RunConfig
    task: Task

    @property
    def key(self) -> str:
        """Name of what is computed, the same in every process that has the same code.

        Examples
        --------
        >>> from transfer_core.studies.tasks import ZeroShot
        >>> ours, theirs = (Cell(labels, RunConfig(), ZeroShot()) for labels in ({}, {"a": 1}))
        >>> ours.key == theirs.key
        True
        """
        return hashlib.sha256(f"{fingerprint()} {self.config.key} {self.task!r}".encode()).hexdigest()


class Decisive(NamedTuple):
    """The figure that a verdict hangs on.

    Attributes
    ----------
    name : str
        "the lead of A over B".
    unit : {"points", ""}
    matters : float
        The smallest size that matters.
    mean, low, high : float
        Over the seeds, with its 95 % interval.
    n : int
        Seeds.
    """

    name: str
    unit: str
    matters: float
    mean: float
    low: float
    high: float
    n: int


class Finding(NamedTuple):
    """What a measurement says about a claim.

    Attributes
    ----------
    verdict : str
        One of `transfer_core.studies.rules.VERDICTS`, or `transfer_core.studies.rules.UNTESTED`.
    sentence : str
        With the figures.
    p : float
        Two-sided p-value of the verdict, before any correction for the number of claims.
    decisive : Decisive or None
        ``None`` where nothing was measured.
    """

    verdict: str
    sentence: str
    p: float = 1.0
    decisive: Decisive | None = None


class Claim(NamedTuple):
    """A claim, and what would settle it.

    Attributes
    ----------
    text : str
        One sentence, as its source means it.
    source : Source
    rule : Rule
    objection : str
        What its authors would say to being judged here, in one sentence.
    question : str
        What it is about, to group claims by: a key of `QUESTIONS`.
    """

    text: str
    source: Source
    rule: Rule
    objection: str = ""
    question: str = "data"

    @property
    def confirmed_if(self) -> str:
        """What the measurement would have to show to confirm it, in the words of the rule."""
        return self.rule.confirmed_if

    @property
    def refuted_if(self) -> str:
        """What would refute it."""
        return self.rule.refuted_if

    @property
    def same_if(self) -> str:
        """What would show that there is no difference that matters. Anything else is inconclusive."""
        return self.rule.same_if

    def found(self, evidence: Any, sentence: str) -> Finding:
        """Judge it by the evidence, with the figures beside the verdict."""
        verdict, p, (_, quantity, gap) = self.rule.judge(evidence)
        if quantity is None or gap is None:
            return Finding(verdict, sentence, p)
        return Finding(
            verdict, sentence, p, Decisive(quantity.name, quantity.unit, quantity.matters, *gap.interval, gap.n)
        )

    @staticmethod
    def untested(sentence: str) -> Finding:
        """Say why there is nothing to judge: no such cells, or an arm that has not learnt its training images."""
        return Finding(UNTESTED, sentence)


class Summary(NamedTuple):
    """What a study found.

    Attributes
    ----------
    table : DataFrame
        Tidy: the label columns, then ``mean``, ``low``, ``high`` and whatever else is worth knowing.
    findings : dict of str to Finding
        One for each claim of the study, by its name.
    """

    table: pd.DataFrame
    findings: dict[str, Finding]


class Axis(NamedTuple):
    """A column of the table as it is drawn.

    Attributes
    ----------
    column, title : str
    scale : {"linear", "log", "ordinal"}
    form : {"share", "points", "number"}
        Per cent of 0 to 1, points (a difference of shares), or a plain number.
    """

    column: str
    title: str
    scale: Literal["linear", "log", "ordinal"] = "linear"
    form: Literal["share", "points", "number"] = "number"


@dataclass(frozen=True)
class Figure:
    """How to draw a table; the charts read this and nothing else of the study.

    Attributes
    ----------
    kind : {"lines", "dots", "map"}
        Lines with bands; dots with bars, for categories; a grid of coloured cells.
    x, y : Axis
        Of lines and dots ``y`` is the mean, with ``low`` and ``high``; of a map it is the other side.
    series : str
        Column that tells lines apart, or that colours the cells of a map; empty for one line.
    facet : str
        Column with one panel per value; empty for a single panel.
    zero : bool
        Draw a line at zero: the values are gaps.
    cell : str
        Of a map: what the mean in a cell is.
    mark, mark_title : str
        Of a map: column of bools, and what a cell is marked for where it is true.
    """

    kind: Literal["lines", "dots", "map"]
    x: Axis
    y: Axis
    series: str = ""
    facet: str = ""
    zero: bool = False
    cell: str = "Mean"
    mark: str = ""
    mark_title: str = ""


@dataclass(frozen=True)
class Study:
    """A question that is answered by running a grid.

    Attributes
    ----------
    name, title, question : str
        In links and on the command line; on a page; what it asks.
    protocol : str
        What is varied, what is the same for all, and how arms are made fair.
    claims : mapping of str to Claim
    grid : callable
        ``RunConfig -> iterable of Cell``.
    summarise : callable
        ``DataFrame -> Summary``, from one row per cell, reading and seed; all cells must be there.
    figure : Figure
    settings : mapping
        Fields of `RunConfig` that it starts with instead of the scenario's own.
    swept : tuple of str
        Fields of `RunConfig` that the grid sets itself: their previous values do not matter.
    default_scenarios : tuple of str
        What it runs on unless told otherwise.
    suits : callable
        ``Scenario -> bool``: whether it can run on a scenario, ours or anyone else's.
    order : int
        Place in a list of studies.
    """

    name: str
    title: str
    question: str
    protocol: str
    claims: Mapping[str, Claim]
    grid: Callable[[RunConfig], Iterable[Cell]]
    summarise: Callable[[pd.DataFrame], Summary]
    figure: Figure
    order: int
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    swept: tuple[str, ...] = ()
    default_scenarios: tuple[str, ...] = ("off_centre",)
    suits: Callable[[Scenario], bool] = lambda scenario: True

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of our scenarios that it can run on."""
        return tuple(name for name, scenario in SCENARIOS.items() if self.suits(scenario))

    def config(self, scenario: str | Scenario, **changes: Any) -> RunConfig:
        """Make the configuration it starts with on a scenario."""
        return scenario_config(scenario, **{"seed": FIRST_SEEDS[0], "n_seeds": N_SEEDS, **self.settings, **changes})

    def without_swept(self, config: RunConfig) -> RunConfig:
        """Reset the fields that the grid sets itself, so that equal studies look equal."""
        start = self.config(config.scenario)
        return config.but(**{name: getattr(start, name) for name in self.swept})

    def cells(self, configs: Iterable[RunConfig]) -> list[Cell]:
        """Lay out the grid over one or more configurations, one per scenario."""
        return [
            Cell({"scenario": config.scenario, **cell.labels}, cell.config, cell.task)
            for config in configs
            for cell in self.grid(config)
        ]

    def default_configs(self, scenario: str | Scenario | None = None, **changes: Any) -> list[RunConfig]:
        """List the configurations it runs on.

        Parameters
        ----------
        scenario : str or Scenario, optional
            Only this one.
        **changes
            Fields of `RunConfig`.

        Raises
        ------
        ValueError
            If the study cannot run on the scenario.
        """
        if scenario is None:
            return [self.config(name, **changes) for name in self.default_scenarios]
        asked = scenario_at(scenario) if isinstance(scenario, str) else scenario
        if asked is None or not self.suits(asked):
            named = scenario if isinstance(scenario, str) else scenario.name
            raise ValueError(f"scenario of study {self.name} must be one of {', '.join(self.scenarios)}, got {named!r}")
        return [self.config(asked, **changes)]


def has_source(scenario: Scenario) -> bool:
    """Whether there is a source task to pretrain on.

    Examples
    --------
    >>> has_source(SCENARIOS["lesson"]), has_source(SCENARIOS["low_to_high"])
    (False, True)
    """
    return scenario.source is not None
