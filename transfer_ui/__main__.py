"""Studies from a shell: ``python -m transfer_ui study crossover --scenario mnist_to_digits --seeds 30``."""

from __future__ import annotations

from collections.abc import Sequence

# Nothing else up here: worker processes import this file too, and later imports may be interrupted.
from transfer_ui.command.boundary import boundary, hear_interrupts, tell


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and do what they say.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the command line.
    """
    with boundary():
        from transfer_ui.command.arguments import parser
        from transfer_ui.command.run import listing, run_study

        options = parser().parse_args(arguments)
        if options.command == "compare":
            from transfer_ui.command.compare import run_comparison

            run_comparison(options)
        elif options.command == "open":
            from transfer_ui.command.saved import open_record

            open_record(options)
        elif options.command == "list":
            tell(listing())
        else:
            run_study(options)


if __name__ == "__main__":
    hear_interrupts()
    main()
