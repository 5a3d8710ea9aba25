"""Public data sets of OpenML: asked for their size first, then fetched, and kept on disk, where nothing private is."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import urlopen

from transfer_core.experiment import Progress
from transfer_core.own_data.contents import Contents, plain
from transfer_core.own_data.limits import LIMITS, Refused
from transfer_core.own_data.tables import from_frame

ADDRESS = "https://www.openml.org/api/v1/json/data/list"
PATIENCE = 20.0
"""Seconds until a server that says nothing is given up."""
MOST_ANSWERED = 2 * 2**20
"""Bytes of a description that are read."""
UNREACHABLE = "OpenML cannot be reached from this server: download the data set elsewhere, and bring it as a file."


def openml_steps(wanted: str, folder: Path | None = None) -> Iterator[Progress]:
    """Fetch a data set.

    Parameters
    ----------
    wanted : str
        Its name, of which the latest active version is taken, or its number.
    folder : Path, optional
        Where data sets are kept; that of scikit-learn otherwise.

    Yields
    ------
    Progress
        The result of the last is the `Contents`.

    Raises
    ------
    Refused
        If there is none, it is too large, or there is no network.
    """
    asked = plain(wanted)
    if not asked:
        raise Refused("OpenML must be asked for a name or a number, got nothing.")
    yield Progress(0.0, "Asking OpenML")
    with _patient():
        try:
            number, name = _described(asked)
            yield Progress(0.2, "Fetching it from OpenML")
            found = _fetched(number, name, folder)
        except (URLError, HTTPException, OSError) as error:
            raise Refused(UNREACHABLE) from error
    yield Progress(1.0, "Read", lambda: found)


def _described(asked: str) -> tuple[int, str]:
    """Find the number and name of a data set, and refuse it if it is too large."""
    by = "data_id" if asked.isdecimal() else "data_name"
    try:
        with urlopen(f"{ADDRESS}/{by}/{quote(asked, safe='')}/status/active", timeout=PATIENCE) as answer:
            listed = json.loads(answer.read(MOST_ANSWERED))["data"]["dataset"]
    except HTTPError as error:
        if error.code == 412:  # what OpenML says where it finds nothing
            raise Refused(f"OpenML must have an active data set of this name or number, got {asked}.") from error
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(UNREACHABLE) from error
    newest = max(listed, key=lambda one: int(one["version"]))
    sizes = {one["name"]: float(one["value"]) for one in newest.get("quality", ())}
    if not {"NumberOfInstances", "NumberOfFeatures"} <= sizes.keys():
        raise Refused("OpenML must say how large the data set is before it is fetched, got no size.")
    LIMITS.check_size(int(sizes["NumberOfInstances"]), max(1, int(sizes["NumberOfFeatures"]) - 1))
    return int(newest["did"]), plain(newest["name"])


def _fetched(number: int, name: str, folder: Path | None) -> Contents:
    from sklearn.datasets import fetch_openml

    bunch: Any = fetch_openml(data_id=number, as_frame=True, parser="auto", data_home=folder, n_retries=1)
    return from_frame(name, bunch.frame)


@contextmanager
def _patient() -> Iterator[None]:
    """Give up servers that say nothing; scikit-learn itself waits for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
