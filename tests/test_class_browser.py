"""A link for a class in a real browser: made by the teacher, opened on a phone, predicted, sent back and counted."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser import answer, eventually, go, ready, settled
from tests.present import present
from transfer_ui.articles.class_links.room import WAITS

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 390, "height": 844}
QUESTION = "Does <b>freezing</b> win?"


def _marks(page: Page) -> int:
    """Points drawn in the first chart: one per row that has a number."""
    return page.get_by_test_id("stVegaLiteChart").first.locator("svg .mark-symbol path").count()


def _make(page: Page, server: str) -> str:
    """Make a link as a teacher does, and read it from the page."""
    page.goto(f"{server}/class_links?n_seeds=6&n_epochs=10&unfreeze_epoch=4")
    ready(page, "What will your class predict?")
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_label("Your question").press("Enter")
    expect(page).to_have_url(re.compile("made=.*ask%3D"))
    ready(page)
    eventually(page, lambda: _fix(page, "Epochs"), lambda chosen: "Epochs" in chosen)
    expect(page).to_have_url(re.compile("made=.*lock%3Dn_epochs"))
    ready(page)
    expect(page.get_by_alt_text("QR code of the link for the class")).to_be_visible()
    return page.get_by_test_id("stCode").first.inner_text().replace("\n", "")


def _fix(page: Page, control: str) -> str:
    """Choose a control to be fixed, and read what is chosen: a list that is slow to open may miss the click."""
    box = page.locator(".st-key-made_lock")
    if control not in box.inner_text():
        lock = box.get_by_role("combobox", name="Controls that are fixed")
        lock.click()
        page.get_by_role("option", name=control, exact=True).click()
        lock.press("Escape")
        page.wait_for_timeout(500)
    return box.inner_text()


def _predict(page: Page, link: str) -> str:
    """Open the link on a phone, predict, see the answer, and copy what goes back to the teacher."""
    page.set_viewport_size(PHONE)
    page.goto(link)
    settled(page)
    expect(page.locator(".st-key-class_question")).to_have_text(QUESTION)
    expect(page.locator(".st-key-answer")).to_contain_text(WAITS)
    assert _marks(page) == 0
    page.get_by_test_id("stRadioOption").filter(has_text="End-to-end").click()
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.locator(".st-key-answer")).not_to_contain_text(WAITS)
    assert answer(page)
    eventually(page, lambda: _marks(page), lambda n: n > 0)
    expect(page.locator(".st-key-class_box").get_by_text(re.compile("^(Right|Not here)\\."))).to_be_visible()
    expect(page.get_by_role("button", name="Copy to clipboard").first).to_be_visible()  # where nothing hovers
    return page.locator(".st-key-class_box").get_by_test_id("stCode").inner_text().strip()


def test_a_class_link_is_made_opened_on_a_phone_predicted_and_counted(server: str, page: Page):
    link = _make(page, server)
    kept = page.url
    assert link.startswith(f"{server}/compare?")
    sent = _predict(page, link)
    expect(page).to_have_url(re.compile(f"predicted={re.escape(sent)}"))
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_test_id("stSidebar").get_by_role("slider", name=re.compile("^Epochs"))).to_be_disabled()
    go(page, "Unfreeze")
    ready(page, "When should the backbone unfreeze?")
    expect(page).to_have_url(re.compile("lock=n_epochs"))
    expect(page.locator(".st-key-class_question")).to_have_text(QUESTION)
    expect(page.locator(".st-key-answer")).not_to_contain_text(WAITS)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{link}&view=projector")
    expect(page.get_by_test_id("stMainBlockContainer")).to_have_css("max-width", "none")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.locator(".st-key-answer")).to_contain_text(WAITS)
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    tops = [
        present(page.locator(place).first.bounding_box())["y"]
        for place in ("[data-testid=stVegaLiteChart]", ".st-key-answer")
    ]
    assert tops[0] < tops[1]
    page.goto(kept)
    ready(page)
    box = page.get_by_role("textbox", name="Predictions of your class, one per line")
    box.fill(f"{sent}\nAda {page.url}&predicted={sent}\nnothing")
    box.press("Control+Enter")
    expect(page.get_by_text("Of 2 predictions, 2 say end-to-end fine-tuning.")).to_be_visible()
    expect(page.get_by_text("Line 3 must hold a prediction, got nothing. It does not count.")).to_be_visible()
    page.get_by_text("Show what the run says").click()
    expect(page.get_by_text(re.compile("^Of 2 predictions, (2 are|none is) right\\.$"))).to_be_visible()
