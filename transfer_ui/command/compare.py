"""A comparison in the shell: every row of the table, and the same answer as on the page."""

from __future__ import annotations

import argparse

from transfer_core import STRATEGIES, Arm, RunConfig, RunResult, arm_of, compare
from transfer_core.arrays import Array
from transfer_core.baselines import measure_baselines
from transfer_core.schedule_text import ScheduleError, from_text
from transfer_core.wording import amount_words
from transfer_ui.command.boundary import WRONG_ARGUMENTS, leave, tell
from transfer_ui.command.saved import check_places as check_files
from transfer_ui.command.saved import save
from transfer_ui.controls.link import from_text as read_link
from transfer_ui.rows import OWN
from transfer_ui.saved import record_of
from transfer_ui.sentences import accuracy_words, percent, test_scores
from transfer_ui.verdicts import TITLES, answer


def run_comparison(options: argparse.Namespace) -> None:
    """Compare the strategies, and a schedule of one's own beside them.

    Parameters
    ----------
    options : Namespace
        What the parser made of the command line.
    """
    config = _config(options.link) if options.link else RunConfig()
    arms = {name: arm_of(config, name) for name in STRATEGIES}
    if options.schedule is not None:
        try:
            arms[OWN] = Arm(from_text(options.schedule, config.n_layers))
        except ScheduleError as error:
            where = error.part.replace("schedule", "--schedule")
            leave(f"{where} must {error.rule}, got {error.value!r}.", WRONG_ARGUMENTS)
    check_files(options)
    results, baselines = compare(config, arms), measure_baselines(config)
    tell(table(results, baselines))
    tell(f"\n{answer(results, baselines)}")
    save(record_of(results, baselines), options)


def table(results: dict[str, RunResult], baselines: dict[str, Array]) -> str:
    """Write one line per row, the best first: test accuracy, multiply-adds, old task."""
    scores = test_scores(results) | baselines
    width = max(len(TITLES[name]) for name in scores)
    return "\n".join(
        f"{TITLES[name]:<{width}}  {accuracy_words(scores[name])}{_price(results[name]) if name in results else ''}"
        for name in sorted(scores, key=lambda name: -float(scores[name].mean()))
    )


def _price(result: RunResult) -> str:
    work = amount_words(round(result.cost.multiply_adds / 1e6, 1), "M multiply-adds")
    kept = result.source_accuracy_after.mean()
    return f", {work}" + (f", old task {percent(kept)}" if result.config.has_old_task and kept == kept else "")


def _config(link: str) -> RunConfig:
    """Read settings as a link names them; whatever does not fit is refused."""
    try:
        config, notices = read_link(link)
    except ValueError as error:
        leave(f"--link must be {error}, got {link!r}.", WRONG_ARGUMENTS)
    if notices:
        leave(
            notices[0].partition(". ")[0].replace("The link", "--link").replace("the link", "--link").replace("`", "'")
            + ".",
            WRONG_ARGUMENTS,
        )
    return config
