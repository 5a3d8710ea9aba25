"""A chart for a projector: taller, with larger letters, thicker lines and larger points, from the template of the page."""

from __future__ import annotations

import re
from typing import Any

LARGER = 1.5  # times: letters, heights, lines, and the room that letters take
LETTERS = {"fontSize", "labelFontSize", "titleFontSize"}
ROOM = {"labelLimit", "labelPadding", "strokeWidth", "step", "dx", "dy"}
# As `transfer_ui.charts.base` writes what depends on the height: in a window the second holds, on a full screen the first.
_DEPENDS = re.compile(r"height > 450 \? (\d+) : (\d+)")
_NUDGE = re.compile(r"datum\.nudge_low \+ \(datum\.nudge_high - datum\.nudge_low\) \* clamp\([^,]*, 0, 1\)")
_MORE_NUDGE = 1.2  # letters are as much larger than on a full screen, for which labels are spread


def enlarged(spec: dict[str, Any]) -> dict[str, Any]:
    """Enlarge a template.

    Examples
    --------
    >>> enlarged({"height": 200, "mark": {"fontSize": 12, "dx": {"expr": "(height > 450 ? 125 : 100)"}}})
    {'height': 300, 'mark': {'fontSize': 18, 'dx': {'expr': '(150)'}}}
    """
    height = spec.get("height")
    taller = {"height": round(LARGER * height)} if isinstance(height, int | float) else {}
    return {name: _enlarged(part, name) for name, part in spec.items()} | taller


def _enlarged(part: Any, name: str) -> Any:
    if isinstance(part, dict):
        return {inner: _enlarged(one, inner) for inner, one in part.items()}
    if isinstance(part, list):
        return [_enlarged(one, name) for one in part]
    if isinstance(part, str) and name == "expr":
        part = _DEPENDS.sub(lambda found: f"{round(LARGER * int(found[2]))}", part)
        return _NUDGE.sub(lambda found: f"{_MORE_NUDGE} * ({found[0]})", part)
    is_number = isinstance(part, int | float) and not isinstance(part, bool)
    if is_number and name in LETTERS:
        return round(LARGER * part)
    if is_number and name in ROOM:
        return LARGER * part
    return LARGER**2 * part if is_number and name == "size" else part
