"""What a result depends on, and nothing else, names it."""

import ast
import subprocess
import sys
from types import CodeType
from typing import Any

import pytest

from tests.app import ROOT
from tests.present import present
from transfer_core.studies.fingerprint import CORE, fingerprint, name_of_code, reached, read_sources
from transfer_core.studies.registry import STUDIES

SOURCES = read_sources()
NAME = name_of_code(SOURCES)


def _changed(module, old, new):
    source = SOURCES[f"transfer_core.{module}"]
    assert old.encode() in source
    return name_of_code(SOURCES | {f"transfer_core.{module}": source.replace(old.encode(), new.encode(), 1)})


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("training", "\ndef train(", "\n# a comment\n\n\ndef train("),
        ("training", '    """', '    """Other words. '),
        ("wording", "def gap_words(", "def other_words("),
        ("bibliography", "from __future__", "# nothing\nfrom __future__"),
        ("studies.family", "RATE = 0.05", "RATE = 0.1"),
        ("studies.store", "MAX_CELLS = 20_000", "MAX_CELLS = 10"),
        ("studies.questions.depth", "RATES = (0.01,", "RATES = (0.02,"),
        ("studies.questions.depth", "STUDY = Study(", "STUDY = print("),
    ],
)
def test_what_no_training_reads_makes_no_other_name(module, old, new):
    assert _changed(module, old, new) == NAME


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("network", "return", "return 2 *"),
        ("scenarios", "TEST_SHARE = ", "TEST_SHARE = 0.5 * "),
        ("pretraining", "PRETRAIN_MOMENTUM = ", "PRETRAIN_MOMENTUM = 0.5 * "),
        ("measures", "= 20, 0.05, 64", "= 40, 0.05, 64"),
        ("studies.questions.depth", "[: self.n_layers]", "[: 1]"),
        ("costs", "return", "return 2 *"),  # the race of speeds stops by it
    ],
)
def test_what_a_training_reads_makes_another_name(module, old, new):
    assert _changed(module, old, new) != NAME


def test_an_import_inside_a_function_and_a_whole_module_are_followed():
    task = "class Task:\n    def measure(self):\n        from transfer_core.rates import fast\n        return fast(tools.LOW)"
    sources = {
        "transfer_core.studies.tasks": f"from transfer_core import tools\n{task}".encode(),
        "transfer_core.rates": b"try:\n    fast = abs\nexcept NameError:\n    def fast(x): return x\nslow = 1\nprint()",
        "transfer_core.tools": b"LOW = 1",
    }
    found = {module: [ast.unparse(one) for one in statements] for module, statements in reached(sources).items()}
    assert found["transfer_core.tools"] == ["LOW = 1"]
    assert found["transfer_core.rates"][1:] == ["print()"]
    assert found["transfer_core.rates"][0].startswith("try:")


def _one_of_each_task():
    small: dict[str, Any] = {
        "n_epochs": 3,
        "unfreeze_epoch": 1,
        "hidden_sizes": (8, 8),
        "pretrain_epochs": 1,
        "n_seeds": 2,
    }
    cells: dict[Any, Any] = {}
    for study in STUDIES.values():
        changes = {name: value for name, value in small.items() if name not in study.swept}
        for cell in study.cells(study.default_configs(**changes)):
            kind = (
                type(cell.task),
                type(getattr(getattr(cell.task, "arm", None), "start", None)),
                *sorted(str(value) for value in vars(cell.task).values() if isinstance(value, str)),
            )
            cells.setdefault(kind, cell)
    return list(cells.values())


def _called_by(cells) -> set[CodeType]:
    called = set()
    sys.setprofile(lambda frame, event, _: called.add(frame.f_code) if event == "call" else None)
    try:
        for cell in cells:
            cell.task.measure(cell.config)
    finally:
        sys.setprofile(None)
    return called


def test_every_function_that_a_cell_calls_is_in_its_name():
    covered = {
        str(ROOT.joinpath(*module.split(".")).with_suffix(".py")): {
            line for one in statements for line in range(_first_line(one), present(one.end_lineno) + 1)
        }
        for module, statements in reached(SOURCES).items()
    }
    called = [code for code in _called_by(_one_of_each_task()) if code.co_filename.startswith(str(CORE))]
    assert len(called) > 40
    assert not [
        f"{code.co_filename}:{code.co_firstlineno} {code.co_name}"
        for code in called
        if code.co_firstlineno not in covered.get(code.co_filename, ())
    ]


def _first_line(statement):
    return min(one.lineno for one in [statement, *getattr(statement, "decorator_list", [])])


def test_code_that_changes_on_disk_under_a_running_process_does_not_rename_its_results(tmp_path):
    core = tmp_path / "transfer_core"
    script = f"""
import shutil, sys
shutil.copytree({str(CORE)!r}, {str(core)!r}, ignore=shutil.ignore_patterns("__pycache__"))
sys.path.insert(0, {str(tmp_path)!r})
import transfer_core.studies.fingerprint as running
from pathlib import Path
path = Path(running.__file__).parents[1] / "network.py"
path.write_text(path.read_text(encoding="utf-8").replace("return", "return 2 *", 1), encoding="utf-8")
print(running.fingerprint())
"""
    said = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == fingerprint()
