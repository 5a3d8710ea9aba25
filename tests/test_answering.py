"""From what a file holds to an answer, as the page asks for it: never anything but an answer or one sentence."""

import io
import json
import os
import pickle
from email.message import Message
from importlib.resources import files
from urllib.error import HTTPError, URLError

import numpy as np
import pytest

from tests import brought
from tests.present import present
from tests.test_reading_own_data import mutated
from transfer_core.baselines import linear_labels
from transfer_core.datasets import load
from transfer_core.own_data import curves, openml, samples
from transfer_core.own_data.answering import Question, answer_steps, first_question
from transfer_core.own_data.cleaning import clean
from transfer_core.own_data.curves import MAX_STACKED, chunks_of
from transfer_core.own_data.files import read
from transfer_core.own_data.limits import LIMITS, Refused
from transfer_core.own_data.logistic import logistic_labels
from transfer_core.own_data.pairing import alone
from transfer_core.own_data.rivals import MOST_DISTANCES, _nearest

N_SEEDS = 6
N_MUTATIONS = 300


def _answered(contents, question=None, source=None, n_seeds=N_SEEDS):
    *_, last = answer_steps(contents, question or first_question(contents), source, n_seeds)
    return present(last.results)()


def _images(n=96, n_classes=4):
    images = np.random.default_rng(0).random((n, 8, 8)) / 4
    labels = np.arange(n) % n_classes
    images[np.arange(n), 2 * (labels // 2), 2 * labels] += 1
    return read("mine.npz", brought.npz(X=images / 2, y=labels, year=2020 + np.arange(n) // n_classes % 2))


@pytest.mark.parametrize(
    ("data", "question"),
    [
        (brought.csv_text().encode(), Question("label")),
        (brought.npz(X=brought.rows(n_columns=80)[0], y=np.arange(60) % 3), Question("y", "embeddings")),
        (brought.photos(8), Question("folder", side=16)),
        (samples.photos(), Question("folder", "digits", 8)),
    ],
    ids=["measurements", "embeddings", "photos", "digits"],
)
def test_the_first_question_is_the_likeliest(data, question):
    assert first_question(read("mine", data)) == question


def test_a_file_without_labels_is_refused():
    with pytest.raises(Refused, match="must have a column with the classes"):
        first_question(read("mine.csv", b"a,b\n1.5,2.25\n2.5,3.75\n"))


@pytest.mark.parametrize(
    ("question", "n_source"),
    [
        (Question("y", "classes", 8, source=("0", "1")), 48),
        (Question("y", "column", 8, "year", ("2020",)), 48),
        (Question("y", "digits", 8), 5000),
    ],
    ids=["classes", "column", "digits"],
)
def test_strategies_are_followed_where_something_was_learnt_before(question, n_source):
    found = _answered(_images(), question, n_seeds=2)
    assert sum(found.facts.source_counts.values()) == n_source
    assert found.complete
    assert {"feature_extraction", "end_to_end"} <= found.runs.keys() & found.curves.accuracy.keys()
    kept = found.runs["feature_extraction"]
    assert (kept.source_accuracy_before == kept.source_accuracy_after).all()
    assert found.runs["end_to_end"].history["val_accuracy"].shape == (2, kept.n_epochs + 1)


def test_a_second_file_may_be_what_was_learnt_before():
    old = read("old.csv", brought.csv_text(40, seed=1).encode())
    found = _answered(
        read("new.csv", brought.csv_text().encode()), Question("label", "file", source_label="label"), old, 2
    )
    assert found.facts.source_counts == {"kind a": 14, "kind b": 13, "kind c": 13}
    with pytest.raises(Refused, match="must be brought too"):
        _answered(old, Question("label", "file", source_label="label"))


def _is_blank(task):
    return len(task.dataset.images) == 1 and not task.dataset.images.any()


def test_what_leaves_the_process_holds_none_of_the_data():
    contents = _images()
    found = _answered(contents, Question("y", "classes", 8, source=("0", "1")), n_seeds=2)
    packed = pickle.dumps(found)
    rows = [image.tobytes() for image in contents.values]
    shown = {image.tobytes() for image in found.facts.samples}
    assert sum(row in packed for row in rows) == len(shown) == 2
    assert all(
        _is_blank(task) for run in found.runs.values() for task in (run.config.pair.target, run.config.pair.source)
    )


def test_findings_come_before_the_first_curve():
    steps = answer_steps(read("fruit.csv", samples.broken()), Question("label"), None, N_SEEDS)
    first = present(next(step.results for step in steps if step.results))()
    assert len(first.facts.findings) == 11
    assert first.curves is None
    assert not first.complete


def test_numbers_as_they_are_are_not_called_a_backbone():
    found = _answered(read("mine.csv", brought.csv_text().encode()))
    assert list(found.curves.accuracy) == [
        "linear_network",
        "small_network",
        "nearest_neighbour",
        "logistic_regression",
    ]
    assert "backbone frozen" not in found.advice.now


@pytest.mark.parametrize("parity", [False, True], ids=["ten classes", "two classes"])
@pytest.mark.parametrize("n", [30, 300])
def test_logistic_regression_is_that_of_scikit_learn(n, parity):
    digits = load("digits")
    inputs, labels = digits.images.reshape(len(digits.labels), -1), digits.labels % 2 if parity else digits.labels
    ours, theirs = (label(inputs[:n], labels[:n], inputs[n:]) for label in (logistic_labels, linear_labels))
    assert (ours == theirs).mean() > 0.998


def test_neighbours_of_many_are_those_of_each():
    rng = np.random.default_rng(0)
    known, asked = rng.random((2500, 2)), rng.random((1700, 2))
    assert len(known) * len(asked) > MOST_DISTANCES
    labels = np.arange(len(known))
    found = _nearest(known, labels, asked)
    some = rng.integers(0, len(asked), 20)
    nearest = [np.linalg.norm(known - asked[one], axis=1).argmin() for one in some]
    assert (found[some] == nearest).all()


def test_large_data_are_trained_on_a_few_seeds_at_a_time():
    labels = np.arange(4000) % 5
    values = np.random.default_rng(0).normal(size=(4000, 500)).astype(np.float32)
    scenario = alone(clean(read("big.npz", brought.npz(X=values, y=labels)), "y")).scenario
    assert [chunk.n_seeds for chunk in chunks_of(scenario, 4)] == [1, 1, 1, 1]
    assert 2 * values.nbytes > MAX_STACKED


def test_too_many_words_are_refused():
    columns = {f"w{index}": [f"word {row}" for row in range(10_000)] for index in range(45)}
    with pytest.raises(Refused, match="Cells of words must be at most 400,000, got 450,000"):
        read("words.parquet", brought.parquet({"x": np.arange(10_000.0), **columns}))


def test_mutations_of_good_files_are_looked_through_or_refused():
    values, labels = brought.rows()
    good = [
        brought.csv_text().encode(),
        samples.broken(),
        brought.npz(X=values, y=np.array(labels)),
        brought.parquet({"a": values[:, 0], "label": labels}),
        brought.photos(8),
    ]
    rng = np.random.default_rng(1)
    outcomes = []
    for number in range(N_MUTATIONS):
        try:
            contents = read("mine.csv", mutated(good[number % len(good)], rng))
            steps = answer_steps(contents, first_question(contents))
            facts = present(next(step.results for step in steps if step.results))().facts
            assert sum(facts.counts.values()) <= len(contents)
            outcomes.append("looked through")
        except Refused as refused:
            outcomes.append("refused" if str(refused).endswith(".") else str(refused))
    assert set(outcomes) == {"looked through", "refused"}
    assert min(outcomes.count(outcome) for outcome in set(outcomes)) > N_MUTATIONS / 10


def test_nothing_is_written_while_an_answer_is_computed(tmp_path, monkeypatch):
    opened: list[tuple[object, int]] = []
    real = os.open

    def watched(path, flags, *rest, **more):
        opened.append((path, flags))
        return real(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", watched)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    _answered(read("mine.csv", brought.csv_text().encode()), n_seeds=2)
    assert not [path for path, flags in opened if flags & (os.O_WRONLY | os.O_RDWR)]
    assert not list(tmp_path.iterdir())


def _openml(monkeypatch, answer):
    def urlopen(address, timeout):
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer)

    monkeypatch.setattr(openml, "urlopen", urlopen)


def _listed(n_rows, n_columns, **others):
    quality = [
        {"name": "NumberOfInstances", "value": f"{n_rows}.0"},
        {"name": "NumberOfFeatures", "value": f"{n_columns}.0"},
    ]
    one = {"did": 61, "name": "iris", "version": 1, "quality": quality} | others
    return json.dumps({"data": {"dataset": [one]}}).encode()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (URLError("no network"), "cannot be reached from this server"),
        (TimeoutError(), "cannot be reached from this server"),
        (HTTPError("", 412, "", Message(), None), "must have an active data set of this name or number, got iris"),
        (HTTPError("", 500, "", Message(), None), "cannot be reached from this server"),
        (b"<html>", "cannot be reached from this server"),
        (_listed(70_000, 785), "Rows must be at most 20,000, got 70,000"),
        (_listed(150, 5, quality=[]), "must say how large the data set is"),
    ],
    ids=["no network", "silence", "unknown", "trouble", "no answer", "too large", "no size"],
)
def test_openml_is_asked_for_the_size_first_and_refused_in_a_sentence(monkeypatch, answer, words):
    _openml(monkeypatch, answer)
    with pytest.raises(Refused, match=words):
        list(openml.openml_steps("iris"))


def test_a_data_set_of_openml_is_read_like_a_file(monkeypatch, tmp_path):
    import pandas as pd
    import sklearn.datasets

    asked = {}

    def fetch_openml(**how):
        asked.update(how)
        return type("Bunch", (), {"frame": pd.DataFrame({"size": [1.5, 2.5], "class": pd.Categorical(["a", "b"])})})

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
    _openml(monkeypatch, _listed(150, 5))
    *_, last = openml.openml_steps("61", tmp_path)
    found = present(last.results)()
    assert (found.name, found.columns, found.label_columns) == ("iris", ("size",), ("class",))
    assert (asked["data_id"], asked["data_home"]) == (61, tmp_path)
    assert LIMITS.rows >= 150


class _Stored(io.BytesIO):
    """An answer of OpenML as a server gives it."""

    def info(self):
        return {"Content-Encoding": "gzip"}


def test_iris_of_openml_is_fetched_once_and_kept_on_disk(monkeypatch, tmp_path):
    import sklearn.datasets._openml as theirs

    stored = files("sklearn.datasets.tests.data.openml.id_61")  # what OpenML answered
    names = {
        "data/61": "api-v1-jd-61.json.gz",
        "features/61": "api-v1-jdf-61.json.gz",
        "qualities/61": "api-v1-jdq-61.json.gz",
    }
    rows = "data-v1-dl-61.arff.gz"  # whose address is another in each version
    asked = []

    def answer(request, **_):
        asked.append(request.full_url)
        name = next((name for part, name in names.items() if part in request.full_url), rows)
        return _Stored((stored / name).read_bytes())

    monkeypatch.setattr(theirs, "urlopen", answer)
    _openml(monkeypatch, _listed(150, 5))
    for _ in range(2):
        *_, last = openml.openml_steps("61", tmp_path)
        found = present(last.results)()
        assert (len(found), len(found.columns), set(found.words["class"])) == (
            150,
            4,
            {"Iris-setosa", "Iris-versicolor", "Iris-virginica"},
        )
    assert len(asked) == len(set(asked)) == 4
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 4


def test_seeds_that_wait_for_memory_are_put_in_a_row(monkeypatch):
    asked = read("mine.npz", brought.images()), Question("y", "classes", 8, source=("0", "1")), None, 2
    together = _answered(*asked).runs
    monkeypatch.setattr(curves, "MAX_STACKED", 1)
    apart = _answered(*asked).runs
    assert set(apart) == set(together)
    for name, run in together.items():
        assert apart[name].config.seeds == run.config.seeds == (0, 1)
        assert {metric: values.shape for metric, values in apart[name].history.items()} == {
            metric: values.shape for metric, values in run.history.items()
        }
        assert apart[name].test_accuracy == pytest.approx(run.test_accuracy, abs=0.1)
