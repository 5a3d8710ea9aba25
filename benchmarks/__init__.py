"""Measurements against the peers, each a plain script: ``python -m benchmarks.<name>``.

Everything runs on one thread, ours and theirs; NumPy reads these settings when it is first imported.
"""

import os

SET_HERE = [name for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS") if name not in os.environ]
"""What a server that is measured must not inherit: a visitor's has it not."""
os.environ.update(dict.fromkeys(SET_HERE, "1"))
