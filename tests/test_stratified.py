import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from transfer_core.stratified import stratified_split


@pytest.mark.parametrize("seed", [*range(30), 2**32 - 1])
def test_both_parts_are_scikit_learns_to_the_bit(seed):
    rng = np.random.default_rng(seed)
    n_classes = int(rng.integers(2, 11))
    labels = rng.permutation(np.concatenate([np.repeat(np.arange(n_classes), 2), rng.integers(n_classes, size=200)]))
    share = float(rng.uniform(0.2, 0.8))
    theirs = train_test_split(np.arange(len(labels)), test_size=share, random_state=seed, stratify=labels)
    for our_part, their_part in zip(stratified_split(labels, share, seed), theirs, strict=True):
        np.testing.assert_array_equal(our_part, their_part)


def test_labels_need_not_be_numbered_from_zero():
    labels = np.array([7, 7, 3, 3, 3, 3, 7, 7])
    first, second = stratified_split(labels, 0.25, seed=1)
    assert sorted([*first, *second]) == list(range(8))
    assert sorted(labels[second]) == [3, 7]


@pytest.mark.parametrize(
    ("labels", "share", "said"),
    [([0, 0, 0, 1], 0.5, "at least two examples of every class"), ([0, 0, 1, 1, 2, 2], 0.3, "got 4 and 2")],
)
def test_what_cannot_be_split_is_refused_in_a_sentence(labels, share, said):
    with pytest.raises(ValueError, match=said):
        stratified_split(np.array(labels), share, seed=0)
