"""A script as a Jupyter notebook: its docstring as text, and one cell per part that ``# %%`` begins."""

from __future__ import annotations

import ast
import json
from typing import Any

MARK = "# %% "


def to_notebook(script: str) -> str:
    r"""Make a notebook, format 4.5, of a script.

    Parameters
    ----------
    script : str
        Begins with a docstring; ``# %% Title`` begins a part.

    Returns
    -------
    str
        The file, JSON.

    Examples
    --------
    >>> cells = json.loads(to_notebook("'Title.'\nimport os\n\n# %% Part\nprint(1)\n"))["cells"]
    >>> [(cell["cell_type"], cell["source"]) for cell in cells]
    [('markdown', '# Title'), ('code', 'import os'), ('markdown', '## Part'), ('code', 'print(1)')]
    """
    tree = ast.parse(script)
    title, _, text = (ast.get_docstring(tree) or "").partition("\n")
    after_docstring = script.splitlines()[tree.body[0].end_lineno :]
    first, *parts = "\n".join(["", *after_docstring]).split(f"\n{MARK}")
    cells = [_markdown(f"# {title.removesuffix('.')}\n{text}".strip()), _code(first)]
    for part in parts:
        heading, _, code = part.partition("\n")
        cells += [_markdown(f"## {heading}"), _code(code)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text.strip("\n")}
