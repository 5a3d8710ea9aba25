import ast
from pathlib import Path

import pytest

import transfer_core

ROOT = Path(transfer_core.__file__).parents[1]
PICTURES = {"streamlit", "altair"}
PRODUCT = {
    *("streamlit_app", "pages", "transfer_ui", "transfer_torch", "transfer_takeaway", "transfer_core"),
    *("tools", "benchmarks", "tests"),
}
# What each part may import of the product; what a part may not, nobody below it may either.
BELOW = {
    "streamlit_app": {"transfer_ui", "transfer_core"},
    "pages": {"transfer_ui", "transfer_core"},
    "transfer_ui": {"transfer_ui", "transfer_takeaway", "transfer_core"},
    "transfer_torch": {"transfer_torch", "transfer_takeaway", "transfer_core"},
    "transfer_takeaway": {"transfer_takeaway", "transfer_core"},
    "transfer_core": {"transfer_core"},
    "tools": {"tools", "transfer_ui", "transfer_torch", "transfer_takeaway", "transfer_core"},
}
# The rooms of each package, a module or a folder, from the top floor to the ground. A room imports from lower
# floors only, and a folder from itself.
FLOORS = {
    "transfer_core": (
        {"real_network"},
        {"studies", "own_data"},
        {"baselines", "archive"},
        {"experiment", "old_task"},
        {"measures"},
        {"arms"},
        {"pretraining"},
        {"strategies", "examples"},
        {"config"},
        {"splits"},
        {"scenarios"},
        {"shifts"},
        {"training"},
        {"network", "costs", "datasets", "wording", "features", "drawing", "schedule_text"},
        {"statistics"},
        {"stratified", "resampling", "selection", "student"},
        {"arrays", "seeds", "schedules", "bibliography", "blas"},
    ),
    "transfer_core.studies": (
        {"registry"},
        {"questions"},
        {"shipped"},
        {"unfreezing"},
        {"execute", "grids"},
        {"store", "tasks", "effects", "recipes", "watch", "cuts"},
        {"summaries", "ledger"},
        {"study"},
        {"rules"},
        {"quantifiers"},
        {"conditions"},
        {"fingerprint", "workers", "family", "not_testable"},
    ),
    "transfer_ui": (
        {"__main__"},
        {"command"},
        {"articles"},
        {"shell", "runs", "export", "tables", "downloads", "saved"},
        {"verdicts"},
        {"charts", "sentences"},
        {"controls"},
        {"palette", "definitions"},
        {"rows", "nouns", "lost_images", "on_the_way"},
        {"session", "old_task", "heap"},
    ),
    "transfer_takeaway": (
        {"own_data"},
        {"report", "comparison", "study"},
        {"brought", "agreement", "settings"},
        {"files"},
        {"checks"},
        {"record", "made"},
    ),
    "transfer_torch": (
        {"__main__"},
        {"command"},
        {"estimate", "grid", "findings", "chart", "workers"},
        {"looks", "race"},
        {"cells"},
        {"training", "backbones"},
        {"inputs", "stages"},
        {"network", "splits"},
        {"arms", "machine", "pictures", "work"},
        {"errors"},
    ),
}
# Questions are answered one by one: none leans on another.
APART = ("transfer_core.studies.questions", "transfer_ui.export.frameworks")
LEANS_ON = {"transfer_ui.export.frameworks": {"finetuning_scheduler": {"lightning"}}}


def _folder(package):
    return ROOT / Path(*package.split("."))


def _rooms(package):
    """Modules and folders with modules in them, by name."""
    folder = _folder(package)
    modules = {path.stem: [path] for path in folder.glob("*.py") if path.stem != "__init__"}
    return modules | {path.parent.name: sorted(path.parent.rglob("*.py")) for path in folder.glob("*/__init__.py")}


def _package(path):
    return path.relative_to(ROOT).parent.parts


def _read(path):
    return path.read_text(encoding="utf-8")


def _imports(source, package=()):
    """Every import in a source, inside functions too, as pairs of dotted module and name (or None)."""
    found: list[tuple[str, str | None]] = []
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
    drawing = PICTURES if part in ("transfer_core", "transfer_takeaway") else set()
    return (tops & (PRODUCT | drawing)) - BELOW[part]


def _rooms_entered(source, package, inside):
    """Rooms of a package that a source imports from, with what it takes there."""
    for imported, name in _imports(source, inside):
        where = f"{imported}.{name}" if imported == package else imported
        if where.startswith(f"{package}."):
            yield where.removeprefix(f"{package}.").split(".")[0], f"{where}.{name}"


def _upwards(room, source, package="transfer_core", inside=None):
    """Imports of a package that a room of it makes from its own floor or a higher one."""
    floor = {name: number for number, names in enumerate(reversed(FLOORS[package])) for name in names}
    entered = _rooms_entered(source, package, inside or tuple(package.split(".")))
    return [what for other, what in entered if other != room and floor.get(other, len(floor)) >= floor[room]]


def _files(part):
    single = ROOT / f"{part}.py"
    return [single] if single.exists() else sorted((ROOT / part).rglob("*.py"))


FILES = [(part, path) for part in BELOW for path in _files(part)]
ROOMS = [(package, room) for package in FLOORS for room in _rooms(package)]


@pytest.mark.parametrize(("part", "path"), FILES, ids=lambda value: getattr(value, "stem", value))
def test_arrows_point_from_pages_to_ui_to_core(part, path):
    assert not _forbidden(part, _read(path), _package(path))


@pytest.mark.parametrize(("package", "room"), ROOMS, ids=lambda value: value)
def test_a_room_stands_only_on_lower_floors(package, room):
    assert not [bad for path in _rooms(package)[room] for bad in _upwards(room, _read(path), package, _package(path))]


@pytest.mark.parametrize("package", FLOORS)
def test_every_room_has_a_floor_and_every_floor_is_inhabited(package):
    placed = [name for names in FLOORS[package] for name in names]
    assert sorted(placed) == sorted(_rooms(package))


@pytest.mark.parametrize("package", APART)
def test_rooms_that_stand_apart_do_not_lean_on_each_other(package):
    for room, paths in _rooms(package).items():
        allowed = LEANS_ON.get(package, {}).get(room, set()) | {room}
        for path in paths:
            assert {other for other, _ in _rooms_entered(_read(path), package, _package(path))} <= allowed


@pytest.mark.parametrize(
    ("part", "source", "caught"),
    [
        ("transfer_core", "import streamlit as st", {"streamlit"}),
        ("transfer_core", "def f():\n    from altair import Chart", {"altair"}),
        ("transfer_core", "from transfer_ui.palette import BLUE", {"transfer_ui"}),
        ("transfer_core", "import numpy, transfer_core.network", set()),
        ("transfer_ui", "import pages.home", {"pages"}),
        ("transfer_ui", "from tools.figures import main", {"tools"}),
        ("transfer_ui", "from transfer_core import run\nimport altair\nfrom . import palette", set()),
        ("pages", "from pages import home", {"pages"}),
        ("pages", "import streamlit_app", {"streamlit_app"}),
        ("tools", "from tests.app import fresh_server", {"tests"}),
        ("transfer_torch", "from transfer_ui.palette import INK", {"transfer_ui"}),
        ("transfer_ui", "from transfer_torch.arms import ARMS", {"transfer_torch"}),
    ],
)
def test_the_walk_finds_a_wrong_arrow(part, source, caught):
    assert _forbidden(part, source, (part,)) == caught


@pytest.mark.parametrize(
    ("package", "room", "source", "caught"),
    [
        ("transfer_core", "network", "from transfer_core.training import train", ["transfer_core.training.train"]),
        ("transfer_core", "training", "from transfer_core.splits import cut", ["transfer_core.splits.cut"]),
        ("transfer_core", "splits", "from .config import RunConfig", ["transfer_core.config.RunConfig"]),
        ("transfer_core", "config", "from transfer_core import run", ["transfer_core.run.run"]),
        ("transfer_core", "costs", "from transfer_core.network import forward", ["transfer_core.network.forward"]),
        ("transfer_core", "experiment", "import numpy\nfrom transfer_core.pretraining import pretrain", []),
        ("transfer_ui", "charts", "from transfer_ui.charts import base", []),
        ("transfer_ui", "charts", "from transfer_ui import tables", ["transfer_ui.tables.tables"]),
        (
            "transfer_core.studies",
            "tasks",
            "from transfer_core.studies.questions import depth",
            ["transfer_core.studies.questions.depth"],
        ),
    ],
)
def test_the_walk_finds_a_wrong_floor(package, room, source, caught):
    assert _upwards(room, source, package) == caught


def test_all_is_complete_and_sorted_constants_then_classes_then_functions():
    source = _read(Path(transfer_core.__file__))
    imported = {name for _, name in _imports(source)}
    assert set(transfer_core.__all__) == imported
    kinds = [(not name.isupper(), not name[0].isupper(), name) for name in transfer_core.__all__]
    assert kinds == sorted(kinds)
    assert len(set(transfer_core.__all__)) == len(transfer_core.__all__)
