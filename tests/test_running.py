"""A page while it computes, in a real Chromium: it is there at once, it neither jumps nor blinks, and curves grow."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app import PATIENCE
from tests.browser import SLOW, curves, eventually, press_end_of, settled
from tests.present import present

pytestmark = pytest.mark.browser

# At one image per class a run is over at once, at a hundred it takes seconds; with wide networks, at any size.
SECONDS = "n_epochs=60&unfreeze_epoch=20&n_seeds=10&pretrain_epochs=2"
WIDE = "n_epochs=20&unfreeze_epoch=8&n_seeds=20&pretrain_epochs=1&hidden_width=128"
QUICK = "n_epochs=60&unfreeze_epoch=20&n_seeds=6&pretrain_epochs=2&hidden_width=16"
CELLS = "n_epochs=10&unfreeze_epoch=4&n_seeds=6&pretrain_epochs=2&hidden_width=16"
IMAGES = "Target images per class"

# Notes that the page runs again, even if only for a moment: where another visitor has had all of it computed, no bar is seen.
NOTE_RUN = """() => {
  window.ran = false;
  new MutationObserver(() => { window.ran = true; }).observe(
    document.querySelector('[data-testid=stApp]'), {attributes: true, attributeFilter: ['data-test-script-state']});
}"""
# Looks at the page every 50 ms: its height, charts with and without something drawn, and how long its lines are in all.
WATCH = """() => {
  window.seen = [];
  const look = () => {
    const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
    const lines = [...document.querySelectorAll('[data-testid=stVegaLiteChart] .mark-line path')];
    window.seen.push({
      height: document.querySelector('[data-testid=stMainBlockContainer]').getBoundingClientRect().height,
      drawn: charts.filter(chart => chart.querySelector('.mark-line path, .mark-rect path')).length,
      lines: lines.reduce((sum, line) => sum + line.getAttribute('d').length, 0),
    });
  };
  look();
  setInterval(look, 50);
}"""
# Notes every 50 ms where each place on the page is, in pixels from the page's top: kind and number -> top.
WATCH_PLACES = """() => {
  const kinds = {
    chart: '[data-testid=stVegaLiteChart]', heading: ':is(h2, h3, h5)', answer: '.st-key-answer', links: '.st-key-links',
    table: ':is([data-testid=stTable], [data-testid=stDataFrame])', code: '[data-testid=stCode]',
    choice: ':is([data-testid=stButtonGroup], [data-testid=stSelectbox])', more: '[data-testid=stExpander]',
  };
  window.seen = [];
  const look = () => {
    const main = document.querySelector('[data-testid=stMain]'), tops = {};
    for (const [kind, selector] of Object.entries(kinds))
      [...main.querySelectorAll(selector)].filter(place => place.getClientRects().length)
        .forEach((place, i) => { tops[`${kind} ${i + 1}`] = place.getBoundingClientRect().top + main.scrollTop; });
    window.seen.push(tops);
  };
  look();
  setInterval(look, 50);
}"""
BAR = "[class*=st-key-running]"
# Notes before each frame since when the bar of a run has been there, in milliseconds, and how much of it is seen.
WATCH_BAR = """selector => {
  window.bar = [];
  let since;
  const look = now => {
    const bar = document.querySelector(selector);
    if (bar) window.bar.push([now - (since ??= now), Number(getComputedStyle(bar).opacity)]);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
# What the browser does on Back and Forward between two settings of one page.
FOLLOW = "link => { history.pushState(null, '', link); dispatchEvent(new PopStateEvent('popstate')); }"
# Notes when the words of the progress bar change, in seconds.
NOTE_UPDATES = """() => {
  window.updates = [];
  const bar = document.querySelector('[data-testid=stProgress]');
  new MutationObserver(() => { window.updates.push(performance.now() / 1000); })
    .observe(bar, {subtree: true, childList: true, characterData: true});
}"""


def watch(page: Page, how: str) -> None:
    """Look at a page from now on."""
    settled(page)
    page.evaluate(NOTE_RUN)
    page.evaluate(how)


def seen_while_computing(page: Page):
    """What a page looked like until other settings were computed."""
    page.wait_for_function("window.ran")
    settled(page)
    return page.evaluate("window.seen")


@pytest.mark.parametrize("file", ["compare", "unfreeze"])
def test_page_neither_jumps_nor_blinks_while_it_trains_and_curves_grow(server: str, page: Page, file: str):
    page.goto(f"{server}/{file}?{SECONDS}&seed=100&images_per_class=1")
    watch(page, WATCH)
    press_end_of(page, IMAGES, "End")
    seen = seen_while_computing(page)
    heights = [look["height"] for look in seen]
    assert max(heights) - min(heights) < 5
    assert {look["drawn"] for look in seen} == {seen[0]["drawn"]}
    assert seen[0]["drawn"] >= (1 if file == "compare" else 4)
    assert len({look["lines"] for look in seen}) >= 4


SCREENS = {"laptop": (1280, 720), "phone": (390, 844)}


@pytest.fixture(scope="module")
def screens(browser: Browser):
    """A page on a laptop and one on a phone, of two visitors."""
    contexts = [browser.new_context(viewport={"width": width, "height": height}) for width, height in SCREENS.values()]
    for context in contexts:
        context.set_default_timeout(PATIENCE)
    yield dict(zip(SCREENS, [context.new_page() for context in contexts], strict=True))
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("link", "slider", "seed"),
    [
        (f"home?{WIDE}", "", 140),
        (f"learn?section=takeaways&{WIDE}", "", 160),
        (f"learn?section=why&{WIDE}", "", 180),
        (f"export?{WIDE}", "", 200),
        (f"decide?guess=50&{CELLS}", "Hidden width", 220),
    ],
)
def test_every_place_on_a_page_stays_where_it_is_while_other_settings_are_computed(
    server: str, screens: dict[str, Page], link: str, slider: str, seed: int
):
    link += f"&seed={seed}"  # a run that no other test has asked for
    for page in screens.values():
        page.goto(f"{server}/{link}&images_per_class=2")
    for page in screens.values():
        watch(page, WATCH_PLACES)
    for page in screens.values():  # both wait for one run
        if slider:
            press_end_of(page, slider, "ArrowRight")
        else:
            page.evaluate(FOLLOW, f"/{link}&images_per_class=20")
    for screen, page in screens.items():
        seen = seen_while_computing(page)
        assert len(seen[0]) >= 3
        moved = {
            place: sorted({round(look[place]) if place in look else "gone" for look in seen}, key=str)
            for place, top in seen[0].items()
            if any(place not in look or abs(look[place] - top) > 2 for look in seen)
        }
        assert moved == {}, screen


def test_link_to_a_long_run_has_controls_axes_and_stop_at_once(server: str, page: Page):
    page.goto(f"{server}/compare?{SLOW}&pretrain_epochs=20&seed=120")
    expect(page.locator("h1")).to_be_visible()
    soon = 10_000  # the run takes minutes
    expect(page.get_by_role("button", name="Stop")).to_be_visible(timeout=soon)
    expect(page.locator(BAR)).to_have_css("opacity", "1", timeout=soon)
    expect(page.get_by_test_id("stSidebar").get_by_role("slider", name="Hidden width")).to_be_visible(timeout=soon)
    expect(page.locator("[data-testid=stVegaLiteChart] svg")).to_have_count(3, timeout=soon)
    page.evaluate(NOTE_UPDATES)
    page.wait_for_function("window.updates.at(-1) > window.updates[0] + 3")
    updates = page.evaluate("window.updates")
    assert (len(updates) - 1) / (updates[-1] - updates[0]) <= 10 / 3


def test_after_a_move_stop_is_there_at_once_and_seen_only_in_a_run_that_lasts(server: str, page: Page):
    page.goto(f"{server}/compare?{SECONDS}&seed=300&images_per_class=1")
    settled(page)
    page.evaluate(WATCH_BAR, BAR)
    press_end_of(page, IMAGES, "End")
    eventually(page, lambda: page.evaluate("window.bar"), lambda seen: seen and seen[-1][1] == 1)
    seen = page.evaluate("window.bar")
    assert all(opacity == 0 for age, opacity in seen if age < 350)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped by you")).to_be_visible()


def test_labels_stay_by_their_lines_when_a_chart_fills_the_screen(server: str, page: Page):
    page.goto(f"{server}/compare?{QUICK}")
    settled(page)
    chart = curves(page)
    chart.hover()
    page.get_by_role("button", name="Fullscreen").nth(2).click()
    eventually(page, chart.bounding_box, lambda box: present(box)["height"] > 500)
    settled(page)
    gaps = chart.evaluate(
        """chart => {
          const lines = [...chart.querySelectorAll('.mark-line path')], gaps = [];
          for (const text of chart.querySelectorAll('.mark-text.role-mark text')) {
            const colour = getComputedStyle(text).fill;
            const own = lines.find(line => getComputedStyle(line).stroke === colour);
            if (!own || text.textContent.includes('freed')) continue;  // the paper under a label; what is written at a rule
            const box = text.getBoundingClientRect(), end = own.getPointAtLength(own.getTotalLength());
            const place = new DOMPoint(end.x, end.y).matrixTransform(own.getScreenCTM());
            gaps.push(Math.abs(place.y - box.top - box.height / 2));
          }
          return gaps;
        }"""
    )
    assert len(gaps) == 5
    assert max(gaps) < 40


def test_pointer_reads_the_nearest_point_of_a_sweep(server: str, page: Page):
    page.goto(f"{server}/unfreeze?{QUICK}")
    settled(page)
    chart = page.get_by_test_id("stVegaLiteChart").nth(4)  # after the plane and the changes of three strategies
    chart.scroll_into_view_if_needed()
    settled(page)
    points = chart.locator(".mark-symbol path").all()
    boxes = sorted((box for point in points if (box := point.bounding_box())), key=lambda box: box["x"])
    left, right = boxes[4], boxes[5]  # epochs 22 and 30
    tooltip = page.locator("#vg-tooltip-element.visible")
    for share, nearest in ((0.35, "22"), (0.65, "30")):
        x = left["x"] + left["width"] / 2 + share * (right["x"] - left["x"])
        page.mouse.move(x - 3, left["y"] + 40)
        page.mouse.move(x, left["y"] + 40)
        expect(tooltip).to_contain_text(f"Unfreeze epoch{nearest}")
        expect(tooltip).to_contain_text("95 % interval from")
