from dataclasses import replace

import numpy as np
import pytest

from tests.present import present
from transfer_core import SCENARIOS
from transfer_core.datasets import Dataset, load
from transfer_core.seeds import Purpose, stream
from transfer_core.splits import first_of_each_class, max_images_per_class, sample_images, source_data, target_data

SEEDS = (0, 1, 2)


def _numbered(task, first):
    """Images that carry their own number in the first pixel, from some number on."""
    images = np.zeros_like(task.dataset.images)
    images[:, 0, 0] = np.arange(len(images)) + first
    return replace(task, dataset=Dataset(images, task.dataset.labels, task.dataset.classes))


@pytest.fixture
def numbered():
    """Our scenarios with numbered images; another collection than the target's counts from 10,000."""
    return {
        name: replace(
            scenario,
            shift=None,
            target=_numbered(scenario.target, 0),
            source=scenario.source
            and _numbered(scenario.source, 10_000 * (scenario.source.dataset != scenario.target.dataset)),
        )
        for name, scenario in SCENARIOS.items()
    }


def _numbers(examples, row=0):
    """Numbers of the images in one row; where standardised these are still one value an image."""
    return examples.inputs[row, :, 0].tolist()


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_image_is_in_two_parts(numbered, name):
    target = target_data(numbered[name], SEEDS, images_per_class=None)
    parts = [*target]
    if SCENARIOS[name].source is not None:
        parts += source_data(numbered[name], SEEDS)
    for row in range(len(SEEDS)):
        everything = [number for part in parts for number in _numbers(part, row)]
        assert len(everything) == len(set(everything))


@pytest.mark.parametrize("name", SCENARIOS)
def test_without_a_number_the_parts_take_every_image_of_the_task(numbered, name):
    task = SCENARIOS[name].target
    n_members = int(np.isin(task.dataset.labels, task.members).sum())
    taken = sum(part.labels.shape[-1] for part in target_data(numbered[name], [0], images_per_class=None))
    assert taken == (n_members if task.half is None else n_members - n_members // 2)


@pytest.mark.parametrize("name", SCENARIOS)
def test_small_training_sets_are_nested_balanced_and_leave_the_rest_alone(numbered, name):
    small, large = (target_data(numbered[name], SEEDS, images_per_class=n) for n in (3, 7))
    n_classes = len(SCENARIOS[name].target.classes)
    for row in range(len(SEEDS)):
        assert np.bincount(small.train.labels[row]).tolist() == [3] * n_classes
        assert np.bincount(large.train.labels[row]).tolist() == [7] * n_classes
        for label in range(n_classes):
            few, more = (data.train.inputs[row, data.train.labels[row] == label, 0].tolist() for data in (small, large))
            assert few == more[:3]
    np.testing.assert_array_equal(small.val.inputs, large.val.inputs)
    np.testing.assert_array_equal(small.test.inputs, large.test.inputs)


@pytest.mark.parametrize("name", SCENARIOS)
def test_shares_of_the_parts_and_of_the_classes(name):
    scenario = SCENARIOS[name]
    target = target_data(SCENARIOS[name], [0], images_per_class=None)
    sizes = [part.labels.shape[-1] for part in target]
    shares = np.array(sizes) / sum(sizes)
    pool_share = 1 - scenario.val_share - scenario.test_share
    np.testing.assert_allclose(shares, [pool_share, scenario.val_share, scenario.test_share], atol=0.005)
    classes = [np.bincount(part.labels[0]) / part.labels.shape[-1] for part in target]
    np.testing.assert_allclose(classes[1], classes[0], atol=0.02)
    np.testing.assert_allclose(classes[2], classes[0], atol=0.02)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_cap_can_be_reached_with_every_seed_and_is_not_timid(name):
    cap = max_images_per_class(SCENARIOS[name])
    pools = target_data(SCENARIOS[name], range(10), images_per_class=None).train.labels
    smallest = [int(np.bincount(labels).min()) for labels in pools]
    assert cap <= min(smallest)
    assert cap >= 0.9 * min(smallest)
    target_data(SCENARIOS[name], range(10), images_per_class=cap)


@pytest.mark.parametrize("name", SCENARIOS)
def test_more_images_than_the_smallest_class_has_are_refused(name):
    smallest = int(np.bincount(target_data(SCENARIOS[name], [0], images_per_class=None).train.labels[0]).min())
    target_data(SCENARIOS[name], [0], images_per_class=smallest)
    with pytest.raises(ValueError, match=f"images_per_class must be at most {smallest}, .* got {smallest + 1}"):
        target_data(SCENARIOS[name], [0], images_per_class=smallest + 1)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_row_is_what_its_seed_gives_alone_and_seeds_differ(name):
    stacked = target_data(SCENARIOS[name], SEEDS, images_per_class=4)
    for row, seed in enumerate(SEEDS):
        for part, alone in zip(stacked, target_data(SCENARIOS[name], [seed], images_per_class=4), strict=True):
            np.testing.assert_array_equal(part.inputs[row], alone.inputs[0])
            np.testing.assert_array_equal(part.labels[row], alone.labels[0])
    assert (stacked.train.inputs[0] != stacked.train.inputs[1]).any()


@pytest.mark.parametrize("name", [name for name, scenario in SCENARIOS.items() if scenario.shift])
def test_a_shift_moves_the_target_and_neither_its_split_nor_the_source(name):
    plain = target_data(SCENARIOS[name], [0], images_per_class=4)
    moved = target_data(
        SCENARIOS[name], [0], images_per_class=4, shift_amount=present(SCENARIOS[name].shift).max_amount
    )
    for part, other in zip(plain, moved, strict=True):
        np.testing.assert_array_equal(part.labels, other.labels)
        assert (part.inputs != other.inputs).any(axis=-1).all()


def test_the_source_half_is_the_other_half(numbered):
    source, target = (
        source_data(numbered["digits_to_noisy"], [3]),
        target_data(numbered["digits_to_noisy"], [3], images_per_class=None),
    )
    numbers = sorted(number for part in (*source, *target) for number in _numbers(part))
    assert numbers == list(range(len(load("digits").labels)))


def test_standardising_is_fitted_on_the_training_pool_alone():
    data = target_data(SCENARIOS["lesson"], [0], images_per_class=None)
    inked = data.train.inputs[0].std(axis=0) > 0
    np.testing.assert_allclose(data.train.inputs[0].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(data.train.inputs[0].std(axis=0)[inked], 1, atol=1e-4)
    assert abs(data.test.inputs[0].std(axis=0)[inked] - 1).max() > 0.01
    few = target_data(SCENARIOS["lesson"], [0], images_per_class=2)
    np.testing.assert_array_equal(few.test.inputs, data.test.inputs)


def test_types_of_the_examples():
    data = target_data(SCENARIOS["digits_to_inverted"], [0], images_per_class=2, shift_amount=0.5)
    assert {part.inputs.dtype for part in data} == {np.dtype(np.float32)}
    assert {part.labels.dtype for part in data} == {np.dtype(np.int64)}


def test_a_scenario_without_source_has_no_source_data():
    with pytest.raises(ValueError, match="'lesson' has no source task"):
        source_data(SCENARIOS["lesson"], [0])


def test_unequal_classes_are_refused_not_cut():
    with pytest.raises(ValueError, match="images_per_class must be at most 1, the size of the smallest class, got 2"):
        first_of_each_class(np.arange(4), np.array([0, 0, 0, 1]), 2)


def test_a_target_of_one_class_is_refused():
    with pytest.raises(ValueError, match=r"labels must have at least two classes, got only \[3\]"):
        first_of_each_class(np.arange(4), np.full(4, 3), 1)


def test_first_of_each_class_keeps_the_order_of_the_pool():
    labels = np.array([0, 1, 0, 1, 0, 1])
    assert first_of_each_class(np.array([5, 4, 1, 2, 3]), labels, 2).tolist() == [4, 2, 5, 1]


def test_streams_differ_by_seed_and_purpose_and_fit_scikit_learn():
    drawn = {
        stream(seed, purpose) for seed in range(20) for purpose in (Purpose.HEAD, Purpose.TEST_SPLIT, Purpose.VAL_SPLIT)
    }
    assert len(drawn) == 60
    assert max(drawn) < 2**32
    assert stream(7, Purpose.HEAD) == stream(7, Purpose.HEAD)


@pytest.mark.parametrize("name", SCENARIOS)
def test_samples_show_one_image_of_each_class(name):
    samples = sample_images(SCENARIOS[name], shift_amount=0.0, seed=0)
    assert list(samples) == (["target"] if SCENARIOS[name].source is None else ["source", "target"])
    for task, images, labels in samples.values():
        assert labels.tolist() == list(range(len(task.classes)))
        assert images.shape == (len(task.classes), *SCENARIOS[name].image_shape)


def test_samples_of_the_target_are_shifted():
    plain, turned = (sample_images(SCENARIOS["mnist_to_digits"], shift_amount=amount, seed=0) for amount in (0.0, 45.0))
    assert (plain["target"][1] != turned["target"][1]).any()
    np.testing.assert_array_equal(plain["source"][1], turned["source"][1])
