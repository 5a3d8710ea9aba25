"""A claim as one row: what is said, the interval that decides it against zero, and the verdict.

Drawn as a small picture within the text, because fifty charts would take longer than the page. All of it is ours: nothing
that a visitor typed stands in it.
"""

from __future__ import annotations

from html import escape
from math import asinh, isfinite

import streamlit as st

from transfer_core.studies.study import Decisive
from transfer_core.wording import number_words
from transfer_ui.articles import badges
from transfer_ui.articles.badges import LOOKS, there
from transfer_ui.articles.claims import Entry
from transfer_ui.charts import svg
from transfer_ui.palette import INK, MUTED, PAPER

IN_THE_LAB, ON_A_REAL_ONE, DISAGREE = "In this lab", "On a real network", "The two disagree."
WIDTH, HEIGHT = 240, 26
EDGE = 100  # times what matters: where the scale ends
COLOURS = {  # light, dark: of the verdict, each at least 4.5 to 1 on the page
    "green": {"light": "#0B6B4F", "dark": "#3DDBA4"},
    "red": {"light": "#B3261E", "dark": "#FF8F85"},
    "blue": {"light": "#00629B", "dark": "#7CC4F0"},
    "gray": {"light": "#5B6472", "dark": "#A9B0BA"},
}
STYLE = """
<style>
[class*="st-key-group_"] summary p { font-size: 1.06rem; }
[class*="st-key-claim_"] { padding: .55rem .9rem; position: relative; }
[class*="st-key-claim_"] > [class*="st-key-open_"] button { min-height: 1.7rem; padding-block: 0; }
@media (min-width: 901px) { /* beside the row, not below it */
  [class*="st-key-claim_"] .claim { grid-template-columns: minmax(0, 1fr) 12rem 10.5rem; padding-right: 5.4rem; min-height: 2.4rem; }
  [class*="st-key-claim_"] > [class*="st-key-open_"] { position: absolute; top: .6rem; right: .4rem; width: auto !important; }
}
.claim { display: grid; grid-template-columns: minmax(0, 1fr) 14rem 12rem; gap: .2rem 1.2rem; align-items: center; }
.claim .verdicts { display: grid; gap: .5rem 1.2rem; }
@media (min-width: 1400px) { .claim, [class*="st-key-claim_"] .claim { grid-template-columns: minmax(0, 1fr) 14rem 25rem; } .claim .verdicts { grid-template-columns: 1fr 1fr; } }
.claim b { font-weight: 600; }
.claim a { color: var(--link); }
.claim small { color: var(--quiet); display: block; line-height: 1.35; }
.claim .verdict { display: block; font-weight: 600; }
@media (max-width: 900px) { .claim { grid-template-columns: minmax(0, 1fr) 8.6rem; } .claim > :first-child { grid-column: 1 / 3; } }
@media (max-width: 600px) { /* the interval as large as elsewhere, its words in two lines */
  .claim { grid-template-columns: minmax(0, 1fr); row-gap: .12rem; }
  .claim > :first-child { grid-column: 1; }
  .claim .verdicts { grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); }
}
</style>
"""
LEGEND = (
    "The dot is the mean over the seeds, the bar its 95\u00a0% interval, the vertical line zero; within the shaded strip a "
    "difference is too small to matter. The scale is finest around zero."
)


def show(entry: Entry, mode: str) -> None:
    """Draw the row of a claim."""
    claim, look = entry.claim, LOOKS[entry.verdict]
    source = escape(claim.source.words)
    if claim.source.url:
        source = f"<a href='{escape(claim.source.url)}' target='_blank'>{source}</a>"
    decisive = entry.standing.first.decisive
    st.html(
        f'<div class="claim" style="--quiet: {MUTED[mode]}; --link: {COLOURS["blue"][mode]}"><div><b>{escape(claim.text)}</b><small>{source}</small></div>'
        f"<div>{picture(decisive, COLOURS[look.color][mode], mode) if decisive else ''}"
        f"<small>{escape(words(decisive)) if decisive else ''}</small></div>"
        f"<div class='verdicts'><div>{f'<small>{IN_THE_LAB}</small>' if entry.real else ''}"
        f'<span class="verdict" style="color: {COLOURS[look.color][mode]}">{escape(verdict_words(entry))}</span>'
        f"<small>{escape(entry.standing.replication)}</small></div>{_elsewhere(entry, mode)}</div></div>"
    )


def _elsewhere(entry: Entry, mode: str) -> str:
    """Write the second column: what the real network says, and whether that is something else."""
    if entry.real is None:
        return ""
    look = LOOKS[entry.real.verdict]
    said = f"{look.sign} {there(entry.real.verdict)}"
    return (
        f"<div><small>{ON_A_REAL_ONE}, at {entry.resolution}\u00a0px</small>"
        f'<span class="verdict" style="color: {COLOURS[look.color][mode]}">{escape(said)}</span>'
        f"<small>{DISAGREE if entry.disagrees else ''}</small></div>"
    )


def verdict_words(entry: Entry) -> str:
    """Give the verdict with a sign that says the same without colour."""
    return f"{LOOKS[entry.verdict].sign} {badges.verdict_words(entry.verdict, entry.claim.source)}"


def picture(decisive: Decisive, colour: str, mode: str) -> str:
    """Draw the interval against zero, with its text for whoever cannot see it.

    Examples
    --------
    >>> 'alt="the lead: ' in picture(Decisive("the lead", "points", 0.01, 0.02, 0.01, 0.03, 20), "red", "light")
    True
    """
    if not isfinite(decisive.low):
        return ""
    low, mean, high = (_place(value, decisive.matters) for value in (decisive.low, decisive.mean, decisive.high))
    zone, middle = _place(decisive.matters, decisive.matters) - WIDTH / 2, HEIGHT / 2
    shapes = (
        f'<rect x="{WIDTH / 2 - zone:.1f}" y="0" width="{2 * zone:.1f}" height="{HEIGHT}" fill="{MUTED[mode]}" opacity=".16"/>'
        f'<line x1="{WIDTH / 2}" x2="{WIDTH / 2}" y1="0" y2="{HEIGHT}" stroke="{INK[mode]}" stroke-width="1"/>'
        f'<line x1="{low:.1f}" x2="{max(high, low + 1):.1f}" y1="{middle}" y2="{middle}" stroke="{colour}" stroke-width="4" '
        'stroke-linecap="round"/>'
        f'<circle cx="{mean:.1f}" cy="{middle}" r="5.5" fill="{colour}" stroke="{PAPER[mode]}" stroke-width="1.5"/>'
    )
    return svg.image(WIDTH, HEIGHT, shapes, words(decisive), "width: 100%; max-width: 15.5rem")


def _place(value: float, matters: float) -> float:
    """Where a value lies on the scale: finest around zero, ending at `EDGE` times what matters."""
    share = asinh(value / matters) / asinh(EDGE)
    return WIDTH / 2 * (1 + 0.96 * max(-1.0, min(1.0, share)))


def words(decisive: Decisive) -> str:
    """Say what decides, with its interval.

    Examples
    --------
    >>> words(Decisive("the lead of A over B", "points", 0.01, 0.021, 0.012, 0.03, 20))
    'the lead of A over B: 2.1 points, 1.2 to 3.0'
    """
    times, unit = (100, " points") if decisive.unit == "points" else (1, "")
    digits = ".1f" if decisive.unit == "points" else ".2f"
    mean, low, high = (number_words(times * value, digits) for value in (decisive.mean, decisive.low, decisive.high))
    return f"{decisive.name.rstrip(',')}: {mean}{unit}, {low} to {high}"
