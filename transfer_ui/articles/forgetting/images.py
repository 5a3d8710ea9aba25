"""The images that the old head had right and has wrong now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from transfer_ui.charts.samples import strip
from transfer_ui.lost_images import MOST_CLASSES, MOST_IMAGES, Lost
from transfer_ui.sentences import count
from transfer_ui.shell import plain


def show(found: Sequence[Lost]) -> None:
    """Draw them, one strip per class; what the classes are called stands there as it is."""
    if not found:
        st.caption("In the first seed, no image of the classes above was right before and is wrong now.")
        return
    for number, (column, one) in enumerate(zip(st.columns(MOST_CLASSES), found, strict=False)):
        said = f"These are now taken for {', '.join(one.taken_for)}." if one.taken_for else "They get no answer."
        right = count(one.n_right, "image")
        caption = f"Class {one.label}: {one.n_lost} of the {right} that were right are wrong now. {said}"
        blank = np.zeros((MOST_IMAGES - len(one.images), *one.images.shape[1:]))  # few images are not drawn larger
        with column:
            st.image(strip(np.concatenate([one.images, blank])), alt=caption)
            plain.show(caption, key=f"lost_{number}")
