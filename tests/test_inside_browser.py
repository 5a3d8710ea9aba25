"""The pictures that move in the browser: the slider played, a brush made, a cell clicked, a digit drawn."""

import re
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from tests.app import PATIENCE
from tests.browser import QUICK, eventually, ready
from tests.present import present

pytestmark = pytest.mark.browser
LINK = f"inside?{QUICK}&hidden_width=16"


def open_look(page: Page, server: str, look: str) -> None:
    page.goto(f"{server}/{LINK}&look={look}")
    ready(page, "What changed inside")
    expect(page.locator(".st-key-player input[type=range]")).to_be_visible(timeout=PATIENCE)


def saved(page: Page, name: str, kind: str):
    """Save a picture by the keyboard, as a file of this kind."""
    page.get_by_role("button", name=f"Download as {kind}: {name}", exact=True).focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == f"inside_{name}.{kind.lower()}"
    return download.value.path()


def picture(page: Page, name: str):
    """Save a picture as SVG and read it: where it comes from, its elements by kind, its words."""
    root = ElementTree.parse(saved(page, name, "SVG")).getroot()
    by_kind: dict[str, list[ElementTree.Element]] = {}
    for one in root.iter():
        by_kind.setdefault(one.tag.removeprefix("{http://www.w3.org/2000/svg}"), []).append(one)
    return present(root[0].text), by_kind, [one.text for one in by_kind["text"]]


def states(page: Page):
    """What the captions of the networks say: how far each backbone has moved."""
    return page.locator("figcaption span").filter(has_text="backbone moved").all_inner_texts()


def test_the_slider_moves_every_picture_without_the_server_and_stays_in_the_link(server: str, page: Page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_look(page, server, "features")
    slider = page.get_by_role("slider", name="Epoch on the pictures")
    end, places = states(page), page.locator("figure svg").last.locator("text").first
    where = places.get_attribute("x"), places.get_attribute("y")
    page.wait_for_timeout(1000)
    n_sent = len(sent)
    slider.focus()
    slider.press("Home")
    expect(page.locator(".st-key-player output")).to_have_text("epoch 0")
    assert states(page) != end
    assert (places.get_attribute("x"), places.get_attribute("y")) != where
    page.get_by_role("button", name="Play").click()
    # `expect` looks once a second: the epoch may be over by then.
    eventually(page, page.locator(".st-key-player output").inner_text, lambda said: said == "epoch 2")
    page.get_by_role("button", name="Pause").click()
    expect(page).to_have_url(re.compile(r"[?&]epoch=\d"))
    assert len(sent) == n_sent
    epoch = page.locator(".st-key-player output").inner_text()
    page.get_by_test_id("stMain").get_by_role("radio", name="Weights").click()
    expect(page.get_by_role("heading", name="Which weights changed?")).to_be_visible(timeout=PATIENCE)
    ready(page)
    expect(page.locator(".st-key-player output")).to_have_text(epoch)
    expect(page).to_have_url(re.compile(r"[?&]epoch=\d"))


def test_every_picture_is_saved_as_it_stands_as_svg_and_as_png(server: str, page: Page):
    open_look(page, server, "weights")
    n_units = 100 + 16 + 16 + 10
    link, shapes, words = picture(page, "networks")
    assert "hidden_width=16" in link
    assert len(shapes["rect"]) == 1 + 3 * n_units  # on paper
    assert len(shapes["path"]) == 3 * (24 + 24 + 24)  # the strongest weights of each layer
    assert {"Feature extraction", "End-to-end", "Progressive", "inputs", "head"} <= set(words)
    assert set(states(page)) <= set(words)

    _, shapes, words = picture(page, "weights")
    units, maps = (
        [word for word in words if word.startswith("#")],
        [word for word in words if word.endswith(", change")],
    )
    assert len(units) == 3 * 6
    assert len(shapes["image"]) == 3 * len(units) + len(maps)
    assert words.count("before") == words.count("now") == words.count("change") == 3
    assert all(one.attrib["href"].startswith("data:image/png;base64,") for one in shapes["image"])
    assert saved(page, "weights", "PNG").read_bytes().startswith(b"\x89PNG")

    open_look(page, server, "features")
    expect(page.locator("figure svg")).to_have_count(4)
    _, _, words = picture(page, "features")
    assert len(words) == page.locator("figure svg text").count() + 2 * 4  # each panel has a title and a sentence
    assert "Before training" in words


def test_a_brush_selects_the_same_images_in_every_panel(server: str, page: Page):
    open_look(page, server, "features")
    panels = page.locator("figure svg")
    expect(panels).to_have_count(4, timeout=PATIENCE)
    panels.nth(1).scroll_into_view_if_needed()
    box = panels.nth(1).bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 4, steps=5)
    page.mouse.up()
    said = page.get_by_text(re.compile(r"^\d+ of \d+ images selected"))
    expect(said).to_be_visible()
    faded = [panel.locator("text[opacity='0.13']").count() for panel in panels.all()]
    n_selected, n_images = map(int, re.findall(r"\d+", said.inner_text())[:2])
    assert faded == [n_images - n_selected] * 4
    assert 0 < n_selected < n_images
    panels.nth(1).locator("text[opacity='1']").first.hover(force=True)
    expect(page.locator(".tip canvas")).to_be_visible()


def test_a_digit_drawn_with_the_mouse_is_answered(server: str, page: Page):
    open_look(page, server, "digit")
    pad = page.get_by_role("img", name=re.compile("^Pad"))
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 110, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 112, box["y"] + 190, steps=8)
    page.mouse.up()
    answered = page.get_by_text(re.compile("^Pretrained: "))
    expect(answered).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(re.compile("drawn=[0-9a-g]{64}"), timeout=PATIENCE)
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text("Draw a digit on the pad")).to_be_visible(timeout=PATIENCE)


def test_a_click_on_a_confusion_opens_its_images(server: str, page: Page):
    open_look(page, server, "errors")
    cells = page.get_by_test_id("stVegaLiteChart").first.locator(".mark-rect path")
    expect(cells.nth(100)).to_be_visible(timeout=PATIENCE)  # after the 100 empty ones
    cells.nth(100).click()
    expect(page).to_have_url(re.compile("confused=feature_extraction%2C0%2C0"), timeout=PATIENCE)
    opened = page.get_by_role("combobox", name=re.compile("Images to look at"))
    expect(opened).to_have_value(re.compile("^Feature extraction: 0 right"), timeout=PATIENCE)
