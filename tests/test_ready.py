"""Templates that ship: they are what the code would make, and other code than theirs does not read them."""

import json
import re

import pytest

from tools import build_templates
from transfer_ui.charts import ready, work


def _whatever_altair(templates):
    """The templates without what each version of Altair writes in its own way: the schema, and names made from all else."""
    return json.loads(re.sub(r"view_[0-9a-f]{16}|vega-lite/v6[.0-9]*[0-9]", "", json.dumps(templates)))


def test_the_file_holds_what_every_first_view_takes_as_this_code_makes_it():
    assert ready.shipped_templates(), "charts have changed: python -m tools.build_templates"
    assert _whatever_altair(ready.shipped_templates()) == _whatever_altair(build_templates.made_anew())


@pytest.fixture
def apart(monkeypatch, tmp_path):
    """A file of templates of its own, and none made yet."""
    monkeypatch.setattr(ready, "FILE", tmp_path / "ready.json")
    monkeypatch.setattr(ready, "made", {})
    ready.shipped_templates.cache_clear()
    yield ready.FILE
    ready.shipped_templates.cache_clear()


SHIPPED = {"mark": "as it ships"}


def _ship(path, code):
    name = ready.name_of(work.template, "light")
    path.write_text(json.dumps({"code": code, "templates": {name: SHIPPED}}), encoding="utf-8")


def test_a_template_that_ships_is_not_made(apart):
    _ship(apart, ready.name_of_code())
    assert work.template("light") == SHIPPED
    assert work.template("dark")["layer"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"code": 1}', None])
def test_templates_are_made_where_the_file_is_missing_damaged_or_of_other_code(apart, text):
    if text is None:
        _ship(apart, "other")
    elif text:
        apart.write_text(text, encoding="utf-8")
    assert work.template("light")["layer"]
