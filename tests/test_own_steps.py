"""A closer look at data of one's own: what a process of its own finds, and that none of the data leaves it."""

import pickle
from functools import partial

import numpy as np
import pytest

from tests import brought
from tests.present import present
from transfer_core import STRATEGIES, compare
from transfer_core.own_data import curves
from transfer_core.own_data.answering import Question, answer_steps, paired
from transfer_core.own_data.files import read
from transfer_core.own_data.whole import at_all_labels
from transfer_ui.articles.forgetting import arms
from transfer_ui.articles.inside.seen import look_into
from transfer_ui.runs import own_steps, steps

N_SEEDS = 2
QUESTION = Question("y", "classes", 8, source=("0", "1"))


def images(n=96, names="0123"):
    """Four classes of bright places, of two pairs that are told apart alike."""
    values = np.random.default_rng(0).random((n, 8, 8)) / 4
    labels = np.arange(n) % 4
    values[np.arange(n), 2 * (labels // 2), 2 * labels] += 1
    return brought.npz(X=values / 2, y=np.array(list(names))[labels])


CONTENTS = read("mine.npz", images())
ASKED = (CONTENTS, QUESTION, None)


def last(steps):
    *_, progress = steps
    return present(progress.results)()


@pytest.fixture(scope="module")
def answer():
    return last(answer_steps(*ASKED, N_SEEDS))


@pytest.fixture(scope="module")
def config(answer):
    return answer.runs["end_to_end"].config


def old_task(config):
    here, elsewhere = (make(config, 0.01).arms for make in (arms.at_the_settings, arms.elsewhere))
    few = {name: elsewhere[name] for name in list(elsewhere)[:2]}
    return last(own_steps.old_task_steps(*ASKED, here, few, N_SEEDS))


def test_the_layers_are_followed_through_the_very_runs_of_the_answer(answer):
    found = last(own_steps.inside_steps(*ASKED, N_SEEDS))
    assert set(found) == set(STRATEGIES)
    for name, run in found.items():
        np.testing.assert_array_equal(run.history["val_loss"], answer.runs[name].history["val_loss"])
        assert run.measured["similarity"].values.shape[1:] == (N_SEEDS, 2)
    assert (found["feature_extraction"].drift[:, :-1] == 0).all()
    assert (found["end_to_end"].drift[:, :-1] > 0).all()


def test_the_networks_of_a_seed_are_those_of_the_answer_to_the_bit(answer):
    found = last(own_steps.network_steps(*ASKED, 1))
    seen = look_into(found.runs)
    trained = compare(at_all_labels(paired(*ASKED).scenario, N_SEEDS)[0])
    for name, one in seen.items():
        for drawn, layer in zip(one.networks[-1], trained[name].params, strict=True):
            np.testing.assert_array_equal(drawn.weights, layer.weights[1])
        right = one.answers(found.inputs).classes == found.labels
        assert right.mean() == pytest.approx(answer.runs[name].val_accuracy[1])


def test_the_old_task_is_followed_and_its_lost_images_are_found(answer, config):
    found = old_task(config)
    assert set(found.runs) == {*arms.PRETRAINED, "l2_sp"}
    assert len(found.elsewhere) == 2
    tuned = found.runs["end_to_end"]
    np.testing.assert_array_equal(tuned.measured["source_accuracy"].values[0], tuned.source_accuracy_before)
    np.testing.assert_array_equal(tuned.history["val_loss"], answer.runs["end_to_end"].history["val_loss"])
    assert {one.label for one in found.lost["end_to_end"]} <= {"0", "1"}
    assert found.lost["feature_extraction"] == []


def test_seeds_that_wait_for_memory_are_put_in_a_row(config, monkeypatch):
    together = old_task(config)
    monkeypatch.setattr(curves, "MAX_STACKED", 1)
    apart = old_task(config)
    for name, run in together.runs.items():
        assert apart.runs[name].config.seeds == run.config.seeds == (0, 1)
        for series in ("source_accuracy", "source_class_accuracy", "old_answers", "source_reprobed", "layer_change"):
            assert apart.runs[name].measured[series].values.shape == run.measured[series].values.shape
        assert apart.runs[name].test_accuracy == pytest.approx(run.test_accuracy, abs=0.1)


@pytest.mark.parametrize(
    "make",
    [
        partial(own_steps.inside_steps, *ASKED, N_SEEDS),
        partial(own_steps.network_steps, *ASKED, 0),
    ],
    ids=["inside", "networks"],
)
def test_no_row_leaves_the_process_but_those_that_are_shown(make):
    found = last(make())
    packed = pickle.dumps(found)
    shown = {row.tobytes() for row in getattr(found, "inputs", [])}
    rows = [row.astype(np.float32).tobytes() for row in CONTENTS.values]
    assert {row for row in rows if row in packed} <= shown
    assert len(shown) <= steps.MOST_IMAGES


def test_rows_of_numbers_have_no_images_to_lose():
    contents = read("four.csv", brought.csv_text(96, n_classes=3).encode())
    question = Question("label", "classes", source=("kind a", "kind b"))
    with pytest.raises(ValueError, match="target must have at least two classes"):
        last(own_steps.inside_steps(contents, question, None, N_SEEDS))
    old = read("old.csv", brought.csv_text(60, seed=1).encode())
    asked = (contents, Question("label", "file", source_label="label"), old)
    blank = last(answer_steps(*asked, N_SEEDS)).runs["end_to_end"].config
    here = arms.at_the_settings(blank, 0.01).arms
    assert last(own_steps.old_task_steps(*asked, here, {}, N_SEEDS)).lost == {}
