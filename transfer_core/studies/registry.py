"""The studies there are: every module of `questions` that has a ``STUDY``."""

from __future__ import annotations

import importlib
import pkgutil

from transfer_core.studies import questions
from transfer_core.studies.study import Study


def _found() -> dict[str, Study]:
    names = [f"{questions.__name__}.{module.name}" for module in pkgutil.iter_modules(questions.__path__)]
    modules = [importlib.import_module(name) for name in names]
    found = [module.STUDY for module in modules if hasattr(module, "STUDY")]
    return {study.name: study for study in sorted(found, key=lambda study: study.order)}


STUDIES: dict[str, Study] = _found()
