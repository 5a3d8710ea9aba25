"""What cannot be measured."""

from __future__ import annotations


class MeasureError(ValueError):
    """Something outside our code does not fit; the message is one sentence that names it, the rule and the value."""
