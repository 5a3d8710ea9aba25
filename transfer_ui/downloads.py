"""Tables to take away: a file's name and first lines say which page and settings it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from transfer_core import RunConfig
from transfer_ui.controls import yours
from transfer_ui.controls.knobs import KNOBS, values_of
from transfer_ui.controls.link import to_query

MARK_LENGTH = 6  # characters that tell two settings apart in a file's name


class Origin(NamedTuple):
    """Where a table comes from.

    Attributes
    ----------
    page : str
    configs : sequence of RunConfig
        What was run; more than one if a study spans several scenarios.
    place : mapping of str to str
        What else the link to it says.
    swept : tuple of str
        Fields that the table varies itself, so that their value in `configs` says nothing.
    notes : tuple of str
        What else a reader of the file should know, one line for each.
    """

    page: str
    configs: Sequence[RunConfig]
    place: Mapping[str, str] = {}
    swept: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def links(self) -> list[str]:
        """Page and query of the links that show it, one per configuration."""
        return [f"{self.page}?{urlencode(to_query(config) | dict(self.place))}" for config in self.configs]


def file_name(origin: Origin, what: str, ending: str = "csv") -> str:
    """Name a file after its page, scenario, size and content, with a mark that differs between settings.

    Examples
    --------
    >>> file_name(Origin("compare", [RunConfig(images_per_class=5)]), "summary")
    'compare_off_centre_5-per-class_summary_e2b0f5.csv'
    """
    words = [origin.page]
    if len(origin.configs) == 1:
        config = origin.configs[0]
        words.append(yours.name_in_link(config.scenario))
        if "images_per_class" not in origin.swept:
            words.append(f"{config.images_per_class or 'all'}-per-class")
    mark = sha256(" ".join(origin.links).encode()).hexdigest()[:MARK_LENGTH]
    return f"{'_'.join([*words, what, mark])}.{ending}"


def to_csv(origin: Origin, table: pd.DataFrame) -> str:
    """Write a table after its settings; ``pandas.read_csv(file, comment="#")`` skips these.

    Examples
    --------
    >>> print(to_csv(Origin("compare", [RunConfig(n_seeds=5)]), pd.DataFrame({"seed": [0]})).splitlines()[1])
    # link: compare?scenario=off_centre&n_seeds=5
    """
    lines = ["Freeze or fine-tune? Accuracies are shares from 0 to 1."]
    for config, link in zip(origin.configs, origin.links, strict=True):
        values = values_of(config)
        lines.append(f"link: {link}")
        lines.append(f"scenario: {config.pair.title}")
        lines += [
            f"{knob.label.lower()}: {knob.text(values[knob.name])}"
            for knob in KNOBS
            if knob.name != "scenario" and knob.name not in origin.swept
        ]
    lines += origin.notes
    return "".join(f"# {line}\n" for line in lines) + table.to_csv(index=False)


def offer(label: str, make_table: Callable[[], pd.DataFrame], origin: Origin, what: str) -> None:
    """Draw a button that downloads a table as CSV; the table is made on request."""
    offer_file(label, lambda: to_csv(origin, make_table()).encode(), file_name(origin, what), "text/csv")


def offer_file(label: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    """Draw a button that downloads a file, which is made on request."""
    st.download_button(label, make, name, mime, icon=":material/download:", on_click="ignore", help=name)
