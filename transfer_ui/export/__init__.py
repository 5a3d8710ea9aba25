"""The run on screen as a script of a framework: recipe in, text out."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from transfer_ui.export import frameworks
from transfer_ui.export.framework import Framework

# Every module in `frameworks` is one, under the name of its file; they stand in the order they ask for.
_found: dict[str, Framework] = {
    module.name: import_module(f"{frameworks.__name__}.{module.name}").FRAMEWORK
    for module in iter_modules(frameworks.__path__)
}
FRAMEWORKS = dict(sorted(_found.items(), key=lambda item: item[1].order))
