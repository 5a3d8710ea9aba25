"""Try the lowest and the newest versions that the requirements allow: ``python -m tools.try_versions``.

Each try is a virtual environment of its own, in a temporary folder, in which the tests run that need neither a
browser nor another framework, less those that no version can break and that take long; ``--all`` runs these too.
``--python 3.11`` and ``--end lowest`` choose, ``--keep FOLDER`` keeps the environments for the next time, and what
follows ``--`` goes to pytest, in place of the choice of tests.
"""

from __future__ import annotations

import argparse
import ast
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
PACKAGES = ("benchmarks", "tests", "tools", "transfer_core", "transfer_takeaway", "transfer_torch", "transfer_ui")
# What only the other requirements bring: files that import it are left out, and so are the tests that run such tools.
ABSENT = {
    "jax",
    "keras",
    "lightning",
    "mlxtend",
    "nbformat",
    "pdoc",
    "playwright",
    "tensorflow",
    "timm",
    "torch",
    "yaml",
}
OF_VERSIONS = "not browser and not developer"  # tests that need neither a browser nor a tool of those who develop
TOOLS_RUN_IN = ("test_api.py", "test_quality.py")
SAME_ANYWAY = {
    "tests/test_adding_a_strategy.py": "opens the pages that test_pages opens",
    "tests/test_class_pages.py": "likewise, behind a veil",
    "tests/test_decide.py": "likewise, and trains a map each time",
    "tests/test_fuzz.py": "likewise, by odd links",
    "tests/test_studies.py": "trains cells of every study again, with the functions of NumPy that all training calls",
}
"""Files whose tests take long, and that no version breaks without breaking another file: why."""
VERSIONS = (
    "import sys; from importlib.metadata import version as v; print(', '.join(f'{n} {v(n)}' for n in sys.argv[1:]))"
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
        What the tests took.
    passed : bool or None
        ``None`` where there is no interpreter.
    versions : str
        What was installed.
    """

    python: str
    end: str
    outcome: str
    seconds: float = 0
    passed: bool | None = False
    versions: str = ""


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


def left_out() -> list[str]:
    """Find the files that need more than the app does, themselves or through what they import.

    Examples
    --------
    >>> "tests/test_browser.py" in left_out(), "tests/test_network.py" in left_out()
    (True, False)
    """
    files = {_module(file): file for folder in PACKAGES for file in sorted((ROOT / folder).rglob("*.py"))}
    imported = {name: _imported(file) for name, file in files.items()}
    lacking = {name for name, file in files.items() if file.name in TOOLS_RUN_IN}
    lacking |= {name for name, others in imported.items() if ABSENT & {other.partition(".")[0] for other in others}}
    while more := {name for name, others in imported.items() if lacking & others} - lacking:
        lacking |= more
    return [files[name].relative_to(ROOT).as_posix() for name in files if name in lacking]


def _module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imported(file: Path) -> set[str]:
    """Name the modules that a file imports when it is imported itself; what a function imports does not count."""
    found = set()
    for statement in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            found |= {statement.module, *(f"{statement.module}.{alias.name}" for alias in statement.names)}
    return found


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
    """Make an environment unless it is there, install, and run the tests."""
    interpreter = find_python(python)
    if interpreter is None:
        return Tried(python, end, "no such interpreter on this machine", passed=None)
    inside = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    if not Path(inside).exists():
        subprocess.run([interpreter, "-m", "venv", folder], check=True)
    wanted = [lowest(one) if end == "lowest" else str(one) for one in requirements()]
    installed = _run([inside, "-m", "pip", "install", "--quiet", *wanted, pytest_pin()])
    if installed.returncode:
        return Tried(python, end, _last_line(installed))
    versions = _run([inside, "-c", VERSIONS, *(one.name for one in requirements())]).stdout.strip()
    began = time.monotonic()
    try:
        tested = _run([inside, "-m", "pytest", "-p", "no:cacheprovider", "-m", OF_VERSIONS, *pytest_options], LIMIT)
    except subprocess.TimeoutExpired:
        return Tried(python, end, f"the tests took more than {LIMIT} seconds", LIMIT, versions=versions)
    return Tried(python, end, _last_line(tested), time.monotonic() - began, tested.returncode == 0, versions)


def _run(command: Sequence[str], limit: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command on this checkout, and show what it said if it failed."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=limit)
    if done.returncode:
        print(done.stdout[-6000:], done.stderr[-3000:], sep="\n", flush=True)
    return done


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stdout + done.stderr).strip().splitlines() or [f"exit status {done.returncode}"]
    return lines[-1].strip("= ")


def main(arguments: Sequence[str]) -> int:
    """Try, and print a table; the exit status is 1 if anything failed."""
    own, options = list(arguments), []
    if "--" in own:
        own, options = own[: own.index("--")], own[own.index("--") + 1 :]
    parser = argparse.ArgumentParser(prog="python -m tools.try_versions", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--python", choices=PYTHONS, action="append", help="default: all")
    parser.add_argument("--end", choices=ENDS, action="append", help="default: both")
    parser.add_argument("--all", action="store_true", help="also the tests that no version can break")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the environments there, and use those that are"
    )
    chosen = parser.parse_args(own)
    options = options or [f"--ignore={file}" for file in (*left_out(), *([] if chosen.all else SAME_ANYWAY))]
    tried = []
    for python in chosen.python or PYTHONS:
        for end in chosen.end or ENDS:
            print(f"Python {python}, {end} versions ...", file=sys.stderr, flush=True)
            with TemporaryDirectory() as temporary:
                folder = Path(chosen.keep or temporary).resolve() / f"{python}-{end}"
                tried.append(try_one(python, end, folder, options))
    print("| Python | end | versions | outcome | seconds |\n| --- | --- | --- | --- | --- |")
    for one in tried:
        mark = {True: "passed", False: "failed", None: "not tried"}[one.passed]
        print(f"| {one.python} | {one.end} | {one.versions} | {mark}: {one.outcome} | {one.seconds:.0f} |")
    return int(any(one.passed is False for one in tried))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
