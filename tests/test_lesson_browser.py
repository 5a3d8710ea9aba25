"""The guided lesson in a real browser, from the first step to the last."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import ready, settled
from tests.present import present
from transfer_ui.articles.learn.path import PATH

pytestmark = pytest.mark.browser


def _predict(page: Page, kind: str) -> None:
    """Answer whatever is asked, with the mouse or with the keyboard."""
    box = page.locator(".st-key-check")
    if kind == "choose":
        box.get_by_test_id("stRadioOption").first.click()
    elif kind == "place":
        box.get_by_role("slider").press("ArrowRight")
    else:
        field = box.get_by_role("combobox")
        for _ in range(3):
            field.click()
            page.get_by_role("option").first.click()
        field.press("Escape")
    box.get_by_role("button", name="Check my prediction").click()
    expect(box.get_by_text(re.compile("^(Right|Not here)\\."))).to_be_visible()


def _top_of_figure(page: Page) -> float:
    """Place of the figure below the title, wherever the page is scrolled to."""
    title, figure = (
        present(place.bounding_box()) for place in (page.locator("h1"), page.get_by_test_id("stVegaLiteChart").last)
    )
    return figure["y"] - title["y"]


def test_a_reader_walks_from_the_first_step_to_the_last(server: str, page: Page):
    page.goto(f"{server}/learn")
    ready(page, "The ideas")
    term = page.get_by_role("link", name="backbone", exact=True).first
    expect(term).to_have_attribute("href", "learn?section=glossary&word=backbone")
    done: list[str] = []
    for step in PATH:
        expect(page.get_by_role("radio", name=re.compile(step.title))).to_be_checked()
        settled(page)
        expect(page.get_by_text("The figure waits for your prediction.")).to_be_visible()
        before = _top_of_figure(page)
        _predict(page, step.check.kind)
        done.append(step.name)
        expect(page).to_have_url(re.compile(rf"done={re.escape('.'.join(done))}(&|$)"))
        settled(page)
        assert _top_of_figure(page) == pytest.approx(before, abs=1)
        expect(page.get_by_text("Done: ")).to_contain_text(f"Done: {len(done)} of {len(PATH)} steps")
        page.locator(".st-key-links").get_by_role("link").last.click()
    expect(page).to_have_url(re.compile("section=takeaways"))
    page.go_back()
    expect(page).to_have_url(re.compile(f"lesson={PATH[-1].name}"))
    expect(page.locator(".st-key-check").get_by_text(re.compile("^You said"))).to_be_visible()
