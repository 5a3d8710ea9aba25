"""What GitHub, editors and pre-commit read: valid, and naming only tools that are installed and pinned."""

import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from tests.app import ROOT

CONFIG = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
HOOKS = [hook for repository in CONFIG["repos"] for hook in repository["hooks"]]
FORMS = sorted(path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")
FIELDS = {"input", "textarea", "dropdown", "checkboxes"}


def test_the_configuration_of_pre_commit_is_valid():
    command = [sys.executable, "-m", "pre_commit", "validate-config"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_hooks_fetch_nothing():
    assert {repository["repo"] for repository in CONFIG["repos"]} == {"local"}
    assert {hook["language"] for hook in HOOKS} == {"system"}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_runs_a_tool_that_is_installed(hook):
    tool = Path(shlex.split(hook["entry"])[0])
    assert tool.parent.as_posix() == ".venv/bin"
    assert (Path(sys.executable).parent / tool.name).exists()


@pytest.mark.parametrize("package", ["ruff", "mypy", "pre-commit", "pre-commit-hooks", "pdoc"])
def test_the_tools_are_those_that_are_pinned(package):
    pinned = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").split()
    assert f"{package}=={version(package)}" in pinned


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_asks_for_what_is_needed(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= set(form) <= {"name", "description", "body", "title", "labels"}
    assert {field["type"] for field in form["body"]} <= FIELDS
    for name in ("id", "label"):
        given = [field.get(name) or field["attributes"][name] for field in form["body"]]
        assert len(set(given)) == len(given)
    assert form["body"][0]["validations"]["required"] is True


def test_there_is_a_form_for_a_bug_a_number_and_an_idea():
    assert [path.stem for path in FORMS] == ["bug", "idea", "number"]


def test_the_citation_says_what_the_licence_says():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert {"cff-version", "message", "title", "authors"} <= set(citation)  # what the format requires
    assert licence.startswith(f"{citation['license']} License")
    assert all(author["name"] in licence for author in citation["authors"])
