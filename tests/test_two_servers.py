"""Two real servers behind the proxy, visited with a real Chromium."""

import os
import re
import signal
from contextlib import ExitStack
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.app import Server, fresh_server
from tests.browser import QUICK, answer, go, ready
from tests.proxy import ask, proxy
from transfer_ui.shell.map import PAGES

pytestmark = pytest.mark.browser


class Place(NamedTuple):
    """A proxy before two servers, by the name in the visitor's cookie."""

    address: str
    servers: dict[str, Server]


@pytest.fixture(scope="module")
def place():
    with ExitStack() as stack:
        servers = {name: stack.enter_context(fresh_server()) for name in ("first", "second")}
        places = [server.address.removeprefix("http://") for server in servers.values()]
        yield Place(stack.enter_context(proxy(*places)), servers)


@pytest.fixture
def forbidden(page):
    """What the policy forbade on the page."""
    said = []
    page.on("console", lambda message: said.append(message.text) if "Security Policy" in message.text else None)
    return said


def home_of(page: Page) -> str:
    """Name of the server that the visitor is held to."""
    return next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "server")


def test_operators_reach_the_metrics_and_visitors_do_not(place):
    for server in place.servers.values():
        assert ask(f"{server.address}/_stcore/metrics").status == 200
    assert ask(f"{place.address}/_stcore/metrics").status == 404
    assert ask(f"{place.address}/_stcore/agent/openapi.json").status == 404


def download(page: Page, button: str) -> None:
    """Press a button and see that a file arrives."""
    with page.expect_download() as arrived:
        page.get_by_role("button", name=re.compile(rf"^{button}\b")).first.click()
    assert arrived.value.path().stat().st_size > 1000


def test_all_pages_work_under_the_policy_and_on_one_server(place, page, forbidden):
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(f"{place.address}/compare?{QUICK}")
    answer(page)
    home = home_of(page)
    page.get_by_test_id("stVegaLiteChart").first.hover()
    download(page, "Download as PNG")
    page.get_by_role("button", name="Show data").first.click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    for info in PAGES:
        go(page, info.title)
        ready(page, info.question)
    go(page, "Export")
    answer(page)
    download(page, "Script")
    assert len(sockets) == 1
    assert home_of(page) == home
    assert not forbidden


def test_the_visitor_of_a_killed_server_goes_on_at_the_other_and_finds_the_same_picture(place, page, forbidden):
    page.goto(f"{place.address}/compare?{QUICK}&images_per_class=3&seed=5")
    before, link, home = answer(page), page.url, home_of(page)
    with page.expect_event("websocket"):
        os.kill(place.servers[home].process_id, signal.SIGKILL)
    go(page, "Export")  # without a reload: the browser has come back by itself
    expect(page).to_have_url(re.compile("/export.*images_per_class=3.*seed=5"))
    answer(page)
    download(page, "Script")
    assert home_of(page) != home
    page.goto(link)
    assert (answer(page), page.url) == (before, link)
    assert not forbidden
