import pytest

from transfer_core import Phase, freeze_to
from transfer_core.schedules import first_epochs, n_epochs, with_starts

HEAD = Phase("head", 3, (True, False), (0.0, 0.1))
ALL = Phase("all", 2, (False, False), (0.1, 0.1))


@pytest.mark.parametrize("n_layers", [1, 2, 5])
def test_freeze_to_freezes_exactly_the_layers_below(n_layers):
    for first in range(n_layers):
        assert freeze_to(n_layers, first) == (True,) * first + (False,) * (n_layers - first)


@pytest.mark.parametrize("first", [-1, 3, 4])
def test_freeze_to_refuses_to_leave_nothing_to_train(first):
    with pytest.raises(ValueError, match=f"first_trainable .* 0 and 2 .* got {first}"):
        freeze_to(3, first)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (("p", 0, (False,), (0.1,)), "n_epochs of phase 'p' must be 1 or more, got 0"),
        (("p", 1, (False, False), (0.1,)), "learning_rates of phase 'p' must have 2 entries .* got 1"),
        (("p", 1, (True, True), (0.1, 0.1)), "frozen of phase 'p' must leave a layer to train"),
    ],
)
def test_phase_refuses(fields, message):
    with pytest.raises(ValueError, match=message):
        Phase(*fields)


def test_first_trainable_is_the_lowest_layer_that_trains():
    assert HEAD.first_trainable == 1
    assert ALL.first_trainable == 0
    assert Phase("middle", 1, (True, False, True), (0.0, 0.1, 0.0)).first_trainable == 1


def test_phases_are_values():
    assert Phase("head", 3, (True, False), (0.0, 0.1)) == HEAD
    assert len({HEAD, Phase("head", 3, (True, False), (0.0, 0.1)), ALL}) == 2
    with pytest.raises(AttributeError):
        HEAD.n_epochs = 4  # type: ignore[misc]  # the mistake is the test


def test_lengths_and_starts():
    assert n_epochs(()) == 0
    assert n_epochs((HEAD, ALL)) == 5
    assert list(with_starts((HEAD, ALL, HEAD))) == [(0, HEAD), (3, ALL), (5, HEAD)]


@pytest.mark.parametrize(("n", "lengths"), [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (5, [3, 2]), (9, [3, 2])])
def test_first_epochs_cuts_and_never_lengthens(n, lengths):
    assert [phase.n_epochs for phase in first_epochs((HEAD, ALL), n)] == lengths


def test_first_epochs_keeps_everything_but_the_length():
    assert first_epochs((HEAD, ALL), 4)[1] == Phase("all", 1, (False, False), (0.1, 0.1))
