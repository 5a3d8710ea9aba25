"""Lint, format, types and tidy files are part of the tests: one command says whether all is well."""

import os
import subprocess
import sys

import pytest

from tests.app import ROOT

FOLDERS = [
    ".ci",
    ".github",
    ".streamlit",
    "benchmarks",
    "deploy",
    "docs",
    "pages",
    "tests",
    "tools",
    "transfer_core",
    "transfer_takeaway",
    "transfer_torch",
    "transfer_ui",
]
TEXT = {".cff", ".cfg", ".json", ".md", ".py", ".toml", ".txt", ".yaml", ".yml"}
NAMED = {".dockerignore", ".editorconfig", ".gitignore", "Containerfile", "LICENSE", "run"}


@pytest.mark.parametrize("command", ["ruff check .", "ruff format --check .", "mypy"], ids=["lint", "format", "types"])
def test_tool_has_nothing_to_say(command):
    checked = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_core_is_held_to_its_own_coverage(tmp_path):
    asked = ["tests/test_schedules.py", "-n", "1", "--cov", "--cov-fail-under=1"]
    environment = os.environ | {"COVERAGE_FILE": str(tmp_path / "coverage")}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *asked], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert "Required test coverage of 1% reached" in ran.stdout
    assert "FAIL the core must be covered to 95 %, got" in ran.stdout
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED


def _tidy(text):
    return "".join(f"{line.rstrip()}\n" for line in text.rstrip().split("\n")) if text else ""


@pytest.mark.parametrize(
    ("text", "tidy"), [("", ""), ("a \n\tb\n\n", "a\n\tb\n"), ("a", "a\n"), ("a\n\nb\n", "a\n\nb\n")]
)
def test_tidying_takes_blanks_from_ends_and_keeps_what_is_between(text, tidy):
    assert _tidy(text) == tidy


def test_text_files_are_tidy():
    files = [*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    read = {path: path.read_text(encoding="utf-8") for path in files if path.suffix in TEXT or path.name in NAMED}
    assert len(read) > 200
    assert not [path for path, text in read.items() if text != _tidy(text)]
