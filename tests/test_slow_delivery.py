"""Nothing goes off the screen between two messages of the server, however long the second takes."""

import pytest
from playwright.sync_api import Page

from tests.app import fresh_server
from tests.browser import settled
from tests.test_running import FOLLOW, NOTE_RUN, WATCH_PLACES

pytestmark = pytest.mark.browser
WIDTH = 1280

# Everything learns: where something is no better than guessing, the page says so in a box of its own.
LEARNS = "n_epochs=20&unfreeze_epoch=5&n_seeds=6&pretrain_epochs=5&hidden_width=32"
LINKS = [
    "compare?",
    "your_schedule?",
    "unfreeze?",
    "forgetting?",
    "decide?guess=50&",
    "learn?section=takeaways&",
]
# Notes before each frame whether the answer has words.
WATCH_ANSWER = """() => {
  window.answered = [];
  const look = () => {
    window.answered.push(document.querySelector('.st-key-answer h4')?.innerText ?? '');
    requestAnimationFrame(look);
  };
  look();
}"""


@pytest.fixture(scope="module")
def slow_server():
    with fresh_server(guesses=False, program="tests.slowly") as running:
        yield running.address


def steps(tops):
    """Places where something stood, one after the other, to two pixels; gone is a place of its own."""
    found: list[float | str] = []
    for top in tops:
        last = found[-1] if found else None
        if top is None or not isinstance(last, float) or abs(top - last) > 2:
            found += [one for one in ["gone" if top is None else float(top)] if one != last]
    return found


def test_steps_tell_one_move_from_a_jump_and_from_what_is_gone():
    assert steps([100, 101, 140, 140]) == [100, 140]
    assert steps([100, 140, 140, 100]) == [100, 140, 100]
    assert steps([100, None, None, 100]) == [100, "gone", 100]


@pytest.mark.parametrize("link", LINKS)
def test_an_answer_stays_until_the_next_is_there_and_nothing_below_it_jumps(slow_server: str, page: Page, link: str):
    page.goto(f"{slow_server}/{link}{LEARNS}&images_per_class=20")
    settled(page)
    for watch in (NOTE_RUN, WATCH_PLACES, WATCH_ANSWER):
        page.evaluate(watch)
    page.evaluate(FOLLOW, f"/{link}{LEARNS}&images_per_class=50")
    page.wait_for_function("window.ran")
    settled(page)
    assert all(page.evaluate("window.answered"))
    seen = page.evaluate("window.seen")
    # A sentence of another length may move what stands below it, once.
    stood = {place: steps([look.get(place) for look in seen]) for place in seen[0].keys() & seen[-1].keys()}
    assert len(stood) >= 3
    assert {place: tops for place, tops in stood.items() if len(tops) > 2 or "gone" in tops} == {}
