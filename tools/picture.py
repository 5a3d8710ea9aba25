"""Take the README's picture from the running app.

Start the app, then: ``python -m tools.picture http://localhost:8501``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

DESTINATION = Path(__file__).parent.parent / "docs" / "compare.png"


def main(address: str) -> None:
    """Open the compare page at its defaults and save what a laptop shows."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        page.goto(f"{address}/compare")
        page.locator("[data-testid=stVegaLiteChart]").first.wait_for(timeout=60_000)
        page.wait_for_timeout(3000)  # the charts are drawn after they are there
        page.screenshot(path=DESTINATION)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
