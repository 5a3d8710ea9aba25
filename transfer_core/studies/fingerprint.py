"""The name of the code and the data behind a result: other code, other results.

Only what a task can reach counts. From the classes that a task is made of, name by name, through functions,
constants and imports, the statements are collected that can have a say in what it measures. A comment, a
docstring, a claim or its rule has none, and leaves every kept result where it is.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path

CORE = Path(__file__).parents[1]
# Packages that plan, keep, read or judge results, and measure by tasks alone.
AROUND_TASKS = ("transfer_core.studies.", "transfer_core.real_network.", "transfer_core.own_data.")
WHOLE = "*"  # in place of a name: the module with all its names


def read_sources(core: Path = CORE) -> dict[str, bytes]:
    """Read every module of the core, by its dotted name."""
    found = {}
    for path in sorted(core.rglob("*.py")):
        parts = (core.name, *path.relative_to(core).with_suffix("").parts)
        found[".".join(parts).removesuffix(".__init__")] = path.read_bytes()
    return found


# Read when the process starts: code that changes on disk later is not the code that runs here.
_SOURCES = read_sources()
_VERSIONS = [version(name) for name in ("numpy", "scipy", "scikit-learn")]
_DATA = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(CORE.glob("data/*.npz"))]


@cache
def fingerprint() -> str:
    """Name the code and the data of this process, as they were when it started.

    Examples
    --------
    >>> len(fingerprint())
    16
    """
    parts = [*_VERSIONS, *_DATA, name_of_code(_SOURCES)]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


@cache
def whole_code() -> str:
    """Name all code and data of the core, comments included: quick to find, for results that are quick to find anew.

    Examples
    --------
    >>> len(whole_code())
    16
    """
    digest = hashlib.sha256(" ".join([*_VERSIONS, *_DATA]).encode())
    for name, source in sorted(_SOURCES.items()):
        digest.update(name.encode() + source)
    return digest.hexdigest()[:16]


def name_of_code(sources: dict[str, bytes]) -> str:
    r"""Name what tasks reach in some modules.

    Parameters
    ----------
    sources : dict of str to bytes
        Source by dotted name of the module.

    Examples
    --------
    >>> def name(body):
    ...     return name_of_code({"transfer_core.training": f"class Train:\n  rate = {body}".encode()})
    >>> name("0.1") == name("0.1  # as in the paper"), name("0.1") == name("0.2")
    (True, False)
    """
    digest = hashlib.sha256()
    for module, statements in sorted(reached(sources).items()):
        for statement in statements:
            digest.update(f"{module} {ast.dump(_without_docstrings(statement))}".encode())
    return digest.hexdigest()


def reached(sources: dict[str, bytes]) -> dict[str, list[ast.stmt]]:
    """Find the statements that can have a say in what a task measures.

    Parameters
    ----------
    sources : dict of str to bytes

    Returns
    -------
    dict of str to list of ast.stmt
        Statements of the top level, by module, in their order.
    """
    modules = {name: _Module.of(source) for name, source in sources.items()}
    # An object brings its methods with it, wherever it was made: every class counts that a task may be or hold.
    waiting = [(name, one) for name in modules for one in _may_be_in_a_task(name, modules[name])]
    seen, found = set(waiting), {name: set[ast.stmt]() for name in modules}
    while waiting:
        name, wanted = waiting.pop()
        module = modules[name]
        new = {*module.binding(wanted), *module.loose} - found[name]
        found[name] |= new
        asked = {target for statement in new for target in _imports(statement)}
        for used in {wanted}.union(*map(_names, new)):
            asked.add(module.imported.get(used, (name, used)))
        for home, used in asked:
            target = (f"{home}.{used}", WHOLE) if f"{home}.{used}" in modules else (home, used)
            if target[0] in modules and target not in seen:
                seen.add(target)
                waiting.append(target)
    return {name: sorted(statements, key=lambda one: one.lineno) for name, statements in found.items() if statements}


def _may_be_in_a_task(name: str, module: _Module) -> Iterator[str]:
    """Classes to begin with; around tasks, only those that measure or start an arm."""
    for one in module.classes:
        if not name.startswith(AROUND_TASKS) or any(
            getattr(part, "name", "") in ("measure", "params") for part in one.body
        ):
            yield one.name


@dataclass
class _Module:
    """The statements of a module."""

    classes: list[ast.ClassDef] = field(default_factory=list)
    bound: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)
    loose: list[ast.stmt] = field(default_factory=list)  # these bind nothing: they are there for what they do

    @classmethod
    def of(cls, source: bytes) -> _Module:
        module = cls()
        for statement in ast.parse(source).body:
            names = list(_bound_by(statement))
            if isinstance(statement, ast.Import | ast.ImportFrom):
                module.imported.update(zip(names, _imports(statement), strict=True))
            elif names:
                for name in names:
                    module.bound.setdefault(name, []).append(statement)
            elif not _is_text(statement):
                module.loose.append(statement)
            if isinstance(statement, ast.ClassDef):
                module.classes.append(statement)
        return module

    def binding(self, name: str) -> list[ast.stmt]:
        """Find what gives a name its meaning."""
        return (
            self.bound.get(name, []) if name != WHOLE else [one for several in self.bound.values() for one in several]
        )


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    """Names that a statement of the top level gives a meaning to; a block, all that it may."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in statement.names)
    elif isinstance(statement, ast.Assign):
        yield from (name for target in statement.targets for name in _names(target))
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
        yield from _names(statement.target)
    else:
        for part in ast.iter_child_nodes(statement):
            yield from _bound_by(part) if isinstance(part, ast.stmt) else _names(part, ast.Store)


def _names(node: ast.AST, kind: type[ast.expr_context] = ast.expr_context) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, kind)}


def _imports(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """Find what a statement imports, in functions too: module and name."""
    for part in ast.walk(statement):
        if isinstance(part, ast.Import):
            yield from ((alias.name, WHOLE) for alias in part.names)
        elif isinstance(part, ast.ImportFrom):
            if part.level or not part.module:
                raise ValueError(f"the core imports by full names, got {ast.unparse(part)!r}")
            yield from ((part.module, alias.name) for alias in part.names)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _without_docstrings(statement: ast.stmt) -> ast.stmt:
    """Take away what is only read by people, in place."""
    for part in ast.walk(statement):
        if isinstance(part, ast.FunctionDef | ast.ClassDef):
            part.body = [one for one in part.body if not _is_text(one)]
    return statement
