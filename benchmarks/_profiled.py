"""The app, started so that the threads that run its pages are profiled; for ``python -m benchmarks.redraw --profile``.

Time is the thread's own CPU time: waiting, and whatever else the machine does, count nothing.
"""

from __future__ import annotations

import cProfile
import sys
from pathlib import Path
from time import thread_time

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.web import cli

ON, PROFILE = "on", "script.prof"


def profile_into(folder: Path) -> None:
    """From now on, profile each run of a page that begins while the folder holds a file called `ON`."""
    run_script = ScriptRunner._run_script
    profile = cProfile.Profile(thread_time)

    def run(self: ScriptRunner, rerun_data: RerunData) -> None:
        if (folder / ON).exists():
            try:
                profile.runcall(run_script, self, rerun_data)
            finally:
                profile.dump_stats(folder / PROFILE)
        else:
            run_script(self, rerun_data)

    ScriptRunner._run_script = run  # type: ignore[method-assign]


if __name__ == "__main__":
    profile_into(Path(sys.argv[1]))
    sys.argv = ["streamlit", "run", "streamlit_app.py", *sys.argv[2:]]
    cli.main(prog_name="streamlit")
