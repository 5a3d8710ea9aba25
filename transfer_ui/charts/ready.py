"""Templates made ahead: those of the first views ship with the product, so that drawing them needs no Altair.

Importing Altair and making the templates of a page take as long as all else that a first view does.
``python -m tools.build_templates`` writes the file; a test makes all of it anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any, ParamSpec

Spec = dict[str, Any]
P = ParamSpec("P")
FILE = Path(__file__).with_name("ready.json")
_HOUSE = Path(__file__).parents[2]
# What decides what a template looks like: how charts are made, and what arms are called and which colours they have.
_SOURCES = (
    *sorted(FILE.parent.glob("*.py")),
    _HOUSE / "transfer_ui" / "palette.py",
    *(_HOUSE / "transfer_core" / f"{name}.py" for name in ("strategies", "baselines")),
)
made: dict[str, Spec] = {}
"""All templates of this process, by their names."""


def kept(make: Callable[P, Spec]) -> Callable[P, Spec]:
    """Make each template once: read it from the file if it stands there, else have it made, and keep it.

    Parameters
    ----------
    make : callable
        Makes a template from arguments whose ``repr`` says all about them.

    Examples
    --------
    >>> @kept
    ... def template(mode):
    ...     print("made")
    ...     return {"mark": mode}
    >>> template("light"), template("light")
    made
    ({'mark': 'light'}, {'mark': 'light'})
    >>> del made[name_of(template, "light")]
    """

    @wraps(make)
    def get(*args: P.args, **kwargs: P.kwargs) -> Spec:
        name = name_of(make, *args, **kwargs)
        if name not in made:
            shipped = shipped_templates()
            made[name] = shipped[name] if name in shipped else make(*args, **kwargs)
        return made[name]

    return get


def name_of(make: Callable[..., Spec], *args: object, **kwargs: object) -> str:
    """Name a template by what makes it, and from what."""
    given = ", ".join([*map(repr, args), *(f"{name}={value!r}" for name, value in kwargs.items())])
    return f"{make.__module__.rpartition('.')[2]}.{make.__qualname__}({given})"


@cache
def shipped_templates() -> dict[str, Spec]:
    """Read the file; nothing if it was written by other code than this, whose charts look as this code says."""
    try:
        shipped = json.loads(FILE.read_text(encoding="utf-8"))
        templates: dict[str, Spec] = shipped["templates"] if shipped["code"] == name_of_code() else {}
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    return templates


def name_of_code() -> str:
    """Name the code that makes templates."""
    digest = hashlib.sha256()
    for path in _SOURCES:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
