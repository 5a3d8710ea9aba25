"""Files that a visitor might bring, made in memory."""

import io
import zipfile

import numpy as np
import pandas as pd
from PIL import Image

SIZE = 24


def rows(n=60, n_columns=4, n_classes=3, seed=0):
    """Rows whose classes can be told apart, with their labels as words."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % n_classes
    values = rng.normal(size=(n, n_columns)) + 2 * labels[:, None]
    return values.astype(np.float32), [f"kind {'abc'[label]}" for label in labels]


def csv_text(n=60, **others):
    """A table with names and a column ``label``."""
    values, labels = rows(n, **others)
    lines = [",".join([*(f"x{index}" for index in range(values.shape[1])), "label"])]
    lines += [",".join([*(f"{value:.4f}" for value in row), label]) for row, label in zip(values, labels, strict=True)]
    return "\n".join(lines) + "\n"


def npz(**arrays):
    """Arrays, packed."""
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def parquet(columns):
    """Columns, as Parquet."""
    file = io.BytesIO()
    pd.DataFrame(columns).to_parquet(file)
    return file.getvalue()


def photo(shade=128, size=(SIZE, SIZE), mode="RGB", form="PNG"):
    """One photo, of one colour."""
    file = io.BytesIO()
    Image.new(mode, size, shade if mode in ("L", "I;16") else (shade,) * len(mode)).save(file, form)
    return file.getvalue()


def photos(n=6, shades=(40, 200)):
    """Folders ``cat`` and ``dog``, noisy images of two brightnesses."""
    rng = np.random.default_rng(0)
    files = {}
    for name, shade in zip(("cat", "dog"), shades, strict=True):
        for index in range(n):
            file = io.BytesIO()
            noise = rng.integers(-30, 31, (SIZE, SIZE))
            Image.fromarray(np.clip(shade + noise, 0, 255).astype(np.uint8)).save(file, "PNG" if index % 2 else "JPEG")
            files[f"pets/{name}/{index}.{'png' if index % 2 else 'jpg'}"] = file.getvalue()
    return archive(files)


def archive(files):
    """Files, zipped."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, body in files.items():
            zipped.writestr(name, body)
    return packed.getvalue()


def images(n=96, names="0123"):
    """Four classes of bright places, of two pairs that are told apart alike."""
    values = np.random.default_rng(0).random((n, 8, 8)) / 4
    labels = np.arange(n) % 4
    values[np.arange(n), 2 * (labels // 2), 2 * labels] += 1
    return npz(X=values / 2, y=np.array(list(names))[labels])
