"""Small pictures within a text, as images: Streamlit lets no SVG into its HTML, and a chart takes longer than the page."""

from __future__ import annotations

from base64 import b64encode
from html import escape


def image(width: float, height: float, shapes: str, said: str, style: str = "") -> str:
    """Write a picture as an HTML image.

    Parameters
    ----------
    width, height : float
        Of the drawing, in its own units.
    shapes : str
        SVG elements.
    said : str
        What it shows, for whoever cannot see it.
    style : str
        CSS of the image.

    Examples
    --------
    >>> image(2, 1, '<circle r="1"/>', "A dot").startswith('<img alt="A dot" src="data:image/svg+xml;base64,')
    True
    """
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">{shapes}</svg>'
    coded = b64encode(drawing.encode()).decode()
    return f'<img alt="{escape(said)}" src="data:image/svg+xml;base64,{coded}" style="display: block; {escape(style)}">'
