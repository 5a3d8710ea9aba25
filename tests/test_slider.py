"""The slider over the epochs on Compare: it moves curves, numbers and costs in the browser, and asks the server nothing."""

import re
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from tests.app import open_page, texts
from tests.browser import QUICK, eventually, settled
from tests.present import present

pytestmark = pytest.mark.browser


def places(page: Page, chart: int) -> list[str | None]:
    """Where the dots of a chart stand."""
    marks = page.get_by_test_id("stVegaLiteChart").nth(chart).locator(".mark-symbol path")
    return [mark.get_attribute("transform") for mark in marks.all()]


def test_the_slider_moves_curves_numbers_and_costs_without_the_server_and_stays_in_the_link(server: str, page: Page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto(f"{server}/compare?{QUICK}&at_epoch=6")
    shown = page.locator(".st-key-player output")
    expect(shown).to_have_text("epoch 6")
    settled(page)
    numbers, n_sent = page.locator(".st-key-readings b"), len(sent)
    expect(numbers).to_have_count(5)
    before = [places(page, 2), places(page, 3), places(page, 4), numbers.all_inner_texts()]
    slider = page.get_by_role("slider", name="Epoch on the pictures")
    slider.focus()
    slider.press("ArrowLeft")
    expect(shown).to_have_text("epoch 5")
    eventually(
        page,
        lambda: [places(page, 2), places(page, 3), places(page, 4), numbers.all_inner_texts()],
        lambda now: all(new != old for new, old in zip(now, before, strict=True)),
    )
    expect(page).to_have_url(re.compile("at_epoch=5"))
    assert len(sent) == n_sent

    # A chart's own menu, reached by the keyboard, saves it as SVG: what stands there now, and where it comes from.
    page.get_by_role("button", name=re.compile("^Download as PNG: Validation accuracy after")).focus()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^Download as SVG: Validation accuracy after")).press("Enter")
    assert download.value.suggested_filename == "compare_chart_3.svg"
    picture = ElementTree.parse(download.value.path()).getroot()
    assert "at_epoch=5" in present(picture[0].text)
    assert "Progressive" in "".join(picture.itertext())

    slider.focus()
    slider.press("End")
    expect(shown).to_have_text("epoch 10")
    expect(page).not_to_have_url(re.compile("at_epoch"))


def test_an_epoch_that_the_run_does_not_have_is_said():
    quick = {"n_epochs": "5", "unfreeze_epoch": "2", "n_seeds": "2", "pretrain_epochs": "1", "hidden_width": "16"}
    app = open_page("compare", quick | {"at_epoch": "6"})
    assert "at_epoch in the link must be a whole number from 0 to 5, got `6`. Using 5." in texts(app.warning)
