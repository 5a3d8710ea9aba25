"""One slider over the epochs, with play and pause, for every picture that moves in the browser."""

from __future__ import annotations

from collections.abc import Sequence

from transfer_ui.charts.components.parts import colours, component


def show(epochs: Sequence[int], start: int, name: str, run: str, mode: str) -> None:
    """Draw the slider.

    Parameters
    ----------
    epochs : sequence of int
        Where it can stand.
    start : int
        Where it begins on a new run.
    name : str
        In the link.
    run : str
        Names the run: on the same one, the slider stays where the visitor left it.
    mode : {"light", "dark"}
    """
    data = {"epochs": list(epochs), "epoch": start, "name": name, "run": run, "colours": colours(mode)}
    component("player")(key="epoch_player", data=data, height="content")
