"""Streamlit as on a busy machine: ``python -m tests.slowly run streamlit_app.py``.

What a page sends, it sends in pieces, and a browser draws whatever has come. On an idle machine an empty place and what fills
it come together; here there is a pause between them, long enough for a frame or two.
"""

import sys
import time

from streamlit import delta_generator
from streamlit.web.cli import main

PAUSE = 0.05  # seconds; the server sends after 0.01, and a frame takes 0.017

_enqueue = delta_generator.DeltaGenerator._enqueue


def _enqueue_slowly(self, delta_type, *arguments, **options):
    sent = _enqueue(self, delta_type, *arguments, **options)
    if delta_type == "empty":
        time.sleep(PAUSE)
    return sent


if __name__ == "__main__":
    delta_generator.DeltaGenerator._enqueue = _enqueue_slowly  # type: ignore[method-assign]
    sys.argv[0] = "streamlit"
    main()
