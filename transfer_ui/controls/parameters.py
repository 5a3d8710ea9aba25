"""What stands in a link beside the knobs, page by page. Light on imports: whoever draws the map reads it too."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

PAGE_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "compare": ("curve", "at_epoch", "numbers", "pin"),
    "your_schedule": ("schedule", "bet", "lead", "trained", "code"),
    "inside": ("look", "arms", "of_seed", "epoch", "confused", "step", "example", "drawn"),
    "forgetting": ("anchor", "lost_by"),
    "decide": ("guess", "among", "cell", "crossing"),
    "claims": ("verdict", "source", "claim", "again"),
    "export": ("strategy", "framework"),
    "your_data": ("sample",),
    "learn": ("lesson", "done", "section", "word"),
}
"""The place on a page: its own choices, by the name of its file."""

PLACE_PARAMETERS = frozenset(chain.from_iterable(PAGE_PARAMETERS.values()))
OTHER_PARAMETERS = PLACE_PARAMETERS | {"embed", "embed_options"}
"""All that is no knob: the place, and what Streamlit keeps for itself."""
