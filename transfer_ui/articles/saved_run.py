"""To save a comparison, and to open a saved one. Light on imports: most visitors do neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from transfer_core import RunConfig
from transfer_core.arrays import Array
from transfer_core.studies.study import Study, Summary
from transfer_takeaway import files
from transfer_takeaway.checks import RecordError
from transfer_takeaway.record import Record
from transfer_ui import downloads
from transfer_ui.runs import own
from transfer_ui.sentences import Results

WITH_DATA = "run_with_data"
WITHOUT_DATA = (
    "Otherwise both hold numbers and settings: none of your data, and no name of a file, column or class. Only with the data "
    "in it can the record be recomputed, on the command line."
)
LIMIT_MB = files.MOST_BYTES // 10**6


def offer(
    results: Results, baselines: Mapping[str, Array], made: Mapping[str, str] | None, origin: downloads.Origin
) -> None:
    """Draw the buttons that save a comparison: to open it again, and to print it; a visitor's own data only if they say so."""
    data = own.of(next(iter(results.values())).config)
    key = f"{WITH_DATA}_{data.number}" if data else ""
    # Read before it is drawn: it stands behind the buttons.
    brought = data.paired() if data and st.session_state.get(key) else None

    def record() -> Record:
        from transfer_ui.saved import record_of

        return record_of(results, baselines, made, data=brought)

    if brought:
        try:
            files.write(record())
        except RecordError as error:
            st.error(f"{error} Saved without your data, it is smaller.", icon=":material/warning:")
            brought = None

    def report() -> bytes:
        from transfer_takeaway.report.page import to_html

        return to_html(record()).encode()

    name = downloads.file_name(origin, "run", files.SUFFIX.removeprefix("."))
    downloads.offer_file("Save this run", lambda: files.write(record()), name, "application/json")
    downloads.offer_file("Report", report, downloads.file_name(origin, "report", "html"), "text/html")
    if data:
        st.checkbox("Put my data into the record and the report", key=key, help=WITHOUT_DATA)


def offer_study(
    study: Study, found: Summary, configs: Sequence[RunConfig], made: Mapping[str, str] | None, origin: downloads.Origin
) -> None:
    """Draw the button that saves a study."""

    def make() -> bytes:
        from transfer_takeaway.study import of_study

        return files.write(of_study(study, found, configs, made))

    name = downloads.file_name(origin, study.name, files.SUFFIX.removeprefix("."))
    downloads.offer_file("Save this study", make, name, "application/json")


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
