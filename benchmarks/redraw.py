"""What a move costs on a warm server: a new value, a value seen before, and a new visitor's view of a known result.

Spoken to over the browser's own websocket, without a browser: seconds until the server has sent the first chart with
other data and the whole picture, CPU seconds of the server and of the processes it has started (training included),
and what was sent. ``--profile`` says where the time goes.
"""

from __future__ import annotations

import argparse
import asyncio
import pstats
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

from benchmarks._common import print_header, print_row
from benchmarks._profiled import ON, PROFILE
from benchmarks._server import Server, start_server
from benchmarks._view import View
from benchmarks._visitor import Visitor

COMMAND = "python -m benchmarks.redraw"
Move = tuple[str, Any]


@dataclass(frozen=True)
class Tour:
    """What is tried on a page.

    Attributes
    ----------
    link : str
    new : sequence of moves
        Each of a knob of `START`, to a value that the server has not seen; the way back and forth again meets the
        results.
    seen : sequence of moves
        Choices that train nothing, taken in turn.
    """

    link: str
    new: Sequence[Move] = ()
    seen: Sequence[Move] = ()


START: dict[str, Any] = {
    "images_per_class": "10",
    "n_epochs": 60,
    "backbone_learning_rate": "0.05",
    "unfreeze_epoch": 20,
    "momentum": "0.9",
    "weight_decay": "0",
}
"""Some knobs by default, as on the controls."""
# No more: the server keeps a few results only.
NEW = (
    ("images_per_class", "20"),
    ("n_epochs", 65),
    ("backbone_learning_rate", "0.02"),
    ("unfreeze_epoch", 15),
    ("momentum", "0.8"),
    ("weight_decay", "0.001"),
)

TOURS = {
    "Home": Tour(""),
    "Compare": Tour("compare", NEW),
    "Unfreeze": Tour("unfreeze", NEW[:4]),
    "Decide": Tour("decide?guess=50", seen=[("among", "All, controls too"), ("among", "Freeze or fine-tune?")]),
    "Claims": Tour("claims", seen=[("open_speed.fast", True), ("open_decision_map.similar_freeze", True)]),
    "Export": Tour("export", NEW[:4], [("framework", "Keras"), ("framework", "PyTorch")]),
    "Learn": Tour("learn", seen=[("lesson", "3 Features"), ("lesson", "8 Challenge")]),
    "Learn, reference": Tour("learn?section=why", seen=[("section", "The claims, measured"), ("section", "Takeaways")]),
}


@dataclass(frozen=True)
class Cost:
    """A view and the CPU seconds it took: all processes with what they train, also ahead, and the server's own alone."""

    view: View
    cpu: float
    drawing: float


class Measurer:
    """Moves a visitor and reads the server's clock before and after.

    Parameters
    ----------
    server : Server
    """

    def __init__(self, server: Server) -> None:
        self._server, self._visitor = server, Visitor(server.address)

    async def open(self, link: str) -> Cost:
        """Open a link in a new tab."""
        await self._visitor.close()
        self._visitor = Visitor(self._server.address)
        return await self._measured(self._visitor.open(link))

    async def move(self, move: Move) -> Cost:
        """Set a control."""
        return await self._measured(self._visitor.move(*move))

    async def _measured(self, watching: Any) -> Cost:
        before, drawing = self._server.cpu_seconds(), self._server.own_cpu_seconds()
        view = await watching
        await asyncio.sleep(0.2)  # what the server does after the picture belongs to it
        if view.errors:
            raise RuntimeError(f"the page shows an error: {view.errors[0]}")
        return Cost(view, self._server.cpu_seconds() - before, self._server.own_cpu_seconds() - drawing)


def back(moves: Sequence[Move]) -> list[Move]:
    """Undo moves, the last first.

    Examples
    --------
    >>> back([("n_epochs", 65), ("n_epochs", 70), ("momentum", "0.8")])
    [('momentum', '0.9'), ('n_epochs', 65), ('n_epochs', 60)]
    """
    stands, way = dict(START), []
    for key, value in moves:
        way.append((key, stands[key]))
        stands[key] = value
    return way[::-1]


async def measure(tour: Tour, server: Server, *, rounds: int, profile: Path | None = None) -> dict[str, list[Cost]]:
    """Take a tour; give what each kind of view costs."""
    visitor = Measurer(server)
    await visitor.open(tour.link)
    for move in tour.seen:
        await visitor.move(move)
    costs = {"a new value": [await visitor.move(move) for move in tour.new]}
    if profile:
        (profile / ON).touch()
    moves = [*back(tour.new), *tour.new] + [move for _ in range(rounds) for move in tour.seen]
    costs["a value seen before"] = [await visitor.move(move) for move in moves]
    if not (profile and moves):  # a page without a control is profiled as a new visitor sees it
        costs["a new visitor, a known result"] = [await visitor.open(tour.link) for _ in range(rounds)]
    return costs


AIMS = {
    "a new value": ("0.3 s", "", "", ""),
    "a value seen before": ("", "0.25 s", "0.12 s", "60 kB"),
    "a new visitor, a known result": ("", "", "0.3 s", ""),
}


def print_costs(page: str, what: str, costs: Sequence[Cost]) -> None:
    """Print the rows of one kind of view."""
    charts = [cost.view.moments["chart"] for cost in costs if "chart" in cost.view.moments]
    first, complete, cpu, sent = AIMS[what]
    if charts:
        print_row(f"{page}, {what}: to the first curves", f"{median(charts):.2f} s", first, COMMAND)
    print_row(
        f"{page}, {what}: to the whole picture",
        f"{median(cost.view.seconds for cost in costs):.2f} s",
        complete,
        COMMAND,
    )
    print_row(f"{page}, {what}: CPU of the server", f"{fmean(cost.drawing for cost in costs):.3f} s", cpu, COMMAND)
    print_row(f"{page}, {what}: with its workers", f"{fmean(cost.cpu for cost in costs):.3f} s", "", COMMAND)
    kilobytes = fmean(cost.view.n_on_wire for cost in costs) / 1000
    unpacked = fmean(cost.view.n_bytes for cost in costs) / 1000
    print_row(f"{page}, {what}: sent (unpacked)", f"{kilobytes:.0f} kB ({unpacked:.0f} kB)", sent, COMMAND)


def print_profile(page: str, folder: Path, n_runs: int) -> None:
    """Print where the time of a redraw goes, by what is called and by what it does itself."""
    print(f"\n{'=' * 20} {page}: CPU seconds of the script thread in {n_runs} redraws {'=' * 20}")
    stats = pstats.Stats(str(folder / PROFILE)).strip_dirs()
    for order in ("cumulative", "tottime"):
        stats.sort_stats(order).print_stats(40)


def main() -> None:
    """Measure, and print a row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"some of {', '.join(TOURS)}; all if left out")
    parser.add_argument("--rounds", type=int, default=5, help="how often what is known is looked at")
    parser.add_argument("--profile", action="store_true", help="say where a redraw spends its time")
    asked = parser.parse_args()
    print_header("A move on a warm server", "one visitor; median of the seconds, mean of CPU seconds and size")
    for page in asked.pages or TOURS:
        tour = TOURS[page]
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            command = ("-m", "benchmarks._profiled", name) if asked.profile else ()
            with start_server(*command) as server:
                costs = asyncio.run(
                    measure(tour, server, rounds=asked.rounds, profile=folder if asked.profile else None)
                )
            if asked.profile:
                print_profile(page, folder, len(list(costs.values())[-1]))
                continue
        for what, measured in costs.items():
            if measured:
                print_costs(page, what, measured)


if __name__ == "__main__":
    main()
