"""What can be asked, and what to say about anything else."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from transfer_torch.arms import ARMS, DEFAULT_ARMS
from transfer_torch.errors import MeasureError

SIZES = (1, 2, 5, 10, 20)


def parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line."""
    parser = _Parser(
        prog="python -m transfer_torch", description="Freeze or fine-tune? A real network on your own pictures."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("arms", help="list the arms, and the rates that each chooses from")
    measure = commands.add_parser("measure", help="train, compare and advise")
    measure.add_argument("folder", type=Path, help="a folder with one folder of pictures per class")
    measure.add_argument(
        "--other", type=Path, metavar="FOLDER", help="the same pictures in another style, to test on too"
    )
    measure.add_argument(
        "--backbone", default="efficientnet_lite0", metavar="NAME", help="efficientnet_lite0 by default"
    )
    measure.add_argument(
        "--resolution", type=_whole(32, 1024), default=128, metavar="N", help="pixels on a side, 128 by default"
    )
    measure.add_argument(
        "--sizes", type=_sizes, metavar="N,N", help="training pictures per class; 1,2,5,10,20 as far as they go"
    )
    measure.add_argument(
        "--arms", type=_arms, default=DEFAULT_ARMS, metavar="NAME,NAME", help="arms to compare, or all"
    )
    measure.add_argument("--seeds", type=_whole(1, 1000), default=10, metavar="N", help="how many seeds, 10 by default")
    measure.add_argument(
        "--seed", type=_whole(0, 1_000_000), default=0, metavar="N", help="the first seed, 0 by default"
    )
    measure.add_argument(
        "--epochs", type=_whole(2, 1000), default=30, metavar="N", help="epochs of every arm, 30 by default"
    )
    measure.add_argument("--device", default="auto", metavar="NAME", help="auto, cuda, mps or cpu")
    measure.add_argument(
        "--processes", type=_whole(1, 256), default=1, metavar="N", help="train so many networks at once, 1 by default"
    )
    measure.add_argument("--mixed", action="store_true", help="on CUDA, pass through frozen stages in bfloat16")
    measure.add_argument(
        "--out", type=Path, default=Path("results/torch"), metavar="FOLDER", help="where results go and are kept"
    )
    measure.add_argument("--dry-run", action="store_true", help="say how long it would take")
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        words = message.removeprefix("argument ").replace(": ", " ", 1)
        raise MeasureError(words.replace("the following arguments are required", "missing"))


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isdecimal() and low <= int(text[:10]) <= high):
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}, got {text!r}")
        return int(text)

    return read


def _sizes(text: str) -> tuple[int, ...]:
    read = _whole(1, 100_000)
    return tuple(sorted({read(one.strip()) for one in text.split(",")}))


def _arms(text: str) -> tuple[str, ...]:
    asked = tuple(ARMS) if text == "all" else tuple(dict.fromkeys(one.strip() for one in text.split(",")))
    for name in asked:
        if name not in ARMS:
            raise argparse.ArgumentTypeError(f"must be among {', '.join(ARMS)}, or all, got {name!r}")
    return asked
