"""To save a comparison, and to open a saved one. Light on imports: most visitors do neither."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from transfer_core.arrays import Array
from transfer_takeaway import files
from transfer_ui import downloads
from transfer_ui.sentences import Results

LIMIT_MB = files.MOST_BYTES // 10**6


def offer(
    results: Results, baselines: Mapping[str, Array], made: Mapping[str, str] | None, origin: downloads.Origin
) -> None:
    """Draw the button that saves a comparison."""

    def make() -> bytes:
        from transfer_ui.saved import record_of

        return files.write(record_of(results, baselines, made))

    name = downloads.file_name(origin, "run", files.SUFFIX.removeprefix("."))
    downloads.offer_file("Save this run", make, name, "application/json")


def open_one() -> None:
    """Draw the place where a record is opened, and what is in it."""
    with st.expander("Open a saved run", icon=":material/folder_open:"):
        given = st.file_uploader(
            f"A record saved by this lab ({files.SUFFIX}, at most {LIMIT_MB} MB)",
            key="record",
            max_upload_size=LIMIT_MB,
        )
        if given is None:
            st.caption("It is shown as it was saved, and can be recomputed to see whether it still holds.")
            return
        from transfer_ui.articles import opened

        opened.show(given.getvalue())
