"""Try the lowest and the newest versions that the requirements allow: ``python -m tools.try_versions``.

Each try is a virtual environment of its own, in a temporary folder, in which the tests run that need neither a
browser nor another framework. ``--python 3.11`` and ``--end lowest`` choose; what follows ``--`` goes to pytest.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
FILES = ("requirements.txt", "requirements-dask.txt")
PYTHONS = ("3.11", "3.13")
ENDS = ("lowest", "newest")
# They need the tools and the frameworks of requirements-dev.txt.
LEFT_OUT = (
    *("api", "browser", "datasets", "export", "habits", "quality", "running", "two_servers", "visit"),
    *("emoji", "torch_command", "torch_pictures", "torch_stages", "torch_training"),
)
LIMIT = 3600  # seconds for the tests of one try


class Tried(NamedTuple):
    """What came of one try.

    Attributes
    ----------
    python, end : str
    outcome : str
        The last line of pip or of pytest.
    seconds : float
    passed : bool or None
        ``None`` where there is no interpreter.
    """

    python: str
    end: str
    outcome: str
    seconds: float
    passed: bool | None


def requirements() -> list[Requirement]:
    """Read what the app needs, and what studies on a Dask cluster need."""
    lines = [line for file in FILES for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def lowest(requirement: Requirement) -> str:
    """Pin a requirement to the lowest version that it allows.

    Examples
    --------
    >>> lowest(Requirement("numpy>=2.1,<3")), lowest(Requirement("streamlit~=1.67.0"))
    ('numpy==2.1', 'streamlit==1.67.0')
    """
    (least,) = (bound.version for bound in requirement.specifier if bound.operator in (">=", "~=", "=="))
    return f"{requirement.name}=={least}"


def pytest_pin() -> str:
    """Find the version of pytest that the tests are run with."""
    (pin,) = re.findall(r"^pytest==\S+", (ROOT / "requirements-dev.txt").read_text(encoding="utf-8"), re.MULTILINE)
    return str(pin)


def find_python(version: str) -> str | None:
    """Find an interpreter: the present one, on the path, of pyenv, or of uv."""
    for candidate in _candidates(version):
        try:
            asked = [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
            said = subprocess.run(asked, capture_output=True, text=True, check=False)
        except OSError:
            continue
        if said.stdout.strip() == version:
            return candidate
    return None


def _candidates(version: str) -> Iterator[str]:
    yield sys.executable
    yield f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True))
    if shutil.which("uv"):
        found = subprocess.run(["uv", "python", "find", version], capture_output=True, text=True, check=False)
        yield found.stdout.strip() or version


def try_one(python: str, end: str, folder: Path, pytest_options: Sequence[str]) -> Tried:
    """Make an environment, install, and run the tests."""
    began = time.monotonic()
    interpreter = find_python(python)
    if interpreter is None:
        return Tried(python, end, "no such interpreter on this machine", 0, None)
    subprocess.run([interpreter, "-m", "venv", folder], check=True)
    inside = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    wanted = [lowest(one) if end == "lowest" else str(one) for one in requirements()]
    for command, limit in (
        ([inside, "-m", "pip", "install", "--quiet", *wanted, pytest_pin()], None),
        ([inside, "-m", "pytest", "-p", "no:cacheprovider", "-m", "not browser", *pytest_options], LIMIT),
    ):
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=limit)
        except subprocess.TimeoutExpired:
            return Tried(python, end, f"the tests took more than {LIMIT} seconds", time.monotonic() - began, False)
        if done.returncode != 0:
            print(done.stdout[-6000:], done.stderr[-3000:], sep="\n", flush=True)
            break
    lines = (done.stdout + done.stderr).strip().splitlines() or [f"exit status {done.returncode}"]
    return Tried(python, end, lines[-1].strip("= "), time.monotonic() - began, done.returncode == 0)


def main(arguments: Sequence[str]) -> int:
    """Try, and print a table; the exit status is 1 if anything failed."""
    own, options = list(arguments), []
    if "--" in own:
        own, options = own[: own.index("--")], own[own.index("--") + 1 :]
    parser = argparse.ArgumentParser(prog="python -m tools.try_versions", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--python", choices=PYTHONS, action="append", help="default: all")
    parser.add_argument("--end", choices=ENDS, action="append", help="default: both")
    chosen = parser.parse_args(own)
    options = options or [
        "--ignore=benchmarks",
        "--ignore=transfer_torch",
        *(f"--ignore=tests/test_{name}.py" for name in LEFT_OUT),
    ]
    tried = []
    for python in chosen.python or PYTHONS:
        for end in chosen.end or ENDS:
            print(f"Python {python}, {end} versions ...", file=sys.stderr, flush=True)
            with TemporaryDirectory() as folder:
                tried.append(try_one(python, end, Path(folder), options))
    print("| Python | versions | outcome | seconds |\n| --- | --- | --- | --- |")
    for one in tried:
        mark = {True: "passed", False: "failed", None: "not tried"}[one.passed]
        print(f"| {one.python} | {one.end} | {mark}: {one.outcome} | {one.seconds:.0f} |")
    return int(any(one.passed is False for one in tried))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
