import numpy as np
import pytest

from transfer_core import RunConfig
from transfer_ui.runs import shared, steps
from transfer_ui.runs.shared import SharedResults

QUICK = RunConfig(scenario="low_to_high", hidden_sizes=(8,), pretrain_epochs=1, n_epochs=4, unfreeze_epoch=2, n_seeds=2)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FREEZE_OR_FINE_TUNE_RESULTS", str(tmp_path / "results"))
    shared.shared_results.cache_clear()
    yield tmp_path / "results"
    shared.shared_results.cache_clear()


def last_of(made):
    *_, last = made
    return last.results()


def test_what_one_server_has_trained_another_finds(folder, monkeypatch):
    first = last_of(steps.comparison_steps(QUICK, {}))
    swept = last_of(steps.unfreeze_sweep_steps(QUICK, (0, 2)))
    shared.shared_results.cache_clear()
    for name in ("compare_steps", "sweep_steps"):
        monkeypatch.setattr(steps, name, lambda *_: iter(()))
    second, again = last_of(steps.comparison_steps(QUICK, {})), last_of(steps.unfreeze_sweep_steps(QUICK, (0, 2)))
    for name, result in first.items():
        np.testing.assert_array_equal(second[name].test_accuracy, result.test_accuracy)
    for value, result in swept.items():
        np.testing.assert_array_equal(again[value].val_accuracy, result.val_accuracy)


def test_other_settings_are_trained(folder):
    last_of(steps.comparison_steps(QUICK, {}))
    last_of(steps.comparison_steps(QUICK.but(seed=5), {}))
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_file_is_a_miss(folder, damage):
    first = last_of(steps.comparison_steps(QUICK, {}))
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes()[:-1] if damage is None else damage)
    again = last_of(steps.comparison_steps(QUICK, {}))
    np.testing.assert_array_equal(again["end_to_end"].test_accuracy, first["end_to_end"].test_accuracy)
    assert SharedResults(folder).get(f"comparison with the old task {QUICK.key}") is not None, "and it is written anew"


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path, monkeypatch):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    results = SharedResults(in_the_way)
    results.put("one", b"two")
    assert results.get("one") is None


def test_the_oldest_files_go_first(tmp_path, monkeypatch):
    monkeypatch.setattr(shared, "TRIM_EVERY", 1)
    results = SharedResults(tmp_path, max_files=2)
    for index in range(4):
        results.put(str(index), b"bytes")
    kept = [index for index in range(4) if results.get(str(index))]
    assert len(kept) == 2
    assert 3 in kept


def test_without_the_variable_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.delenv("FREEZE_OR_FINE_TUNE_RESULTS", raising=False)
    shared.shared_results.cache_clear()
    assert shared.shared_results().get("anything") is None
    last_of(steps.comparison_steps(QUICK, {}))
    assert list(tmp_path.iterdir()) == []
