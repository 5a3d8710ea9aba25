"""What a template is filled with, as the browser takes it: made once per result, and kept with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa


class Filling(NamedTuple):
    """The data of a chart.

    Attributes
    ----------
    datasets : dict of str to bytes
        Arrow streams, by the names that the template reads.
    alt : str
        What the chart shows, as a sentence.
    """

    datasets: dict[str, bytes]
    alt: str


def fill(rows: pd.DataFrame, *, alt: str, frame: Mapping[str, float] | None = None, **further: pd.DataFrame) -> Filling:
    """Put together what fills a template; arguments as for `transfer_ui.charts.base.show`."""
    tables = {"rows": rows, **further}
    return Filling({name: packed(table) for name, table in tables.items()} | {"frame": _packed_row(frame)}, alt)


def packed(table: pd.DataFrame) -> bytes:
    """Write a table as an Arrow stream, without its index.

    Streamlit does as much, for any table that there is, in twice the time and with a description of each column for pandas.

    Examples
    --------
    >>> import pyarrow as pa
    >>> stream = packed(pd.DataFrame({"strategy": pd.Categorical(["a", "b"]), "mean": [0.5, None]}))
    >>> pa.ipc.open_stream(stream).read_all().to_pylist()
    [{'strategy': 'a', 'mean': 0.5}, {'strategy': 'b', 'mean': None}]
    """
    return _stream({str(name): _column(values) for name, values in table.items()})


def _packed_row(numbers: Mapping[str, float] | None) -> bytes:
    import pyarrow as pa

    # Without a row, an expression that reads the frame would find nothing to read from.
    return _stream({name: pa.array([number], from_pandas=True) for name, number in (numbers or {"": 0.0}).items()})


def _column(values: pd.Series) -> pa.Array:
    import pyarrow as pa

    if isinstance(values.dtype, pd.CategoricalDtype):
        codes = values.cat.codes.to_numpy()
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(values.cat.categories.tolist()))
    is_text = not hasattr(values.dtype, "itemsize") or values.dtype == object
    return pa.array(values.tolist() if is_text else values.to_numpy(), from_pandas=True)


def _stream(columns: Mapping[str, pa.Array]) -> bytes:
    import pyarrow as pa

    batch = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    sink = pa.BufferOutputStream()
    with pa.RecordBatchStreamWriter(sink, batch.schema) as writer:
        writer.write_batch(batch)
    stream: bytes = sink.getvalue().to_pybytes()
    return stream
