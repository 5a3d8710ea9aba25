"""The proxy of `compose.yaml` on this machine, before real servers or before ones that stand in for them."""

import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from tests.app import ROOT

CONFIGURATION = ROOT / "deploy" / "haproxy.cfg"
HEALTH = "/_stcore/health"


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: Message
    text: str

    @property
    def cookie(self) -> str:
        """The cookie as the browser sends it back; empty if none was set."""
        return self.headers.get("Set-Cookie", "").partition(";")[0]


def ask(address: str, **headers: str) -> Reply:
    """Send a request as a browser does; an error is a reply too."""
    request = urllib.request.Request(address, headers=headers)
    try:
        reply = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as error:
        reply = error
    with reply:
        return Reply(reply.status, reply.headers, reply.read().decode(errors="replace"))


class StandIn:
    """A server that answers every address with its name, but of files has those of its name alone.

    Under /open it goes on answering.

    Attributes
    ----------
    place : str
        Host and port.
    status : int
        What it answers to the health check; 200 says that it is well.
    """

    def __init__(self, name: str) -> None:
        self.status = 200
        self._dead = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with suppress(ConnectionError):  # whoever checks the health has heard enough
                    missing = self.path.startswith("/media/") and name not in self.path
                    self.send_response(outer.status if self.path == HEALTH else 404 if missing else 200)
                    self.end_headers()
                    self.wfile.write(name.encode())
                    if self.path == "/open":
                        outer._dead.wait()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def die(self) -> None:
        """Refuse connections from now on."""
        self._dead.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def stand_ins() -> Iterator[tuple[StandIn, StandIn]]:
    """Run a server named first and one named second."""
    servers = StandIn("first"), StandIn("second")
    try:
        yield servers
    finally:
        for server in servers:
            server.die()


def find_haproxy() -> str:
    """Path of the proxy that is installed."""
    haproxy = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")  # a user's path may lack the latter
    assert haproxy, "the tests of the deployment need HAProxy: apt-get install haproxy"
    return haproxy


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what takes the proxy a few seconds."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("waited 20 seconds in vain")


def _answers(address: str) -> bool:
    try:
        return ask(address + HEALTH).status == 200
    except OSError:
        return False


@contextmanager
def proxy(first: str, second: str, **settings: str) -> Iterator[str]:
    """Run the proxy before two servers, and give its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    environment = os.environ | {"BIND": bind, "FIRST": first, "SECOND": second} | settings
    command = [find_haproxy(), "-f", str(CONFIGURATION)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _answers(f"http://{bind}"))
            yield f"http://{bind}"
        finally:
            process.kill()
