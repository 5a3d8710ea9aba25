"""The requirements have lower bounds that `tools.try_versions` can pin; the tries themselves need a package index."""

import subprocess
import sys

import pytest
from packaging.requirements import Requirement

from tools import try_versions


def test_every_requirement_has_a_lowest_version_that_it_allows():
    for requirement in try_versions.requirements():
        name, _, version = try_versions.lowest(requirement).partition("==")
        assert name == requirement.name
        assert requirement.specifier.contains(version)


def test_a_requirement_without_a_lower_bound_is_an_error():
    with pytest.raises(ValueError, match="not enough values"):
        try_versions.lowest(Requirement("numpy<3"))


def test_the_present_interpreter_is_found_and_a_python_that_never_was_is_not():
    assert try_versions.find_python("{}.{}".format(*sys.version_info)) == sys.executable
    assert try_versions.find_python("3.0") is None


def test_what_cannot_be_had_is_said_and_is_no_failure(monkeypatch, capsys):
    monkeypatch.setattr(try_versions, "find_python", lambda version: None)
    assert try_versions.main(["--python", "3.13", "--end", "lowest"]) == 0
    assert "| 3.13 | lowest |  | not tried: no such interpreter on this machine | 0 |" in capsys.readouterr().out


def test_a_version_of_a_package_that_does_not_exist_fails_and_is_shown(monkeypatch, capsys):
    monkeypatch.setattr(try_versions, "requirements", lambda: [Requirement("pip>=0.0.0.1")])
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    here = "{}.{}".format(*sys.version_info)
    monkeypatch.setattr(try_versions, "PYTHONS", (here,))
    assert try_versions.main(["--end", "lowest"]) == 1
    assert (
        f"| {here} | lowest |  | failed: ERROR: No matching distribution found for pip==0.0.0.1"
        in capsys.readouterr().out
    )


def test_files_are_left_out_for_what_they_import_through_others_too():
    left_out = try_versions.left_out()
    assert {"tests/browser.py", "tests/test_running.py", "transfer_torch/network.py", "transfer_torch/cells.py"} <= {
        *left_out
    }
    assert not {"tests/conftest.py", "tests/test_execute.py", "transfer_torch/chart.py"} & {*left_out}


def test_what_no_version_breaks_alone_is_named_by_files_that_there_are():
    assert all((try_versions.ROOT / file).is_file() for file in try_versions.SAME_ANYWAY)
    assert not {*try_versions.SAME_ANYWAY} & {*try_versions.left_out()}


def test_a_try_says_what_was_installed_keeps_its_environment_and_tells_a_failure(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(try_versions, "requirements", lambda: [Requirement("pip>=20")])
    here = "{}.{}".format(*sys.version_info)
    monkeypatch.setattr(try_versions, "PYTHONS", (here,))
    said = iter(["", "pip 26.1", "3 passed, 1 failed in 2.00s"])

    def run(command, limit=None):
        return subprocess.CompletedProcess(command, int("-m pytest" in " ".join(command)), next(said), "")

    monkeypatch.setattr(try_versions, "_run", run)
    assert try_versions.main(["--end", "newest", "--keep", str(tmp_path)]) == 1
    assert f"| {here} | newest | pip 26.1 | failed: 3 passed, 1 failed in 2.00s | 0 |" in capsys.readouterr().out
    assert (tmp_path / f"{here}-newest" / "pyvenv.cfg").is_file()
