"""What is odd in data of one's own is found, said in one sentence, and left out; source and target share nothing."""

import numpy as np
import pytest

from tests import brought
from transfer_core.own_data import pairing
from transfer_core.own_data.cleaning import clean
from transfer_core.own_data.contents import Contents
from transfer_core.own_data.files import read
from transfer_core.own_data.labels import encoded
from transfer_core.own_data.limits import Refused

N = 32


def _contents(**changes):
    """A table with classes a and b, with some columns changed or added."""
    rng = np.random.default_rng(0)
    columns = {"one": rng.normal(size=N), "two": rng.normal(size=N)} | {
        name: np.asarray(column, float) for name, column in changes.items() if not isinstance(column[0], str)
    }
    words = {"label": tuple("ab" * (N // 2))} | {
        name: tuple(column) for name, column in changes.items() if isinstance(column[0], str)
    }
    return Contents("mine.csv", np.stack(list(columns.values()), 1).astype(np.float32), tuple(columns), words)


def _with(column, row, value):
    changed = list(column)
    changed[row] = value
    return changed


TWO = [*np.random.default_rng(1).normal(size=N)]
LABELS = [*("ab" * (N // 2))]
ODD = {
    "labels": ({"label": _with(LABELS, 3, "")}, "1 row (row 4) without a label", N - 1, 2),
    "missing": ({"two": _with(TWO, 5, np.nan)}, "missing in 1 row (row 6)", N - 1, 2),
    "infinite": ({"two": _with(TWO, 5, np.inf)}, "infinite in 1 row (row 6)", N - 1, 2),
    "missing columns": ({"three": [np.nan] * 9 + TWO[9:]}, "missing in three", N, 2),
    "constant": ({"three": [7] * N}, "same number in three", N, 2),
    "counter": ({"three": range(5, N + 5)}, "merely counted in three", N, 2),
    "leak": ({"three": [10, 20] * (N // 2)}, "one number of its own in three", N, 2),
    "words": ({"city": ["Rome"] * N}, "1 column of words (city)", N, 2),
    "small classes": ({"label": [*("ab" * 15), "c", "c"]}, "in 1 class (c)", N - 2, 2),
}


@pytest.mark.parametrize("what", ODD)
def test_what_is_odd_is_found_said_and_left_out(what):
    changes, words, n_rows, n_columns = ODD[what]
    found = clean(_contents(**changes), "label")
    said = {finding.what: finding.words for finding in found.findings}
    assert set(said) == {what}
    assert words in said[what]
    assert found.dataset.images.shape == (n_rows, n_columns)


def test_clean_data_have_no_findings():
    assert clean(_contents(), "label").findings == ()


def test_rows_that_repeat_are_kept_once_and_rows_that_contradict_each_other_not_at_all():
    contents = _contents()
    contents.values[4] = contents.values[2]
    contents.values[9] = contents.values[8]
    found = clean(contents, "label")
    said = {finding.what: finding.words for finding in found.findings}
    assert "1 row (row 5)" in said["duplicates"]
    assert "2 rows (row 9 and row 10)" in said["contradictions"]
    assert len(found.dataset.labels) == N - 3


def test_uneven_classes_are_said_and_balanced_accuracy_decides():
    found = clean(_contents(label=[*(24 * "a"), *(8 * "b")]), "label")
    assert found.counts == {"a": 24, "b": 8}
    assert found.is_uneven
    assert "from 8 (b) to 24 (a)" in found.findings[0].words
    assert not clean(_contents(label=[*(23 * "a"), *(9 * "b")]), "label").is_uneven


@pytest.mark.parametrize(
    ("column", "labels", "classes"),
    [
        (["0", "1", "0"], [0, 1, 0], ("0", "1")),
        (["1", "2", "10"], [0, 1, 2], ("1", "2", "10")),
        (["1.0", "2", ""], [0, 1, -1], ("1", "2")),
        (["True", "False", "True"], [1, 0, 1], ("False", "True")),
        (["dog", "cat", ""], [1, 0, -1], ("cat", "dog")),
    ],
    ids=["from 0", "from 1", "floats", "booleans", "words"],
)
def test_labels_are_read_as_people_write_them(column, labels, classes):
    found = encoded(column)
    assert found[0].tolist() == labels
    assert found[1] == classes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"label": ["a"] * N}, "at least two classes, got 1"),
        ({"label": [""] * N}, "at least two classes, got 0"),
        ({"label": [f"name {index}" for index in range(N)]}, "At least two classes must have 8 rows or more"),
        ({"one": [1] * N, "two": [2] * N}, "at least one column of numbers that vary"),
    ],
    ids=["one class", "no label", "a class per row", "nothing varies"],
)
def test_too_little_is_refused_in_a_sentence(changes, words):
    with pytest.raises(Refused, match=words):
        clean(_contents(**changes), "label")


def test_a_price_is_not_a_label():
    with pytest.raises(Refused, match="at most 50 classes, got 60"):
        encoded([f"{price / 7:.3f}" for price in range(60)])


def test_classes_may_part_source_and_target():
    whole = clean(read("mine.csv", brought.csv_text(80, n_classes=4 - 1).encode()), "label")
    with pytest.raises(Refused, match="The source must have at least two classes, got 1"):
        pairing.by_classes(whole, ["kind a"])
    images = read("mine.npz", brought.npz(X=np.random.default_rng(0).random((80, 8, 8)), y=np.arange(80) % 4))
    pair = pairing.by_classes(clean(images, "y"), ["0", "2"])
    scenario = pair.scenario
    assert scenario.source is not None
    assert (scenario.source.classes, scenario.target.classes) == (("0", "2"), ("1", "3"))
    assert not scenario.same_labels


def test_a_column_may_part_source_and_target_and_is_then_not_learnt_from():
    years = [2020, 2021] * (N // 2)
    contents = _contents(year=years, label=["a", "a", "b", "b"] * (N // 4))
    scenario = pairing.by_column(contents, "label", "year", ["2020"]).scenario
    assert scenario.source is not None
    assert len(scenario.source.dataset.labels) == len(scenario.target.dataset.labels) == N // 2
    assert scenario.image_shape == (2,)
    assert scenario.same_labels
    assert np.abs(scenario.source.dataset.images.mean(axis=0)).max() < 1e-5


def test_files_are_matched_by_the_names_of_their_columns_and_share_no_row():
    target = _contents()
    source = Contents("old.csv", target.values[:, ::-1].copy(), ("two", "one"), target.words)
    source.values[:24] += 1
    found = pairing.after_file(clean(target, "label"), clean(source, "label"))
    assert found.scenario.source is not None
    assert len(found.scenario.source.dataset.labels) == 24
    assert [finding.what for finding in found.findings] == ["shared"]


def test_ink_on_paper_is_inverted_for_the_network_of_digits():
    paper = 1 - 0.9 * np.pad(np.random.default_rng(0).random((N, 6, 6)), ((0, 0), (1, 1), (1, 1)))
    contents = read("mine.npz", brought.npz(X=paper, y=np.arange(N) % 2))
    pair = pairing.after_digits(clean(contents, "y", 8))
    assert [finding.what for finding in pair.findings] == ["inverted"]
    assert pair.scenario.target.dataset.images[:, 0].max() < 1e-6
    with pytest.raises(Refused, match="8 by 8"):
        pairing.after_digits(
            clean(read("b.npz", brought.npz(X=np.random.default_rng(0).random((N, 9, 9)), y=np.arange(N) % 2)), "y")
        )
