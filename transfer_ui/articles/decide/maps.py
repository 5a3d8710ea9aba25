"""The map of winners: who competes, what it is called, what it says in total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from transfer_core import RunConfig
from transfer_core.studies.questions.crossover import ARMS
from transfer_core.studies.questions.decision_map import MAP, OPEN, RIVALS, winners
from transfer_core.studies.study import Study
from transfer_core.wording import inside, join_words
from transfer_ui.verdicts import TITLES

AMONG = {"freeze_or_tune": "Freeze or fine-tune?", "all": "All, controls too"}
"""Who competes on the map."""
RATES = "At the learning rates in the sidebar"
BEATEN = "another way clearly beats both: see All"
FREEZE_OR_TUNE = (ARMS[1], ARMS[0])
SERIES = {"freeze_or_tune": (*FREEZE_OR_TUNE, OPEN), "all": (*RIVALS, OPEN)}
ABOUT_MAP = {
    "freeze_or_tune": "Blue: freeze. Orange: fine-tune end to end. Grey: too close to call. The number is how far the better "
    "one is ahead, in points of test accuracy, at the learning rates in the sidebar. Each cell is judged on its own, so about "
    "one in twenty may be luck.",
    "all": "Strategies compete at the learning rates in the sidebar, and so do zero-shot, nearest neighbour and logistic "
    "regression: where one of them wins, neither freezing nor fine-tuning is the answer. The number is how far the best is "
    "ahead of the runner-up, in points of test accuracy. Too close to call: another may be as good, in a test over all of "
    "them at once. Each cell is judged on its own, so about one in twenty may be luck.",
}


def map_on(config: RunConfig, among: str) -> Study:
    """Get the study of the map with its axis named after the scenario's shift, and its mark after who competes.

    Examples
    --------
    >>> map_on(RunConfig(), "all").figure.y.title
    'Rotation of the target, °'
    """
    shift = config.pair.shift
    title = f"{shift.title}{f', {shift.unit}' if shift.unit else ''}" if shift else "No shift"
    figure = replace(MAP.figure, y=MAP.figure.y._replace(title=title))
    if among == "freeze_or_tune":
        figure = replace(figure, mark="beaten", mark_title=BEATEN, cell="Ahead of the other")
    return replace(MAP, figure=figure)


def table(rows: pd.DataFrame, among: str) -> pd.DataFrame:
    """Find who wins each cell; of freezing and fine-tuning alone, also where something else clearly beats both."""
    of_all = winners(rows)
    if among == "all" or of_all.empty:
        return of_all
    beaten = [winner not in (*FREEZE_OR_TUNE, OPEN) for winner in of_all["winner"]]
    return winners(rows, FREEZE_OR_TUNE).assign(beaten=beaten)


def tally(table: pd.DataFrame) -> str:
    """Count the winners of a map.

    Examples
    --------
    >>> tally(pd.DataFrame({"winner": ["end_to_end", "too close to call", "end_to_end"]}))
    'End-to-end fine-tuning wins 2 of 3 cells; 1 is too close to call.'
    """
    counts: Mapping[object, int] = table["winner"].value_counts().to_dict()
    won = [f"{TITLES[str(name)]} wins {count}" for name, count in counts.items() if name != OPEN]
    n_open = counts.get(OPEN, 0)
    words = [*won[:1], *map(inside, won[1:])]
    first = f"{join_words(words)} of {len(table)} cells" if words else f"No strategy wins any of {len(table)} cells"
    return f"{first}; {n_open} {'is' if n_open == 1 else 'are'} too close to call."
