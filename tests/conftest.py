from collections.abc import Iterator

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


@pytest.fixture(autouse=True, scope="session")
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Leave the store of whoever runs the tests alone; pages, command line and servers inherit this one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZE_OR_FINE_TUNE_STORE", str(tmp_path_factory.mktemp("store") / "cells.sqlite"))
        yield
