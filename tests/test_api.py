"""The API page: built without a complaint, every link leads somewhere, and what names nothing is noticed."""

import html
import importlib.util
import re
import subprocess
import sys

import pytest

from tests.app import ROOT
from tools.references import complaints


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    built = subprocess.run(
        [sys.executable, "-m", "tools.api", str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}


def test_every_module_has_its_page(site):
    for package in ("transfer_core", "transfer_takeaway", "transfer_ui"):
        for path in (ROOT / package).rglob("*.py"):
            module = path.parent if path.stem == "__init__" else path
            assert module.stem == "__main__" or f"{module.relative_to(ROOT).with_suffix('').as_posix()}.html" in site


def test_every_link_inside_leads_to_a_page_and_a_place(site):
    places = {page: set(re.findall(r'\bid="([^"]+)"', text)) for page, text in site.items()}
    followed = 0
    for page, text in site.items():
        for link in re.findall(r'href="(?!https?:|data:|\$)([^"]+)"', text):
            address, _, place = html.unescape(link).partition("#")
            target = (ROOT / page).parent.joinpath(address).resolve().relative_to(ROOT).as_posix() if address else page
            assert target in places, (page, link)
            assert not place or place in places[target], (page, link)
            followed += 1
    assert followed > 1000


def test_sections_and_names_of_a_docstring_are_rendered(site):
    page = site["transfer_core/network.html"]
    backward = page[page.index('<section id="backward">') :].partition("</section>")[0]
    sections = ["Parameters", "Returns", "Raises", "Examples"]
    assert re.findall(r"<h6[^>]*>(\w+)</h6>", backward) == sections
    assert "<strong>frozen</strong> (sequence of bool)" in backward
    assert '<code><a href="#cross_entropy">cross_entropy</a></code>' in backward
    assert not [page for page, text in site.items() if re.search(r"^-{4,}$", text, re.MULTILINE)]


def test_named_tuples_are_shown_as_they_were_written(site):
    door = site["transfer_core.html"]
    assert "Alias for field" not in door
    assert "Create new instance" not in door


GOOD = '''"""A module, with its `CONSTANT`, `Pair` and ``what is typed``."""

from typing import NamedTuple

CONSTANT = 1


def double(number: int, *others: int) -> int:
    """Twice a `number`; see `double()`, `Pair.first`, `RunConfig.seed` and `transfer_core.network.backward`.

    Parameters
    ----------
    number : int
    *others : int
        Not looked at.

    Examples
    --------
    >>> f"a `string` of {double(2)}"
    'a `string` of 4'
    """
    return 2 * number


class Pair(NamedTuple):
    """Two.

    Attributes
    ----------
    first, second : int
    """

    first: int
    second: int

    def total(self) -> int:
        """Of `first` and `second`."""
        return self.first + self.second
'''


def _complaints(folder, source):
    path = folder / "known.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location("known", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return complaints(module)


def test_docstrings_in_order_give_no_complaint(tmp_path):
    assert _complaints(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("good", "bad", "complaint"),
    [
        ("`Pair` and", "`Triple` and", "known: `Triple` names nothing"),
        ("`CONSTANT`", "`2 + 2`", "known: `2 + 2` is no name; literal text stands between double backticks"),
        ("a `number`", "a `figure`", "known.double: `figure` names nothing"),
        ("`double()`", "`halve()`", "known.double: `halve()` names nothing"),
        ("`Pair.first`", "`Pair.third`", "known.double: `Pair.third` names nothing"),
        ("`RunConfig.seed`", "`RunConfig.sead`", "known.double: `RunConfig.sead` names nothing"),
        ("network.backward", "network.backwards", "known.double: `transfer_core.network.backwards` names nothing"),
        ("network.backward", "net.backward", "known.double: `transfer_core.net.backward` names nothing"),
        ("    number : int\n", "    figure : int\n", "known.double: Parameters has figure, which is not there"),
        ("first, second :", "first, third :", "known.Pair: Attributes has third, which is not there"),
        ('        """Of `first` and `second`."""\n', "", "known.Pair.total has no docstring"),
    ],
)
def test_what_names_nothing_or_says_nothing_is_noticed(tmp_path, good, bad, complaint):
    assert GOOD.count(good) == 1
    assert _complaints(tmp_path, GOOD.replace(good, bad)) == [complaint]
