"""What reaches a server that has forgotten the session, under AppTest: clicks, and the list of earlier runs."""

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from tests.app import QUICK, ROOT, open_page, widget
from transfer_ui.runs import cached


def forgotten(tab, page, query):
    """Run a page in a new session: the browser sends all that it shows, and the session knows none of it."""
    app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    app.query_params.update(query)
    return app._run(tab._tree.get_widget_states())


@pytest.mark.parametrize(
    ("page", "button", "field", "wanted"),
    [
        ("compare", "preset_Hardly any images", "images_per_class", 1),
        ("compare", "reset", "n_epochs", 60),
        ("unfreeze", "decay_timm, 0.75", "layer_decay", 0.75),
    ],
)
def test_a_click_in_a_forgotten_session_acts_before_anything_is_computed(monkeypatch, page, button, field, wanted):
    query = QUICK | {"images_per_class": "3"}
    tab = open_page(page, query)
    widget(tab, button).click()
    asked, real = [], cached.comparison

    def noted(config, draw=None, beside=()):
        asked.append(config)
        return real(config, draw, beside)

    monkeypatch.setattr(cached, "comparison", noted)
    app = forgotten(tab, page, query)
    assert not app.exception
    assert [getattr(config, field) for config in asked] == [wanted]


def test_a_session_outlives_an_hour_without_a_connection():
    assert config.get_option("server.disconnectedSessionTTL") >= 3600


def test_earlier_runs_are_listed_again_by_a_server_that_has_forgotten_the_session():
    tab = open_page("compare", QUICK | {"images_per_class": "3"})
    widget(tab, "images_per_class").set_value(2).run()
    widget(tab, "images_per_class").set_value(1)
    app = forgotten(tab, "compare", QUICK | {"images_per_class": "2"})
    assert not app.exception
    assert app.selectbox(key="pinned").options == [
        "Target images per class 2, not 1",
        "Target images per class 3, not 1",
    ]


def test_earlier_runs_are_known_again_on_whatever_page_the_server_forgot_the_session():
    tab = AppTest.from_file(str(ROOT / "pages" / "claims.py"), default_timeout=60)
    tab.session_state["runs"] = [SOUND_RUN]
    app = forgotten(tab.run(), "claims", {})
    assert not app.exception
    assert app.session_state["runs"] == [SOUND_RUN]


SOUND_RUN = "scenario=off_centre&seed=7"
ODD_RUNS = ["n_epochs=61", "scenario=mars", "<b>x</b>", "seed=%%%", "n_seeds=7&scenario=off_centre", "9" * 5000]


def test_what_is_no_run_among_those_that_the_browser_brings_is_left_out():
    tab = open_page("compare", QUICK)
    widget(tab, "held_runs").set_value(" ".join([*ODD_RUNS, SOUND_RUN, SOUND_RUN]))
    widget(tab, "images_per_class").set_value(1)
    app = forgotten(tab, "compare", QUICK)
    assert not app.exception
    assert not app.warning
    assert app.session_state["runs"][1:] == [SOUND_RUN]
