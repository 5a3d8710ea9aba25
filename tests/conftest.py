import pytest

from transfer_core import RunConfig


@pytest.fixture
def small() -> RunConfig:
    """Half a second of training at most: two seeds, one hidden layer, a handful of epochs."""
    return RunConfig(
        scenario="low_to_high",
        hidden_sizes=(16,),
        pretrain_epochs=3,
        images_per_class=6,
        n_epochs=4,
        unfreeze_epoch=2,
        n_seeds=2,
    )
