"""The ledger of claims: entries from the registry of studies, and how they are worded and opened."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from transfer_core import SCENARIOS
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.shipped import Shipped
from transfer_core.studies.study import (
    CONFIRMED,
    INCONCLUSIVE,
    LESSON,
    REFUTED,
    VERDICTS,
    Claim,
    Source,
    Study,
    Summary,
)
from transfer_core.wording import join_words
from transfer_ui.controls.link import quoted
from transfer_ui.downloads import Origin
from transfer_ui.runs import cached

ABOUT = (
    "Each claim is put to a study on this lab's data: ten paired seeds (or rounds of the clock), a rule that stands beside it, an interval. "
    "“Here” means small digits and small networks: a verdict says what happened on this data, not what is true everywhere."
)
SLUGS = {CONFIRMED: "confirmed", REFUTED: "refuted", INCONCLUSIVE: "inconclusive"}
BADGES: dict[str, dict[str, Any]] = {
    CONFIRMED: {"color": "green", "icon": ":material/check:"},
    REFUTED: {"color": "red", "icon": ":material/close:"},
    INCONCLUSIVE: {"color": "gray", "icon": ":material/question_mark:"},
}
OWN = "as in the stored run"
AGAIN_SEEDS = (10, 20)
FIRST_AGAIN, MAX_SEED = 10, 999
ABOUT_LENGTH = 230  # characters of a line of the ledger


class Entry(NamedTuple):
    """A line of the ledger.

    Attributes
    ----------
    study : Study
    claim_name : str
        Within its study.
    shipped : Shipped or None
        What was measured; ``None`` where nothing was shipped.
    """

    study: Study
    claim_name: str
    shipped: Shipped | None

    @property
    def name(self) -> str:
        """Name in the link."""
        return f"{self.study.name}.{self.claim_name}"

    @property
    def claim(self) -> Claim:
        """What is said."""
        return self.study.claims[self.claim_name]

    @property
    def verdict(self) -> str:
        """What was found; inconclusive while nothing was measured."""
        return self.shipped.summary.findings[self.claim_name].verdict if self.shipped else INCONCLUSIVE

    @property
    def sentence(self) -> str:
        """The figures."""
        return self.shipped.summary.findings[self.claim_name].sentence if self.shipped else "Not measured yet."

    @property
    def short(self) -> str:
        """Begin with the figures, cut where a part of the sentence ends; all of it where that is short."""
        parts = re.split(r"(?<=[;.]) (?![^(]*\))", self.sentence)  # not within brackets
        said = ""
        for part in parts:
            if said and len(said) + len(part) > ABOUT_LENGTH:
                return f"{said.rstrip(';: ')} …"
            said = f"{said} {part}".strip()
        return said


class Again(NamedTuple):
    """A repetition that was asked for.

    Attributes
    ----------
    scenario : str or None
        ``None``: those that the study starts with.
    n_seeds, seed : int
    """

    scenario: str | None
    n_seeds: int
    seed: int

    @property
    def text(self) -> str:
        """How it is written in the link."""
        return f"{self.scenario or ''},{self.seed},{self.n_seeds}"


def ledger() -> list[Entry]:
    """List every claim of every study, those of the lesson first."""
    entries = [entry(study.name, name) for study in STUDIES.values() for name in study.claims]
    return sorted(entries, key=lambda one: one.claim.source != LESSON)


def entry(study: str, claim: str) -> Entry:
    """Get one line of the ledger."""
    return Entry(STUDIES[study], claim, cached.shipped_study(study))


def tally(entries: Sequence[Entry]) -> str:
    """Count the verdicts."""
    counts = {verdict: sum(entry.verdict == verdict for entry in entries) for verdict in VERDICTS}
    return (
        f"Of {len(entries)} claims measured here, {counts[CONFIRMED]} are confirmed, {counts[REFUTED]} refuted, and "
        f"{counts[INCONCLUSIVE]} stay inconclusive."
    )


def filters(entries: Sequence[Entry]) -> dict[str, str]:
    """List the verdicts to filter by, with their number."""
    counts = {verdict: sum(entry.verdict == verdict for entry in entries) for verdict in VERDICTS}
    return {"all": f"All {len(entries)}"} | {
        SLUGS[verdict]: f"{SLUGS[verdict].capitalize()} {count}" for verdict, count in counts.items()
    }


def cited(source: Source) -> str:
    """Write a source as Markdown, with its link.

    Examples
    --------
    >>> cited(Source("Kim et al.", 2022, "2205.07874"))
    '[Kim et al. 2022](https://arxiv.org/abs/2205.07874)'
    """
    return f"[{source.words}]({source.url})" if source.url else source.words


def unknown(asked: str, names: Mapping[str, Entry]) -> str:
    """Say that a link names a claim that does not exist."""
    return f"claim in the link must be a claim of the list, such as {next(iter(names))}, got {quoted(asked)}. It was left out."


def open_claim(name: str | None) -> None:
    """Open one entry, or close it; as a callback of its button."""
    st.query_params.pop("again", None)
    st.session_state.opened_claim = name
    if name is None:
        st.query_params.pop("claim", None)
    else:
        st.query_params["claim"] = name


def came_by_link(asked: str) -> bool:
    """Whether the open claim was named by the link, and not opened with its button in this visit."""
    return asked != st.session_state.get("opened_claim")


def choose_again(entry: Entry) -> Again | None:
    """Draw the controls of a repetition and give the one that was asked for last; it is in the link."""
    study, linked = entry.study, read_again(entry.study, st.query_params.get("again", ""))
    start = linked or Again(None, AGAIN_SEEDS[0], FIRST_AGAIN)
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
            help="Other seeds: does it hold?",
        )
        n_seeds = st.selectbox(
            "Seeds", AGAIN_SEEDS, index=AGAIN_SEEDS.index(start.n_seeds), key=f"again_n_seeds_{entry.name}", width=100
        )
        pressed = st.button("Run it again", key=f"again_{entry.name}", type="primary", icon=":material/replay:")
    asked = Again(None if scenario == OWN else scenario, n_seeds, seed)
    if pressed:
        st.query_params["again"] = asked.text
        return asked
    # Moving a control is not yet asking: a repetition may take a minute.
    return asked if asked == linked else None


def read_again(study: Study, text: str) -> Again | None:
    """Read a repetition from the link; what does not fit the study is said and left out.

    Parameters
    ----------
    study : Study
    text : str
        Scenario (or nothing), first seed and number of seeds, with commas; may be empty.

    Examples
    --------
    >>> read_again(STUDIES["crossover"], ",10,20")
    Again(scenario=None, n_seeds=20, seed=10)
    """
    if not text:
        return None
    scenario, seed, n_seeds = (*text.split(","), "", "", "")[:3]
    fits = scenario in ("", *study.scenarios) and seed.isdecimal() and n_seeds.isdecimal()
    if not (fits and int(seed) <= MAX_SEED and int(n_seeds) in AGAIN_SEEDS):
        st.warning(
            "again in the link must be a scenario of the study or nothing, the first seed and the number of seeds "
            f"({join_words([str(count) for count in AGAIN_SEEDS])}), with commas, got {quoted(text)}. It was left out.",
            icon=":material/info:",
        )
        return None
    return Again(scenario or None, int(n_seeds), int(seed))


def origin(entry: Entry, again: Again | None = None) -> Origin:
    """Say where the table of a claim comes from: the stored run, or a repetition."""
    study, place = entry.study, {"claim": entry.name}
    if again is None:
        made = entry.shipped.made if entry.shipped else {}
        notes = tuple(f"{name}: {value}" for name, value in made.items())
        return Origin("claims", study.default_configs(), place, study.swept, notes)
    configs = study.default_configs(again.scenario, n_seeds=again.n_seeds, seed=again.seed)
    return Origin("claims", configs, place | {"again": again.text}, study.swept)


@st.cache_data(max_entries=50, show_spinner=False)
def _summary(name: str, rows: pd.DataFrame) -> Summary:
    return STUDIES[name].summarise(rows)


def summary(study: Study, rows: pd.DataFrame) -> Summary:
    """Summarise a repetition, once."""
    return _summary(study.name, rows)
