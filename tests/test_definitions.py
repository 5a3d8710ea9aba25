"""Words that a newcomer stumbles over are explained where they first stand on a page."""

import pytest

from tests.app import open_page
from tests.present import present
from transfer_ui.articles import claims
from transfer_ui.definitions import DEFINITIONS, helps

QUICK = {"n_epochs": "5", "unfreeze_epoch": "2", "n_seeds": "6", "pretrain_epochs": "1", "hidden_width": "16"}
PAGES = {
    "home": [QUICK],
    "compare": [QUICK, QUICK | {"n_seeds": "2"}],
    "unfreeze": [QUICK, QUICK | {"n_seeds": "2"}],
    "your_schedule": [QUICK, QUICK | {"trained": "yes"}],
    "forgetting": [QUICK, QUICK | {"n_seeds": "2"}, QUICK | {"pretrain_epochs": "0"}],
    "decide": [{}, {"guess": "50"}],
    "export": [QUICK, QUICK | {"n_seeds": "2"}],
    "claims": [{}, *({"claim": entry.name} for entry in claims.ledger()[:1])],
    "learn": [
        *(QUICK | {"section": section} for section in ("why", "takeaways", "rates", "claims")),
        *({"lesson": step, "done": step} for step in ("mathematics", "unfreezing", "challenge")),
    ],
}
OPENED = [(page, query) for page, queries in PAGES.items() for query in queries]


def _says(word, text):
    return f"**{word}**" in (helps(text) or "")


def _prose(app):
    """Markdown and captions of the page in the order in which they stand, without the sidebar."""
    found = [element for element in _walk(app.main) if element.type in ("markdown", "caption")]
    return [(element.value, element.proto.help) for element in found]


def _walk(block):
    for child in getattr(block, "children", {}).values():
        yield child
        yield from _walk(child)


@pytest.mark.parametrize(("page", "query"), OPENED, ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.no_cover
def test_a_word_is_explained_where_it_first_stands(page, query):
    prose = _prose(open_page(page, query))
    assert prose
    for word, meaning in DEFINITIONS.items():
        text, mark = next(((text, mark) for text, mark in prose if _says(word, text)), ("", meaning))
        assert meaning in mark, text


def test_a_word_inside_another_is_not_explained():
    assert helps("Learn the farm; seeding, natsume and charm.") is None
    assert present(helps("Two arms in nats.")).count("**") == 4
