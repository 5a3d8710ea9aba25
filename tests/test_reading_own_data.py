"""Files that visitors bring are read rightly or refused in one sentence: whatever they are, never a traceback."""

import os
import re

import numpy as np
import pandas as pd
import pytest

from tests import brought
from transfer_core.own_data.files import read
from transfer_core.own_data.limits import LIMITS, Refused

GOOD = "size,weight,label\n1.5,2,a\n2.5,3,b\n3.5,4,a\n"
VALUES = [[1.5, 2], [2.5, 3], [3.5, 4]]
COMMA = GOOD.replace(",", ";").replace(".", ",")
N_MUTATIONS = 300


def _findings(contents):
    return {finding.what: finding.words for finding in contents.findings}


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),
        GOOD.encode("utf-16-le"),
        GOOD.encode("utf-16-be"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        COMMA.encode(),
        f"sep=;\n{COMMA}".encode(),
        GOOD.replace(",", "\t").encode(),
        GOOD.replace(",", "|").encode(),
        GOOD.replace("a\n", '"a"\n').encode(),
        f"\n{GOOD}\n\n".encode(),
    ],
    ids=[
        "plain",
        "bom",
        "utf16",
        "utf16le",
        "utf16be",
        "windows",
        "oldmac",
        "semicolon",
        "declared",
        "tab",
        "pipe",
        "quoted",
        "blanklines",
    ],
)
def test_a_table_is_read_in_whatever_dialect_it_is_written(data):
    found = read("mine.csv", data)
    assert found.columns == ("size", "weight")
    assert found.values.tolist() == VALUES
    assert found.words == {"label": ("a", "b", "a")}
    assert not found.findings


def test_a_table_without_names_is_not_robbed_of_its_first_row():
    found = read("iris.csv", b"5.1,3.5,setosa\n4.9,3.0,virginica\n")
    assert found.columns == ("column 1", "column 2")
    assert found.words["column 3"] == ("setosa", "virginica")


def test_names_that_are_numbers_are_names():
    assert read("mine.csv", b"0,1,2,label\n7,8,9,a\n6,5,4,b\n").columns == ("0", "1", "2")


@pytest.mark.parametrize(
    ("data", "what", "words"),
    [
        (b"a,a,label\n1,2,x\n3,4,y\n", "names", "Several columns have the same name (a)"),
        (
            b"a,label\n" + 20 * b"1,x\n" + b"=1+1,y\n",
            "formula",
            "=1+1: they count as missing; formulas are never evaluated",
        ),
        (b"a,label\n" + 20 * b"1,x\n" + b"two,y\n", "mixed", "1 cell that is no number, such as two"),
        ("a,label\n1,é\n2,b\n".encode("cp1252"), "encoding", "read as Windows-1252"),
        (brought.npz(X=np.zeros((2, 3)), y=np.arange(2)), "type", "ends in .csv, but the content is an NPZ file"),
        (brought.parquet({"a": [1.0, 2.0], "b": ["x", "y"]}), "type", "the content is a Parquet file"),
    ],
    ids=["names", "formula", "mixed", "encoding", "npz", "parquet"],
)
def test_what_is_odd_is_said(data, what, words):
    assert words in _findings(read("mine.csv", data))[what]


def test_missing_words_and_numbers_are_kept_as_missing():
    found = read("mine.csv", b"a,label\n1,\nNA,x\n,y\ninf,x\n")
    assert np.isnan(found.values[1:3]).all()
    assert np.isinf(found.values[3]).all()
    assert found.words["label"] == ("", "x", "y", "x")


def test_yes_or_no_may_be_a_number_or_a_label():
    found = read("mine.csv", b"a,ok\n1,True\n2,False\n")
    assert found.values.tolist() == [[1, 1], [2, 0]]
    assert found.words["ok"] == ("True", "False")


def test_embeddings_in_a_column_of_lists_become_columns():
    found = read("mine.parquet", brought.parquet({"embedding": [[1.0, 2.0], [3.0, 4.0]], "label": ["a", "b"]}))
    assert found.columns == ("embedding 1", "embedding 2")
    assert found.values.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("kind", ["npz", "csv", "parquet"])
def test_labels_may_stand_beside_the_longest_embedding(kind):
    rows = np.random.default_rng(0).normal(size=(4, LIMITS.columns)).round(3)
    beside = {"number": np.arange(4), "label": np.arange(4) % 2}
    if kind == "npz":
        data = brought.npz(embedding=rows, **beside)
    elif kind == "csv":
        data = pd.DataFrame(rows).assign(**beside).to_csv(index=False).encode()
    else:
        data = brought.parquet({"embedding": rows.tolist()} | {name: one.tolist() for name, one in beside.items()})
    assert read(f"mine.{kind}", data).values.shape == (4, LIMITS.columns + 2)


@pytest.mark.parametrize(
    ("shape", "side"),
    [((3, 30, 40), 28), ((3, 30, 40, 1), 28), ((3, 30, 40, 3), 28), ((3, 3, 30, 40), 28), ((3, 8, 8), 8)],
    ids=str,
)
def test_arrays_of_images_become_grey_and_square(shape, side):
    found = read("mine.npz", brought.npz(X=np.full(shape, 255, np.uint8), y=np.arange(3)))
    assert found.values.shape == (3, side, side)
    assert found.values == pytest.approx(1, abs=1e-5)
    assert found.words["y"] == ("0", "1", "2")


def test_photos_are_read_by_folder_whatever_surrounds_them():
    files = {
        "pets/cat/a.png": brought.photo(255),
        "pets/cat/b.jpg": brought.photo(255, form="JPEG"),
        "pets/dog/c.png": brought.photo(0, mode="RGBA"),
        "pets/dog/d.png": brought.photo(60_000, mode="I;16"),
        "pets/dog/e.png": brought.photo(255, (5, 9)),
        "pets/dog/broken.png": b"nothing",
        "pets/notes.txt": b"nothing",
        "__MACOSX/pets/cat/a.png": b"nothing",
    }
    found = read("pets.zip", brought.archive(files))
    assert found.values.shape == (5, 28, 28)
    assert found.words["folder"] == ("cat", "cat", "dog", "dog", "dog")
    assert found.places[0] == "cat/a.png"
    assert found.values[2] == pytest.approx(1)  # transparent, and so white
    assert set(_findings(found)) == {"ignored", "broken"}
    assert "dog/broken.png" in _findings(found)["broken"]


REFUSED = {
    "nothing": (b"", "must hold data, got 0 bytes"),
    "blanks": (b" \n\n", "nothing but blanks"),
    "one row": (b"a,b\n", "at least two rows, got 1"),
    "ragged": (b"a,b\n1,2\n1,2,3\n", "Row 2 must have 2 cells like the first, got 3"),
    "10,000 columns": (
        ",".join(["1"] * 10_000).encode() + b"\n" + b"1,2\n",
        "Columns must be at most 2,112, got 10,000",
    ),
    "many rows": (b"1,2\n" * (LIMITS.rows + 1), "Rows must be at most 20,000, got 20,001"),
    "open quote": (b'a,b\n"1,2\n3,4\n', "quotation mark"),
    "too large": (b"1" * (LIMITS.file_bytes + 1), "Bytes of the file must be at most"),
    "binary": (bytes(range(1, 128)), "binary data"),
    "a pickle": (b"\x80\x04\x95\x05", "is a pickle"),
    "pickled objects": (brought.npz(X=np.zeros((2, 3)), y=np.array([{}, 1], object)), "never read"),
    "a photo": (brought.photo(), "folders into a ZIP"),
    "a PDF": (b"%PDF-1.7", "got a PDF"),
    "an Excel sheet": (brought.archive({"[Content_Types].xml": b"", "xl/sheet.xml": b""}), "office document"),
    "a saved model": (brought.archive({"model/data.pkl": b""}), "can run code"),
    "no array": (brought.npz(y=np.arange(3)), "one array of images or rows, got 0"),
    "labels of another length": (brought.npz(X=np.zeros((3, 2)), y=np.arange(2)), "one entry for each of the 3 rows"),
    "images of two pixels": (brought.npz(X=np.zeros((3, 2, 2)), y=np.arange(3)), "at least 4 by 4"),
    "a slip": (brought.archive({"../cat/a.png": brought.photo()}), "must stay inside it"),
    "a slip on Windows": (brought.archive({"C:\\cat\\a.png": brought.photo()}), "must stay inside it"),
    "a bomb of zeros": (brought.archive({"a/cat/a.png": bytes(LIMITS.unpacked_bytes + 1)}), "Unpacked bytes"),
    "a bomb of pixels": (
        brought.archive({"a/cat/a.png": brought.photo(0, (9000, 9000), "L")}),
        "Pixels of a/cat/a.png",
    ),
    "no photos": (brought.archive({"cat/a.txt": b""}), "folders with photos"),
    "photos that are none": (brought.archive({"cat/a.png": b"x", "dog/b.png": b"y"}), "none that can be read"),
    "half a ZIP": (brought.photos()[:200], "damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_sentence(name):
    data, words = REFUSED[name]
    with pytest.raises(Refused, match=re.escape(words)) as caught:
        read("mine.csv", data)
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert len(said) < 220


def mutated(data, rng):
    """One or a few of: bytes changed, a piece cut out, repeated or overwritten, the end lost."""
    changed = bytearray(data)
    for _ in range(rng.integers(1, 4)):
        at, length = int(rng.integers(len(changed) or 1)), int(rng.integers(1, 40))
        kind = rng.integers(5)
        if kind == 0:
            changed[at : at + 1] = rng.integers(0, 256, 1, dtype=np.uint8).tobytes()
        elif kind == 1:
            del changed[at : at + length]
        elif kind == 2:
            changed[at:at] = changed[at : at + length]
        elif kind == 3:
            changed[at : at + length] = rng.integers(0, 256, length, dtype=np.uint8).tobytes()
        else:
            del changed[max(at, len(changed) // 2) :]
    return bytes(changed)


def test_mutations_of_good_files_are_read_or_refused():
    values, labels = brought.rows()
    good = [
        brought.csv_text().encode(),
        brought.csv_text().encode("utf-16"),
        brought.npz(X=values, y=np.array(labels)),
        brought.parquet({"a": values[:, 0], "label": labels}),
        brought.photos(),
    ]
    rng = np.random.default_rng(0)
    outcomes = []
    for number in range(N_MUTATIONS):
        try:
            found = read("mine.csv", mutated(good[number % len(good)], rng))
            assert len(found.places or found.values) == len(found)
            outcomes.append("read")
        except Refused as refused:
            outcomes.append("refused" if str(refused).endswith(".") else "refused without a sentence")
    assert set(outcomes) == {"read", "refused"}
    assert min(outcomes.count(outcome) for outcome in ("read", "refused")) > N_MUTATIONS / 10


def test_nothing_is_written_while_a_file_is_read(tmp_path, monkeypatch):
    opened: list[tuple[object, int]] = []
    real = os.open

    def watched(path, flags, *rest, **more):
        opened.append((path, flags))
        return real(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", watched)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for data in (brought.csv_text().encode(), brought.photos(), brought.parquet({"a": [1.0, 2.0], "b": ["x", "y"]})):
        read("mine", data)
    assert not [path for path, flags in opened if flags & (os.O_WRONLY | os.O_RDWR)]
    assert not list(tmp_path.iterdir())
