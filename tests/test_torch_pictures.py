"""Folders of pictures: what is read, what is refused in one sentence, and what never parts."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.tiny_backbone import CLASSES, write_pictures
from transfer_torch.errors import MeasureError
from transfer_torch.pictures import Pictures, read, read_other
from transfer_torch.splits import most_per_class, split


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("pictures"))


def _pictures(names, labels):
    return Pictures(np.zeros(0), np.array(labels), tuple("ab"), tuple(names))


def test_a_folder_is_read_by_class_and_name(folder):
    pictures = read(folder, 16)
    assert pictures.pixels.shape == (40, 3, 16, 16)
    assert pictures.pixels.dtype == np.uint8
    assert pictures.classes == tuple(sorted(CLASSES))
    assert pictures.names[0] == "blue/blue_0"
    means = pictures.pixels.reshape(4, 10, 3, -1).mean(axis=(1, 3))
    assert [means[place].argmax() for place in (0, 1, 3)] == [2, 1, 0]  # blue, green, grey, red
    assert pictures.key == read(folder, 16).key != read(folder, 17).key


def test_what_is_transparent_is_white_and_only_pictures_count(tmp_path):
    for name in ("a", "b", ".hidden", "empty"):
        (tmp_path / name).mkdir()
    for name in ("a", "b", ".hidden"):
        Image.new("RGBA", (8, 4), (0, 0, 0, 0)).save(tmp_path / name / "one.PNG")
    (tmp_path / "a" / "notes.txt").write_text("no picture")
    pictures = read(tmp_path, 4)
    assert pictures.classes == ("a", "b")
    assert (pictures.pixels == 255).all()


@pytest.mark.parametrize("content", [b"", b"no picture at all", "half"], ids=["empty", "text", "half"])
def test_a_broken_picture_is_named_in_one_sentence(tmp_path, content):
    write_pictures(tmp_path / "set", n=1)
    if content == "half":
        whole = BytesIO()
        Image.effect_noise((64, 64), 50).save(whole, "JPEG")
        content = whole.getvalue()[: len(whole.getvalue()) // 2]
    (tmp_path / "set" / "red" / "broken.jpg").write_bytes(content)
    with pytest.raises(MeasureError, match=r"^every picture must be one that can be read, got '.*broken\.jpg' \("):
        read(tmp_path / "set", 16)


def test_a_folder_without_classes_gets_one_sentence(tmp_path):
    with pytest.raises(MeasureError, match=r"^folder must be one that can be read, got '.*nowhere'"):
        read(tmp_path / "nowhere", 16)
    with pytest.raises(
        MeasureError, match=r"^folder must hold a folder of pictures for each of at least two classes, got 0"
    ):
        read(tmp_path, 16)


def test_another_style_must_have_the_same_names(folder, tmp_path):
    pictures = read(folder, 16)
    assert read_other(folder, 16, pictures).names == pictures.names
    with pytest.raises(MeasureError, match=r"^--other must hold the same classes and file names"):
        read_other(write_pictures(tmp_path / "less", n=9), 16, pictures)


def test_parts_share_no_picture_and_sizes_are_nested(folder):
    pictures = read(folder, 16)
    for seed in range(3):
        parts = split(pictures, seed)
        assert sorted(np.concatenate(parts)) == list(range(40))
        assert [np.bincount(pictures.labels[part]).tolist() for part in parts] == [[4] * 4, [2] * 4, [4] * 4]
        assert set(parts.train(pictures.labels, 1)) < set(parts.train(pictures.labels, 2)) <= set(parts.pool)
    assert most_per_class(pictures, range(3)) == 4
    assert not np.array_equal(split(pictures, 0).test, split(pictures, 1).test)


def test_pictures_of_one_thing_never_part():
    names = [
        f"{label}/{thing}--{variant}" for label in "ab" for thing in range(20) for variant in ("man", "woman", "person")
    ]
    pictures = _pictures(names, np.repeat([0, 1], 60))
    for seed in range(5):
        parts = split(pictures, seed)
        things = [{pictures.groups[place] for place in part} for part in parts]
        assert all(things)
        assert not things[0] & things[1] | things[0] & things[2] | things[1] & things[2]
        assert sorted(np.concatenate(parts)) == list(range(120))


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([f"x{place}" for place in range(5)], "every class must have 3 pictures or more, got 2 of 'b'"),
        (
            [*(f"x{place}" for place in range(3)), *(f"same--{place}" for place in range(9))],
            "every class must show enough different things to train, validate and test on, got too few of 'b'",
        ),
    ],
    ids=["few", "alike"],
)
def test_a_class_that_is_too_small_gets_one_sentence(names, sentence):
    labels = [0] * 3 + [1] * (len(names) - 3)
    with pytest.raises(MeasureError, match=f"^{sentence}$"):
        most_per_class(_pictures(names, labels), [0])
