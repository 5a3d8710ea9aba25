"""What became of the source task: each measure against an independent way, and what it costs."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, recall_score

from transfer_core import RunConfig, arm_of, compare, forward, old_task, pretrain
from transfer_core.examples import source_of
from transfer_core.measures import Curves, LayerChange, reprobed_source_accuracy
from transfer_core.old_task import NewHeadOnOld, OldAnswers, OldHead, Reprobed, old_task_measures, share_named

CONFIG = RunConfig(
    scenario="digits_to_digits",
    hidden_sizes=(32, 32),
    pretrain_epochs=8,
    images_per_class=30,
    n_epochs=4,
    unfreeze_epoch=2,
    n_seeds=2,
    backbone_learning_rate=0.1,
)


@pytest.fixture(scope="module")
def results():
    arms = ["feature_extraction", "end_to_end", "progressive_unfreezing"]
    return compare(CONFIG, arms, (Curves(), LayerChange(), *old_task_measures(CONFIG)))


def _answers(params, row):
    return forward(params, source_of(CONFIG).test.inputs)[-1][row].argmax(axis=-1)


def test_old_head_is_what_scikit_learn_says_of_it_on_the_moved_backbone(results):
    labels = source_of(CONFIG).test.labels
    for result in results.values():
        params = (*result.params[:-1], pretrain(CONFIG).params[-1])
        for row in range(2):
            answers = _answers(params, row)
            found = result.measured["source_class_accuracy"]
            assert found.epochs == (0, 1, 2, 3, 4)
            np.testing.assert_allclose(found.values[-1, row], recall_score(labels[row], answers, average=None))
            assert result.measured["source_accuracy"].values[-1, row] == accuracy_score(labels[row], answers)


def test_old_head_begins_and_ends_as_the_result_says(results):
    for result in results.values():
        series = result.measured["source_accuracy"].values
        np.testing.assert_array_equal(series[0], result.source_accuracy_before)
        np.testing.assert_array_equal(series[-1], result.source_accuracy_after)


def test_old_head_loses_nothing_while_the_backbone_is_frozen_and_then_something(results):
    still = results["feature_extraction"].measured["source_accuracy"].values
    assert (still == still[0]).all()
    freed = results["progressive_unfreezing"].measured["source_class_accuracy"].values
    assert (freed[:3] == freed[0]).all()
    assert (freed[3] != freed[0]).any()


def test_answers_before_and_after_are_those_of_the_first_seed(results):
    old_head = pretrain(CONFIG).params[-1]
    found = results["end_to_end"].measured["old_answers"]
    assert found.epochs == (0, 4)
    np.testing.assert_array_equal(found.values[0], _answers(pretrain(CONFIG).params, 0))
    np.testing.assert_array_equal(found.values[1], _answers((*results["end_to_end"].params[:-1], old_head), 0))


def test_new_probe_is_that_of_the_forgetting_study_and_near_logistic_regression(results):
    source = source_of(CONFIG)
    for result in results.values():
        found = result.measured["source_reprobed"]
        assert found.epochs == (0, 4)
        np.testing.assert_array_equal(found.values[0], reprobed_source_accuracy(CONFIG, pretrain(CONFIG).params))
        np.testing.assert_array_equal(found.values[1], reprobed_source_accuracy(CONFIG, result.params))
        features = [forward(result.params, part.inputs)[-2] for part in (source.train, source.test)]
        for row in range(2):
            probe = LogisticRegression(C=1e3, max_iter=2000).fit(features[0][row], source.train.labels[row])
            assert abs(found.values[1, row] - probe.score(features[1][row], source.test.labels[row])) < 0.06


def test_new_head_is_asked_for_names(results):
    names = CONFIG.pair.target.classes
    labels = source_of(CONFIG).test.labels
    result = results["end_to_end"]
    for row in range(2):
        answers = _answers(result.params, row)
        right = [names[said] == str(true) for said, true in zip(answers, labels[row], strict=True)]
        assert result.measured["source_named"].values[0, row] == pytest.approx(np.mean(right))
        assert np.mean(right) > 0.5


def test_where_every_digit_bears_the_name_of_the_next_the_new_head_names_almost_none_right():
    config = CONFIG.but(scenario="digits_to_renamed", images_per_class=20, n_epochs=20)
    named = share_named(config, arm_of(config, "end_to_end").trained(config))
    assert named.max() < 0.2
    assert pretrain(config).source_accuracy.min() > 0.7


@pytest.mark.parametrize("measure", old_task_measures(CONFIG), ids=lambda measure: type(measure).__name__)
def test_a_run_keeps_no_more_of_a_measure_than_it_says(measure):
    result = compare(CONFIG, ["end_to_end"], [measure])["end_to_end"]
    kept = sum(series.values.nbytes for series in result.measured.values())
    assert 0 < kept <= measure.n_bytes(CONFIG)


def test_looks_are_few_however_long_the_run():
    config = CONFIG.but(n_epochs=30)
    result = compare(config, ["feature_extraction"], [OldHead(config, most=4)])["feature_extraction"]
    assert result.measured["source_accuracy"].epochs == (0, 10, 20, 30)


def test_frozen_backbone_is_asked_once(monkeypatch):
    config = CONFIG.but(seed=5)
    asked = []

    def counted(name, function):
        def call(*args):
            asked.append(name)
            return function(*args)

        return call

    monkeypatch.setattr(old_task, "old_answers", counted("answers", old_task.old_answers))
    monkeypatch.setattr(old_task, "reprobed_source_accuracy", counted("probe", reprobed_source_accuracy))
    compare(config, ["feature_extraction"], [OldHead(config), OldAnswers(config), Reprobed(config)])
    assert sorted(asked) == ["answers", "probe"]


def test_who_does_not_ask_pays_nothing(monkeypatch):
    for measure in (OldHead, OldAnswers, Reprobed, NewHeadOnOld):
        monkeypatch.setattr(measure, "__call__", lambda *args: pytest.fail("measured"))
    compare(CONFIG, ["end_to_end"])
