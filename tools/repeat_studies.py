"""Do the stored verdicts hold on seeds that nobody has looked at? ``python -m tools.repeat_studies [--seed N] [name ...]``.

Runs the studies on a fresh block of seeds and prints each claim's stored verdict beside the fresh one, and how many agree.
Cells are kept in the store of this machine, so it can be stopped and started.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import joblib

from tools.build_studies import block
from transfer_core.studies.execute import Done, rows
from transfer_core.studies.ledger import OPEN, Standing, standings
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.shipped import read
from transfer_core.studies.store import Store, default_path
from transfer_core.studies.study import Finding, Study
from transfer_core.studies.workers import processes

COMMAND = "python -m tools.repeat_studies"
FRESH_SEED = 2000


class Repeated(NamedTuple):
    """A claim on a fresh block.

    Attributes
    ----------
    name : str
    stored, fresh : str
        Verdicts.
    """

    name: str
    stored: str
    fresh: str

    @property
    def outcome(self) -> str:
        """``"same"``, ``"open"`` (a verdict became inconclusive, or the reverse) or ``"reversed"``."""
        if self.stored == self.fresh:
            return "same"
        return "open" if self.stored in OPEN or self.fresh in OPEN else "reversed"


def stored_standings() -> dict[str, Standing]:
    """Where every claim of the stored studies stands."""
    found: dict[str, list[Finding]] = {}
    for name in STUDIES:
        shipped = read(name)
        if shipped is None:
            raise ValueError(f"study to repeat must be stored, got {name}; build it first")
        for claim in STUDIES[name].claims:
            found[f"{name}.{claim}"] = [findings[claim] for findings in shipped.findings.values()]
    return standings(found)


def repeat(study: Study, fresh: Mapping[str, Finding], standing: Mapping[str, Standing]) -> Iterator[Repeated]:
    """Set a study's fresh findings beside its stored verdicts."""
    for claim, finding in fresh.items():
        name = f"{study.name}.{claim}"
        yield Repeated(name, standing[name].verdict, finding.verdict)


def total(repeated: Sequence[Repeated]) -> str:
    """Count what agrees.

    Examples
    --------
    >>> total([Repeated("a", "confirmed here", "confirmed here"), Repeated("b", "refuted here", "inconclusive here")])
    '1 of 2 verdicts the same; of 2 that are conclusive, 1 the same (50 %), 1 now inconclusive, 0 reversed'
    """
    same = sum(one.outcome == "same" for one in repeated)
    conclusive = [one.outcome for one in repeated if one.stored not in OPEN]
    share = 100 * conclusive.count("same") / max(1, len(conclusive))
    return (
        f"{same} of {len(repeated)} verdicts the same; of {len(conclusive)} that are conclusive, "
        f"{conclusive.count('same')} the same ({share:.0f} %), {conclusive.count('open')} now inconclusive, "
        f"{conclusive.count('reversed')} reversed"
    )


def main(arguments: Sequence[str]) -> None:
    """Repeat the named studies, or all of them."""
    parser = ArgumentParser(prog=COMMAND, description="Repeat the stored studies on a fresh block of seeds.")
    parser.add_argument("names", nargs="*", metavar="name", help="of a study; all of them if none is given")
    parser.add_argument("--seed", type=int, default=FRESH_SEED, help=f"first seed of the block (default {FRESH_SEED})")
    asked = parser.parse_args(arguments)
    if unknown := [name for name in asked.names if name not in STUDIES]:
        parser.error(f"name must be one of {', '.join(STUDIES)}, got {unknown[0]!r}")
    standing, repeated, store = stored_standings(), list[Repeated](), Store(default_path())
    with processes(joblib.cpu_count()) as executor:
        for study in (STUDIES[name] for name in asked.names or STUDIES):
            cells = study.cells(study.default_configs(seed=asked.seed))
            readings = block(study, asked.seed, store, executor)
            done = [Done(place, one, 0, True) for place, one in enumerate(readings)]
            for one in repeat(study, study.summarise(rows(cells, done)).findings, standing):
                mark = {"same": " ", "open": "?", "reversed": "!"}[one.outcome]
                print(
                    f"{mark} {one.name:32} {one.stored:20} {one.fresh:20} {standing[one.name].replication}", flush=True
                )
                repeated.append(one)
    print(total(repeated))


if __name__ == "__main__":
    main(sys.argv[1:])
