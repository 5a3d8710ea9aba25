"""Baselines fill in after the strategies; until then the answer says so."""

import itertools

from streamlit.testing.v1 import AppTest

from tests.app import ROOT
from tests.present import present
from transfer_core import RunConfig, compare, compare_steps
from transfer_core.baselines import BASELINES
from transfer_ui import verdicts
from transfer_ui.runs import baseline_scores, cached, places
from transfer_ui.runs.waiting import Outcome
from transfer_ui.shell import frame

QUICK = "n_epochs=6&unfreeze_epoch=2&n_seeds=6&pretrain_epochs=2&hidden_width=16"


def opened(monkeypatch, query):
    """Open Compare, and note what its answer says, in order."""
    said = []
    say = frame.Answer.say

    def noted(self, sentence, further=(), note=""):
        said.append([sentence, *further, note])
        say(self, sentence, further, note)

    monkeypatch.setattr(frame.Answer, "say", noted)
    app = AppTest.from_file(str(ROOT / "pages" / "compare.py"), default_timeout=60)
    app.query_params.update(dict(pair.split("=") for pair in query.split("&")) if query else {})
    app.run()
    assert not app.exception
    return app, said


def test_strategies_are_answered_before_the_baselines_are_there(monkeypatch):
    app, (before, after) = opened(monkeypatch, f"{QUICK}&seed=31")
    assert before[-1] == verdicts.BASELINES_TO_COME
    assert verdicts.BASELINES_TO_COME not in after
    shown = "\n".join(text.value for text in app.markdown)
    assert after[0] in shown
    assert verdicts.BASELINES_TO_COME not in shown


def test_what_is_stored_is_said_at_once(monkeypatch):
    app, said = opened(monkeypatch, "")
    assert len(said) == 1
    assert any("Stored results from" in caption.value for caption in app.caption)


def test_runs_that_differ_in_rates_share_the_stored_baselines(monkeypatch):
    monkeypatch.setattr(places, "workbench", None)  # nothing may be computed
    assert set(baseline_scores.measured(RunConfig(head_learning_rate=0.5))) == set(BASELINES)
    assert baseline_scores.requests_of(RunConfig(head_learning_rate=0.5)) == {}
    assert set(baseline_scores.requests_of(RunConfig(images_per_class=3))) == set(BASELINES)


def test_arms_cut_short_are_not_compared_with_known_ones_that_ran_to_their_end(monkeypatch):
    config = RunConfig(
        scenario="low_to_high", hidden_sizes=(8,), pretrain_epochs=1, n_epochs=4, unfreeze_epoch=2, n_seeds=2
    )
    *_, half = itertools.islice(compare_steps(config), 14)
    cut = present(half.results)()
    assert all(result.stopped for result in cut.values())
    mixed = cut | {"end_to_end": compare(config, ["end_to_end"])["end_to_end"]}
    monkeypatch.setattr(places, "workbench", lambda: None)
    for results, shown in ((cut, set(cut)), (mixed, set())):
        monkeypatch.setattr(cached, "outcome", lambda *_, results=results: Outcome(results, True))
        found = cached.comparison(config)
        assert found.stopped
        assert set(found.results) == shown
