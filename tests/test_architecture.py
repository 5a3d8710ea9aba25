import ast
from pathlib import Path

import pytest

import transfer_core

ROOT = Path(transfer_core.__file__).parents[1]
PICTURES = {"streamlit", "altair"}
PRODUCT = {"streamlit_app", "pages", "transfer_ui", "transfer_core"}
# What each part may import of the product; what a part may not, nobody below it may either.
BELOW = {
    "streamlit_app": PRODUCT,
    "pages": {"transfer_ui", "transfer_core"},
    "transfer_ui": {"transfer_ui", "transfer_core"},
    "transfer_core": {"transfer_core"},
}
# Modules of the core from the top floor to the ground; a module imports from lower floors only.
FLOORS = (
    {"studies"},
    {"baselines"},
    {"experiment"},
    {"pretraining"},
    {"strategies"},
    {"config"},
    {"splits"},
    {"scenarios"},
    {"training", "costs"},
    {"network", "schedules", "datasets", "shifts", "statistics"},
)


def _floor(floors):
    """Number of the floor of every module, the ground floor first."""
    return {module: number for number, modules in enumerate(reversed(floors)) for module in modules}


FLOOR = _floor(FLOORS)


def _imports(source, package=()):
    """Every import in a source, inside functions too, as pairs of dotted module and name (or None)."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*start, *([node.module] if node.module else [])))
            found += [(module, alias.name) for alias in node.names]
    return found


def _forbidden(part, source, package=()):
    """Imports of the product, or of what draws, that this part may not make."""
    tops = {module.split(".")[0] for module, _ in _imports(source, package)}
    drawing = PICTURES if part == "transfer_core" else set()
    return (tops & (PRODUCT | drawing)) - BELOW[part]


def _upwards(module, source, package="transfer_core", floors=FLOORS):
    """Imports of a package that a module of it makes from its own floor or a higher one."""
    floor = _floor(floors)
    bad = []
    for imported, name in _imports(source, tuple(package.split("."))):
        if imported == package:
            imported = f"{package}.{name}"
        if not imported.startswith(f"{package}."):
            continue
        target = imported.removeprefix(f"{package}.").split(".")[0]
        only_a_type = (target, name) == ("network", "Array") and module != "network"
        inside = target == module == "studies"
        if floor.get(target, len(floors)) >= floor[module] and not only_a_type and not inside:
            bad.append(f"{imported}.{name}")
    return bad


def _files(part):
    single = ROOT / f"{part}.py"
    return [single] if single.exists() else sorted((ROOT / part).rglob("*.py"))


FILES = [(part, path) for part in BELOW for path in _files(part)]
CORE = ROOT / "transfer_core"
MODULES = [*sorted(path.stem for path in CORE.glob("*.py") if path.stem != "__init__"), "studies"]
# Inside the studies: one file a study stands on what they share, and the registry finds them all.
STUDY_FLOORS = (
    {"registry"},
    {path.stem for path in (CORE / "studies").glob("*.py")}
    - {"__init__", "registry", "shipped", "execute", "grids", "store", "tasks", "summaries", "study"},
    {"shipped"},
    {"execute", "grids"},
    {"store", "tasks", "summaries"},
    {"study"},
)


@pytest.mark.parametrize(("part", "path"), FILES, ids=lambda value: getattr(value, "stem", value))
def test_arrows_point_from_pages_to_ui_to_core(part, path):
    package = path.relative_to(ROOT).parent.parts
    assert not _forbidden(part, path.read_text(encoding="utf-8"), package)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_of_the_core_stands_only_on_lower_floors(module):
    assert module in FLOOR, f"give {module} a floor in this test"
    files = sorted((CORE / module).glob("*.py")) or [CORE / f"{module}.py"]
    assert not [bad for path in files for bad in _upwards(module, path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("module", sorted(_floor(STUDY_FLOORS)))
def test_a_module_of_the_studies_stands_only_on_lower_floors(module):
    source = (CORE / "studies" / f"{module}.py").read_text(encoding="utf-8")
    assert not _upwards(module, source, "transfer_core.studies", STUDY_FLOORS)


def test_every_floor_is_inhabited():
    assert set(FLOOR) == set(MODULES)


@pytest.mark.parametrize(
    ("part", "source", "caught"),
    [
        ("transfer_core", "import streamlit as st", {"streamlit"}),
        ("transfer_core", "def f():\n    from altair import Chart", {"altair"}),
        ("transfer_core", "from transfer_ui.palette import BLUE", {"transfer_ui"}),
        ("transfer_core", "import numpy, transfer_core.network", set()),
        ("transfer_ui", "import pages.home", {"pages"}),
        ("transfer_ui", "from transfer_core import run\nimport altair\nfrom . import palette", set()),
        ("pages", "from pages import home", {"pages"}),
        ("pages", "import streamlit_app", {"streamlit_app"}),
    ],
)
def test_the_walk_finds_a_wrong_arrow(part, source, caught):
    assert _forbidden(part, source, (part,)) == caught


@pytest.mark.parametrize(
    ("module", "source", "caught"),
    [
        ("network", "from transfer_core.training import train", ["transfer_core.training.train"]),
        ("training", "from transfer_core.costs import cost", ["transfer_core.costs.cost"]),
        ("splits", "from .config import RunConfig", ["transfer_core.config.RunConfig"]),
        ("config", "from transfer_core import run", ["transfer_core.run.run"]),
        ("shifts", "from transfer_core.network import forward", ["transfer_core.network.forward"]),
        ("shifts", "from transfer_core.network import Array", []),
        ("experiment", "import numpy\nfrom transfer_core.pretraining import pretrain", []),
    ],
)
def test_the_walk_finds_a_wrong_floor(module, source, caught):
    assert _upwards(module, source) == caught


def test_all_is_complete_and_sorted_constants_then_classes_then_functions():
    source = Path(transfer_core.__file__).read_text(encoding="utf-8")
    imported = {name for _, name in _imports(source)}
    assert set(transfer_core.__all__) == imported
    kinds = [(not name.isupper(), not name[0].isupper(), name) for name in transfer_core.__all__]
    assert kinds == sorted(kinds)
    assert len(set(transfer_core.__all__)) == len(transfer_core.__all__)
