"""Many visitors at once: how long each waits from the click to the finished picture, and what it takes of the server.

The visitors speak the browser's own protocol. They run in a process beside the server, at a lower priority, but on
the same cores: what they take is printed too. A click comes 2 to 6 seconds after the one before; whoever has to wait
longer goes on at once. ``--soak 15`` goes on for 15 minutes and prints each.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from random import Random
from time import process_time

from websockets.exceptions import WebSocketException

from benchmarks._common import print_header, print_row
from benchmarks._crowd import PAUSES, Step, steps
from benchmarks._server import Server, start_server
from benchmarks._view import View
from benchmarks._visitor import Visitor
from benchmarks._waits import Log, Waited, print_minutes, print_waits

PATIENCE = 120.0  # seconds; a picture that takes longer is an error
LONG_RUN = "decide?guess=50&seed=900"
MEMORY = 690  # MB


async def visit(name: str, address: str, way: Random, seed: int | None, seconds: float, log: Log) -> None:
    """Do what a visitor does, until the time is over."""
    visitor = Visitor(address)
    due = way.uniform(*PAUSES) - PAUSES[0]
    late = Random(name).uniform(0, 1)  # nobody follows the teacher at once
    for step in steps(way, seed):
        await asyncio.sleep(due + late - log.now)
        if log.now > seconds:
            break
        at = log.now
        try:
            if step.link is not None:
                await visitor.close()
                visitor = Visitor(address)
            view = await _click(visitor, step)
            log.waits.append(Waited(name, at, step.link is not None, log.now - at))
            log.errors += [f"{name}: {error}" for error in view.errors]
            if view.seconds > PATIENCE:
                log.errors.append(f"{name}: not complete after {PATIENCE:.0f} s")
        except (OSError, WebSocketException, LookupError, RuntimeError) as error:
            log.errors.append(f"{name}: {type(error).__name__} {error}")
        due = max(due + step.pause, log.now - late)
    await visitor.close()


async def _click(visitor: Visitor, step: Step) -> View:
    if step.link is not None:
        return await visitor.open(step.link, patience=PATIENCE)
    return await visitor.move(step.key, step.value, patience=PATIENCE)


async def watch_memory(server: Server, log: Log) -> None:
    """Note the memory every second."""
    while True:
        first, *others = server.megabytes()
        log.memory.append((log.now, first, sum(others)))
        await asyncio.sleep(1)


async def crowd(server: Server, asked: argparse.Namespace, seconds: float) -> Log:
    """Let everybody come, after a first visitor has warmed the server."""
    warm = Visitor(server.address)
    await warm.open("compare")
    await warm.close()
    log = Log(cpu=-server.cpu_seconds(), drawing=-server.own_cpu_seconds())
    watching = asyncio.create_task(watch_memory(server, log))
    long_run = asyncio.create_task(Visitor(server.address).open(LONG_RUN, patience=seconds)) if asked.long else None
    visits = []
    for number in range(asked.visitors):
        if number % 2:
            own_seed = 20 * number % 980 if asked.own_seeds else None
            visits.append(visit(f"own {number}", server.address, Random(number), own_seed, seconds, log))
        else:
            visits.append(visit(f"class {number}", server.address, Random(asked.seed), None, seconds, log))
    await asyncio.gather(*visits)
    log.cpu += server.cpu_seconds()
    log.drawing += server.own_cpu_seconds()
    watching.cancel()
    if long_run:
        took = (await long_run).seconds
        print_row(
            "the long run of one visitor", f"{took:.0f} s" if took < seconds else "not complete", "", asked.command
        )
    return log


def report(log: Log, asked: argparse.Namespace) -> None:
    """Print a row for each figure."""
    limit = 3 if asked.visitors <= 30 else 6
    aim = f"95 % under {limit} s" if asked.visitors <= 60 else ""
    for kind, first in (("first view", True), ("a change", False)):
        waits = [wait for wait in log.waits if wait.first == first]
        print_waits(kind, waits, aim, asked.command)
        print_waits(f"{kind}, the class", [wait for wait in waits if wait.in_class], "", asked.command)
        print_waits(f"{kind}, their own", [wait for wait in waits if not wait.in_class], "", asked.command)
    print_row("errors", str(len(log.errors)), "0", asked.command)
    whole = [first + others for _, first, others in log.memory]
    at_end = f"{log.memory[-1][1]:.0f} + {log.memory[-1][2]:.0f} MB"
    print_row("memory of the server and its processes: highest", f"{max(whole):.0f} MB", f"{MEMORY} MB", asked.command)
    print_row("memory at the end: the server + its processes", at_end, "", asked.command)
    parts = f"{log.drawing / len(log.waits):.2f} + {(log.cpu - log.drawing) / len(log.waits):.2f} s"
    print_row("CPU per view: the server, which draws + its processes, which train", parts, "", asked.command)
    print_row("load average of the machine", " / ".join(f"{one:.1f}" for one in os.getloadavg()), "", asked.command)
    print_row(
        "cores in use: the server; the visitors",
        f"{log.cpu / log.now:.2f}; {process_time() / log.now:.2f}",
        "",
        asked.command,
    )
    if asked.each:
        for name in dict.fromkeys(wait.visitor for wait in sorted(log.waits, key=lambda wait: wait.visitor)):
            print_waits(name, [wait for wait in log.waits if wait.visitor == name], "", asked.command)
    if asked.soak:
        print_minutes(log, asked.command)
    for error in log.errors[:20]:
        print(error)


def main() -> None:
    """Measure, and print a row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="go on for so long, and print every minute")
    parser.add_argument("--seed", type=int, default=0, help="of what the class does")
    parser.add_argument(
        "--own-seeds", action="store_true", help="half of them have networks pretrained of their own too"
    )
    parser.add_argument("--each", action="store_true", help="a row for each visitor too")
    parser.add_argument("--long", action="store_true", help="one visitor more, who has a whole map measured meanwhile")
    asked = parser.parse_args()
    seconds = 60 * asked.soak if asked.soak else asked.seconds
    asked.command = f"python -m benchmarks.load --visitors {asked.visitors} "
    asked.command += (
        (f"--soak {asked.soak:g}" if asked.soak else f"--seconds {seconds:g}")
        + " --long" * asked.long
        + " --own-seeds" * asked.own_seeds
    )
    print_header(f"{asked.visitors} visitors at once", f"for {seconds:g} s, and until the last picture is complete")
    with start_server() as server:
        os.nice(5)  # the server, already started, keeps its priority
        log = asyncio.run(crowd(server, asked, seconds))
        report(log, asked)


if __name__ == "__main__":
    main()
