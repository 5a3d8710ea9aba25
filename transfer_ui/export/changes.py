"""What has changed in a script since somebody last looked at it."""

from __future__ import annotations

from difflib import unified_diff
from typing import NamedTuple


class Changes(NamedTuple):
    """The difference between two texts.

    Attributes
    ----------
    summary : str
        In words.
    diff : str
        Unified, without file names, one line of context.
    """

    summary: str
    diff: str


def changes(before: str, after: str) -> Changes:
    r"""Compare two versions of a script.

    Examples
    --------
    >>> found = changes("a\nb\n", "a\nc\n")
    >>> found.summary
    '1 line has changed since your last look'
    >>> print(found.diff)
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    >>> changes("a\n", "a\n").summary
    'No line has changed since your last look'
    """
    lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))[2:]
    # One line replaced by another is one change, not two.
    count = max(sum(line.startswith(sign) for line in lines) for sign in "+-")
    lines_have = f"{count or 'No'} line{'s have' if count > 1 else ' has'}"
    return Changes(f"{lines_have} changed since your last look", "\n".join(lines))
