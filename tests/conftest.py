from __future__ import annotations

import io
import os
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import pytest

# Before NumPy is there, and for all that the tests start: on a busy machine, two threads that share a small product wait
# for each other longer than one takes.
os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

from tests.app import CHROMIUM_FLAGS, PATIENCE, find_chromium, fresh_server
from transfer_core import RunConfig

if TYPE_CHECKING:
    # Those who run the tests with other versions need neither a browser nor its driver.
    from playwright.sync_api import Browser, Page, ViewportSize

CORE_COVERED = 95.0
"""Per cent of the core's lines; ``--cov-fail-under`` is about the core, the pages and all between them together."""


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hold the core to a share of its own, wherever a share is asked for: the total might hide it."""
    config = session.config
    measured = getattr(config.pluginmanager.getplugin("_cov"), "cov_total", None)
    if measured is None or not config.option.cov_fail_under:
        return
    from coverage import Coverage

    found = Coverage(config_file=str(config.rootpath / "pyproject.toml"))
    found.load()
    share = found.report(include=["transfer_core/*"], file=io.StringIO())
    if share < CORE_COVERED:
        config.get_terminal_writer().line(f"\nFAIL the core must be covered to {CORE_COVERED:g} %, got {share:.2f} %")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


LONG = (
    *(
        "browser",
        "running",
        "export",
        "pages",
        "studies",
        "quality",
        "claims",
        "visit",
        "execute",
        "decide",
        "adding_a_strategy",
    ),
    *("interrupted", "two_servers", "your_schedule_browser", "lesson_browser", "inside_browser", "forgetting_browser"),
    *("own_scenario", "slow_delivery", "slider", "still", "your_schedule", "lost_session", "first_view"),
)
"""Files that take long, the longest first: two processes that take a file each then end at about the same time."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep xdist, where it is, from putting files with many tests before those with long ones."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first."""
    places = {f"test_{name}.py": place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONG)))


@pytest.fixture
def small() -> RunConfig:
    """Half a second of training at most: two seeds, one hidden layer, a handful of epochs."""
    return RunConfig(
        scenario="low_to_high",
        hidden_sizes=(16,),
        pretrain_epochs=3,
        images_per_class=6,
        n_epochs=4,
        unfreeze_epoch=2,
        n_seeds=2,
    )


@pytest.fixture(autouse=True, scope="session")
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Leave the store of whoever runs the tests alone; pages, command line and servers inherit this one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZE_OR_FINE_TUNE_STORE", str(tmp_path_factory.mktemp("store") / "cells.sqlite"))
        yield


@pytest.fixture(autouse=True, scope="session")
def no_workers() -> Iterator[None]:
    """Train in a thread: pages in a test need no process of their own. Servers of the browser tests start theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZE_OR_FINE_TUNE_WORKERS", "0")
        yield


@pytest.fixture(autouse=True, scope="session")
def components_looked_for_once() -> Iterator[None]:
    """Let Streamlit read what is installed once and not for every page that a test opens: half a second each time."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with fresh_server(guesses=False) as running:
        yield running.address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """One tab for all tests of a module: what it has compiled of the app it keeps, which is half of the work of a page."""
    context = browser.new_context(viewport=_window(request))
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(tab: Page, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The tab, as somebody has it who has never been here."""
    tab.context.clear_cookies()
    tab.set_viewport_size(_window(request))
    tab.mouse.move(0, 0)
    yield tab
    if tab.url.startswith("http"):
        tab.evaluate("localStorage.clear(); sessionStorage.clear()")
    tab.goto("about:blank")  # whoever has left waits for nothing


def _window(request: pytest.FixtureRequest) -> ViewportSize:
    return {"width": getattr(request.module, "WIDTH", 1366), "height": 768}
