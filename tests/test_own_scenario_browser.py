"""Data of one's own as a scenario in a real Chromium: an example, Compare with it, a knob moved, and the way back."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import answer, eventually, go, press_end_of, ready

pytestmark = pytest.mark.browser


def test_an_example_is_compared_and_a_knob_is_moved(server: str, page: Page):
    page.goto(f"{server}/your_data?sample=photos")
    ready(page, "What about my data?")
    expect(page.get_by_text("With more labels.")).to_be_visible()
    page.get_by_role("link", name="Your data, every setting to move").click()
    ready(page, "Which strategy wins here?")
    assert page.url.endswith("/compare?scenario=yours")
    assert answer(page)
    expect(page.get_by_text("Your data, all images of the pool, 10 seeds.")).to_be_visible()
    numbers = page.locator(".st-key-readings b")
    expect(numbers).to_have_count(5)
    before = numbers.all_inner_texts()
    press_end_of(page, "Hidden width", "ArrowLeft")
    expect(page).to_have_url(f"{server}/compare?scenario=yours&hidden_width=32")
    eventually(page, numbers.all_inner_texts, lambda now: len(now) == 5 and now != before)
    ready(page)
    expect(page.get_by_test_id("stImage")).to_have_count(0)  # they are drawn once somebody wants to see them
    page.get_by_text("The images", exact=True).click()
    expect(page.get_by_test_id("stImage")).to_have_count(2)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    go(page, "Inside")
    expect(page.get_by_text("Which weights changed?")).to_be_visible()
    ready(page)
    assert "scenario=yours" in page.url
    go(page, "Your data")
    page.get_by_role("button", name="Bring your own data").click()
    expect(page.locator(".st-key-answer h4")).to_have_text("Bring your data, and the answer appears here.")
    go(page, "Compare")
    ready(page)
    assert "scenario=off_centre" in page.url
