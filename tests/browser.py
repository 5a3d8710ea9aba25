"""What tests do that drive the app as a visitor does, in a real Chromium; `server` and `page` are fixtures of all tests.

Nothing here waits for so many milliseconds: it waits until something is so, on a busy machine as on an idle one.
"""

from collections.abc import Callable
from typing import TypeVar

from playwright.sync_api import Locator, Page, expect

from tests.app import PATIENCE

QUICK = "n_epochs=10&unfreeze_epoch=4&n_seeds=10&pretrain_epochs=2"
SLOW = "n_epochs=200&n_seeds=6&images_per_class=100&hidden_layers=4&hidden_width=128&batch_size=8"

Measured = TypeVar("Measured")
expect.set_options(timeout=PATIENCE)

# True once nothing on the page has changed for half a second, and its letters are there: in others, lines break elsewhere.
STILL = """() => {
  if (!window.changes) {
    window.changes = { last: performance.now() };
    new MutationObserver(() => { window.changes.last = performance.now(); })
      .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  }
  return performance.now() - window.changes.last > 500 && document.fonts.status === 'loaded';
}"""
# Asked before each frame is drawn: `expect` looks once a second. A test would wait that long again and again, and a short
# run would be over in between.
READY = """title => {
  const look = name => document.querySelector(`[data-testid=${name}]`), main = look('stMainBlockContainer');
  return document.querySelector('h1')?.innerText.includes(title)
    && look('stApp')?.dataset.testScriptState === 'notRunning' && !look('stSkeleton')
    && main && getComputedStyle(main).maxWidth === '1280px';  // as `look` says
}"""
COMPUTING = "words => document.querySelector('[data-testid=stProgress]')?.textContent.includes(words)"


def ready(page: Page, title: str = "") -> None:
    """Wait until a page is drawn; the browser loads its look, and each kind of element, later than its words."""
    page.wait_for_function(READY, arg=title, timeout=PATIENCE)


def settled(page: Page) -> None:
    """Wait until a page is drawn and its charts too, and all stand still."""
    ready(page)
    page.wait_for_function(STILL, timeout=PATIENCE)


def computing(page: Page, words: str = "") -> None:
    """Wait until the bar of a run is there, if only for a moment, and says these words."""
    page.wait_for_function(COMPUTING, arg=words, timeout=PATIENCE)


def eventually(page: Page, measure: Callable[[], Measured], fits: Callable[[Measured], bool]) -> Measured:
    """Measure until it fits, and give what was measured."""
    for _ in range(PATIENCE // 50):
        found = measure()
        if fits(found):
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"waited in vain; the last that was measured is {found!r}")


def curves(page: Page) -> Locator:
    """The chart of curves on Compare: the strip of results and the gaps come before it."""
    return page.get_by_test_id("stVegaLiteChart").nth(2)


def answer(page: Page) -> str:
    """Wait for the answer of a page and read it."""
    heading = page.locator(".st-key-answer h4")
    expect(heading).to_be_visible()
    ready(page)
    return heading.inner_text()


def go(page: Page, title: str) -> None:
    """Go to another page by the map."""
    page.locator(".st-key-map").get_by_role("link", name=title).click()


def press_end_of(page: Page, label: str, key: str) -> None:
    """Move a slider with the keyboard."""
    handle = page.get_by_test_id("stSidebar").get_by_role("slider", name=label)
    handle.focus()
    handle.press(key)
