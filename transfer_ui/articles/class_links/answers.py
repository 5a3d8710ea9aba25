"""A reader's prediction as a short text: written by the reader's page, and read from what the teacher pastes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from transfer_ui.controls.link import quoted

MAX_LINES, MAX_TEXT = 500, 100_000  # that are read
MAX_TOLD = 4  # sentences about lines that do not count; any more are only counted
MAX_LINE = 4000  # characters that are searched: a link with a question is shorter

# A name and a time that a chat puts before the text are passed over, and so is the rest of a link.
_TEXT = re.compile(r"(?<![a-z0-9_-])(-?[a-z0-9][a-z0-9_]{0,29})\.([0-9a-f]{6})(?![A-Za-z0-9])")
_IN_LINK = "predicted="


class Predicted(NamedTuple):
    """What a reader predicts, and the mark of what was asked."""

    answer: str
    mark: str

    @property
    def text(self) -> str:
        """To paste, and in the link.

        Examples
        --------
        >>> Predicted("end_to_end", "0a1b2c").text
        'end_to_end.0a1b2c'
        """
        return f"{self.answer}.{self.mark}"


class Collected(NamedTuple):
    """What a class predicted.

    Attributes
    ----------
    counts : Counter
        Answer -> how many gave it.
    trouble : list of str
        One sentence per line that does not count, at most `MAX_TOLD`.
    """

    counts: Counter[str]
    trouble: list[str]


def read(line: str) -> Predicted | None:
    """Find the prediction in a line: a text, a link, or either with words around it.

    Examples
    --------
    >>> read("Ada, 10:15: end_to_end.0a1b2c")
    Predicted(answer='end_to_end', mark='0a1b2c')
    >>> read("https://lab.example/compare?scenario=off_centre&predicted=-5.0a1b2c&view=projector").answer
    '-5'
    >>> read("fine-tuning") is None
    True
    """
    _, is_link, after = line[:MAX_LINE].partition(_IN_LINK)
    every = [_TEXT.match(after)] if is_link else [*_TEXT.finditer(line[:MAX_LINE])]
    found = every[-1] if every else None  # the last one: what comes before it may be a name
    return Predicted(found[1], found[2]) if found else None


def collect(text: str, mark: str, answers: Mapping[str, str]) -> Collected:
    r"""Count what a class predicted, a line for each reader.

    Parameters
    ----------
    text : str
        As pasted.
    mark : str
        Of the question.
    answers : mapping of str to str
        That can be given.

    Examples
    --------
    >>> collect("a.0a1b2c\n\na.0a1b2c\nwho?", "0a1b2c", {"a": "Ours"})
    Collected(counts=Counter({'a': 2}), trouble=['Line 4 must hold a prediction, got `who?`. It does not count.'])
    """
    counts: Counter[str] = Counter()
    trouble = []
    lines = text[:MAX_TEXT].splitlines()
    for number, line in enumerate(lines[:MAX_LINES], 1):
        if not line.strip():
            continue
        found = read(line)
        if found is None:
            rule = "hold a prediction"
        elif found.mark != mark:
            rule = "answer the question of this page at these settings"
        elif found.answer not in answers:
            rule = "hold one of the answers to choose from"
        else:
            counts[found.answer] += 1
            continue
        trouble.append(f"Line {number} must {rule}, got {quoted(line.strip())}. It does not count.")
    if len(lines) > MAX_LINES or len(text) > MAX_TEXT:
        trouble.insert(0, f"At most {MAX_LINES} lines and {MAX_TEXT:,} characters are read; the rest does not count.")
    return Collected(counts, _few(trouble))


def _few(trouble: Iterable[str]) -> list[str]:
    said = list(trouble)
    if len(said) <= MAX_TOLD:
        return said
    return [*said[: MAX_TOLD - 1], f"{len(said) - MAX_TOLD + 1} more lines do not count either."]
