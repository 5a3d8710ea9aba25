"""The ledger of claims: entries from the registry of studies, and how they are worded and opened."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st

from transfer_core import SCENARIOS
from transfer_core.bibliography import LESSON
from transfer_core.statistics import MIN_SEEDS
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, VERDICTS
from transfer_core.studies.shipped import Shipped
from transfer_core.studies.study import Claim, Study, Summary
from transfer_core.wording import sentence_case
from transfer_ui.articles.badges import LOOKS, counted
from transfer_ui.controls import address, notice_box
from transfer_ui.controls.link import quoted
from transfer_ui.downloads import Origin
from transfer_ui.runs import cached

ABOUT = (
    "Each claim is tested by a study on this lab's data: ten paired seeds (or timing rounds), an interval, and a rule stated "
    "beside it. “Here” means small digits and small networks: a verdict says what happened on this data, not what is true "
    "everywhere."
)
SLUGS = {verdict: LOOKS[verdict].slug for verdict in VERDICTS}
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
        Name within its study.
    shipped : Shipped or None
        What was measured; ``None`` if nothing was shipped.
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
        """The claim itself."""
        return self.study.claims[self.claim_name]

    @property
    def verdict(self) -> str:
        """What was found; inconclusive until something is measured."""
        return self.shipped.summary.findings[self.claim_name].verdict if self.shipped else INCONCLUSIVE

    @property
    def sentence(self) -> str:
        """The figures."""
        return self.shipped.summary.findings[self.claim_name].sentence if self.shipped else "Not measured yet."

    @property
    def short(self) -> str:
        """The beginning of the sentence, cut where a part of it ends; all of it if it is short."""
        parts = re.split(r"(?<=[;.]) (?![^(]*\))", self.sentence)  # not within brackets
        said = ""
        for part in parts:
            if said and len(said) + len(part) > ABOUT_LENGTH:
                return f"{said.rstrip(';: ')} …"
            said = f"{said} {part}".strip()
        return said


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


def ledger() -> list[Entry]:
    """List every claim of every study, those of the lesson first."""
    entries = [entry(study.name, name) for study in STUDIES.values() for name in study.claims]
    return sorted(entries, key=lambda one: one.claim.source != LESSON)


def entry(study: str, claim: str) -> Entry:
    """Get one line of the ledger."""
    return Entry(STUDIES[study], claim, cached.shipped_study(study))


def tally(entries: Sequence[Entry]) -> str:
    """Count the verdicts."""
    counts = counted(entry.verdict for entry in entries)
    return (
        f"Of {len(entries)} claims measured here, {counts[CONFIRMED]} are confirmed, {counts[REFUTED]} refuted and "
        f"{counts[INCONCLUSIVE]} inconclusive."
    )


def filters(entries: Sequence[Entry]) -> dict[str, str]:
    """List the verdicts to filter by, each with its count."""
    counts = counted(entry.verdict for entry in entries)
    return {"all": f"All {len(entries)}"} | {
        slug: f"{sentence_case(verdict)} {counts[verdict]}" for verdict, slug in SLUGS.items()
    }


def rule_words(claim: Claim) -> str:
    """Write what settles a claim, as Markdown."""
    return (
        f"*Confirmed* if {claim.confirmed_if}.  \n*Refuted* if {claim.refuted_if}.  \nOtherwise inconclusive. “Clearly” means "
        f"that the whole 95\u00a0% interval lies on that side. Fewer than {MIN_SEEDS} seeds settle nothing."
    )


def linked_claim(names: Mapping[str, Entry]) -> str | None:
    """Take the claim that the link opens; report and drop one that does not exist."""
    asked = st.query_params.get("claim")
    if asked is None or asked in names:
        return asked
    rule = f"a claim on the list, such as {next(iter(names))}"
    notice_box.say(f"claim in the link must be {rule}, got {quoted(asked)}. It was left out.")
    address.write_place("claim", None)
    return None


def open_claim(name: str | None) -> None:
    """Open or close one entry; the callback of its button."""
    address.write_place("again", None)
    address.write_place("claim", name)
    st.session_state.opened_claim = name


def came_by_link(asked: str) -> bool:
    """Whether the link named the open claim, rather than its button having opened it during this visit."""
    return asked != st.session_state.get("opened_claim")


def choose_again(entry: Entry) -> Again | None:
    """Draw the controls of a repetition and return the one last asked for; it is in the link."""
    study, linked = entry.study, _linked_again(entry.study)
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
    >>> read_again(STUDIES["crossover"], ",10,20")
    Again(scenario=None, n_seeds=20, seed=10)
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
