"""The proxy before servers that stand in for Streamlit: who is sent where, what is refused, which headers are set."""

import os
import re
import subprocess
import threading
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import streamlit
from streamlit import config
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

from tests.proxy import CONFIGURATION, ask, find_haproxy, proxy, stand_ins, wait_until
from transfer_ui.shell.look import BEHAVIOUR

PASSED = {
    "/_stcore/health": "/_stcore/health",
    "/_stcore/host-config": "/_stcore/host-config",
    "/_stcore/stream": "/_stcore/stream",
    "/_stcore/upload_file/{session_id}/{file_id}": "/_stcore/upload_file/1f-2/3e-4",
    "/media/{file_id:path}": "/media/first.csv",
    "": "/compare",  # the page and its scripts
}
"""Routes of Streamlit that a visitor's browser needs, with an address of each."""

REFUSED = {
    "/_stcore/metrics": "/_stcore/metrics",
    "/_stcore/script-health-check": "/_stcore/script-health-check",
    "/_stcore/agent/interact": "/_stcore/agent/interact",
    "/_stcore/agent/openapi.json": "/_stcore/agent/openapi.json",
    "/_stcore/agent/mcp": "/_stcore/agent/mcp",
    # The app has no components, no files of its own beside its pages, and no accounts.
    "/_stcore/bidi-components/{path:path}": "/_stcore/bidi-components/a/b.js",
    "/component/{path:path}": "/component/a/b.js",
    "/app/static/{path:path}": "/app/static/a.png",
    "/auth/login": "/auth/login",
    "/auth/logout": "/auth/logout",
    "/oauth2callback": "/oauth2callback",
}
"""Routes that are for operators, or that the app does not use."""

DISGUISED = [
    "/_stcore/%6Detrics",
    "/%5Fstcore/metrics",
    "/_stcore%2Fmetrics",
    "//_stcore/metrics",
    "/_stcore/./metrics",
    "/_stcore/health/../metrics",
    "/_stcore/metrics/",
    "/_stcore/upload_file/../metrics",
    "/_stcore/upload_file/1/2/../../metrics",
    "/_stcore/metrics?families=cache_memory_bytes",
    "/%63omponent/a/b.js",
    "/_stcore",
]
"""Addresses that a server may read as one that is refused."""


@pytest.fixture(scope="module")
def address():
    with stand_ins() as (first, second), proxy(first.place, second.place) as running:
        yield running


def homes(address, n=8):
    """Names of the servers that new visitors are sent to."""
    return {ask(f"{address}/compare").text for _ in range(n)}


def visitor_of(server, address):
    """Reply to a new visitor who is sent to this server."""
    return next(reply for reply in (ask(address) for _ in range(8)) if reply.text == server)


def test_the_configuration_is_valid_and_needs_no_variable_but_the_names_of_the_servers():
    places = {"FIRST": "127.0.0.1:8501", "SECOND": "127.0.0.1:8502"}
    checked = subprocess.run(
        [find_haproxy(), "-c", "-f", str(CONFIGURATION)],
        env=os.environ | places,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0
    assert "WARNING" not in checked.stderr


def test_every_route_of_the_installed_streamlit_is_decided_on(monkeypatch):
    get_option, on = config.get_option, {"server.enableStaticServing", "server.scriptHealthCheckEnabled"}
    monkeypatch.setattr(config, "get_option", lambda name: name in on or get_option(name))
    routes = create_streamlit_routes(MagicMock())
    assert {vars(route)["path"] for route in routes} == {*PASSED, *REFUSED}


@pytest.mark.parametrize("path", PASSED.values())
def test_what_the_browser_needs_is_passed(address, path):
    assert ask(address + path).text in {"first", "second"}


@pytest.mark.parametrize("path", [*REFUSED.values(), *DISGUISED])
def test_what_it_does_not_need_is_refused(address, path):
    reply = ask(address + path)
    assert (reply.status, reply.text) == (404, "Not found")


def test_a_visitor_stays_with_a_server_and_visitors_are_spread(address):
    assert homes(address) == {"first", "second"}
    visitor = ask(f"{address}/compare")
    assert {ask(f"{address}/learn", Cookie=visitor.cookie).text for _ in range(8)} == {visitor.text}


@pytest.mark.parametrize("held_to", ["first", "second", ""])
def test_a_file_comes_from_the_server_that_has_it_whatever_the_cookie_says(address, held_to):
    for owner in ("first", "second"):
        reply = ask(f"{address}/media/{owner}.csv", Cookie=f"server={held_to}")
        assert (reply.status, reply.text, reply.cookie) == (200, owner, "")
    assert ask(f"{address}/media/nobody.csv").status == 404


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(address):
    cookie = ask(address).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_over_https_the_cookie_also_holds_inside_the_frame_of_another_site(address):
    cookie = ask(address, **{"X-Forwarded-Proto": "https"}).headers["Set-Cookie"]
    assert {"SameSite=None", "Secure", "Partitioned", "HttpOnly"} <= set(cookie.split("; "))
    assert "Lax" not in cookie


def test_the_visitor_of_a_dead_server_is_sent_to_the_other_at_once_and_stays_there():
    with stand_ins() as (first, second), proxy(first.place, second.place) as address:
        visitor = visitor_of("first", address)
        first.die()
        moved = ask(address, Cookie=visitor.cookie)
        assert (moved.status, moved.text) == (200, "second")
        assert ask(address, Cookie=moved.cookie).text == "second"
        assert homes(address) == {"second"}


def test_a_server_that_is_not_well_gets_no_visitor_until_it_is_again():
    with stand_ins() as (first, second):
        second.status = 503
        with proxy(first.place, second.place) as address:
            wait_until(lambda: homes(address) == {"first"})
            assert homes(address, 20) == {"first"}
            second.status = 200
            wait_until(lambda: homes(address) == {"first", "second"})


def test_open_pages_of_a_server_that_falls_ill_are_cut_off_to_come_back_elsewhere():
    with stand_ins() as (first, second), proxy(first.place, second.place) as address:
        visitor = visitor_of("first", address)
        threading.Timer(0.5, lambda: setattr(first, "status", 503)).start()
        assert ask(f"{address}/open", Cookie=visitor.cookie).text == "first"  # the server itself would never end it
        assert ask(address, Cookie=visitor.cookie).text == "second"


@pytest.mark.parametrize("path", ["/compare", "/_stcore/metrics"])
def test_every_reply_tells_the_browser_what_it_may_do(address, path):
    headers = ask(address + path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'self';" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Server" not in headers


def test_a_site_that_is_named_may_embed_the_pages():
    sites = "'self' https://learn.example.org"
    with stand_ins() as (first, second), proxy(first.place, second.place, FRAME_ANCESTORS=sites) as address:
        assert f"frame-ancestors {sites};" in ask(address).headers["Content-Security-Policy"]


def test_the_policy_knows_the_inline_scripts_that_there_are_and_no_others():
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    scripts = re.findall(r"<script>(.*?)</script>", page.read_text(encoding="utf-8") + BEHAVIOUR, re.DOTALL)
    hashes = [b64encode(sha256(script.encode()).digest()).decode() for script in scripts]
    assert re.findall("'sha256-(.*?)'", CONFIGURATION.read_text(encoding="utf-8")) == hashes
