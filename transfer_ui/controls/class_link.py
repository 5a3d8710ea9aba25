"""A link for a class: a question, controls that are fixed or not drawn, a veil over the answer; read, checked and written.

Nothing that it carries is more than plain text, and each part that breaks a rule is left out alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import NamedTuple
from unicodedata import combining, normalize

from transfer_core import RunConfig
from transfer_core.wording import inside, join_words
from transfer_ui.controls.knobs import KNOB
from transfer_ui.controls.link import quoted, to_text

MAX_ASK, MAX_WORD = 200, 40  # characters
MAX_MARKS = 2  # accents on one letter: more would be drawn over the lines above and below
MARK_LENGTH = 6  # characters of a mark that tells two questions apart
WORD_LENGTH = 12  # of the mark of a word
ALL, BETWEEN = "all", "."  # all controls; what joins the names of controls in a link
AFTER_PREDICTION, AFTER_WORD = "prediction", "word"
PROJECTOR = "projector"
PREDICTIONS = {
    "winner": "Which strategy wins",
    "gap": "How far fine-tuning leads freezing, in points",
    "forgotten": "How much of the old task fine-tuning forgets, in points",
    "crossing": "From how many images fine-tuning beats freezing",
}
"""What a reader can be asked to predict: name in the link -> what it is about."""


class ClassLink(NamedTuple):
    """What a link asks of the page, beside its settings.

    Attributes
    ----------
    ask : str
        A question, as plain text.
    predict : str
        What the reader predicts, a key of `PREDICTIONS`, or "".
    lock, hide : frozenset of str
        Controls that are fixed, and those that are not even drawn.
    reveal : str
        Until when the answer is veiled: ``"prediction"``, ``"word."`` with the mark of a word, or "" for no veil.
    view : str
        ``"projector"`` or "".
    """

    ask: str = ""
    predict: str = ""
    lock: frozenset[str] = frozenset()
    hide: frozenset[str] = frozenset()
    reveal: str = ""
    view: str = ""

    @property
    def fixed(self) -> frozenset[str]:
        """Controls that the reader cannot move."""
        return self.lock | self.hide

    @property
    def needs_word(self) -> bool:
        """Whether a word opens the answer."""
        return self.reveal.startswith(AFTER_WORD)

    def is_opened_by(self, word: str) -> bool:
        """Whether this is the word that opens the answer."""
        return self.reveal == reveal_by(word)


def read(query: Mapping[str, str]) -> tuple[ClassLink, list[str]]:
    """Read what a link is for a class, with one sentence for each part that does not fit.

    Examples
    --------
    >>> link, notices = read({"ask": "Who wins?", "lock": "seed.n_epochs", "reveal": "soon"})
    >>> link.ask, sorted(link.lock), link.reveal
    ('Who wins?', ['n_epochs', 'seed'], '')
    >>> notices
    ['reveal in the link must be prediction, or word. and the mark of a word, got `soon`. It was left out.']
    """
    found: dict[str, object] = {}
    notices = []
    for name, (take, rule) in _RULES.items():
        asked = query.get(name)
        if asked is None:
            continue
        value = take(asked)
        if value is None:
            notices.append(f"{name} in the link must be {rule}, got {quoted(asked)}. It was left out.")
        else:
            found[name] = value
    link = ClassLink(**found)  # type: ignore[arg-type]
    if link.reveal == AFTER_PREDICTION and not link.predict:
        link = link._replace(predict="winner")  # there must be something to predict
    return link, notices


def write(link: ClassLink) -> dict[str, str]:
    """Write it as query parameters.

    Examples
    --------
    >>> write(ClassLink(ask="Who wins?", hide=frozenset(["seed"])))
    {'ask': 'Who wins?', 'hide': 'seed'}
    """
    parts = link._asdict() | {"lock": _joined(link.lock), "hide": _joined(link.hide)}
    return {name: text for name, text in parts.items() if text}


def plain(text: str) -> str:
    r"""Make one line of plain text of whatever was typed: nothing that is unseen or turns the line around.

    Examples
    --------
    >>> plain("Who\u202e wins?\u200b\n <b>")
    'Who wins? <b>'
    """
    said, marks = "", 0
    for character in normalize("NFC", " ".join(text.split())):
        marks = marks + 1 if combining(character) else 0
        if character.isprintable() and marks <= MAX_MARKS:
            said += character
    return said


def reveal_by(word: str) -> str:
    """Write that a word opens the answer; the word itself is not in the link, and its spelling in capitals does not matter.

    Examples
    --------
    >>> reveal_by("Open  sesame") == reveal_by(" open sesame "), len(reveal_by("x"))
    (True, 17)
    """
    heard = normalize("NFKC", " ".join(word.split())).casefold()
    return f"{AFTER_WORD}{BETWEEN}{sha256(f'freeze or fine-tune: {heard}'.encode(errors='replace')).hexdigest()[:WORD_LENGTH]}"


def mark(link: ClassLink, config: RunConfig) -> str:
    """Mark a question at its settings, so that answers to another are not counted.

    Examples
    --------
    >>> mark(ClassLink("Who?"), RunConfig()) != mark(ClassLink("Who?"), RunConfig(seed=7))
    True
    """
    return sha256("\n".join((link.ask, link.predict, to_text(config))).encode()).hexdigest()[:MARK_LENGTH]


def _ask(text: str) -> str | None:
    return (plain(text) or None) if len(text) <= MAX_ASK else None


def _controls(text: str) -> frozenset[str] | None:
    names = frozenset(KNOB) if text == ALL else frozenset(text.split(BETWEEN))
    return names if names <= set(KNOB) else None


def _joined(names: frozenset[str]) -> str:
    return ALL if len(names) == len(KNOB) else BETWEEN.join(name for name in KNOB if name in names)


def _reveal(text: str) -> str | None:
    is_word = re.fullmatch(rf"{AFTER_WORD}\.[0-9a-f]{{{WORD_LENGTH}}}", text)
    return text if text == AFTER_PREDICTION or is_word else None


def _one_of(*names: str) -> Callable[[str], str | None]:
    return lambda text: text if text in names else None


_NAMES = f"{ALL}, or names of controls joined by dots, such as n_epochs{BETWEEN}seed"
_RULES: dict[str, tuple[Callable[[str], object], str]] = {
    "ask": (_ask, f"a question of 1 to {MAX_ASK} characters"),
    "predict": (_one_of(*PREDICTIONS), f"one of {', '.join(PREDICTIONS)}"),
    "lock": (_controls, _NAMES),
    "hide": (_controls, _NAMES),
    "reveal": (_reveal, f"{AFTER_PREDICTION}, or {AFTER_WORD}{BETWEEN} and the mark of a word"),
    "view": (_one_of(PROJECTOR), PROJECTOR),
}
"""Part of the link -> what takes it, ``None`` if it does not fit, and the rule."""


def controls_words(names: frozenset[str], scenario: str) -> str:
    """Name controls as on the page.

    Examples
    --------
    >>> controls_words(frozenset(["seed", "n_epochs"]), "off_centre")
    'epochs and first seed'
    """
    if len(names) == len(KNOB):
        return "all controls"
    titles = [knob.title(scenario) for name, knob in KNOB.items() if name in names]
    return join_words([inside(title) for title in titles])
