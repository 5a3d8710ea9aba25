"""Draw the icon of the browser's tab: a network of three layers, two frozen and one trained.

Run it from the repository's root: ``python -m tools.build_icon``.
"""

from __future__ import annotations

from transfer_ui.shell.look import ICON

FROZEN, TRAINED = "#56B4E9", "#D55E00"
SIZE, HEIGHT, GAP = 32, 8, 2


def icon() -> str:
    """Write the icon as SVG, the head on top.

    Examples
    --------
    >>> icon().count("<rect")
    3
    """
    layers = [
        f'<rect x="3" y="{2 + index * (HEIGHT + GAP)}" width="{SIZE - 6}" height="{HEIGHT}" rx="2" fill="{colour}"/>'
        for index, colour in enumerate((TRAINED, FROZEN, FROZEN))
    ]
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">{"".join(layers)}</svg>\n'


if __name__ == "__main__":
    ICON.write_text(icon(), encoding="utf-8")
