"""A visitor without a browser, who speaks the browser's protocol: protobufs over Streamlit's own websocket.

As in a browser, every message names the page, the address, the value of each widget and the large messages that are
kept from earlier runs, which the server then sends as references. What a browser does beside this is left out: it
fetches the static files, and it draws.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.typing import Origin, Subprotocol

from benchmarks._kept import KeptMessages
from benchmarks._picture import Picture, shows_data
from benchmarks._view import View
from benchmarks._widgets import FIELDS

PATIENCE = 300.0  # seconds
CONTROLS = frozenset(FIELDS) - {"button"}


class Wire:
    """What the connection makes of messages; it compresses each with the memory of those before (RFC 7692).

    Parameters
    ----------
    extensions : sequence of websockets.Extension
        What was agreed on.
    """

    def __init__(self, extensions: Sequence[Extension]) -> None:
        deflate = [one for one in extensions if isinstance(one, PerMessageDeflate)]
        # That the server may use a smaller window is left to it: the size is that of the window agreed on.
        self._deflate = zlib.compressobj(wbits=-deflate[0].remote_max_window_bits) if deflate else None

    def size(self, payload: bytes) -> int:
        """Bytes of the next message."""
        if self._deflate is None:
            return len(payload)
        return len(self._deflate.compress(payload) + self._deflate.flush(zlib.Z_SYNC_FLUSH)) - 4


class Visitor:
    """One tab of a browser.

    Parameters
    ----------
    address : str
        Of the server, such as ``http://127.0.0.1:8501``.
    clock : callable, optional
        Gives the CPU seconds of the server so far.

    Attributes
    ----------
    picture : Picture
    query : str
        What stands in the address bar behind the question mark.
    """

    def __init__(self, address: str, clock: Callable[[], float] | None = None) -> None:
        self._address, self._clock = address, clock
        self._connection: ClientConnection | None = None
        self._kept, self._wire = KeptMessages(), Wire(())
        self._page_name, self._page_hash = "", ""
        self.picture, self.query = Picture(), ""

    async def open(self, link: str = "", *, since: float | None = None, patience: float = PATIENCE) -> View:
        """Open a link, once in the life of a visitor, as soon as the server answers.

        Parameters
        ----------
        link : str
            Such as ``compare?seed=3``.
        since : float, optional
            When the clock started, if not now.
        patience : float
            Seconds after which the view is given as far as it has come.
        """
        started = perf_counter() if since is None else since
        parts = urlsplit(link)
        self._page_name, self.query = parts.path, parts.query
        try:
            async with asyncio.timeout(started + patience - perf_counter()):
                self._connection = await self._connect()
                self._wire = Wire(self._connection.protocol.extensions)
        except TimeoutError:
            return View()
        await self._ask()
        return await self._watch(started, patience)

    async def move(self, key: str, value: Any, *, patience: float = PATIENCE) -> View:
        """Set a widget to a value, as its text for a choice; True presses a button."""
        self.picture.set_value(key, value)
        started = perf_counter()
        await self._ask()
        self.picture.release_buttons()
        return await self._watch(started, patience)

    async def follow(self, label: str, *, since: float | None = None, patience: float = PATIENCE) -> View:
        """Click on a link to a page of the app."""
        link = next(link for link in self.picture.contents("page_link") if link.label == label)
        started = perf_counter() if since is None else since
        self.query = link.query_string
        # The widgets of the page that is left are not reported to the next one.
        self.picture.values = {}
        await self._ask(link.page_script_hash)
        return await self._watch(started, patience)

    async def close(self) -> None:
        """Close the tab."""
        if self._connection:
            await self._connection.close()

    async def _connect(self) -> ClientConnection:
        uri = self._address.replace("http", "ws", 1) + "/_stcore/stream"
        while True:
            try:
                return await connect(
                    uri,
                    origin=Origin(self._address),
                    subprotocols=[Subprotocol("streamlit")],
                    max_size=None,
                    ping_interval=None,
                    open_timeout=None,
                )
            except ConnectionRefusedError:  # it has not started yet
                await asyncio.sleep(0.01)

    async def _ask(self, page_hash: str = "") -> None:
        """Ask the server to run the page."""
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string = self.query
        state.page_script_hash = page_hash or self._page_hash
        state.page_name = "" if state.page_script_hash else self._page_name
        state.widget_states.widgets.extend(self.picture.values.values())
        state.cached_message_hashes.extend(self._kept.hashes)
        state.context_info.timezone, state.context_info.locale = "UTC", "en"
        state.context_info.url = f"{self._address}/{self._page_name}"
        state.context_info.color_scheme = "light"
        await self._send(asked.SerializeToString())

    async def _send(self, message: bytes) -> None:
        assert self._connection
        await self._connection.send(message)

    async def _watch(self, started: float, patience: float) -> View:
        """Receive until the run has ended for good."""
        assert self._connection
        view, run = View(), ""
        try:
            async with asyncio.timeout(started + patience - perf_counter()):
                while True:
                    payload = await self._connection.recv()
                    received = perf_counter()
                    assert isinstance(payload, bytes)
                    view.n_bytes += len(payload)
                    view.n_on_wire += self._wire.size(payload)
                    view.n_messages += 1
                    sent = ForwardMsg.FromString(payload)
                    message = self._kept.resolve(sent)
                    view.n_kept += message is not sent
                    kind = message.WhichOneof("type")
                    if kind == "new_session":
                        run = message.metadata.run.script_run_id
                        self._begin(message)
                    elif kind == "navigation":
                        self._page_hash = message.navigation.page_script_hash
                    elif kind == "page_info_changed":
                        self.query = message.page_info_changed.query_string
                    elif kind == "delta":
                        for moment in self._draw(message, run, view):
                            self._note(moment, view, received - started)
                    elif kind in ("auto_rerun", "page_not_found"):
                        raise RuntimeError(f"{kind}: this visitor does not know what a browser would do")
                    elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                        if run:  # else it is the end of a run that was asked for earlier
                            self._note("complete", view, received - started)
                            self._end(run)
                            return view
                    elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                        raise RuntimeError(ForwardMsg.ScriptFinishedStatus.Name(message.script_finished))
        except TimeoutError:
            return view

    def _note(self, moment: str, view: View, seconds: float) -> None:
        """Note when something came for the first time."""
        if moment not in view.moments:
            view.moments[moment] = seconds
            if self._clock:
                view.cpu[moment] = self._clock()

    def _begin(self, message: ForwardMsg) -> None:
        """Begin a run; another page begins with an empty picture."""
        self._kept.max_age = message.new_session.config.max_cached_message_age
        if message.new_session.page_script_hash != self._page_hash:
            self.picture = Picture()
        self._page_hash = message.new_session.page_script_hash

    def _draw(self, message: ForwardMsg, run: str, view: View) -> list[str]:
        """Put a delta into the picture; say what there is now that was not there before."""
        delta = message.delta
        is_new = self.picture.put(message.metadata.delta_path, delta, message.hash, run)
        element, kind = delta.new_element, delta.new_element.WhichOneof("type")
        if kind == "exception":
            view.errors.append(f"{element.exception.type}: {element.exception.message}")
        if kind == "vega_lite_chart":
            view.n_charts += 1
            return ["chart"] if is_new and "chart" not in view.moments and shows_data(element.vega_lite_chart) else []
        if kind == "heading" and element.heading.tag == "h1":
            return ["title"]
        if kind == "markdown" and element.markdown.body.startswith("#### "):
            return ["answer"] if is_new else []
        return ["control"] if kind in CONTROLS else []

    def _end(self, run: str) -> None:
        """Tidy up after a run: what it did not send disappears, what is kept grows old."""
        self.picture.finish(run)
        self._kept.grow_old()
