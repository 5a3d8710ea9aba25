"""Helpers of the tests of pages and of the browser, and of the benchmark in the browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parent.parent
PATIENCE = 120_000  # milliseconds; generous, because time is measured in benchmarks and not here
PAGE_FILES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))

QUICK = {"n_epochs": "5", "unfreeze_epoch": "2", "n_seeds": "2", "pretrain_epochs": "1", "hidden_width": "16"}
"""A link to a run of a fraction of a second."""

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def open_page(page: str, query: Mapping[str, str]) -> AppTest:
    """Open a page by a link."""
    app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    app.query_params.update(query)
    return app.run()


def widget(app: AppTest, key: str) -> Any:
    """Get a control by its key, whatever its kind."""
    return app.get_by_key(key)


def texts(elements: Iterable[Any]) -> str:
    """All that these elements say."""
    return "\n".join(element.value for element in elements)


def links(app: AppTest) -> dict[str, str]:
    """The links on a page: label -> what each carries in the address."""
    return {link.proto.label: link.proto.query_string for link in app.get("page_link")}


class Server(NamedTuple):
    """A running app."""

    address: str
    process_id: int


def find_chromium() -> str:
    """Path of the browser that is installed."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "the browser tests need Chromium: apt-get install chromium"
    return chromium


@contextmanager
def fresh_server(port: int = 0, guesses: bool = True, program: str = "streamlit") -> Iterator[Server]:
    """Start the app as the README says, on a free port unless one is named, and stop it afterwards.

    Without guesses it has one worker process, which trains what is asked for and nothing ahead: what a test is about
    to ask for is not known already, and nothing else takes the processor from it. The program is Streamlit, or a module
    that runs it in its own way.
    """
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    command = [sys.executable, "-m", program, "run", "streamlit_app.py"]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    # As a visitor meets it: with the worker processes that most tests do without.
    ours = ("STREAMLIT_", "FREEZE_OR_FINE_TUNE_WORKERS")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    if not guesses:
        environment["FREEZE_OR_FINE_TUNE_WORKERS"] = "1"
    with subprocess.Popen(
        [*command, *options], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    with urllib.request.urlopen(f"{address}/_stcore/health"):
                        break
                except OSError:
                    time.sleep(0.1)
            yield Server(address, process.pid)
        finally:
            process.terminate()
