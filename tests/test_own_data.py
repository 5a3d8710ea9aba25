"""Data of one's own: known by content, of any shape; what makes no sense for it is refused in one sentence."""

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from transfer_core import SCENARIOS, RunConfig, compare, pretrain, scenario_config
from transfer_core.baselines import logistic_regression
from transfer_core.datasets import Dataset, load
from transfer_core.examples import target_of
from transfer_core.measures import DEFAULT_MEASURES, Confusion, Drift, Snapshots
from transfer_core.scenarios import Scenario, Task, scenario_at
from transfer_core.shifts import INVERSION, NOISE, PERMUTATION, ROTATION
from transfer_core.splits import sample_images
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.study import Cell
from transfer_core.studies.tasks import Train, ZeroShot

QUICK = {"hidden_sizes": (6, 6), "pretrain_epochs": 2, "n_epochs": 2, "unfreeze_epoch": 1, "n_seeds": 2}
SHAPES = [(12, 12), (40,)]


def _dataset(shape, seed=0, n_classes=3, n=240):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % n_classes
    images = 0.3 * rng.random((n, *shape)) + 0.2 * labels.reshape(n, *(1,) * len(shape))
    return Dataset(images.astype(np.float32), labels, tuple("abcdefgh"[:n_classes]))


def _scenario(shape, name="mine", seed=0, **others):
    dataset = _dataset(shape, seed)
    tasks = {half: Task(f"Half {half}", dataset, half=half) for half in (0, 1)}
    return Scenario(name, "Mine", "Is it there?", tasks[1], tasks[0], same_labels=True, **others)


def _config(scenario, **changes):
    return scenario_config(scenario, images_per_class=2, **QUICK, **changes)


def test_two_data_sets_under_one_name_are_two_everywhere():
    one, other = (_scenario((12, 12), seed=seed) for seed in (0, 1))
    configs = [_config(scenario) for scenario in (one, other)]
    assert one.name == other.name
    assert one.target.dataset != other.target.dataset
    assert configs[0] != configs[1]
    assert configs[0].key != configs[1].key
    keys = {Cell({}, config, ZeroShot()).key for config in configs}
    assert len(keys) == 2
    results = [compare(config, ["end_to_end"])["end_to_end"] for config in configs]
    assert (results[0].params[0].weights != results[1].params[0].weights).any()
    assert (results[0].pretrained[0].weights != results[1].pretrained[0].weights).any()
    assert (target_of(configs[0]).test.inputs != target_of(configs[1]).test.inputs).any()
    pictures = [sample_images(scenario, shift_amount=0.0, seed=0)["target"][1] for scenario in (one, other)]
    assert (pictures[0] != pictures[1]).any()


def test_one_data_set_under_two_names_is_one():
    configs = [_config(_scenario((12, 12), name)) for name in ("mine", "yours")]
    assert configs[0].key == configs[1].key
    assert pretrain(configs[0]) is pretrain(configs[1])


@pytest.mark.parametrize("part", ["images", "labels", "classes"])
def test_every_part_of_a_data_set_is_in_its_key(part):
    dataset = _dataset((12, 12))
    images, labels = dataset.images.copy(), dataset.labels.copy()
    images[0, 0, 0] += 0.5
    labels[0] = (labels[0] + 1) % 3
    changed = {"images": images, "labels": labels, "classes": ("x", "y", "z")}[part]
    assert replace(dataset, **{part: changed}).key != dataset.key


@pytest.mark.parametrize("change", [{"half": None}, {"members": (0, 1)}, {"classes": ("x", "y", "z")}], ids=str)
def test_every_part_of_a_task_is_in_the_key_of_its_scenario(change):
    scenario = _scenario((12, 12))
    assert replace(scenario, target=replace(scenario.target, **change)).key != scenario.key
    assert replace(scenario, title="Other words", look_for="Nothing?").key == scenario.key


@pytest.mark.parametrize(
    "change",
    [{"standardise": True}, {"init_scale": 0.5}, {"test_share": 0.2}, {"same_labels": False}, {"shift": NOISE}],
    ids=lambda change: next(iter(change)),
)
def test_all_that_a_scenario_does_to_its_data_is_in_its_key(change):
    assert replace(_scenario((12, 12)), **change).key != _scenario((12, 12)).key


def test_a_configuration_holds_its_data_and_nobody_else_does():
    config = _config(_scenario((12, 12), "held"))
    address = config.scenario
    assert config.but(n_epochs=3).pair is config.pair
    assert scenario_at(address) is config.pair
    del config
    assert scenario_at(address) is None


def test_a_configuration_takes_its_data_to_another_process():
    packed = pickle.dumps(_config(_scenario((12, 12), "travelling")))
    unpacked = pickle.loads(packed)
    assert unpacked == _config(_scenario((12, 12), "travelling"))
    assert unpacked.but(seed=1).pair == unpacked.pair
    assert pickle.loads(pickle.dumps(RunConfig())).pair is SCENARIOS["off_centre"]
    assert len(pickle.dumps(RunConfig())) < 1000


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_pretraining_comparison_and_measures_take_any_shape(shape):
    config = _config(_scenario(shape))
    assert config.layer_sizes[0] == np.prod(shape)
    measures = (*DEFAULT_MEASURES, Drift(), Snapshots(), Confusion())
    results = compare(config, measures=measures)
    for result in results.values():
        assert np.isfinite(result.test_accuracy).all()
        assert result.measured["confusion"].values.shape == (1, 2, 3, 3)
    assert np.isfinite(logistic_regression(config)).all()
    assert np.isfinite(results["end_to_end"].source_accuracy_after).all()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("shift", [ROTATION, INVERSION, NOISE, PERMUTATION], ids=lambda shift: shift.title)
def test_every_shift_takes_any_shape_or_refuses_it_in_a_sentence(shape, shift):
    if shift is ROTATION and len(shape) == 1:
        with pytest.raises(
            ValueError, match=r"^Rotation of the target needs images with rows and columns, got rows of 40 "
        ):
            _scenario(shape, shift=shift)
        return
    moved = target_of(_config(_scenario(shape, shift=shift), shift_amount=shift.max_amount))
    plain = target_of(_config(_scenario(shape)))
    assert moved.test.inputs.shape == plain.test.inputs.shape
    assert (moved.test.inputs != plain.test.inputs).any(axis=-1).all()


@pytest.mark.parametrize("shift", [INVERSION, NOISE], ids=lambda shift: shift.title)
def test_ink_is_asked_for_where_it_is_needed(shift):
    dataset = _dataset((40,))
    dataset = replace(dataset, images=dataset.images * 5 - 1)
    with pytest.raises(ValueError, match="needs values from 0 to 1, got values from -"):
        Scenario("mine", "Mine", "?", Task("All", dataset), None, shift=shift)


def test_tasks_of_two_shapes_are_refused():
    one, other = (Task("All", _dataset(shape)) for shape in SHAPES)
    with pytest.raises(ValueError, match=r"images of one shape, got \(12, 12\) and \(40,\)"):
        Scenario("mine", "Mine", "?", other, one)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": np.zeros((3, 2, 2, 2))}, "images must be"),
        ({"images": np.full((3, 2), np.nan)}, "images must be finite"),
        ({"labels": np.array([0, 1])}, "with n labels"),
        ({"labels": np.array([0, 1, 2])}, "labels must be between 0 and 1"),
    ],
)
def test_a_data_set_that_does_not_fit_is_refused(change, message):
    fields = {"images": np.zeros((3, 2)), "labels": np.array([0, 1, 0]), "classes": ("a", "b")} | change
    with pytest.raises(ValueError, match=message):
        Dataset(**fields)


def test_our_data_sets_are_8_x_8_and_known_by_their_content():
    assert load("digits").image_shape == load("mnist_8x8").image_shape == (8, 8)
    assert load("digits") != load("mnist_8x8")


def _studies():
    return [(name, shape) for name in STUDIES for shape in SHAPES]


def _fitting(name, shape):
    """A scenario of this shape that the study suits: with a shift, other labels, or no source, as it asks."""
    plain = _scenario(shape, shift=PERMUTATION)
    unpretrained = replace(plain, source=None, same_labels=False, standardise=True, shift=None)
    return next(scenario for scenario in (plain, unpretrained) if STUDIES[name].suits(scenario))


@pytest.mark.parametrize(("name", "shape"), _studies(), ids=str)
def test_the_smallest_cells_of_every_study_run_on_any_shape(name, shape):
    study = STUDIES[name]
    (config,) = study.default_configs(_fitting(name, shape), images_per_class=2, **QUICK)
    tasks: dict[Any, Any] = {}
    for cell in study.cells([config]):
        kind = (type(cell.task), type(getattr(getattr(cell.task, "arm", None), "start", None)))
        tasks.setdefault(kind, cell)
    for kind, cell in tasks.items():
        if kind[0] is Train and kind[1].__name__ == "TrainedOnMnist":
            with pytest.raises(ValueError, match=r"trained on MNIST takes images of shape \(8, 8\), got"):
                cell.task.measure(cell.config)
            continue
        readings = cell.task.measure(cell.config)
        assert readings
        assert all(values.shape == (2,) for reading in readings for values in reading.values.values())
