"""What a visitor waits for, in a real browser on a server that has just started; and the server's memory.

The clock stops when new curves are on screen, and again when the page is complete. Needs Chromium and
the packages of ``requirements-dev.txt``.
"""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, sleep

from playwright.sync_api import Browser, Error, Page, sync_playwright

from benchmarks._common import print_header, print_row
from benchmarks._server import start_server
from benchmarks.start import BARE_PAGE
from tests.app import CHROMIUM_FLAGS, find_chromium, fresh_server

COMMAND = "python -m benchmarks.browser"
EXTREME = (
    "n_seeds=20&images_per_class=100&hidden_layers=4&hidden_width=128&n_epochs=5&unfreeze_epoch=2&pretrain_epochs=1"
)

# A link to a run that takes minutes and that no server has seen.
N_TRIES = 9
LONG = "n_epochs=200&n_seeds=20&images_per_class=100&hidden_layers=4&hidden_width=128&batch_size=8"
# What the first chart with five lines shows, as a number; 0 without one. Only the beginnings of the lines are read, so
# that looking costs next to nothing.
DRAWN = """() => {
  const drawn = [...document.querySelectorAll('[data-testid=stVegaLiteChart] svg')]
    .map(chart => [...chart.querySelectorAll('.mark-line path')]).find(lines => lines.length >= 5) || [];
  let hash = 17 * drawn.length;
  for (const line of drawn) {
    for (const letter of (line.getAttribute('d') || '').slice(0, 300)) hash = (hash * 31 + letter.charCodeAt(0)) | 0;
  }
  return hash;
}"""


# Notes before each frame what is there for the first time, in seconds since the page was asked for.
NOTE_FIRST = """() => {
  const here = {
    title: () => document.querySelector('h1'),
    control: () => document.querySelector('[data-testid=stSidebar] input[type=range]'),
    axes: () => document.querySelectorAll('[data-testid=stVegaLiteChart] svg').length >= 3,
    stop: () => document.querySelector('[class*=st-key-stop_] button'),
  };
  window.first = {};
  const look = () => {
    for (const what in here) if (!(what in window.first) && here[what]()) window.first[what] = performance.now() / 1000;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def wait_for_change(page: Page, before: int = 0) -> float:
    """Wait until the curves are there, and others than before; give the seconds it took."""
    started = monotonic()
    while monotonic() - started < 120:
        if page.evaluate(DRAWN) not in (0, before):
            return monotonic() - started
        sleep(0.02)
    raise TimeoutError("the curves did not change in two minutes")


def wait_for_end(page: Page) -> None:
    """Wait until the script has ended."""
    page.wait_for_function("document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")


def settled(page: Page) -> int:
    """Wait until the script has ended and the curves stand still."""
    wait_for_end(page)
    before = -1
    now: int = page.evaluate(DRAWN)
    while now != before:
        sleep(0.3)
        before, now = now, page.evaluate(DRAWN)
    return now


def press(page: Page, key: str) -> None:
    """Move the slider of the images per class."""
    slider = page.get_by_test_id("stSidebar").get_by_role("slider", name=re.compile("Target images"))
    slider.focus()
    slider.press(key)


def answer_seen(page: Page) -> None:
    """Wait for the answer of a page."""
    page.locator(".st-key-answer h4").wait_for()


def print_start(browser: Browser, what: str, link: str, *command: str) -> None:
    """Print what shows when, from the start of a server's process."""
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    with start_server(*command) as server:
        while True:
            try:
                page.goto(f"{server.address}/{link}", wait_until="commit")
                break
            except Error:  # it does not answer yet
                sleep(0.05)
        seconds = []
        for wait in (
            lambda: page.locator("h1").wait_for(),
            lambda: page.get_by_test_id("stSidebar").get_by_role("slider").first.wait_for(),
            lambda: wait_for_change(page),
            lambda: wait_for_end(page),
        ):
            wait()
            seconds.append(perf_counter() - server.started)
    page.close()
    measured = " / ".join(f"{one:.2f}" for one in seconds) + " s"
    print_row(f"{what}, from the process's start: title / control / curves / complete", measured, "", COMMAND)


def print_long_run(browser: Browser) -> None:
    """Print when the title, controls, axes and Stop of a run are there that will take minutes; each try has another seed."""
    tries: list[dict[str, float]] = []
    with fresh_server() as server:
        for seed in range(N_TRIES):
            page = browser.new_page(viewport={"width": 1366, "height": 900})
            page.goto(server.address)
            settled(page)  # a warm server
            page.add_init_script(f"({NOTE_FIRST})()")
            page.goto(f"{server.address}/compare?{LONG}&seed={seed}", wait_until="commit")
            page.wait_for_function("Object.keys(window.first ?? {}).length === 4", timeout=120_000)
            tries.append(page.evaluate("window.first"))
            page.locator("[class*=st-key-stop_] button").click()
            page.get_by_text("Stopped by you").wait_for()
            page.close()
    parts = ("control", "axes", "stop")
    later = {what: [first[what] - first["title"] for first in tries] for what in parts}
    title = median(first["title"] for first in tries)
    measured = " / ".join(f"{median(later[what]):.2f} ({max(later[what]):.2f})" for what in parts)
    words = f"link to a run of minutes: title, then controls / axes / Stop, median (worst) of {N_TRIES}"
    print_row(words, f"{title:.2f} s, then {measured} s", "then 1 s", COMMAND)


def resident_megabytes(process_id: int) -> float:
    """Memory of a process that is not swapped out, and its highest so far, in MB (Linux)."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+)", status)
    assert found
    return int(found.group(1)) / 1024


def main() -> None:
    """Measure, and print a row each."""
    print_header("In the browser", "one visitor, each row as it says")
    with sync_playwright() as playwright, fresh_server() as server:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        started = monotonic()
        page.goto(f"{server.address}/compare")
        wait_for_change(page)
        print_row("first visit, to the first curves", f"{monotonic() - started:.2f} s", "under 5 s", COMMAND)
        for what, key, aim in (
            ("a new value", "ArrowLeft", ("under 0.3 s", "under 1 s")),
            ("a value seen before", "ArrowRight", ("under 0.25 s", "under 0.5 s")),
        ):
            curves, complete = [], []
            for _ in range(4):
                before = settled(page)
                started = monotonic()
                press(page, key)
                curves.append(wait_for_change(page, before))
                wait_for_end(page)
                complete.append(monotonic() - started)
            print_row(f"slider to {what}, median of 4: curves", f"{median(curves):.2f} s", aim[0], COMMAND)
            print_row(f"slider to {what}, median of 4: complete", f"{median(complete):.2f} s", aim[1], COMMAND)
        settled(page)
        page.goto(f"{server.address}/claims")
        answer_seen(page)
        seconds = []
        for _ in range(4):
            page.locator(".st-key-map").get_by_role("link", name="Start").click()
            settled(page)
            started = monotonic()
            page.locator(".st-key-map").get_by_role("link", name="Claims").click()
            page.get_by_text(re.compile(r"Of \d+ claims")).wait_for()
            seconds.append(monotonic() - started)
        print_row("to the claims by the map, median of 4", f"{median(seconds):.2f} s", "under 0.5 s", COMMAND)
        seconds = []
        for _ in range(4):
            page.goto(f"{server.address}/decide")
            guess = page.get_by_role("radio", name="50", exact=True)
            guess.wait_for()
            settled(page)
            started = monotonic()
            guess.click()
            page.locator(".st-key-answer h4", has_text="per class").wait_for()
            seconds.append(monotonic() - started)
        print_row("a guess to the stored map, median of 4", f"{median(seconds):.2f} s", "under 0.5 s", COMMAND)
        page.goto(f"{server.address}/compare")
        settled(page)
        print_row("memory after that, peak", f"{resident_megabytes(server.process_id):.0f} MB", "under 690 MB", COMMAND)
        page.goto(f"{server.address}/compare?{EXTREME}")
        wait_for_change(page)
        settled(page)
        print_row(
            "memory after the extreme settings, peak",
            f"{resident_megabytes(server.process_id):.0f} MB",
            "under 690 MB",
            COMMAND,
        )
        browser.close()
    with sync_playwright() as playwright, fresh_server() as server:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page()
        started = monotonic()
        page.goto(f"{server.address}/claims")
        answer_seen(page)
        print_row("first visit to the claims", f"{monotonic() - started:.2f} s", "under 2 s", COMMAND)
        browser.close()
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE_PAGE, encoding="utf-8")
        print_start(browser, "a bare page with four charts", "", "-m", "streamlit", "run", str(bare))
        print_start(browser, "Compare", "compare")
        print_long_run(browser)
        browser.close()


if __name__ == "__main__":
    main()
