"""Compute the default studies and store what they found: ``python -m tools.build_studies [--derive] [name ...]``.

Each is computed on three blocks of seeds: the first gives the verdicts, the others repeat them. Cells that the store of
this machine already has are not computed again, so it can be stopped and started. What Decide draws at the default
settings is computed after them, or alone with ``--pages``. With ``--derive`` nothing is computed:
table and findings follow anew from the stored cells, as they must where a rule, a summary or a sentence has changed.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from pathlib import Path

import joblib

from transfer_core.config import RunConfig
from transfer_core.studies.execute import execute
from transfer_core.studies.questions.decision_map import MAP
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.shipped import FOLDER, PAGES, read, write
from transfer_core.studies.store import Store, default_path
from transfer_core.studies.study import FIRST_SEEDS, N_SEEDS, Reading, Study
from transfer_core.studies.workers import processes
from transfer_takeaway import made

COMMAND = "python -m tools.build_studies"


def made_now() -> dict[str, str]:
    """Say when and with what this is computed."""
    now = made.made_now()
    return {
        "date": now["date"],
        "versions": now["versions"],
        "machine": f"{now['machine']}, {joblib.cpu_count()} cores",
        "command": COMMAND,
    }


def main(arguments: Sequence[str]) -> None:
    """Compute the named studies, or all of them, or derive them from their stored cells."""
    parser = ArgumentParser(prog=COMMAND, description="Compute the default studies and store what they found.")
    parser.add_argument("names", nargs="*", metavar="name", help="of a study; all of them if none is given")
    parser.add_argument("--pages", action="store_true", help="only what pages draw at the default settings")
    parser.add_argument("--derive", action="store_true", help="table and findings anew from the stored cells")
    asked = parser.parse_args(arguments)
    if unknown := [name for name in asked.names if name not in STUDIES]:
        parser.error(f"name must be one of {', '.join(STUDIES)}, got {unknown[0]!r}")
    studies = [STUDIES[name] for name in asked.names or STUDIES]
    if asked.derive:
        for study in studies:
            for line in derive(study):
                print(line)
        return
    if not asked.pages:
        compute(studies)
    if asked.pages or not asked.names:
        compute_pages()


def compute(studies: Iterable[Study], seeds: Sequence[int] = FIRST_SEEDS) -> None:
    """Compute the blocks of studies and store them."""
    store = Store(default_path())
    with processes(joblib.cpu_count()) as executor:
        for study in studies:
            print(write(study, made_now(), {seed: block(study, seed, store, executor) for seed in seeds}), flush=True)


def compute_pages() -> None:
    """Compute what pages draw at the default settings and store it."""
    store, config = Store(default_path()), RunConfig()
    with processes(joblib.cpu_count()) as executor:
        for study in (MAP, STUDIES["crossover"]):
            readings = block(study, config.seed, store, executor, config.n_seeds)
            print(write(study, made_now(), {config.seed: readings}, PAGES, n_seeds=config.n_seeds), flush=True)


def block(study: Study, seed: int, store: Store, executor: Executor, n_seeds: int = N_SEEDS) -> list[list[Reading]]:
    """Do all cells of a study from a first seed on, as far as the store does not have them."""
    cells = study.cells(study.default_configs(seed=seed, n_seeds=n_seeds))
    return [one.readings for one in sorted(execute(cells, store, executor), key=lambda one: one.place)]


def derive(study: Study, folder: Path = FOLDER) -> list[str]:
    """Store the findings that follow from the stored cells by now.

    Parameters
    ----------
    study : Study
    folder : Path

    Returns
    -------
    list of str
        The file, and a line for each verdict that is another one than before.

    Raises
    ------
    ValueError
        If nothing is stored, or the study lays out other cells by now.
    """
    stored = read(study.name, folder)
    if stored is None:
        raise ValueError(f"study to derive must have stored cells, got {study.name}; compute it first")
    if not stored.fits(study.cells(study.default_configs())):
        raise ValueError(f"stored cells must be those of the study, got others of {study.name}; compute it anew")
    path = write(study, stored.made, stored.stored.blocks, folder)
    now = read(study.name, folder)
    assert now is not None
    changed = [
        f"{study.name}.{name} from {seed}: {before[name].verdict if name in before else 'nothing'} -> {finding.verdict}"
        for seed, before in stored.findings.items()
        for name, finding in now.findings[seed].items()
        if name not in before or before[name].verdict != finding.verdict
    ]
    return [str(path), *changed]


if __name__ == "__main__":
    main(sys.argv[1:])
