"""Nothing on the start page moves or goes blank between a stored view and one that is computed."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import answer, settled

pytestmark = pytest.mark.browser

# Before each frame: how high the page is, where the answer stands, and how many charts there are.
WATCH = """() => {
  window.seen = [];
  const look = () => {
    const page = document.querySelector("[data-testid=stMainBlockContainer]"), top = page.getBoundingClientRect().top;
    window.seen.push([
      page.getBoundingClientRect().height,
      ...[".st-key-answer", ".st-key-doors"].map(one => document.querySelector(one)?.getBoundingClientRect().top - top),
      document.querySelectorAll("[data-testid=stVegaLiteChart] svg").length,
    ]);
    requestAnimationFrame(look);
  };
  look();
}"""
OTHER = """() => {
  window.history.pushState({}, "", "/home?seed=40");
  window.dispatchEvent(new PopStateEvent("popstate"));
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_start_stands_still_from_a_stored_view_to_a_computed_one(server: str, page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{server}/home")
    before = answer(page)
    settled(page)
    page.evaluate(WATCH)
    page.evaluate(OTHER)
    expect(page.locator(".st-key-answer h4")).not_to_have_text(before)
    expect(page.get_by_text("Computed here for these settings")).to_be_visible()
    settled(page)
    seen = page.evaluate("() => window.seen")
    for places in zip(*seen, strict=True):
        assert None not in places
        assert max(places) - min(places) <= 4
    assert min(seen[0][-1:] + seen[-1][-1:]) == 3
