"""A click that reaches a server which has forgotten the session, under AppTest: what the page computes then."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.app import QUICK, ROOT, open_page, widget
from transfer_ui.runs import cached


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
    app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    app.query_params.update(query)
    app._run(tab._tree.get_widget_states())  # the browser sends all that it shows; the new session knows none of it
    assert not app.exception
    assert [getattr(config, field) for config in asked] == [wanted]
