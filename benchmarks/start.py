"""What the first visitor of a server waits for: from the start of its process to the complete first view of a page.

Each view has a server of its own. A page of Streamlit's with four charts and nothing else is measured in the same
turns: what Streamlit, pandas and Altair cost alone is no fault of ours. ``--share 0.1`` holds the server to a tenth
of a core and says what is on screen after 10, 20 and 40 seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from benchmarks._common import print_header, print_row
from benchmarks._limit import HOW, limited
from benchmarks._server import Server, start_server
from benchmarks._view import View
from benchmarks._visitor import Visitor

COMMAND = "python -m benchmarks.start"
LINKS = {"Start": "", **{page.capitalize(): page for page in ("compare", "unfreeze", "claims", "export", "learn")}}
LINKS |= {"Decide": "decide", "Decide, guessed": "decide?guess=50"}
BARE = "a bare page with four charts"
MOMENTS = ("title", "control", "chart", "complete")
RATIOS = (1.2, 1.2, None, 1.5)
BARE_PAGE = """
import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

st.title("Four charts")
last = st.sidebar.slider("Epochs", 5, 200, 60)
rows = pd.DataFrame(
    [(name, epoch, 1 - np.exp(-epoch / scale)) for name, scale in zip("ABCDE", range(5, 30, 5)) for epoch in range(last + 1)],
    columns=["strategy", "epoch", "mean"],
)
rows["low"], rows["high"] = rows["mean"] - 0.05, rows["mean"] + 0.05
for column, title in zip([*st.columns(2), *st.columns(2)], "1234"):
    base = alt.Chart(rows, title=title).encode(x="epoch", color="strategy")
    column.altair_chart(base.mark_area(opacity=0.2).encode(y="low", y2="high") + base.mark_line().encode(y="mean"))
"""


async def by_link(server: Server, link: str, patience: float) -> View:
    """Open a page by its address."""
    visitor = Visitor(server.address, server.cpu_seconds)
    view = await visitor.open(link, since=server.started, patience=patience)
    await visitor.close()
    return view


async def by_map(server: Server, title: str) -> View:
    """Open the start page, wait until it is complete, and click on the map."""
    visitor = Visitor(server.address, server.cpu_seconds)
    before = await visitor.open("", since=server.started)
    view = await visitor.follow(title, since=server.started)
    view.n_bytes += before.n_bytes
    view.n_on_wire += before.n_on_wire
    await visitor.close()
    return view


def summary(views: Sequence[View], choose: Callable[[Sequence[float]], float]) -> View:
    """Choose each figure of several views of the same page."""
    errors = [error for view in views for error in view.errors]
    if errors:
        raise RuntimeError(f"the page shows an error: {errors[0]}")
    moments = [moment for moment in MOMENTS if all(moment in view.moments for view in views)]
    return View(
        {moment: choose([view.moments[moment] for view in views]) for moment in moments},
        {moment: choose([view.cpu[moment] for view in views]) for moment in moments},
        views[0].n_bytes,
    )


def words(figures: Sequence[float | None], form: str = ".2f") -> str:
    """Write figures side by side, a dash for what there is not."""
    return " / ".join("–" if figure is None else format(figure, form) for figure in figures)


def print_view(what: str, view: View, bare: View) -> None:
    """Print the rows of one page."""
    cpu = [view.cpu.get(moment) for moment in MOMENTS]
    of_bare = [bare.cpu[moment] for moment in MOMENTS]
    ratios = [None if ours is None else ours / theirs for ours, theirs in zip(cpu, of_bare, strict=True)]
    print_row(f"{what}: CPU s to title / control / curves / complete", words(cpu), "", COMMAND)
    # By the map, the start page comes first: only the end is asked to be near the bare page's.
    aims = [None, None, None, RATIOS[-1]] if "map" in what else RATIOS
    print_row(f"{what}: the same, times the bare page", words(ratios), words(aims, "g"), COMMAND)
    print_row(f"{what}: seconds", words([view.moments.get(moment) for moment in MOMENTS]), "", COMMAND)
    print_row(f"{what}: sent (unpacked)", f"{view.n_on_wire / 1000:.0f} kB ({view.n_bytes / 1000:.0f} kB)", "", COMMAND)


def measure(pages: Sequence[str], bare: str, rounds: int) -> dict[str, list[View]]:
    """Open every page on servers of their own, in turns."""
    views: dict[str, list[View]] = {}
    for _ in range(rounds):
        with start_server("-m", "streamlit", "run", bare) as server:
            views.setdefault(BARE, []).append(asyncio.run(by_link(server, "", 300)))
        for page in pages:
            with start_server() as server:
                views.setdefault(f"{page}, by a link", []).append(asyncio.run(by_link(server, LINKS[page], 300)))
            if page in ("Start", "Decide, guessed"):
                continue
            with start_server() as server:
                views.setdefault(f"{page}, by the map", []).append(asyncio.run(by_map(server, page)))
    return views


def measure_slowed(pages: Sequence[str], bare: str, share: float) -> None:
    """Print what is on screen when, on a share of a core."""
    print(f"\nThe server has {share:g} of a core: {HOW}.\n")
    command = f"{COMMAND} --share {share:g}"
    for page in (BARE, *pages):
        with (
            start_server(*(("-m", "streamlit", "run", bare) if page == BARE else ())) as server,
            limited(server, share),
        ):
            view = asyncio.run(by_link(server, LINKS.get(page, ""), 240))
        for seconds in (10, 20, 40):
            seen = [moment for moment, at in view.moments.items() if at <= seconds]
            print_row(f"{page}: on screen after {seconds} s", ", ".join(seen) or "nothing", "", command)
        print_row(f"{page}: complete after", f"{view.seconds:.0f} s", "", command)


def main() -> None:
    """Measure, and print a row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"some of {', '.join(LINKS)}; all if left out")
    parser.add_argument("--rounds", type=int, default=3, help="servers for each page, in turns")
    parser.add_argument("--median", action="store_true", help="the median of the rounds instead of the best")
    parser.add_argument("--share", type=float, help="hold the server to this share of a core instead")
    asked = parser.parse_args()
    print_header(
        "From the start of the server to the first view",
        f"{asked.rounds} servers a page, in turns; {'median' if asked.median else 'the best'} of each figure",
    )
    pages = asked.pages or list(LINKS)
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE_PAGE, encoding="utf-8")
        if asked.share:
            measure_slowed(pages, str(bare), asked.share)
            return
        views = measure(pages, str(bare), asked.rounds)
    chosen = {page: summary(seen, median if asked.median else min) for page, seen in views.items()}
    for page, view in chosen.items():
        print_view(page, view, chosen[BARE])


if __name__ == "__main__":
    main()
