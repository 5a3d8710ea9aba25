"""The record of one picture."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class View:
    """One picture, from the click to its end.

    Attributes
    ----------
    moments : dict of str to float
        Seconds until there was a title, a control, a chart (with data, other than what stood there), an answer, and
        until the picture was complete; what never came is missing.
    cpu : dict of str to float
        CPU seconds of the server by then, if the visitor was given a clock.
    n_bytes, n_messages, n_charts, n_kept : int
        What was received; charts among it; large messages that were kept and only referred to.
    n_on_wire : int
        Bytes that were received, after the connection has compressed them, or as they are if it compresses nothing.
    errors : list of str
        What a visitor would see in a red box.
    """

    moments: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    n_bytes: int = 0
    n_on_wire: int = 0
    n_messages: int = 0
    n_charts: int = 0
    n_kept: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Until it was complete; infinite if it never was."""
        return self.moments.get("complete", float("inf"))
