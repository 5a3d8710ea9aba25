"""What visitors who bring their own data at the same time cost in memory: ``python -m benchmarks.own_memory``.

Three visitors bring 4 MB each, embeddings and two ZIPs of photos, and open together all that the page leads to; with
``--largest`` each brings as much as the page takes. Memory is that of the server and of all processes it starts, looked at
ten times a second. Needs Linux, Chromium and the packages of ``requirements-dev.txt``.
"""

from __future__ import annotations

import argparse
import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from benchmarks._common import print_header, print_row
from benchmarks._server import Server
from benchmarks.own_data import embeddings
from tests.app import CHROMIUM_FLAGS, find_chromium, fresh_server
from transfer_core.own_data.limits import LIMITS, MEGABYTE

COMMAND = "python -m benchmarks.own_memory"
LIMIT, LOOK, PATIENCE = 690, 0.1, 300  # megabytes, seconds, seconds
N_CLASSES = 10
PARTS = ("Take it home", "Inside", "The old task")


def photos(seed: int, n_photos: int, side: int) -> bytes:
    """Make a ZIP of folders, one per class, of noise with a bright bar."""
    rng = np.random.default_rng(seed)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(n_photos):
            pixels = rng.integers(0, 255, (side, side)).astype(np.uint8)
            start = 4 * (number % N_CLASSES)
            pixels[:, start : start + 6] = 250
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG")
            archive.writestr(f"{number % N_CLASSES}/{number}.png", file.getvalue())
    return packed.getvalue()


@contextmanager
def watched(server: Server) -> Iterator[list[float]]:
    """Look at the memory of a server while something happens; the largest sum is put into the list."""
    peak, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK):
            peak[0] = max(peak[0], sum(server.megabytes()))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peak
    finally:
        ended.set()
        watching.join()


def ended(page: Page) -> None:
    """Wait until a page has drawn all it has to."""
    page.wait_for_timeout(1000)
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'",
        timeout=1000 * PATIENCE,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", action="store_true", help="files as large as the page takes")
    largest = parser.parse_args().largest
    command = COMMAND + " --largest" * largest
    # What bounds a file of embeddings is how many numbers it holds; what bounds photos of noise is its size.
    n_rows, n_columns = (LIMITS.values // LIMITS.columns, LIMITS.columns) if largest else (2000, 512)
    n_photos, side = (3600, 64) if largest else (2000, 44)
    files = {
        "embeddings.npz": embeddings(n_rows, n_columns, N_CLASSES),
        "first.zip": photos(1, n_photos, side),
        "second.zip": photos(2, n_photos, side),
    }
    sizes = ", ".join(f"{name} {len(data) / MEGABYTE:.1f} MB" for name, data in files.items())
    print_header(
        "Visitors who bring their own data", f"memory of the server and all its processes, ten looks a second; {sizes}"
    )
    with fresh_server() as started, sync_playwright() as playwright:
        server = Server(started.address, started.process_id, 0.0)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        pages = [browser.new_context().new_page() for _ in files]
        for page in pages:
            page.goto(f"{server.address}/your_data")
            ended(page)
        with watched(server) as peak:
            for page, (name, data) in zip(pages, files.items(), strict=True):
                page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "", "buffer": data})
            for page in pages:
                page.locator(".st-key-own_parts").get_by_text("Take it home").wait_for(timeout=1000 * PATIENCE)
                ended(page)
        print_row("three files answered at once, peak", f"{peak[0]:.0f} MB", f"under {LIMIT} MB", command)
        for part in PARTS:
            with watched(server) as peak:
                asking = [page for page in pages if page.locator(".st-key-own_parts").get_by_text(part).count()]
                for page in asking:
                    page.locator(".st-key-own_parts").get_by_text(part, exact=True).click()
                for page in asking:
                    ended(page)
            for page in asking:
                page.get_by_test_id("stSidebar").get_by_role("link", name="Your data").click()
                page.locator(".st-key-own_parts").get_by_text("Take it home").wait_for()
            print_row(f"{part}, {len(asking)} at once, peak", f"{peak[0]:.0f} MB", f"under {LIMIT} MB", command)
        browser.close()


if __name__ == "__main__":
    main()
