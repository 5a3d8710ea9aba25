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
    "real_network": ("resolution", "pictures", "network"),
    "export": ("strategy", "framework", "subject", "backbone"),
    "class_links": ("made",),
    "your_data": ("sample", "part"),
    "learn": ("lesson", "done", "section", "word"),
}
"""The place on a page: its own choices, by the name of its file."""

PLACE_PARAMETERS = frozenset(chain.from_iterable(PAGE_PARAMETERS.values()))
CLASS_PARAMETERS = ("ask", "predict", "lock", "hide", "reveal", "view", "predicted", "said")
"""What a link for a class says, and the reader's own prediction and word: kept from page to page."""
OTHER_PARAMETERS = PLACE_PARAMETERS | {*CLASS_PARAMETERS, "embed", "embed_options"}
"""All that is no knob: the place, what is for a class, and what Streamlit keeps for itself."""
