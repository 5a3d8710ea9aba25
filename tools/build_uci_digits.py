"""Build ``uci_digits.npz``: the UCI digits that come with scikit-learn, without scikit-learn.

Importing it to read one table takes longer than drawing a page. Run this again with
``python -m tools.build_uci_digits``; a test compares the file with scikit-learn's.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

DESTINATION = Path(__file__).parents[1] / "transfer_core" / "data" / "uci_digits.npz"


def main() -> None:
    """Write the file and print what a reader may want to check."""
    bunch = load_digits()
    images, labels = bunch.images.astype(np.uint8), bunch.target.astype(np.uint8)
    np.savez_compressed(DESTINATION, images=images, labels=labels)
    print(f"{len(images)} images, {np.bincount(labels)} per class, values {images.min()} to {images.max()}")
    print(f"{DESTINATION.name}: {DESTINATION.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
