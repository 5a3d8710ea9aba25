"""Where randomness comes from."""

from __future__ import annotations

import numpy as np


def stream(seed: int, purpose: str) -> int:
    """Derive an independent seed for one purpose.

    Examples
    --------
    >>> stream(0, "split") == stream(0, "split"), stream(0, "split") == stream(0, "head")
    (True, False)
    """
    return int(np.random.SeedSequence([seed, *purpose.encode()]).generate_state(1)[0])
