"""The main paths in a real Chromium, against a server that has just started."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.app import PAGE_FILES, PATIENCE, fresh_server
from tests.browser import QUICK, SLOW, answer, computing, curves, eventually, go, press_end_of, settled
from tests.present import present

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("file", PAGE_FILES)
def test_deep_link_on_a_fresh_server_opens_the_page_with_the_map(browser: Browser, file: str):
    with fresh_server(guesses=False) as running:
        page = browser.new_page()
        page.goto(f"{running.address}/{file}?{QUICK}&images_per_class=2")
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".st-key-map").get_by_role("link")).to_have_count(len(PAGE_FILES))
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page).to_have_url(re.compile("images_per_class=2"))
        page.close()


@pytest.mark.parametrize("file", ["compare", "unfreeze"])
def test_slider_gives_a_new_verdict_and_a_new_link(server: str, page: Page, file: str):
    page.goto(f"{server}/{file}?{QUICK}&scenario=mnist_to_digits")
    before = answer(page)
    press_end_of(page, "Target images per class", "Home")
    expect(page.locator(".st-key-answer h4")).not_to_have_text(before)
    answer(page)
    expect(page).to_have_url(re.compile(r"images_per_class=1(&|$)"))


def test_each_of_the_four_curves_is_one_click_away_in_the_same_place_and_in_the_link(server: str, page: Page):
    page.goto(f"{server}/compare?{QUICK}")
    answer(page)
    chart = curves(page)
    lines = chart.locator(".mark-line path")
    expect(lines).to_have_count(5)
    settled(page)
    place = chart.bounding_box()
    for title, name in (
        ("Validation loss", "val_loss"),
        ("Training accuracy", "train_accuracy"),
        ("Training loss", "train_loss"),
    ):
        page.get_by_role("radio", name=title).or_(page.get_by_role("button", name=title)).first.click()
        expect(chart.locator("svg")).to_contain_text(title)
        expect(lines).to_have_count(5)
        expect(page).to_have_url(re.compile(f"curve={name}"))
        eventually(page, chart.bounding_box, lambda box: box == place)


def test_copied_link_shows_the_same_numbers_to_another_visitor(server: str, page: Page, browser: Browser):
    page.goto(f"{server}/compare?{QUICK}&images_per_class=3&seed=5")
    ours = answer(page)
    other = browser.new_context().new_page()
    other.goto(page.url)
    assert answer(other) == ours
    other.context.close()


def test_choice_follows_the_visitor_through_the_map(server: str, page: Page):
    page.goto(f"{server}/compare?{QUICK}&images_per_class=3")
    answer(page)
    go(page, "Unfreeze")
    expect(page.locator("h1")).to_contain_text("unfreeze")
    answer(page)
    expect(page).to_have_url(re.compile("/unfreeze.*images_per_class=3"))


def test_pinned_run_can_be_taken_off_again(server: str, page: Page):
    page.goto(f"{server}/compare?{QUICK}&pin=images_per_class%3D1%26n_epochs%3D10%26unfreeze_epoch%3D4%26n_seeds%3D10")
    answer(page)
    expect(page.get_by_text("Dotted lines: an earlier run")).to_be_visible()
    page.get_by_role("button", name=re.compile("Clear", re.IGNORECASE)).first.click()
    expect(page.get_by_text("Dotted lines: an earlier run")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("pin="))


def test_back_undoes_a_move(server: str, page: Page):
    page.goto(f"{server}/compare?{QUICK}&images_per_class=3")
    before = answer(page)
    press_end_of(page, "Target images per class", "Home")
    expect(page).to_have_url(re.compile(r"images_per_class=1(&|$)"))
    answer(page)
    page.go_back()
    expect(page.locator(".st-key-answer h4")).to_have_text(before)
    expect(page).to_have_url(re.compile("images_per_class=3"))


def test_long_run_shows_progress_and_stop_keeps_what_there_is(server: str, page: Page):
    page.goto(f"{server}/compare?{SLOW}&pretrain_epochs=0")
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text(re.compile("Epoch ([2-9]|1[0-9])"))
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped by you")).to_be_visible()
    assert answer(page)
    page.get_by_role("button", name="Continue").click()
    expect(progress).to_be_visible()


def test_moving_a_slider_during_a_run_starts_over_without_queueing(server: str, page: Page):
    page.goto(f"{server}/compare?{SLOW}&pretrain_epochs=0&seed=50")
    computing(page)
    press_end_of(page, "Epochs", "Home")
    computing(page, " of 5 ")


def test_two_visitors_take_turns(server: str, page: Page, browser: Browser):
    page.goto(f"{server}/compare?{SLOW}&pretrain_epochs=0&seed=60")
    expect(page.get_by_test_id("stProgress")).to_be_visible()
    other = browser.new_context().new_page()
    other.goto(f"{server}/compare?{QUICK}&seed=61")
    answer(other)
    expect(page.get_by_test_id("stProgress")).to_be_visible()
    other.context.close()


def test_wrong_link_is_said_and_shown_as_text(server: str, page: Page):
    page.goto(f"{server}/compare?{QUICK}&momentum=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    answer(page)
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_contain_text("momentum in the link must be a number")
    expect(alert.locator("img")).to_have_count(0)


def test_code_follows_the_framework_and_can_be_downloaded(server: str, page: Page):
    page.goto(f"{server}/export?{QUICK}")
    answer(page)
    code = page.get_by_test_id("stCode").first
    expect(code).to_contain_text("import torch")
    page.get_by_role("radio", name="Keras").click()
    expect(code).to_contain_text("import keras")
    expect(page).to_have_url(re.compile("framework=keras"))
    press_end_of(page, "Learning rate, end-to-end", "Home")
    press_end_of(page, "Learning rate, head only", "Home")
    expect(page.get_by_text(re.compile(r"[0-9]+ lines? (has|have) changed since your last look"))).to_be_visible()
    for button, ending in (("Script", ".py"), ("Weights and images", ".npz"), ("Notebook", ".ipynb")):
        with page.expect_download() as download:
            page.get_by_role("button", name=button, exact=True).click()
        assert download.value.suggested_filename.endswith(ending)
        assert download.value.path().stat().st_size > 1000
    page.reload()
    answer(page)
    expect(page.get_by_test_id("stCode").first).to_contain_text("import keras")


def test_home_fits_on_a_laptop_without_scrolling(server: str, page: Page):
    page.goto(f"{server}/home")
    answer(page)
    settled(page)
    lowest = present(page.get_by_test_id("stMain").get_by_role("link").last.bounding_box())
    assert lowest["y"] + lowest["height"] <= 768


def map_cells(page: Page):
    """The cells of the map that are measured; the others are in their places too."""
    return page.get_by_test_id("stVegaLiteChart").first.locator(".cells_marks path")


def place_below(first: Locator, second: Locator):
    """How far a chart is below another, wherever the page is scrolled to, and how tall it is."""
    above, below = (present(chart.bounding_box()) for chart in (first, second))
    return below["y"] - above["y"], below["height"]


def test_a_guess_fills_the_map_a_cell_opens_beside_it_and_the_gap_leads_to_the_accuracies(server: str, page: Page):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server}/decide")
    charts = page.get_by_test_id("stVegaLiteChart")
    frame = charts.first.locator(".mark-text text").filter(has_text="?")
    expect(frame).to_have_count(24)
    expect(charts.first.get_by_text("you")).to_have_count(2)  # the words and what sets them off
    expect(map_cells(page)).to_have_count(0)
    page.get_by_role("radio", name="50", exact=True).click()
    expect(page.locator(".st-key-answer h4")).to_contain_text("For 10 images per class")
    expect(page).to_have_url(re.compile("guess=50"))
    expect(map_cells(page)).to_have_count(24)
    expect(frame).to_have_count(0)
    map_cells(page).nth(8).click()
    expect(page).to_have_url(re.compile("cell=5"))
    settled(page)
    of_map, opened = (present(chart.bounding_box()) for chart in (charts.first, charts.nth(1)))
    assert opened["x"] >= of_map["x"] + of_map["width"]
    assert opened["y"] + opened["height"] <= 720
    charts.first.hover()
    with page.expect_download() as saved:
        page.get_by_role("button", name=re.compile("^Download as SVG: Which strategy wins where")).click()
    assert saved.value.suggested_filename == "decide_chart_1.svg"
    gap = place_below(charts.first, charts.nth(2))
    expect(charts.nth(2).get_by_text("End-to-end ahead").last).to_be_visible()  # the first is its paper
    page.get_by_role("radio", name="Accuracies").click()
    expect(page).to_have_url(re.compile("crossing=accuracies"))
    settled(page)
    assert place_below(charts.first, charts.nth(2)) == gap
    page.get_by_role("link", name=re.compile("The same settings in Compare")).click()
    expect(page.locator("h1")).to_contain_text("Which strategy wins here")
    expect(page).to_have_url(re.compile("/compare.*images_per_class=5"))
    answer(page)


def test_cells_appear_while_the_map_is_measured_and_stop_keeps_them(server: str, page: Page):
    page.goto(f"{server}/decide?guess=never&seed=40&n_seeds=20&hidden_width=128")
    expect(page.get_by_test_id("stProgress")).to_contain_text(re.compile("trainings · "))
    expect(map_cells(page).first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped by you").first).to_be_visible()
    answer(page)
    expect(map_cells(page).first).to_be_visible()
    assert map_cells(page).count() < 24
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_test_id("stProgress")).to_be_visible()


def test_the_three_cards_of_the_start_page_stand_on_one_line(server: str, page: Page):
    page.goto(f"{server}/home")
    settled(page)
    bars = [present(bar.bounding_box())["y"] for bar in page.locator("[class*=st-key-card_] img").all()]
    assert len(bars) == 3
    assert max(bars) - min(bars) < 0.5


def test_claim_opens_keeps_its_link_and_runs_again(server: str, page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server}/claims")
    answer(page)
    settled(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") < 6 * 844
    page.set_viewport_size({"width": 1280, "height": 720})
    page.get_by_text("Which learning rates?").click()
    settled(page)  # while a group unfolds, a click may miss
    row = page.locator(".st-key-claim_rate_map-lower_backbone")
    row.get_by_role("button", name="See how").click()
    expect(page).to_have_url(re.compile("claim=rate_map.lower_backbone"))
    expect(row.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    row.get_by_role("button", name="Run it again").click()
    computing(page)
    expect(row.get_by_test_id("stProgress")).to_be_visible()
    expect(row.get_by_text("Repeated on the same scenarios, seeds 3000 to 3019")).to_be_visible(timeout=2 * PATIENCE)


def test_guess_is_still_there_after_another_page(server: str, page: Page):
    page.goto(f"{server}/decide?guess=200")
    answer(page)
    go(page, "Learn")
    expect(page.locator("h1")).to_contain_text("The ideas")
    go(page, "Decide")
    expect(page.locator("h1")).to_contain_text("How much data")
    expect(page.get_by_text("You said 200")).to_be_visible()
    expect(page).to_have_url(re.compile("guess=200"))


CUT_BADGES = (
    "() => [...document.querySelectorAll('.stMarkdownBadge, .claim .verdict')]"
    ".filter(badge => badge.scrollWidth > badge.clientWidth).map(badge => badge.innerText)"
)


@pytest.mark.parametrize("link", ["claims?source=lesson", "claims?source=papers", f"learn?section=claims&{QUICK}"])
def test_no_verdict_is_cut_in_a_window_of_any_width(server: str, page: Page, link: str):
    page.goto(f"{server}/{link}")
    settled(page)
    badges = page.locator(".stMarkdownBadge, .claim .verdict")
    expect(badges.first).to_be_visible()
    for width in (1366, 1280, 900, 700, 390):
        page.set_viewport_size({"width": width, "height": 768})
        eventually(page, lambda: page.evaluate(CUT_BADGES), lambda cut: cut == [])
    badges.first.evaluate("badge => badge.style.cssText = 'width: 2em; white-space: nowrap !important'")
    assert len(page.evaluate(CUT_BADGES)) == 1
