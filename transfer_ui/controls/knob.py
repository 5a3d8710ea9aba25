"""What a knob is: how its values are written, read and restricted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from transfer_ui import nouns
from transfer_ui.controls import yours

Values = dict[str, Any]
"""One value per knob. Fields of `RunConfig`, with its `hidden_sizes` as `hidden_layers` and `hidden_width`."""

MAX_VALUE = 50  # characters of a value that is read: no value on a control is that long


@dataclass(frozen=True)
class Knob:
    """One control.

    Attributes
    ----------
    name : str
        Key of the widget, name in the link.
    label : str
    help : str
        What it does and what to try.
    kind : {"choice", "whole", "number", "switch"}
    options : callable
        ``Values -> sequence`` of all values allowed, given the other knobs, ascending.
    none_word : str
        What the value ``None`` is called.
    group : {"task", "network", "training", "more"}
        Where in the sidebar it stands.
    """

    name: str
    label: str
    help: str
    kind: Literal["choice", "whole", "number", "switch"]
    options: Callable[[Values], Sequence[Any]]
    none_word: str = ""
    group: Literal["task", "network", "training", "more"] = "training"

    def title(self, scenario: str) -> str:
        """Give the control's name on the page: a shift is named after what it does to the images."""
        pair = yours.at(scenario)
        shift = pair.shift if self.name == "shift_amount" else None
        return shift.title if shift else nouns.said(pair, self.label)

    def text(self, value: Any) -> str:
        """Write a value as on the control and in the link."""
        if value is None:
            return self.none_word
        if self.kind == "choice":
            return yours.name_in_link(value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return f"{value:g}" if isinstance(value, float) else str(value)

    def on_widget(self, value: Any) -> Any:
        """Give the value as the widget holds it: a widget takes None for no value at all."""
        return self.none_word if value is None else value

    def from_widget(self, value: Any) -> Any:
        """Give the value that the widget's stands for."""
        return None if self.none_word and value == self.none_word else value

    def value(self, text: str) -> Any:
        """Read a value; `ValueError` says what it must be."""
        if len(text) > MAX_VALUE:
            raise ValueError(f"at most {MAX_VALUE} characters long")
        if self.none_word and text == self.none_word:
            return None
        if self.kind == "switch":
            if text in ("yes", "no"):
                return text == "yes"
            raise ValueError("yes or no")
        if self.kind == "choice":
            return text
        try:
            return int(text) if self.kind == "whole" else float(text)
        except ValueError:
            wanted = "a whole number" if self.kind == "whole" else "a number"
            raise ValueError(wanted + (f" or {self.none_word}" if self.none_word else "")) from None

    def rule(self, options: Sequence[Any]) -> str:
        """Word what is allowed."""
        if len(options) == 1:
            return f"{self.text(options[0])} here"
        if len(options) > 14:
            step = round(options[1] - options[0], 6)
            steps = "" if step == 1 else f" in steps of {step:g}"
            return f"between {self.text(options[0])} and {self.text(options[-1])}{steps}"
        return f"one of {', '.join(self.text(option) for option in options)}"
