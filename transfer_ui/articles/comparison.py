"""What the pages say that show a whole comparison."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from transfer_core import RunConfig
from transfer_ui import verdicts
from transfer_ui.runs import cached
from transfer_ui.sentences import Results
from transfer_ui.shell.frame import Answer
from transfer_ui.verdicts import Scores


def answer(config: RunConfig, results: Results, further: Callable[[Scores], Sequence[str]]) -> Scores:
    """Answer at once from the strategies alone, and again when the baselines are there.

    Parameters
    ----------
    config : RunConfig
    results : mapping of str to RunResult
    further : callable
        What else to say, once the baselines are known.

    Returns
    -------
    mapping of str to ndarray of shape (n_seeds,)
        The baselines.
    """
    drawn = Answer()

    def so_far() -> None:
        drawn.say(verdicts.answer(results, {}), [*verdicts.behind_it(results, {}), verdicts.BASELINES_TO_COME])

    baselines = cached.baselines(config, so_far)
    drawn.say(verdicts.answer(results, baselines), further(baselines))
    return baselines
