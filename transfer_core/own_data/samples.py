"""Data to try without bringing any: photos and embeddings of our digits, and a table that is broken on purpose."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from transfer_core.config import RunConfig
from transfer_core.datasets import load
from transfer_core.experiment import Progress
from transfer_core.network import forward
from transfer_core.own_data.files import read_steps
from transfer_core.pretraining import pretrain
from transfer_core.seeds import Purpose, stream

N_DIGITS = 300


def _some_digits() -> tuple[np.ndarray, np.ndarray]:
    digits = load("digits")
    rows = np.random.default_rng(stream(0, Purpose.TEST_SPLIT)).permutation(len(digits.labels))[:N_DIGITS]
    return digits.images[rows], digits.labels[rows]


def photos() -> bytes:
    """Three hundred UCI digits as ink on paper, in a ZIP of ten folders.

    Examples
    --------
    >>> from transfer_core.own_data.files import read
    >>> read("digits.zip", photos()).values.shape
    (300, 28, 28)
    """
    from PIL import Image

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, (image, label) in enumerate(zip(*_some_digits(), strict=True)):
            file = io.BytesIO()
            paper = (255 * (1 - np.kron(image, np.ones((4, 4))))).astype(np.uint8)
            Image.fromarray(paper).save(file, "PNG")
            archive.writestr(f"{label}/{number}.png", file.getvalue())
    return packed.getvalue()


def embeddings() -> bytes:
    """Give what the network of MNIST digits makes of three hundred UCI digits, as NPZ.

    Examples
    --------
    >>> from transfer_core.own_data.files import read
    >>> read("embeddings.npz", embeddings()).values.shape
    (300, 65)
    """
    images, labels = _some_digits()
    network = pretrain(RunConfig("mnist_to_digits"))
    first = tuple(layer._replace(weights=layer.weights[0], bias=layer.bias[0]) for layer in network.params)
    features = forward(first, images.reshape(len(images), -1))[-2]
    file = io.BytesIO()
    np.savez_compressed(file, embedding=features.astype(np.float32), label=labels)
    return file.getvalue()


def broken() -> bytes:
    r"""Write a table with much that is odd: decimal commas, a repeated name, a leak, a formula, gaps and copies.

    Examples
    --------
    >>> broken().decode("cp1252").splitlines()[0]
    'number;width;width;height;same;code;café;label'
    """
    rng = np.random.default_rng(stream(0, Purpose.PLACES))
    lines = ["number;width;width;height;same;code;café;label"]
    for row in range(60):
        label = row % 2
        width, height, other = rng.normal(2 * label, 1), rng.normal(label, 1), rng.normal()
        cells = [
            f"{row}",
            f"{width:.2f}",
            f"{other:.2f}",
            f"{height:.2f}",
            "1",
            f"{10 + label}",
            "Rome",
            "ripe" if label else "raw",
        ]
        cells[2] = "=SUM(A1:A9)" if row == 7 else cells[2]
        cells[3] = "" if row == 12 else cells[3]
        cells[7] = "" if row == 20 else "rotten" if row in (30, 31) else cells[7]
        lines.append(";".join(cells).replace(".", ","))
    lines += [lines[5], lines[6]]
    return "\r\n".join(lines).encode("cp1252")


class Sample(NamedTuple):
    """A file to try.

    Attributes
    ----------
    title : str
    file_name : str
    make : callable
        Gives its bytes.
    """

    title: str
    file_name: str
    make: Callable[[], bytes]


SAMPLES: Mapping[str, Sample] = {
    "photos": Sample("Photos of digits", "digits.zip", photos),
    "embeddings": Sample("Embeddings of digits", "embeddings.npz", embeddings),
    "broken": Sample("A table with many faults", "fruit.csv", broken),
}


def sample_steps(name: str) -> Iterator[Progress]:
    """Read a sample as if somebody had brought it."""
    sample = SAMPLES[name]
    yield from read_steps(sample.file_name, sample.make())
