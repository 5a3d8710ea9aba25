"""Build the API page from the docstrings: ``python -m tools.api``, or with a folder of your choice.

Open ``index.html`` there; it needs neither a server nor a network. What pdoc warns of, docstrings that are missing and
names that lead nowhere are listed, and the command fails.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Iterator
from inspect import getmembers, isclass
from pathlib import Path
from pkgutil import iter_modules, walk_packages
from types import ModuleType
from typing import get_type_hints

import pdoc

from tools.references import complaints

PACKAGES = ("transfer_core", "transfer_takeaway", "transfer_ui")
CHECKED = (*PACKAGES, "tools")
DESTINATION = Path(__file__).parents[1] / "docs" / "api"


def modules(packages: tuple[str, ...]) -> Iterator[ModuleType]:
    """Import packages and all their modules."""
    for name in packages:
        package = importlib.import_module(name)
        yield package
        for module in walk_packages(package.__path__, f"{name}."):
            yield importlib.import_module(module.name)


def prepare(module: ModuleType) -> None:
    """Show pdoc what it would miss: rooms behind a door with an ``__all__``, and named tuples as they were written."""
    public = getattr(module, "__all__", None)
    if public is not None:
        public += [room.name for room in iter_modules(getattr(module, "__path__", ()))]
    for _, kind in getmembers(module, isclass):
        for field in getattr(kind, "_fields", ()):
            getattr(kind, field).__doc__ = kind.__new__.__doc__ = ""  # else "Alias for field number 0"
            kind.__new__.__annotations__ = get_type_hints(kind)  # it does not see the names of its module


def build(folder: Path) -> list[str]:
    """Write the pages.

    Parameters
    ----------
    folder : Path
        Made where it is not there.

    Returns
    -------
    list of str
        What pdoc warned of.
    """
    for module in modules(PACKAGES):
        prepare(module)
    pdoc.render.configure(docformat="numpy")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        pdoc.pdoc(*PACKAGES, output_directory=folder)
    return [str(one.message) for one in said]


def main(folder: Path = DESTINATION) -> int:
    """Check the docstrings, build the pages, and say what is wrong.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    int
        0 if all is well.
    """
    wrong = [complaint for module in modules(CHECKED) for complaint in complaints(module)]
    wrong += build(folder)
    print("\n".join([*wrong, f"{folder / 'index.html'}: {len(wrong) or 'no'} complaints"]))
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
