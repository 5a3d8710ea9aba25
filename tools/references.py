"""Find what docstrings refer to and is not there.

Between single backticks stands a name; literal text stands between double ones. A name is looked up as a reader
would: among the parameters and attributes of what is described, in its module, in `transfer_core`, and by its full path.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import pkgutil
import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, NamedTuple

import transfer_core

SINGLE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
EXAMPLE = re.compile(r"^ *>>>.*\n(?: *\S.*\n?)*", re.MULTILINE)
NAME = re.compile(r"[A-Za-z_][\w.]*(\(\))?")
SECTION = re.compile(r"^(Parameters|Attributes)\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)", re.MULTILINE | re.DOTALL)
UNSEEN = object()
"""Stands for what has a name and no value yet: a parameter, or a field without a default."""

Described = ast.Module | ast.ClassDef | ast.FunctionDef


class Docstring(NamedTuple):
    """One docstring, with what it may name.

    Attributes
    ----------
    where : str
        Full name of what it describes.
    text : str
        Empty where there is none.
    own : mapping of str to Any
        Parameters of a function, attributes of a class, names of a module.
    around : mapping of str to Any
        These, and what can be seen from there.
    """

    where: str
    text: str
    own: Mapping[str, Any]
    around: Mapping[str, Any]


def docstrings(module: ModuleType) -> Iterator[Docstring]:
    """Give every docstring of a module.

    Parameters
    ----------
    module : ModuleType

    Yields
    ------
    Docstring

    Examples
    --------
    >>> from transfer_core import seeds
    >>> "transfer_core.seeds.stream" in [one.where for one in docstrings(seeds)]
    True
    """
    around = ChainMap(vars(transfer_core), vars(builtins))
    yield from _walk(ast.parse(inspect.getsource(module)), module.__name__, module, around)


def complaints(module: ModuleType) -> list[str]:
    """Say what is wrong with the docstrings of a module: missing, or naming what is not there.

    Parameters
    ----------
    module : ModuleType

    Returns
    -------
    list of str

    Examples
    --------
    >>> from transfer_core import seeds
    >>> complaints(seeds)
    []
    """
    found = []
    for one in docstrings(module):
        if not one.text and not any(part.startswith("_") for part in one.where.split(".")):
            found.append(f"{one.where} has no docstring")
        for name in SINGLE.findall(EXAMPLE.sub("", one.text)):
            if not NAME.fullmatch(name):
                found.append(f"{one.where}: `{name}` is no name; literal text stands between double backticks")
            elif not _is_there(name.removesuffix("()"), one.around):
                found.append(f"{one.where}: `{name}` names nothing")
        found += [
            f"{one.where}: {section} has {name}, which is not there"
            for section, name in _listed(one.text)
            if name not in one.own
        ]
    return found


def _walk(node: Described, where: str, value: Any, around: ChainMap[str, Any]) -> Iterator[Docstring]:
    """Give the docstring of a node and of all that is defined in it."""
    own = _own(node, value)
    around = around.new_child(own)
    yield Docstring(where, ast.get_docstring(node) or "", own, around)
    if isinstance(node, ast.FunctionDef):
        return  # what is defined inside a function is its own affair
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            yield from _walk(child, f"{where}.{child.name}", getattr(value, child.name, None), around)


def _own(node: Described, value: Any) -> dict[str, Any]:
    """Collect what belongs to a module, a class or a function, by name."""
    if isinstance(node, ast.FunctionDef):
        return _parameters(node)
    own = {name: getattr(value, name, UNSEEN) for name in dir(value)}
    if isinstance(node, ast.Module):
        return own
    makers = [child for child in node.body if isinstance(child, ast.FunctionDef) and child.name == "__init__"]
    given = [name for maker in makers for name in _parameters(maker)]
    fields = [ast.unparse(child.target) for child in node.body if isinstance(child, ast.AnnAssign)]
    put = [one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)]
    return dict.fromkeys([*given, *fields, *put], UNSEEN) | own


def _parameters(node: ast.FunctionDef) -> dict[str, Any]:
    """Parameters of a function, by name."""
    given = node.args
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
    return {parameter.arg: UNSEEN for parameter in every if parameter is not None}


def _is_there(name: str, around: Mapping[str, Any]) -> bool:
    """Whether a name, dotted or not, leads somewhere."""
    head, *rest = name.split(".")
    if head not in around:
        return bool(rest) and _is_importable(name)
    found = around[head]
    for part in rest:
        if not hasattr(found, part) and part not in getattr(found, "__annotations__", ()):
            return False
        found = getattr(found, part, UNSEEN)
    return True


def _is_importable(name: str) -> bool:
    """Whether a full path leads to a module or to what is in it."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def _listed(text: str) -> Iterator[tuple[str, str]]:
    """Names that numpydoc sections list, each with its section."""
    for section, body in SECTION.findall(text):
        for line in body.splitlines():
            if line and not line[0].isspace():
                for name in line.split(" : ")[0].split(", "):
                    yield section, name.lstrip("*").strip()
