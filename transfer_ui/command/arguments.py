"""What can be asked, and what to say about anything else."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from transfer_core.studies.registry import STUDIES
from transfer_core.studies.workers import MAX_PROCESSES
from transfer_ui.command.boundary import WRONG_ARGUMENTS, leave, tell
from transfer_ui.command.files import WRITERS


def parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line."""
    parser = _Parser(prog="python -m transfer_ui", description="Freeze or fine-tune? Studies from a shell.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("list", help="list the studies")
    compared = commands.add_parser("compare", help="compare the strategies, and a schedule of your own")
    compared.add_argument(
        "--link", type=_named, metavar="SETTINGS", help="what stands after the question mark of a link"
    )
    compared.add_argument(
        "--schedule",
        metavar="TEXT",
        help="phases of epochs and one rate per layer, such as 20-f-f-0.05_40-0.02-0.02-0.02",
    )
    compared.add_argument("--record", type=_path, metavar="FILE", help="save the run, to open it again")
    compared.add_argument("--report", type=_path, metavar="FILE", help="write the run as one HTML page, to print")
    opened = commands.add_parser("open", help="show a saved run or study")
    opened.add_argument("file", type=_path, help="a record")
    opened.add_argument("--recompute", action="store_true", help="compute it again, and say whether it still agrees")
    opened.add_argument("--report", type=_path, metavar="FILE", help="write it as one HTML page, to print")
    study = commands.add_parser("study", help="run a study")
    study.add_argument("name", type=_one_of(*STUDIES), help="a study; the list command prints them")
    study.add_argument("--scenario", help="run it on this scenario only")
    study.add_argument("--seeds", type=_whole, metavar="N", help="how many seeds")
    study.add_argument("--seed", type=_whole, metavar="N", help="the first seed")
    study.add_argument(
        "--out", type=_path, default=Path("results"), metavar="FOLDER", help="where the table and the chart go"
    )
    study.add_argument(
        "--format", type=_one_of(*WRITERS), default="csv", metavar="FORMAT", help="format of the table: csv or parquet"
    )
    study.add_argument(
        "--store", type=_path, metavar="FILE", help="where finished cells are kept; shared with the pages by default"
    )
    study.add_argument("--record", type=_path, metavar="FILE", help="save the study, to open it again")
    study.add_argument("--report", type=_path, metavar="FILE", help="write the study as one HTML page, to print")
    where = study.add_mutually_exclusive_group()
    where.add_argument("--processes", type=_n_processes, metavar="N", help="worker processes; all cores by default")
    where.add_argument("--dask", type=_named, metavar="ADDRESS", help="use the Dask cluster with this scheduler")
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        words = message.removeprefix("argument ").replace(": ", " ", 1)
        # The parser's own words for a wrong command differ from ours for everything else.
        words = re.sub(r"^the following arguments are required (.*)", r"\1 is missing", words)
        words = words.replace(" not allowed with argument ", " cannot be used together with ")
        words = re.sub(r"^(\w+) invalid choice: (.*) \(choose from (.*)\)", _must_be, words, flags=re.DOTALL)
        leave(f"{words}.", WRONG_ARGUMENTS)

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        if action.option_strings and arg_strings == ["--"]:  # some versions take this for no value at all
            self.error(f"argument {action.option_strings[0]}: expected one argument")
        return super()._get_values(action, arg_strings)

    def _print_message(self, message: str, file: Any = None) -> None:
        tell(message.rstrip("\n"))


def _must_be(found: re.Match[str]) -> str:
    name, value, choices = found.groups()
    options = choices.replace("'", "")
    return f"{name} must be one of {options}, got {value}"


def _one_of(*options: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in options:
            raise argparse.ArgumentTypeError(f"must be one of {', '.join(options)}, got {text!r}")
        return text

    return read


def _named(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError(f"must not be empty, got {text!r}")
    return text


def _path(text: str) -> Path:
    return Path(_named(text))


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, got {text!r}") from None


def _n_processes(text: str) -> int:
    if not 1 <= _whole(text) <= MAX_PROCESSES:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {MAX_PROCESSES}, got {text!r}")
    return int(text)
