"""From a click on the map to the last chart of a page, in a real browser, where its run is known; and what it costs the server.

The clock is the browser's: it starts with the click, and stops when the charts have changed for the last time. Needs
Chromium and the packages of ``requirements-dev.txt``.
"""

from __future__ import annotations

from statistics import median
from time import monotonic, sleep

from playwright.sync_api import CDPSession, Error, Page, sync_playwright

from benchmarks._common import print_header, print_row
from benchmarks._server import Server, start_server
from tests.app import CHROMIUM_FLAGS, find_chromium

COMMAND = "python -m benchmarks.opening"
PAGES = {"Compare": "Which strategy", "Inside": "What changed inside", "Forgetting": "What became"}
"""Name on the map, and how the title begins."""
ROUNDS = 5
STILL = 0.7  # seconds without a change after which a page is taken to be complete
# Watches the charts, in components too, at every frame: what they are and how many marks they have.
WATCH = """() => {
  const counted = root => [...root.querySelectorAll('*')].reduce(
    (sum, one) => sum + (one.shadowRoot ? counted(one.shadowRoot) : 0) + (one.matches('svg *, canvas') ? 1 : 0), 0);
  let before = -1;
  window.changedAt = 0;
  const look = () => {
    const charts = document.querySelectorAll('[data-testid=stMain] [data-testid=stVegaLiteChart], ' +
      '[data-testid=stMain] [data-testid=stBidiComponentRegular], [data-testid=stMain] [data-testid=stBidiComponentIsolated]');
    const title = document.querySelector('h1')?.textContent || '';
    const now = [...charts].reduce((sum, one) => sum + 1000003 + counted(one) + (one.shadowRoot ? counted(one.shadowRoot) : 0),
      title.length);
    if (now !== before) { before = now; window.changedAt = performance.now(); }
    setTimeout(look, 30);
  };
  look();
}"""
CLICK = "link => { window.clickedAt = performance.now(); link.click(); }"
STATE = """([title, still]) => document.querySelector('h1')?.textContent.startsWith(title)
  && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
  && performance.now() - window.changedAt > 1000 * still
  ? (window.changedAt - window.clickedAt) / 1000 : null"""


def click(page: Page, name: str) -> float:
    """Go to a page by the map; give the seconds to its last chart."""
    page.locator(".st-key-map").get_by_role("link", name=name, exact=True).evaluate(CLICK)
    return complete(page, name)


def complete(page: Page, name: str) -> float:
    """Wait until a page stands still."""
    deadline = monotonic() + 120
    while monotonic() < deadline:
        seconds = page.evaluate(STATE, [PAGES[name], STILL])
        if seconds is not None:
            return float(seconds)
        sleep(0.05)
    raise TimeoutError(f"{name} was not complete in two minutes")


def measure(page: Page, server: Server) -> None:
    """Open each page from another one, again and again, and print a row each."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(f"{server.address}/compare")
    page.locator("h1").wait_for()
    page.evaluate(WATCH)
    complete(page, "Compare")
    for name in (*PAGES, *PAGES):  # the runs are trained, and the browser has loaded what it needs
        click(page, name)
    sleep(12)  # what is trained ahead is trained
    seconds: dict[str, list[float]] = {name: [] for name in PAGES}
    costs: dict[str, list[float]] = {name: [] for name in PAGES}
    drawing: dict[str, list[float]] = {name: [] for name in PAGES}
    for _ in range(ROUNDS):
        for name in PAGES:
            before, drawn = server.own_cpu_seconds(), main_thread(devtools)
            seconds[name].append(click(page, name))
            costs[name].append(server.own_cpu_seconds() - before)
            drawing[name].append(main_thread(devtools) - drawn)
    for name in PAGES:
        print_row(f"{name}, a known run: click to the last chart", f"{median(seconds[name]):.2f} s", "1 s", COMMAND)
        print_row(f"{name}, a known run: CPU of the server", f"{median(costs[name]):.3f} s", "0.3 s", COMMAND)
        print_row(f"{name}, a known run: CPU of the browser's page", f"{median(drawing[name]):.2f} s", "", COMMAND)


def main_thread(devtools: CDPSession) -> float:
    """CPU seconds of the thread in which a page runs."""
    found = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in found if one["name"] == "TaskDuration"))


def main() -> None:
    """Measure and print."""
    print_header("A page of a known run", f"one visitor on a warm server; median of {ROUNDS}")
    with sync_playwright() as playwright, start_server() as server:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        deadline = monotonic() + 60
        while monotonic() < deadline:
            try:
                page.goto(server.address, wait_until="commit")
                break
            except Error:  # it does not answer yet
                sleep(0.1)
        measure(page, server)
        browser.close()


if __name__ == "__main__":
    main()
