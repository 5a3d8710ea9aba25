"""A comparison of the lab as a record: with the answer, the evidence and the settings in the words of the pages."""

from __future__ import annotations

from collections.abc import Mapping

from transfer_core import STRATEGIES, RunConfig
from transfer_core.arrays import Array
from transfer_core.own_data.stand_in import AtHome
from transfer_core.scenarios import Scenario
from transfer_takeaway.comparison import of_comparison, task_words
from transfer_takeaway.record import Facts, Record
from transfer_ui import sentences, verdicts
from transfer_ui.controls.knobs import KNOBS, values_of
from transfer_ui.controls.link import to_text
from transfer_ui.sentences import Results


def record_of(
    results: Results,
    baselines: Mapping[str, Array],
    made: Mapping[str, str] | None = None,
    *,
    with_data: bool = False,
    data: Scenario | None = None,
) -> Record:
    """Put a comparison on record.

    Parameters
    ----------
    results : mapping of str to RunResult
    baselines : mapping of str to ndarray of shape (n_seeds,)
    made : mapping of str to str, optional
        When and with what, for stored results; by default now and with this.
    with_data : bool, default False
        Put the data in the file too, if they are somebody's own.
    data : Scenario, optional
        A visitor's own data, to put them in the file: on a page, runs only stand in for them.

    Examples
    --------
    >>> from transfer_core import compare
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=1, n_epochs=2, unfreeze_epoch=1, n_seeds=2)
    >>> record_of(compare(config), {}).settings[0]
    ('Scenario', 'Digits 0-4 to digits 5-9')
    """
    config = next(iter(results.values())).config
    evidence: list[str] = []
    if set(results) >= STRATEGIES.keys():
        evidence += verdicts.behind_it(results, baselines)
        evidence.append(verdicts.worth_of_pretraining(results, baselines))
        evidence.append(sentences.price({name: results[name] for name in STRATEGIES}))
    return of_comparison(
        results,
        baselines,
        verdicts.TITLES,
        answer=verdicts.answer(results, baselines),
        evidence=evidence,
        settings=settings(config),
        made=made,
        with_data=with_data,
        about=_about_own(config, named=data is not None) if isinstance(config.pair, AtHome) else None,
        data=data,
    )


def _about_own(config: RunConfig, *, named: bool) -> Facts:
    """Say what a visitor's own data are: how many, and what their classes are called only where the data are in the file too."""
    pair = config.pair
    tasks = [("Target task", pair.target), *([("Source task", pair.source)] if pair.source else [])]
    said = [(what, task_words(task)) for what, task in tasks]
    return (*said, ("Target classes", ", ".join(pair.target.classes))) if named else tuple(said)


def settings(config: RunConfig) -> Facts:
    """List the controls with their values, and the link that sets them.

    Examples
    --------
    >>> settings(RunConfig())[-1]
    ('Link', 'compare?scenario=off_centre')
    """
    values, is_ours = values_of(config), config.scenario == config.pair.name
    pairs = [("Scenario", config.pair.title)]
    for knob in KNOBS:
        if knob.name != "scenario" and (knob.name != "shift_amount" or config.pair.shift):
            pairs.append((knob.title(config.scenario) if is_ours else knob.label, knob.text(values[knob.name])))
    return (*pairs, ("Link", f"compare?{to_text(config)}")) if is_ours else tuple(pairs)
