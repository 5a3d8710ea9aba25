"""Odd links, drawn with fixed seeds; `python -m tools.fuzz` tries more of them on the pages."""

import pytest

from tests.app import PAGE_FILES
from tools import fuzz
from tools.odd_links import MARKUP, NAMES, odd_links, page_links
from transfer_core import scenario_config
from transfer_ui.controls import link, sidebar

N_A_PAGE = 5


@pytest.mark.no_cover
def test_ten_thousand_odd_links_are_read_without_a_fault():
    assert not [fault for odd in odd_links(fuzz.N_READ, 0) for fault in fuzz.faults_of_reading(odd)]


@pytest.mark.parametrize("page", PAGE_FILES)
@pytest.mark.no_cover
def test_page_opens_by_odd_links(page):
    assert not [fault for odd in page_links(page, N_A_PAGE, 1) for fault in fuzz.faults_on_page(page, odd)]


def test_odd_links_are_the_same_every_time_and_hold_many_names_and_long_values():
    odd = list(odd_links(1000, 0))
    assert odd == list(odd_links(1000, 0))
    assert max(map(len, odd)) > 100
    assert max(len(text) for one in odd for text in one.values()) >= 10_000
    assert set(NAMES) <= {name for one in odd for name in one}


@pytest.mark.parametrize(
    ("name", "broken", "fault"),
    [
        ("quoted", lambda text: f"`{text}`", "shown as markup"),
        ("quoted", lambda text: "this", "not a sentence"),
        ("fitted", lambda values: (scenario_config("lesson", n_epochs=61), []), "not on the controls"),
        ("to_query", lambda config: {}, "does not come back"),
    ],
)
def test_a_fault_in_reading_a_link_is_found(monkeypatch, name, broken, fault):
    monkeypatch.setattr(link, name, broken)
    found = [one for odd in odd_links(300, 0) for one in fuzz.faults_of_reading(odd)]
    assert any(one.startswith(fault) for one in found)


@pytest.mark.parametrize(
    ("broken", "fault"), [(str, "what was typed is shown as markup"), (lambda text: 1 / 0, "raised ")]
)
def test_a_fault_on_a_page_is_found(monkeypatch, broken, fault):
    monkeypatch.setattr(sidebar, "quoted", broken)
    found = fuzz.faults_on_page("learn", {"lesson": MARKUP[2]})
    assert any(one.startswith(fault) for one in found)
