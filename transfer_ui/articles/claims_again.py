"""A claim measured again, on seeds or a scenario of the reader's choice."""

from __future__ import annotations

import re
from typing import NamedTuple

import streamlit as st

from transfer_core import SCENARIOS
from transfer_core.studies.study import N_SEEDS, Study
from transfer_ui.articles.claims import Entry
from transfer_ui.controls import address, notice_box
from transfer_ui.controls.link import quoted
from transfer_ui.downloads import Origin

OWN = "as in the stored run"
AGAIN_SEEDS = (10, N_SEEDS)
FIRST_AGAIN, MAX_SEED = 3000, 9999


class Again(NamedTuple):
    """A repetition that a visitor asked for.

    Attributes
    ----------
    scenario : str or None
        ``None``: the scenarios that the study starts with.
    n_seeds, seed : int
    """

    scenario: str | None
    n_seeds: int
    seed: int

    @property
    def text(self) -> str:
        """How it is written in the link."""
        return f"{self.scenario or ''},{self.seed},{self.n_seeds}"


def choose_again(entry: Entry) -> Again | None:
    """Draw the controls of a repetition and return the one last asked for; it is in the link."""
    study, linked = entry.study, _linked_again(entry.study)
    start = linked or Again(None, N_SEEDS, FIRST_AGAIN)
    scenarios = [OWN, *study.scenarios]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scenario = st.selectbox(
            "Scenario",
            scenarios,
            index=scenarios.index(start.scenario or OWN),
            key=f"again_scenario_{entry.name}",
            format_func=lambda name: SCENARIOS[name].title if name in SCENARIOS else name,
            width=280,
        )
        seed = st.number_input(
            "First seed",
            0,
            MAX_SEED,
            start.seed,
            key=f"again_seed_{entry.name}",
            width=130,
            help="Does it hold on other seeds?",
        )
        n_seeds = st.selectbox(
            "Seeds", AGAIN_SEEDS, index=AGAIN_SEEDS.index(start.n_seeds), key=f"again_n_seeds_{entry.name}", width=100
        )
        pressed = st.button("Run it again", key=f"again_{entry.name}", type="primary", icon=":material/replay:")
    asked = Again(None if scenario == OWN else scenario, n_seeds, seed)
    if pressed:
        address.write_place("again", asked.text)
        return asked
    # Moving a control starts nothing yet: a repetition may take a minute.
    return asked if asked == linked else None


def _linked_again(study: Study) -> Again | None:
    """Take the repetition that the link asks for; report and drop one that does not fit the study."""
    text = st.query_params.get("again", "")
    try:
        return read_again(study, text) if text else None
    except ValueError as error:
        notice_box.say(f"again in the link must be {error}, got {quoted(text)}. It was left out.")
        address.write_place("again", None)
        return None


def read_again(study: Study, text: str) -> Again:
    """Read a repetition as it stands in the link.

    Parameters
    ----------
    study : Study
    text : str
        Scenario (or nothing), first seed and number of seeds, separated by commas.

    Raises
    ------
    ValueError
        If it does not fit the study; the message says what it must be.

    Examples
    --------
    >>> from transfer_core.studies.registry import STUDIES
    >>> read_again(STUDIES["crossover"], ",3000,20")
    Again(scenario=None, n_seeds=20, seed=3000)
    """
    found = re.fullmatch(r"(\w*),(\d{1,4}),(\d{1,4})", text)
    if found:
        scenario, seed, n_seeds = found[1], int(found[2]), int(found[3])
        if scenario in ("", *study.scenarios) and seed <= MAX_SEED and n_seeds in AGAIN_SEEDS:
            return Again(scenario or None, n_seeds, seed)
    raise ValueError(
        f"a scenario of the study or nothing, a first seed from 0 to {MAX_SEED}, and the number of seeds "
        f"({' or '.join(map(str, AGAIN_SEEDS))}), separated by commas"
    )


def origin_again(entry: Entry, again: Again) -> Origin:
    """Say where the table of a repetition comes from."""
    study = entry.study
    configs = study.default_configs(again.scenario, n_seeds=again.n_seeds, seed=again.seed)
    return Origin("claims", configs, {"claim": entry.name, "again": again.text}, study.swept)
