"""The page on the old task in the browser: what is chosen stands in the link and in the pictures."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.app import PATIENCE, QUICK
from tests.browser import ready

pytestmark = pytest.mark.browser


def test_strength_is_chosen_in_the_browser_and_the_lost_images_follow_the_arm(server: str, page: Page):
    link = "&".join(f"{name}={value}" for name, value in (QUICK | {"n_seeds": "6", "seed": "41"}).items())
    page.goto(f"{server}/forgetting?{link}")
    ready(page, "old task")
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(5, timeout=PATIENCE)
    expect(charts.first.locator(".mark-symbol path").first).to_be_visible(timeout=PATIENCE)
    expect(charts.nth(1).locator(".mark-line path")).to_have_count(4, timeout=PATIENCE)
    page.get_by_role("radio", name="0.1", exact=True).click()
    expect(page).to_have_url(re.compile(r"anchor=0\.1"), timeout=PATIENCE)
    page.get_by_role("radio", name="L2-SP", exact=True).click()
    expect(page.get_by_text("After L2-SP,")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(re.compile("lost_by=l2_sp"))
    expect(page.get_by_test_id("stImage").first).to_be_visible(timeout=PATIENCE)
