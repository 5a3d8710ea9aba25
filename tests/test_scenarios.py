import numpy as np
import pytest

from transfer_core import SCENARIOS, RunConfig
from transfer_core.datasets import DATASETS, MAX_INK, load

EVERY = pytest.mark.parametrize("name", SCENARIOS)


def _tasks(scenario):
    return [task for task in (scenario.source, scenario.target) if task is not None]


@EVERY
def test_a_scenario_has_a_title_and_says_what_to_look_for(name):
    scenario = SCENARIOS[name]
    assert scenario.title[0].isupper()
    assert scenario.look_for.endswith((".", "?"))
    assert len(scenario.look_for) < 240


def test_titles_are_all_different():
    assert len({scenario.title for scenario in SCENARIOS.values()}) == len(SCENARIOS)


@EVERY
def test_labels_are_numbers_of_the_named_classes_and_every_class_occurs(name):
    for task in _tasks(SCENARIOS[name]):
        assert task.dataset in {load(name) for name in DATASETS}
        labels = task.labels[np.isin(task.dataset.labels, task.members)]
        assert np.unique(labels).tolist() == list(range(len(task.classes)))
        assert labels.dtype == np.int64


@EVERY
def test_no_image_can_belong_to_source_and_target(name):
    source, target = SCENARIOS[name].source, SCENARIOS[name].target
    if source is None or source.dataset != target.dataset:
        return
    halves = {source.half, target.half}
    assert halves == {0, 1} or not set(source.members) & set(target.members)


@EVERY
def test_same_labels_means_the_same_classes_by_the_same_rule(name):
    scenario = SCENARIOS[name]
    if scenario.same_labels:
        assert scenario.source is not None
        assert scenario.source.classes == scenario.target.classes
        assert scenario.source.label is scenario.target.label
    elif scenario.source is not None:
        assert (scenario.source.classes, scenario.source.label) != (scenario.target.classes, scenario.target.label)


@EVERY
def test_settings_name_fields_of_a_run_and_cannot_be_changed(name):
    settings = SCENARIOS[name].settings
    assert set(settings) <= set(RunConfig.__dataclass_fields__) - {"scenario", "data_key"}
    with pytest.raises(TypeError):
        settings["seed"] = 1  # type: ignore[index]  # the mistake is the test


def test_the_scenarios_that_were_promised_are_there():
    promised = {
        "off_centre",
        "mnist_to_digits",
        "digits_to_digits",
        "digits_to_inverted",
        "digits_to_noisy",
        "digits_to_permuted",
        "low_to_high",
        "digits_to_parity",
        "digits_to_ink",
        "lesson",
    }
    assert promised <= set(SCENARIOS)
    assert RunConfig().scenario == next(iter(SCENARIOS)) == "off_centre"


def test_parity_tells_even_from_odd():
    task = SCENARIOS["digits_to_parity"].target
    for digit in range(10):
        labels = task.label(load("digits"))[load("digits").labels == digit]
        assert {task.classes[label] for label in labels} == {"odd" if digit % 2 else "even"}


def test_ink_splits_at_the_median():
    task, images = SCENARIOS["digits_to_ink"].target, load("digits").images
    labels = task.label(load("digits"))
    ink = np.round(images.sum(axis=(1, 2)) * MAX_INK)
    assert ink[labels == 1].min() > ink[labels == 0].max()
    assert labels.mean() == pytest.approx(0.5, abs=0.01)


def test_high_digits_are_numbered_from_0():
    task, dataset = SCENARIOS["low_to_high"].target, load("digits")
    labels = task.label(dataset)
    for digit in task.members:
        assert {task.classes[label] for label in labels[dataset.labels == digit]} == {str(digit)}


def test_the_lesson_is_set_up_as_the_lesson_was():
    lesson = SCENARIOS["lesson"]
    assert lesson.source is None
    assert lesson.standardise
    assert lesson.init_scale == 0.01
    assert lesson.test_share + lesson.val_share == pytest.approx(0.3)
    assert "random" in lesson.title.lower()
    assert dict(lesson.settings) == {
        "hidden_sizes": (128,),
        "images_per_class": None,
        "n_epochs": 100,
        "unfreeze_epoch": 50,
        "head_learning_rate": 0.1,
        "backbone_learning_rate": 0.1,
        "unfrozen_learning_rate": 0.01,
        "batch_size": None,
        "momentum": 0.0,
    }
