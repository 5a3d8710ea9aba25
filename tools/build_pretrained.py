"""Build ``pretrained_default.npz``: the ten pretrained networks of the default configuration.

A first visit then starts with the target task, also on a slow server. Run it again whenever a default
changes that pretraining depends on: ``python -m tools.build_pretrained``. A test trains
the networks anew and fails when the file no longer holds.
"""

from __future__ import annotations

import numpy as np

from transfer_core.config import RunConfig
from transfer_core.pretraining import SHIPPED, pretrain_anew


def main() -> None:
    """Write the file and print its size and what the networks can do."""
    trained = pretrain_anew(RunConfig())
    arrays = {f"weights_{index}": layer.weights for index, layer in enumerate(trained.params)}
    arrays |= {f"bias_{index}": layer.bias for index, layer in enumerate(trained.params)}
    arrays["source_accuracy"] = trained.source_accuracy
    np.savez_compressed(SHIPPED, allow_pickle=False, **arrays)
    print(f"{SHIPPED.name}: {SHIPPED.stat().st_size / 1000:.0f} kB, mean accuracy {trained.source_accuracy.mean():.3f}")


if __name__ == "__main__":
    main()
