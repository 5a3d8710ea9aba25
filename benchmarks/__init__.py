"""Measurements against the peers, each a plain script: ``python -m benchmarks.<name>``.

Everything runs on one thread, ours and theirs; NumPy reads these settings when it is first imported.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
