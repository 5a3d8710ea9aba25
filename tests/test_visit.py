"""What a visitor may count on, in a real Chromium: the session, the way back, the phone, and nobody else's host."""

import re
from collections.abc import Iterator
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app import PAGE_FILES, PATIENCE, fresh_server
from tests.browser import QUICK, eventually, go, press_end_of, ready, settled
from tests.present import present

pytestmark = pytest.mark.browser

WIDTH = 1280  # pixels of the window


TABS = {
    "move": f"compare?{QUICK}&images_per_class=3&hidden_width=16",
    "map": f"compare?{QUICK}&images_per_class=3",
    "preset": f"compare?{QUICK}",
    "rule": f"unfreeze?{QUICK}",
    "overlay": f"compare?{QUICK}&pin=images_per_class%3D1%26n_epochs%3D10%26unfreeze_epoch%3D4%26n_seeds%3D10",
    "guess": "decide",
    "framework": f"export?{QUICK}",
}
"""Links of tabs that are open while their server goes away and comes back, each for one test."""


@pytest.fixture(scope="module")
def restarted(browser):
    """The tabs, each with a session of its own, after the restart."""
    context = browser.new_context(viewport={"width": WIDTH, "height": 768})
    tabs = {name: context.new_page() for name in TABS}
    with fresh_server(guesses=False) as first:
        for name, link in TABS.items():
            tabs[name].set_default_timeout(PATIENCE)
            tabs[name].goto(f"{first.address}/{link}")
            ready(tabs[name])
    for tab in tabs.values():
        expect(tab.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "PINGING_SERVER")
    with fresh_server(present(urlparse(first.address).port), guesses=False):
        for tab in tabs.values():
            expect(tab.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED")
        yield tabs
    context.close()


def test_a_move_after_a_restart_of_the_server_counts(restarted):
    tab = restarted["move"]
    press_end_of(tab, "Target images per class", "Home")
    expect(tab).to_have_url(re.compile(r"images_per_class=1(&|$)"))
    ready(tab)
    expect(tab.get_by_test_id("stSelectbox").get_by_role("combobox", name="Overlay an earlier run")).to_be_enabled()
    expect(tab).to_have_url(re.compile(r"n_epochs=10.*images_per_class=1(&|$)|images_per_class=1&.*n_epochs=10"))
    press_end_of(tab, "Epochs", "Home")
    expect(tab).to_have_url(re.compile(r"n_epochs=5(&|$)"))
    ready(tab)
    expect(tab).to_have_url(re.compile(r"images_per_class=1(&|$)"))
    expect(tab).to_have_url(re.compile("hidden_width=16"))


def test_the_map_keeps_the_settings_after_a_restart_of_the_server(restarted):
    tab = restarted["map"]
    go(tab, "Unfreeze")
    ready(tab, "unfreeze")
    expect(tab).to_have_url(re.compile(r"/unfreeze\?.*images_per_class=3"))
    images = tab.get_by_test_id("stSidebar").get_by_role("slider", name="Target images per class")
    expect(images).to_have_attribute("aria-valuetext", "3")


def test_a_preset_after_a_restart_of_the_server_counts(restarted):
    restarted["preset"].get_by_role("button", name="Hardly any images").click()
    expect(restarted["preset"]).to_have_url(re.compile("images_per_class=1(&|$)"))


def test_a_rule_for_the_layers_after_a_restart_of_the_server_counts(restarted):
    restarted["rule"].get_by_role("button", name="timm, 0.75").click()
    expect(restarted["rule"]).to_have_url(re.compile("layer_decay=0.75(&|$)"))


def test_an_overlay_taken_off_after_a_restart_of_the_server_stays_off(restarted):
    tab = restarted["overlay"]
    expect(tab.get_by_text("Dotted lines: an earlier run")).to_be_visible()
    tab.get_by_test_id("stSelectbox").get_by_role("button", name=re.compile("Clear", re.IGNORECASE)).click()
    expect(tab).not_to_have_url(re.compile("pin="))
    ready(tab)
    expect(tab.get_by_text("Dotted lines: an earlier run")).to_have_count(0)
    expect(tab).not_to_have_url(re.compile("pin="))


@pytest.mark.parametrize(
    ("name", "choice", "link"), [("guess", "50", "guess=50"), ("framework", "Keras", "framework=keras")]
)
def test_a_choice_after_a_restart_of_the_server_counts(restarted, name, choice, link):
    tab = restarted[name]
    tab.get_by_role("radio", name=choice, exact=True).click()
    expect(tab).to_have_url(re.compile(link))
    ready(tab)
    expect(tab.get_by_role("radio", name=choice, exact=True)).to_be_checked()
    expect(tab).to_have_url(re.compile(link))


def test_one_press_of_back_undoes_a_change_of_page(server, page):
    page.goto(f"{server}/compare?{QUICK}&images_per_class=3")
    ready(page)
    start = page.url
    go(page, "Claims")
    ready(page, "Is the advice true?")
    page.get_by_role("link", name=re.compile("All strategies, with your settings")).click()
    ready(page, "Which strategy")
    page.go_back()
    ready(page, "Is the advice true?")
    page.go_back()
    ready(page, "Which strategy")
    expect(page).to_have_url(start)


def test_a_first_visit_leaves_one_entry_in_the_history(server, page):
    page.goto("about:blank")
    page.goto(f"{server}/compare?{QUICK}")
    ready(page)
    page.go_back()
    assert page.url == "about:blank"


def test_a_link_to_the_same_page_keeps_the_place_and_shows_the_answer(server, page):
    page.goto(f"{server}/decide?guess=50&among=all&scenario=low_to_high&n_seeds=2&hidden_width=8&n_epochs=30")
    ready(page)
    page.get_by_role("link", name=re.compile("A third of the epochs")).click()
    expect(page).to_have_url(re.compile("n_epochs=20"))
    expect(page).to_have_url(re.compile("guess=50"))
    expect(page).to_have_url(re.compile("among=all"))
    expect(page.locator(".st-key-answer h4")).to_be_in_viewport()
    ready(page)
    expect(page.locator(".st-key-answer h4")).to_be_in_viewport()
    page.go_back()
    expect(page).to_have_url(re.compile("n_epochs=30"))


def test_the_map_leads_back_to_the_place_on_a_page(server, page):
    page.goto(f"{server}/learn")
    ready(page)
    page.locator(".st-key-reference").get_by_role("link", name="Glossary").click()
    expect(page).to_have_url(re.compile("section=glossary"))
    go(page, "Claims")
    ready(page, "Is the advice true?")
    go(page, "Learn")
    ready(page, "The ideas")
    expect(page).to_have_url(re.compile("section=glossary"))


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


TRAINS = ("compare", "inside", "forgetting")
"""Pages that are asked for a run of their own, which is waited for; the others show what is stored."""


@pytest.fixture(scope="module")
def round_trip(server, browser):
    """Every page on a phone, one after the other: by how many pixels each is too wide, what was asked for, and the icon."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(PATIENCE)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page, too_wide = context.new_page(), {}
    for file in PAGE_FILES:
        page.goto(f"{server}/{file}?" + (QUICK if file in TRAINS else "guess=50"))
        settled(page)
        too_wide[file] = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
    icon = page.locator("link[rel*=icon]").first.get_attribute("href")
    context.close()
    return too_wide, asked, present(icon)


def test_on_a_phone_nothing_is_wider_than_its_screen(round_trip):
    too_wide, _, _ = round_trip
    assert too_wide.keys() == set(PAGE_FILES)
    assert {file: pixels for file, pixels in too_wide.items() if pixels > 0} == {}


def test_nothing_is_fetched_from_another_host(server, round_trip):
    _, asked, icon = round_trip
    ours = urlparse(server).netloc
    assert len(asked) > len(PAGE_FILES)
    assert {url for url in asked if urlparse(url).netloc not in (ours, "")} == set()
    assert icon.startswith("data:image/svg+xml")


def test_on_a_phone_the_controls_leave_the_answer_in_sight(server, phone):
    phone.goto(f"{server}/compare?{QUICK}")
    ready(phone)
    phone.get_by_test_id("stExpandSidebarButton").click()
    sheet = phone.get_by_test_id("stSidebar")
    expect(sheet).to_have_attribute("data-collapsed", "false")
    box = present(eventually(phone, sheet.bounding_box, lambda box: box["height"] <= 0.5 * 844))
    assert box["y"] + box["height"] == pytest.approx(844, abs=1)
    eventually(
        phone,
        phone.locator(".st-key-answer h4").bounding_box,
        lambda heading: heading["y"] + heading["height"] < box["y"],
    )
    before = phone.locator(".st-key-answer h4").inner_text()
    press_end_of(phone, "Target images per class", "Home")
    expect(phone.locator(".st-key-answer h4")).not_to_have_text(before)
    expect(sheet).to_have_attribute("data-collapsed", "false")


def test_on_a_phone_the_map_closes_the_sheet(server, phone):
    phone.goto(f"{server}/learn")
    ready(phone)
    phone.get_by_test_id("stExpandSidebarButton").click()
    go(phone, "Claims")
    ready(phone, "Is the advice true?")
    expect(phone.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")


@pytest.mark.parametrize("width", [390, 1280])
def test_start_cuts_no_label_and_lines_up_its_cards(server, browser, width):
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(f"{server}/?{QUICK}")
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(3)
    settled(page)
    cut = page.evaluate(
        "() => [...document.querySelectorAll('[data-testid=stMain] :is(a, button, p, h4, h5, span)')]"
        ".filter(element => element.scrollWidth > element.clientWidth + 1 && element.clientWidth &&"
        " getComputedStyle(element).overflowX !== 'visible').map(element => element.textContent)"
    )
    assert cut == []
    if width == 1280:
        tops = page.evaluate(
            "() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].map(e => e.getBoundingClientRect().top)"
        )
        assert len(tops) == 3
        assert max(tops) - min(tops) <= 1
    context.close()
