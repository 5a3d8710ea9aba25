"""Lint, format and types are part of the tests: one command says whether all is well."""

import subprocess
import sys

import pytest

from tests.app import ROOT


@pytest.mark.parametrize("command", ["ruff check .", "ruff format --check .", "mypy"], ids=["lint", "format", "types"])
def test_tool_has_nothing_to_say(command):
    checked = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
