"""The one list of sources, and that whatever is cited anywhere is in it."""

import re
from pathlib import Path

import pytest

import transfer_core
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.studies.registry import STUDIES
from transfer_ui.articles.learn.theory import LIMITS

ROOT = Path(transfer_core.__file__).parents[1]
TEXTS = [path for part in ("transfer_core", "transfer_ui", "pages") for path in sorted((ROOT / part).rglob("*.py"))]
NUMBER = re.compile(r"arXiv:(\d{4}\.\d{4,5})", re.IGNORECASE)
CITATION = re.compile(
    r"([A-Z][\w-]+) et al\.,? \(?((?:19|20)\d\d)|[A-Z][\w-]+,? and ([A-Z][\w-]+),? \(?((?:19|20)\d\d)"
)
# Who made the data and the palette is thanked beside them; that is no reading about transfer.
ELSEWHERE = {("Ito", "2008")}


def cited_in(text):
    """Surnames with the year, of citations written out in a text."""
    return {(one or other, first or second) for one, first, other, second in CITATION.findall(text)}


def test_no_source_is_listed_twice():
    listed = list(SOURCES.values())
    for what in (
        [source.title.casefold() for source in listed],
        [source.words for source in listed],
        [source.url for source in listed if source.url],
    ):
        assert len(set(what)) == len(what)
    assert LESSON.key not in SOURCES


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_source_says_who_when_and_what_for(source):
    assert source.line.endswith(".")
    assert bool(source.authors) == bool(source.year)
    assert re.fullmatch(r"\d{4}\.\d{4,5}", source.arxiv) or not source.arxiv
    assert not (source.arxiv and source.page)
    assert source.url or source.year


@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
def test_every_claim_comes_from_the_lesson_or_the_list(study):
    for claim in study.claims.values():
        assert claim.source == LESSON or SOURCES[claim.source.key] == claim.source


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_text_cites_is_in_the_list(path):
    text = path.read_text(encoding="utf-8")
    assert set(NUMBER.findall(text)) <= {source.arxiv for source in SOURCES.values()}
    known = {(name, str(source.year)) for source in SOURCES.values() for name in re.findall(r"[\w-]+", source.authors)}
    assert cited_in(text) - ELSEWHERE <= known


def test_the_walk_finds_citations():
    text = "As Kim et al. (2022) and Howard and Ruder 2018 say; Li, Grandvalet and Davoine, 2018."
    assert cited_in(text) == {("Kim", "2022"), ("Ruder", "2018"), ("Davoine", "2018")}


def test_the_limits_that_the_theory_names_are_in_the_list():
    assert all(SOURCES[key].arxiv for key, _ in LIMITS)
