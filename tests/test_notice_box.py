"""What a page says of a link that did not fit: one box, however much there is to say."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.app import open_page, texts

LONG = "1" * 5000


def _say(first, later):
    """A page that says some things at its beginning and some further down."""
    import streamlit as st

    from transfer_ui.controls import notice_box

    notice_box.begin()
    notice_box.say(*first)
    st.write("the page")
    notice_box.say(*later)


def _boxes(first, later=()):
    return AppTest.from_function(_say, kwargs={"first": first, "later": later}).run().warning


def test_nothing_to_say_is_no_box():
    assert not _boxes([])


def test_one_notice_stands_as_it_is():
    assert [box.value for box in _boxes(["This."])] == ["This."]


def test_what_is_said_further_down_the_page_joins_the_same_box():
    assert [box.value for box in _boxes(["This."], ["That."])] == ["- This.\n- That."]


def test_a_long_list_of_notices_ends_in_their_number():
    (box,) = _boxes([f"Number {index}." for index in range(40)], ["Last."])
    assert box.value.count("\n") == 3
    assert box.value.endswith("- 38 more values did not fit either; the link now holds what is used.")


def test_one_notice_too_many_is_said_and_not_counted():
    (box,) = _boxes([f"Number {index}." for index in range(4)])
    assert box.value.endswith("- Number 3.")


def test_three_hundred_unknown_names_are_one_sentence():
    app = open_page("learn", {f"x{index}": LONG[:500] for index in range(300)})
    assert not app.exception
    assert [box.value for box in app.warning] == [
        "The link names 300 settings that do not exist, such as `x0`, `x1` and `x2`. They were left out."
    ]


def test_wrong_settings_and_wrong_places_share_one_box():
    query = {"section": "`gold`", "momentum": "much", "gradual": "2", "batch_size": LONG, "moon": "1"}
    app = open_page("learn", query)
    assert not app.exception
    (box,) = app.warning
    assert len(box.value) < 700
    assert box.value.startswith("- The link names a setting that does not exist, `moon`.")
    assert box.value.endswith("- 2 more values did not fit either; the link now holds what is used.")
    assert set(app.query_params) == {"scenario"}


@pytest.mark.parametrize(
    ("page", "query", "name"),
    [
        ("claims", {"claim": "same_basin.one_basin", "again": f",10,{LONG}"}, "again"),
        ("claims", {"claim": "same_basin.one_basin", "again": ",²,10"}, "again"),
        ("claims", {"claim": LONG}, "claim"),
        ("claims", {"verdict": LONG}, "verdict"),
        ("learn", {"section": LONG}, "section"),
        ("learn", {"lesson": LONG}, "lesson"),
        ("learn", {"done": LONG}, "done"),
        ("learn", {"section": "glossary", "word": LONG}, "word"),
        ("decide", {"guess": LONG, "n_epochs": "5", "unfreeze_epoch": "2", "n_seeds": "2"}, "guess"),
        ("learn", {"n_epochs": LONG}, "n_epochs"),
        ("learn", {"momentum": "1e400"}, "momentum"),
    ],
)
@pytest.mark.no_cover
def test_a_huge_value_of_any_parameter_is_one_short_sentence_and_the_page_works(page, query, name):
    app = open_page(page, query)
    assert not app.exception
    assert app.title
    (box,) = app.warning
    assert box.value.startswith(f"{name} in the link must be ")
    assert len(box.value) < 400
    again = app.run()
    assert not again.warning, texts(again.warning)
