"""A script for somebody's own rows of numbers, such as embeddings: it measures and fits what was recommended."""

from __future__ import annotations

from transfer_ui.export.own_rows import after_source, alone
from transfer_ui.export.own_rows.plan import NETWORKS, SKLEARN, Rows, Source, source_of

__all__ = ["NETWORKS", "SKLEARN", "Rows", "Source", "source_of", "write"]


def write(rows: Rows) -> str:
    """Write the script.

    Examples
    --------
    >>> 'LABEL = "kind"' in write(Rows("linear_head", "Linear head", "kind"))
    True
    """
    return after_source.write(rows, rows.source) if rows.source else alone.write(rows)
