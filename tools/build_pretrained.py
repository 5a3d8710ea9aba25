"""Build the pretrained networks that are shipped: ten for each scenario in `transfer_core.pretraining.SHIPPED`.

A first visit then starts with the target task, also on a slow server. Run it again whenever a default
changes that pretraining depends on: ``python -m tools.build_pretrained``. A test trains
the networks anew and fails when a file no longer holds.
"""

from __future__ import annotations

import numpy as np

from transfer_core.config import scenario_config
from transfer_core.pretraining import SHIPPED, pretrain_anew, shipped_file


def main() -> None:
    """Write the files and print their sizes and what the networks can do."""
    for scenario in SHIPPED:
        trained, path = pretrain_anew(scenario_config(scenario)), shipped_file(scenario)
        arrays = {f"weights_{index}": layer.weights for index, layer in enumerate(trained.params)}
        arrays |= {f"bias_{index}": layer.bias for index, layer in enumerate(trained.params)}
        arrays["source_accuracy"] = trained.source_accuracy
        np.savez_compressed(path, allow_pickle=False, **arrays)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB, mean accuracy {trained.source_accuracy.mean():.3f}")


if __name__ == "__main__":
    main()
