"""The start page: cards that can be compared, a mark on the best, three doors."""

import re

import numpy as np
import pytest

from tests.app import open_page
from transfer_core import RunConfig, compare
from transfer_core.statistics import mean_interval
from transfer_ui.articles import home
from transfer_ui.verdicts import THREE

QUICK = RunConfig(
    scenario="low_to_high", hidden_sizes=(8, 8), pretrain_epochs=1, n_epochs=6, unfreeze_epoch=2, n_seeds=6
)


@pytest.fixture(scope="module")
def results():
    return compare(QUICK)


def test_bars_of_all_cards_share_a_range_that_holds_every_interval(results):
    low, high = home.domain(results)
    for name in THREE:
        _, start, end = mean_interval(results[name].test_accuracy)
        assert low <= start <= end <= high


def test_the_mark_is_on_the_best_or_on_all_that_may_be(results, monkeypatch):
    clear = {name: np.full(6, level) for name, level in zip(THREE, (0.5, 0.9, 0.6), strict=True)}
    monkeypatch.setattr(home, "test_scores", lambda _: clear)
    assert home.marks(results) == {THREE[1]: "best"}
    monkeypatch.setattr(home, "test_scores", lambda _: clear | {THREE[2]: clear[THREE[1]]})
    assert home.marks(results) == {THREE[1]: "may be best", THREE[2]: "may be best"}
    monkeypatch.setattr(home, "test_scores", lambda _: {name: values[:5] for name, values in clear.items()})
    assert home.marks(results) == {}


def test_every_door_leads_to_pages_with_the_settings():
    app = open_page("home", {})
    assert not app.exception
    links = [element.proto for element in app.get("page_link")]
    n_doors = sum(len(pages) for pages in home.DOORS.values())
    assert len([link for link in links if re.search("scenario=", link.query_string)]) >= n_doors


def test_both_tasks_are_shown_as_images_with_their_classes_in_words():
    bodies = [element.proto.body for element in open_page("home", {}).get("html")]
    shown = next(body for body in bodies if "figure" in body)
    assert shown.count('src="data:image/svg+xml;base64,') == 2
    assert shown.count(": 0, 1, 2, 3, 4, 5, 6, 7, 8, 9") == 2
