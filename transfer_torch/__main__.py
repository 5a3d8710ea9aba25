"""Measure from a shell: ``python -m transfer_torch measure FOLDER``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from transfer_torch.errors import MeasureError

FAILED, WRONG, INTERRUPTED = 1, 2, 130
NEEDS = "transfer_torch needs the packages of requirements-torch.txt"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and do what they say.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the command line.

    Returns
    -------
    int
        Exit status.
    """
    try:
        from transfer_torch.command.arguments import parser

        options = parser().parse_args(arguments)
        from transfer_torch.command.run import listing, measure

        if options.command == "arms":
            print(listing())
        else:
            measure(options, print, _say)
    except MeasureError as error:
        return _left(f"{error}.", WRONG)
    except ModuleNotFoundError as error:
        return _left(f"{NEEDS}, got no {error.name}.", WRONG)
    except KeyboardInterrupt:
        return _left("Stopped. Finished trainings are kept; the same command goes on from there.", INTERRUPTED)
    except OSError as error:
        return _left(f"The system refused: {error}.", FAILED)
    return 0


def _left(sentence: str, status: int) -> int:
    _say(sentence)
    return status


def _say(sentence: str) -> None:
    """Print one line on standard error, whatever characters a name holds."""
    line = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in " ".join(sentence.split()))
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
