"""What the pages say that show a whole comparison."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from transfer_core import RunConfig
from transfer_ui import verdicts
from transfer_ui.runs import cached
from transfer_ui.sentences import Results, cap, test_scores
from transfer_ui.shell.frame import Answer
from transfer_ui.verdicts import BASELINES_TO_COME, Scores


def answer(
    config: RunConfig,
    results: Results,
    further: Callable[[Scores], Sequence[str]] | None = None,
    draw: Callable[[Scores], object] = lambda scores: None,
) -> Scores:
    """Answer at once from the strategies alone, and again when the baselines are there.

    Parameters
    ----------
    config : RunConfig
    results : mapping of str to RunResult
    further : callable, optional
        What is behind the answer, once the baselines are known; without it, the answer stands alone.
    draw : callable, optional
        Draws the scores of all rows known so far.

    Returns
    -------
    mapping of str to ndarray of shape (n_seeds,)
        The baselines.
    """
    drawn, about = Answer(), note(config)

    def so_far() -> None:
        draw(test_scores(results))
        drawn.say(verdicts.answer(results, {}), verdicts.behind_it(results, {}) if further else [], BASELINES_TO_COME)

    baselines = cached.baselines(config, so_far)
    draw(test_scores(results) | dict(baselines))
    drawn.say(verdicts.answer(results, baselines), further(baselines) if further else [], about)
    return baselines


def note(config: RunConfig) -> str:
    """Say what an answer is about: task, images, seeds."""
    return f"{config.pair.title}, {cap(config)}, {config.n_seeds} seeds."
