import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks._server import start_server
from benchmarks._visitor import Visitor
from tests.app import QUICK

LINK = "compare?" + "&".join(f"{name}={value}" for name, value in QUICK.items())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with start_server() as server:
        yield server.address


def title(visitor):
    return next(heading.body for heading in visitor.picture.contents("heading") if heading.tag == "h1")


def test_a_link_opens_its_page_on_a_fresh_server(address):
    async def visit():
        visitor = Visitor(address)
        view = await visitor.open(LINK)
        await visitor.close()
        return visitor, view

    visitor, view = asyncio.run(visit())
    assert title(visitor) == "Which strategy wins here?"
    assert {"title", "control", "chart", "answer", "complete"} <= set(view.moments)
    assert view.moments["title"] < view.moments["chart"] < view.seconds
    assert view.errors == []
    epochs = next(slider for slider in visitor.picture.contents("slider") if slider.label == "Epochs")
    assert epochs.default == [5.0], "as the link says"


def test_a_slider_moves_the_curves_and_the_address(address):
    async def visit():
        visitor = Visitor(address)
        await visitor.open(LINK)
        moved = await visitor.move("n_epochs", 10)
        back = await visitor.move("n_epochs", 5)
        query = visitor.query
        again = await visitor.move("n_epochs", 10)
        await visitor.close()
        return visitor, moved, back, query, again

    visitor, moved, back, query, again = asyncio.run(visit())
    assert "n_epochs=10" in visitor.query
    assert "n_epochs=5" in query
    assert all("chart" in view.moments and not view.errors for view in (moved, back, again))
    assert again.n_kept > 0, "the charts of a moment ago are kept by the browser and not sent again"
    assert again.n_bytes < moved.n_bytes


def test_a_link_of_the_map_leads_to_another_page_with_the_settings(address):
    async def visit():
        visitor = Visitor(address)
        await visitor.open(LINK)
        view = await visitor.follow("Export")
        await visitor.close()
        return visitor, view

    visitor, view = asyncio.run(visit())
    assert title(visitor) == "Take the code"
    assert "n_epochs=5" in visitor.query
    assert view.errors == []
    assert "pinned" not in visitor.picture.keys, "the other page is gone"


def test_a_button_acts_once(address):
    async def visit():
        visitor = Visitor(address)
        await visitor.open("claims")
        await visitor.move("open_speed.fast", True)
        opened = visitor.query
        await visitor.move("verdict", visitor.picture.contents("button_group")[0].options[1].content)
        await visitor.close()
        return opened, visitor.query

    opened, later = asyncio.run(visit())
    assert "claim=speed.fast" in opened
    assert "claim=speed.fast" in later, "pressed a second time, it would have closed the claim"


def test_a_widget_that_is_not_there_is_named(address):
    async def visit():
        visitor = Visitor(address)
        await visitor.open(LINK)
        try:
            await visitor.move("depth", 3)
        finally:
            await visitor.close()

    with pytest.raises(LookupError, match="no depth among the widgets"):
        asyncio.run(visit())


def test_an_exception_on_the_page_is_an_error(tmp_path):
    page = tmp_path / "page.py"
    page.write_text("import streamlit as st\nst.title('Broken')\n1 / 0\n")

    async def visit(address):
        visitor = Visitor(address)
        view = await visitor.open()
        await visitor.close()
        return view

    with start_server("-m", "streamlit", "run", str(page)) as server:
        view = asyncio.run(visit(server.address))
    assert len(view.errors) == 1


@pytest.mark.browser
def test_a_visitor_is_sent_what_a_browser_is_sent(address, page):
    from playwright.sync_api import expect  # not there where other versions are tried

    from tests.browser import answer, press_end_of, settled

    async def visit():
        visitor = Visitor(address)
        sizes = [(await visitor.open(LINK)).n_bytes]
        sizes += [(await visitor.move("n_epochs", n_epochs)).n_bytes for n_epochs in (10, 5)]
        await visitor.close()
        return sizes

    with ThreadPoolExecutor(1) as beside:  # Playwright has an event loop in this thread
        beside.submit(lambda: asyncio.run(visit())).result()  # the results are known from now on
        expected = beside.submit(lambda: asyncio.run(visit())).result()
    frames: list[int] = []
    sizes = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(len(frame))))
    page.goto(f"{address}/{LINK}")
    answer(page)
    settled(page)
    for key, n_epochs in (("ArrowRight", 10), ("ArrowLeft", 5), ("", None)):
        sizes.append(sum(frames))
        frames.clear()
        if key:
            press_end_of(page, "Epochs", key)
            expect(page).to_have_url(re.compile(rf"n_epochs={n_epochs}(&|$)"))
            settled(page)
    # What is drawn twice before the server sends it is sent once, which differs a little from time to time.
    assert sizes == pytest.approx(expected, rel=0.1)
