"""Take pictures of every page, as visitors meet it: ``python -m tools.screenshots``.

Each page of the map becomes one contact sheet in ``docs/pages``: a wide window, a projector's, a phone's, each light and dark.
The README's picture comes with them. Names of pages choose some of them: ``python -m tools.screenshots compare claims``.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from transfer_ui.shell.map import PAGES

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
WINDOWS = {"wide": (1680, 1050), "projector": (1280, 720), "phone": (390, 844)}
SCHEMES = ("light", "dark")
README = ("compare", (1366, 900), DOCS / "compare.png")
SCALE, GAP, QUALITY = 0.6, 12, 72  # of a sheet: its size, pixels between two pictures, WebP's quality
PATIENCE = 120_000  # milliseconds
# True once nothing on the page has changed for a second: a chart is drawn after its page.
STILL = """() => {
  if (!window.changes) {
    window.changes = { last: performance.now() };
    new MutationObserver(() => { window.changes.last = performance.now(); })
      .observe(document.body, { subtree: true, childList: true, attributes: true });
  }
  return performance.now() - window.changes.last > 1000;
}"""


@contextmanager
def running_app() -> Iterator[str]:
    """Start the app on a free port, give its address, and stop it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"{address}/_stcore/health").close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield address
        finally:
            process.terminate()


def take(browser: Browser, link: str, size: tuple[int, int], scheme: str) -> Image.Image:
    """Open a link in a window of some size and take its picture once all is drawn."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(link)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.locator("h1").wait_for()
    # The browser loads each kind of element when it first meets one, and shows a skeleton until then.
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    page.wait_for_function(STILL)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    context.close()
    return picture


def contact_sheet(pictures: Sequence[Sequence[Image.Image]], scale: float = SCALE) -> Image.Image:
    """Put rows of pictures on one sheet, reduced.

    Parameters
    ----------
    pictures : sequence of sequence of Image
        Row by row.
    scale : float

    Examples
    --------
    >>> contact_sheet([[Image.new("RGB", (100, 50))] * 2, [Image.new("RGB", (10, 10))]], scale=0.5).size
    (112, 42)
    """
    small = [[one.resize((round(one.width * scale), round(one.height * scale))) for one in row] for row in pictures]
    heights = [max(one.height for one in row) for row in small]
    width = max(sum(one.width for one in row) + GAP * (len(row) - 1) for row in small)
    sheet = Image.new("RGB", (width, sum(heights) + GAP * (len(small) - 1)), "#808080")
    top = 0
    for row, height in zip(small, heights, strict=True):
        left = 0
        for one in row:
            sheet.paste(one, (left, top))
            left += one.width + GAP
        top += height + GAP
    return sheet


def main(asked: Sequence[str]) -> None:
    """Take the pictures of some pages, or of all."""
    known = [page.file for page in PAGES]
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise SystemExit(f"page must be one of {', '.join(known)}, got {', '.join(unknown)}")
    (DOCS / "pages").mkdir(parents=True, exist_ok=True)
    with running_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name in asked or known:
            rows = [
                [take(browser, f"{address}/{name}", size, scheme) for size in WINDOWS.values()] for scheme in SCHEMES
            ]
            contact_sheet(rows).save(DOCS / "pages" / f"{name}.webp", quality=QUALITY, method=6)
            if name == README[0]:
                take(browser, f"{address}/{name}", README[1], SCHEMES[0]).save(README[2], optimize=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
