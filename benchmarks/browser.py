"""What a visitor waits for, in a real browser on a server that has just started; and the server's memory.

The clock stops when all four curves are on the screen and the script has ended. Needs Chromium and
the packages of ``requirements-dev.txt``.
"""

from __future__ import annotations

import re
from pathlib import Path
from time import monotonic, sleep

from playwright.sync_api import Page, sync_playwright

from benchmarks._common import print_header, print_row
from tests.app import CHROMIUM_FLAGS, find_chromium, fresh_server

COMMAND = "python -m benchmarks.browser"
EXTREME = (
    "n_seeds=30&images_per_class=100&hidden_layers=4&hidden_width=128&n_epochs=5&unfreeze_epoch=2&pretrain_epochs=1"
)

# What the charts show, as a number: it changes when a curve does.
DRAWN = """() => {
  const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
  const app = document.querySelector('[data-testid=stApp]');
  if (charts.length < 4 || !app || app.dataset.testScriptState !== 'notRunning') return 0;
  let hash = 17;
  for (const chart of charts) {
    const canvas = chart.querySelector('canvas'), svg = chart.querySelector('svg');
    const text = canvas ? canvas.toDataURL() : svg ? svg.outerHTML : '';
    if (!text) return 0;
    for (let i = 0; i < text.length; i += 7) hash = (hash * 31 + text.charCodeAt(i)) | 0;
  }
  return hash || 1;
}"""


def wait_for_change(page: Page, before: int) -> tuple[int, float]:
    """Wait until the charts show something else; give it and the time it took."""
    started = monotonic()
    while monotonic() - started < 120:
        now = page.evaluate(DRAWN)
        if now not in (0, before):
            return now, monotonic() - started
        sleep(0.01)
    raise TimeoutError("the charts did not change in two minutes")


def settled(page: Page) -> int:
    """Wait until the charts stand still."""
    before, now = 0, page.evaluate(DRAWN)
    while now == 0 or now != before:
        sleep(0.3)
        before, now = now, page.evaluate(DRAWN)
    return int(now)


def press(page: Page, key: str) -> None:
    """Move the slider of the images per class."""
    slider = page.get_by_test_id("stSidebar").get_by_role("slider", name=re.compile("Target images"))
    slider.focus()
    slider.press(key)


def resident_megabytes(process_id: int) -> float:
    """Memory of a process that is not swapped out, and its highest so far, in MB (Linux)."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+)", status)
    assert found
    return int(found.group(1)) / 1024


def main() -> None:
    """Measure, and print a row each."""
    print_header("In the browser")
    with sync_playwright() as playwright, fresh_server() as server:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        started = monotonic()
        page.goto(f"{server.address}/compare")
        wait_for_change(page, 0)
        print_row("first visit to the first complete charts", f"{monotonic() - started:.2f} s", "under 5 s", COMMAND)
        now = settled(page)
        new = []
        for _ in range(4):
            press(page, "ArrowLeft")
            now, seconds = wait_for_change(page, now)
            new.append(seconds)
            now = settled(page)
        print_row("slider to a new value, median of 4", f"{sorted(new)[2]:.2f} s", "under 1 s", COMMAND)
        seen = []
        for _ in range(4):
            press(page, "ArrowRight")
            now, seconds = wait_for_change(page, now)
            seen.append(seconds)
            now = settled(page)
        print_row("slider to a value seen before, median of 4", f"{sorted(seen)[2]:.2f} s", "under 0.5 s", COMMAND)
        print_row("memory after that, peak", f"{resident_megabytes(server.process_id):.0f} MB", "under 690 MB", COMMAND)
        page.goto(f"{server.address}/compare?{EXTREME}")
        wait_for_change(page, 0)
        print_row(
            "memory after the extreme settings, peak",
            f"{resident_megabytes(server.process_id):.0f} MB",
            "under 690 MB",
            COMMAND,
        )
        browser.close()


if __name__ == "__main__":
    main()
