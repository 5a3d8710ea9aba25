"""What tests do that drive the app as a visitor does, in a real Chromium; `server` and `page` are fixtures of all tests."""

from playwright.sync_api import Page, expect

from tests.app import PATIENCE

QUICK = "n_epochs=10&unfreeze_epoch=4&n_seeds=10&pretrain_epochs=2"
SLOW = "n_epochs=200&n_seeds=20&images_per_class=100&hidden_layers=4&hidden_width=128&batch_size=8"


def ready(page: Page, title: str = "") -> None:
    """Wait until a page is drawn."""
    expect(page.locator("h1")).to_contain_text(title, timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)


def answer(page: Page) -> str:
    """Wait for the answer of a page and read it."""
    heading = page.locator(".st-key-answer h4")
    expect(heading).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)
    return heading.inner_text()


def go(page: Page, title: str) -> None:
    """Go to another page by the map."""
    page.locator(".st-key-map").get_by_role("link", name=title).click()


def press_end_of(page: Page, label: str, key: str) -> None:
    """Move a slider with the keyboard."""
    handle = page.get_by_test_id("stSidebar").get_by_role("slider", name=label)
    handle.focus()
    handle.press(key)
