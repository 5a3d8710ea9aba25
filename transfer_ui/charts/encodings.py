"""Encodings that many charts have: the range of the frame, the epochs of a run, a mean with its interval."""

from __future__ import annotations

from typing import Any

from transfer_ui.charts import alt, base


def frame_scale(of: str = "", **options: Any) -> alt.Scale:
    """Make a scale from ``low`` to ``high`` of the frame, which changes from run to run.

    Parameters
    ----------
    of : str
        What stands before ``low`` and ``high`` where a frame has several.
    **options : Any
        Of `alt.Scale`.

    Examples
    --------
    >>> frame_scale("y_").domain[0].expr
    "data('frame')[0].y_low"
    """
    return alt.Scale(domain=[base.framed(f"frame.{of}{end}") for end in ("low", "high")], nice=False, **options)


def epochs(room: int) -> alt.X:
    """Lay out the epochs of a run, with so many pixels on the right for the names of lines."""
    return (
        alt.X("epoch:Q")
        .scale(domain=[0, base.framed(f"frame.n_epochs * width / max(width - {base.room(room)}, 60)")], nice=False)
        .axis(values=base.epoch_ticks("n_epochs"), grid=False)
        .title("Epoch")
    )


def mean_tooltips(
    title: str, form: str = ".1%", mean: str = "mean", ends: tuple[str, str] = ("low", "high"), *, again: bool = False
) -> list[alt.Tooltip]:
    """Read a mean and its 95 % interval when hovered over.

    Parameters
    ----------
    title : str
    form : str
        Of the numbers.
    mean : str
        Field of the mean.
    ends : tuple of (str, str)
        Fields of the interval.
    again : bool
        The second in one tooltip, where no two lines may have the same title: a space makes them differ.

    Examples
    --------
    >>> [line["title"] for line in mean_tooltips("Accuracy")]
    ['Accuracy', '95 % interval from', 'to']
    """
    space = " " if again else ""
    titles = (title, f"95 % interval from{space}", f"to{space}")
    return [
        alt.Tooltip(f"{field}:Q", title=words, format=form) for field, words in zip((mean, *ends), titles, strict=True)
    ]
