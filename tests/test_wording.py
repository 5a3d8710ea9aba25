"""A gap is worded in one place, and so are capitals: no other module makes a sentence of a difference and its number."""

import ast
import re

import pytest

from tests.app import ROOT

PARTS = ("transfer_core", "transfer_takeaway", "transfer_torch", "transfer_ui", "pages")
ELSEWHERE = [path for part in PARTS for path in sorted((ROOT / part).rglob("*.py")) if path.stem != "wording"]
# The number of a gap with its unit, or the side that an arm is on, beside something that is filled in.
PHRASE = re.compile(r"<\.\df> points|\b(ahead of|behind) <|> (ahead|behind)\b")


def phrases_about_a_gap(source):
    """F-strings in which a gap is put into words; what is filled in is shown as its format in angle brackets."""
    written = [
        "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"<{_format(part)}>"
            for part in node.values
            if isinstance(part, ast.Constant | ast.FormattedValue)
        )
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.JoinedStr)
    ]
    return [text for text in written if PHRASE.search(text)]


def _format(filled):
    return ast.unparse(filled.format_spec)[2:-1].lstrip("+") if filled.format_spec else ""


@pytest.mark.parametrize("path", ELSEWHERE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_phrase_about_a_gap_stands_outside_wording(path):
    assert not phrases_about_a_gap(path.read_text(encoding="utf-8"))


# A message of the core's loop, which is part of every result's name; and a script that stands alone.
CAPITALS_OF_THEIR_OWN = {"transfer_core/experiment.py", "transfer_ui/export/pictures/parts.py"}
CAPITAL = re.compile(r"\.capitalize\(\)|\[(0|:1)\]\.(upper|lower)\(\)")


@pytest.mark.parametrize("path", ELSEWHERE, ids=lambda path: str(path.relative_to(ROOT)))
def test_capitals_are_set_by_wording_alone(path):
    here = path.relative_to(ROOT).as_posix()
    assert bool(CAPITAL.search(path.read_text(encoding="utf-8"))) == (here in CAPITALS_OF_THEIR_OWN)


@pytest.mark.parametrize(
    "source",
    [
        'f"{title} is clearly ahead of {other}."',
        'f"{a} is clearly behind {b}"',
        'f"{100 * gap:.1f} points more"',
        'f"{100 * gap:+.1f} points"',
        'f"{words} behind the others"',
    ],
)
def test_the_walk_finds_a_phrase_about_a_gap(source):
    assert phrases_about_a_gap(source)
    assert not phrases_about_a_gap('f"{lead_words(gap, other)} on the new task, {n} points are drawn"')
