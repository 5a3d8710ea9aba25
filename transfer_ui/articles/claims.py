"""The ledger of claims: entries from the registry of studies, and how they are worded and opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st

from transfer_core.bibliography import LESSON
from transfer_core.real_network.claims import PUT
from transfer_core.real_network.evidence import pixels_words
from transfer_core.real_network.results import judged, measurements
from transfer_core.statistics import MIN_SEEDS
from transfer_core.studies.family import RATE
from transfer_core.studies.ledger import OPEN, Standing, standings
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.rules import CONFIRMED, REFUTED, SAME, UNTESTED, VERDICTS
from transfer_core.studies.shipped import Shipped
from transfer_core.studies.study import FIRST_SEEDS, N_SEEDS, QUESTIONS, Claim, Finding, Study, Summary
from transfer_core.wording import sentence_case
from transfer_ui.articles.badges import LOOKS, counted, there
from transfer_ui.controls import address, notice_box
from transfer_ui.controls.link import quoted
from transfer_ui.downloads import Origin
from transfer_ui.runs import studies
from transfer_ui.sentences import percent

SLUGS = {verdict: LOOKS[verdict].slug for verdict in (*VERDICTS, UNTESTED)}
LESSON_ALONE, PAPERS_ALONE = "lesson", "papers"
SOURCES = {"all": "All sources", LESSON_ALONE: "The lesson", PAPERS_ALONE: "Papers and notes"}
ABOUT = "“Here” means small networks and small images: a verdict says what happened in this lab, not what is true everywhere."
HOW = (
    f"Each claim is a study with a rule that was written down before its verdict: a mean over {N_SEEDS} paired seeds, its "
    f"95\u00a0% interval, and the smallest difference that would matter. It was run on {len(FIRST_SEEDS)} separate blocks of "
    "seeds. A verdict stands only if all blocks agree and if it survives being one of many: the procedure of Benjamini "
    f"and Hochberg keeps the expected share of false discoveries at {percent(RATE)} at most. Anything else is inconclusive."
)


class Entry(NamedTuple):
    """A line of the ledger.

    Attributes
    ----------
    study : Study
    claim_name : str
        Name within its study.
    shipped : Shipped
        What was measured.
    standing : Standing
        Where the claim stands, among all others.
    real : Finding or None
        What a real network says of it, if it could be put to one.
    resolution : int
        Side in pixels of the pictures that it was put to; 0 if it was not.
    """

    study: Study
    claim_name: str
    shipped: Shipped
    standing: Standing
    real: Finding | None = None
    resolution: int = 0

    @property
    def disagrees(self) -> bool:
        """Whether the lab and the real network both settle it, and differently."""
        settled = self.real is not None and not {self.verdict, self.real.verdict} & set(OPEN)
        return settled and self.real is not None and self.real.verdict != self.verdict

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
        """What is shipped."""
        return self.standing.verdict

    @property
    def sentence(self) -> str:
        """The figures of the first block."""
        return self.standing.first.sentence


def ledger() -> list[Entry]:
    """List every claim of every study by the question it is about; those of the lesson first in each."""
    entries = [entry(study.name, name) for study in STUDIES.values() for name in study.claims]
    questions = list(QUESTIONS)
    return sorted(entries, key=lambda one: (questions.index(one.claim.question), one.claim.source != LESSON))


def entry(study: str, claim: str) -> Entry:
    """Get one line of the ledger."""
    shipped = studies.shipped_study(study)
    assert shipped is not None
    name = f"{study}.{claim}"
    put = judged(measurements()).get(name)
    return Entry(STUDIES[study], claim, shipped, all_standings()[name], *(put or ()))


@st.cache_resource(show_spinner=False)
def all_standings() -> dict[str, Standing]:
    """Where every claim stands; all of them are judged together."""
    found: dict[str, list[Finding]] = {}
    for name, study in STUDIES.items():
        shipped = studies.shipped_study(name)
        assert shipped is not None
        found |= {f"{name}.{claim}": [one[claim] for one in shipped.findings.values()] for claim in study.claims}
    return standings(found)


def tally(entries: Sequence[Entry]) -> str:
    """Count the verdicts."""
    counts = counted(entry.verdict for entry in entries)
    open_ones = len(entries) - counts[CONFIRMED] - counts[REFUTED] - counts[SAME]
    return (
        f"Of {len(entries)} claims, {counts[CONFIRMED]} are confirmed here, {counts[REFUTED]} refuted, {open_ones} open; "
        f"{counts[SAME]} make no difference."
    )


def signs(entries: Sequence[Entry]) -> str:
    """Count the verdicts by their signs, for the head of a group.

    Examples
    --------
    >>> signs(ledger()[-2:]).split()
    ['✕', '2']
    """
    counts = counted(entry.verdict for entry in entries)
    return "\u2003".join(f"{LOOKS[verdict].sign}\u00a0{n}" for verdict, n in counts.items() if n)


def filters(entries: Sequence[Entry]) -> dict[str, str]:
    """List the verdicts to filter by, each with its count."""
    counts = counted(entry.verdict for entry in entries)
    return {"all": f"All {len(entries)}"} | {
        slug: f"{sentence_case(verdict)} {counts[verdict]}" for verdict, slug in SLUGS.items()
    }


def from_source(entry: Entry, source: str) -> bool:
    """Whether a claim comes from one of `SOURCES`."""
    return source == "all" or (entry.claim.source == LESSON) == (source == LESSON_ALONE)


def by_question(entries: Sequence[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Group claims by what they are about, in the words of the question; those without claims are left out."""
    for key, question in QUESTIONS.items():
        here = [entry for entry in entries if entry.claim.question == key]
        if here:
            yield question, here


def show_unjudged() -> None:
    """Draw what is claimed, and by whom, without anything that was measured."""
    asked = [claim for study in STUDIES.values() for claim in study.claims.values()]
    for place, (key, question) in enumerate(QUESTIONS.items()):
        here = [f"- {claim.text} *{claim.source.words}*" for claim in asked if claim.question == key]
        if here:
            st.expander(f"**{question}**", expanded=place == 0).markdown("\n".join(here))


def rule_words(claim: Claim) -> str:
    """Write what settles a claim, as Markdown."""
    same = f"*No difference* if {claim.same_if}.  \n" if claim.same_if else ""
    return (
        f"{same}*Confirmed* if {claim.confirmed_if}.  \n*Refuted* if {claim.refuted_if}.  \nOtherwise inconclusive; the "
        "first that holds counts. “Clearly” means that the whole 95\u00a0% interval lies on that side; what is asked at several "
        f"places is one test with one error. Fewer than {MIN_SEEDS} seeds settle nothing."
    )


def real_words(entry: Entry) -> str:
    """Say what the real network showed, and what would have settled it, as Markdown; empty if it was not asked."""
    if entry.real is None:
        return ""
    rule = PUT[entry.name].rule
    return (
        f"**On a real network**, at {pixels_words(entry.resolution)} ({there(entry.real.verdict)}): "
        f"{entry.real.sentence}  \n*Confirmed* there if "
        f"{rule.confirmed_if}.  \n*Refuted* there if {rule.refuted_if}."
    )


def judged_words(standing: Standing) -> str:
    """Say how the verdict came about: block by block, and among all claims."""
    blocks = "; ".join(
        f"from seed {seed:,} {finding.verdict.removesuffix(' here')}"
        for seed, finding in zip(FIRST_SEEDS, standing.findings, strict=True)
    )
    return (
        f"{N_SEEDS} seeds {blocks}. p = {p_words(standing.first.p)}; among all claims {p_words(standing.q)} by Benjamini "
        f"and Hochberg, {p_words(standing.q_holm)} by Holm."
    )


def p_words(p: float) -> str:
    """Write a probability.

    Examples
    --------
    >>> p_words(0.0432), p_words(0.00001)
    ('0.043', 'less than 0.001')
    """
    return f"{p:.3f}" if p >= 0.001 else "less than 0.001"


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


def origin(entry: Entry) -> Origin:
    """Say where the stored table of a claim comes from."""
    study = entry.study
    notes = tuple(f"{name}: {value}" for name, value in entry.shipped.made.items())
    return Origin("claims", study.default_configs(), {"claim": entry.name}, study.swept, notes)


@st.cache_data(max_entries=50, show_spinner=False)
def _summary(name: str, rows: pd.DataFrame) -> Summary:
    return STUDIES[name].summarise(rows)


def summary(study: Study, rows: pd.DataFrame) -> Summary:
    """Summarise a repetition, once."""
    return _summary(study.name, rows)
