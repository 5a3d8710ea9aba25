"""The two editors of a schedule, driven by mouse and by keyboard: drawn, typed, undone, trained, taken away."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import answer, eventually, ready, settled
from tests.present import present
from transfer_core.schedule_text import from_text, rates_of

pytestmark = pytest.mark.browser
LINK = "your_schedule?n_epochs=20&unfreeze_epoch=8&n_seeds=6&pretrain_epochs=2&hidden_width=16"
ROW_HEIGHT = 35  # pixels, of a table


def linked(page: Page) -> str:
    found = re.search(r"[?&]schedule=([^&]+)", page.url)
    return found[1] if found else ""


def changes_to(page: Page, fits):
    """Wait for a schedule in the link that fits, and give it once the page is drawn with it."""
    found = eventually(page, lambda: linked(page), lambda text: bool(text) and fits(from_text(text)))
    ready(page)
    return found


def drag(page: Page, label: str, by: float) -> None:
    """Drag a handle of the editor sideways by a share of its row."""
    handle = page.get_by_role("slider", name=label)
    handle.scroll_into_view_if_needed()
    box, row = handle.bounding_box(), page.locator(".track").last.bounding_box()
    assert box
    assert row
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by * row["width"] / 2, y, steps=4)
    page.mouse.move(x + by * row["width"], y, steps=4)
    page.mouse.up()


def type_in(page: Page, row: int, column: int, text: str) -> None:
    """Type over a cell of the table, or empty it, as a visitor does; it is drawn on a canvas."""
    grid = page.get_by_test_id("data-grid-canvas").first
    grid.scroll_into_view_if_needed()
    box, n_columns = present(grid.bounding_box()), grid.locator("th").count()
    x, y = box["x"] + box["width"] * (column - 0.5) / n_columns, box["y"] + ROW_HEIGHT * (row + 1.5)
    if not text:
        page.mouse.click(x, y)
        page.keyboard.press("Delete")
        return
    page.mouse.dblclick(x, y)
    field = page.locator("#portal textarea")
    field.fill(text)
    field.press("Enter")


def cell(page: Page, row: int, column: int) -> str:
    """What stands in a cell of the table."""
    return page.get_by_test_id(f"glide-cell-{column}-{row}").first.inner_text()


def refused(page: Page, sentence: str) -> None:
    """Wait until the page refuses something with this sentence, or nothing."""
    place = page.get_by_test_id("stAlert")
    eventually(page, place.all_inner_texts, lambda said: sentence in "".join(said) if sentence else not said)


def test_a_schedule_is_drawn_by_mouse_and_keyboard_undone_trained_and_taken_away(server: str, page: Page):
    page.goto(f"{server}/{LINK}")
    ready(page, "Can you beat them?")
    assert answer(page).startswith("To beat: ")
    page.get_by_role("button", name="Progressive", exact=True).click()
    first = changes_to(page, lambda schedule: [phase.n_epochs for phase in schedule] == [8, 12])

    # The mouse: layer 1 is freed later than layer 2, which makes a third phase; then the end is drawn out.
    drag(page, "Epoch at which layer 1 is freed", 0.2)
    apart = changes_to(page, lambda schedule: len(schedule) == 3)
    assert [phase.first_trainable for phase in from_text(apart)] == [2, 1, 0]
    drag(page, "End of the schedule", 0.05)
    longer = changes_to(page, lambda schedule: sum(phase.n_epochs for phase in schedule) > 20)
    expect(page.get_by_text(re.compile(r"Your schedule trains for \d+ epochs, the strategies for 20"))).to_be_visible()

    # Undo by button and by key, redo by button.
    page.get_by_role("button", name="Undo").click()
    assert changes_to(page, lambda schedule: sum(phase.n_epochs for phase in schedule) == 20) == apart
    head = page.get_by_role("button", name=re.compile("^head, epochs 1 to 8"))
    head.focus()
    head.press("Control+z")
    assert changes_to(page, lambda schedule: len(schedule) == 2) == first
    page.get_by_role("button", name="Redo").click()
    changes_to(page, lambda schedule: len(schedule) == 3)
    page.get_by_role("button", name="Redo").click()
    assert changes_to(page, lambda schedule: sum(phase.n_epochs for phase in schedule) > 20) == longer
    page.get_by_role("button", name="Undo").click()
    changes_to(page, lambda schedule: sum(phase.n_epochs for phase in schedule) == 20)

    # The keyboard: the rate, an edge, another layer of the last phase frozen again; focus stays where it was.
    ready(page)
    head = page.get_by_role("button", name=re.compile("^head, epochs 1 to 8"))
    head.focus()
    head.press("+")
    changes_to(page, lambda schedule: rates_of(schedule[0])[-1] == 0.1)
    edge = page.get_by_role("slider", name="Epoch at which layer 2 is freed")
    edge.focus()
    edge.press("ArrowRight")
    edge.press("ArrowRight")
    changes_to(page, lambda schedule: [phase.n_epochs for phase in schedule] == [8, 2, 2, 8])
    expect(edge).to_be_focused()
    head.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    drawn = changes_to(page, lambda schedule: schedule[-1].frozen == (False, True, False))
    ready(page)
    head.focus()
    head.press("Space")  # nothing would train
    expect(page.locator(".said")).to_have_text("A phase must train something.")
    assert linked(page) == drawn

    # The tools below: a phase is split and removed again.
    page.get_by_role("button", name="Split the phase").click()
    changes_to(page, lambda schedule: len(schedule) == 5)
    page.get_by_role("button", name="Remove it").click()
    changes_to(page, lambda schedule: len(schedule) == 4)

    # Predict, train, compare.
    train = page.get_by_role("button", name="Train it")
    expect(train).to_be_disabled()
    page.get_by_role("radio", name="One of theirs").click()
    expect(train).to_be_enabled()
    train.click()
    expect(page).to_have_url(re.compile("trained=yes"))
    expect(page.get_by_text("You predicted: one of theirs, by 1 to 3 points.")).to_be_visible()
    said = answer(page)
    assert not said.startswith("To beat")

    # Taken away: a framework that can freeze again, and one that says why it cannot.
    page.get_by_role("radio", name="PyTorch", exact=True).click()
    expect(page.get_by_text('"""Your schedule in PyTorch.')).to_be_visible()
    page.get_by_role("radio", name="fastai").click()
    expect(page.get_by_text("fastai freezes from the inputs up to some layer")).to_be_visible()

    # The link alone shows the same to somebody else.
    expect(page).to_have_url(re.compile("code=fastai"))
    page.goto(page.url)
    ready(page)
    assert answer(page) == said


def test_a_schedule_is_typed_into_the_table_refused_undone_and_trained(server: str, page: Page):
    page.goto(f"{server}/{LINK}")
    ready(page, "Can you beat them?")
    page.get_by_text("The schedule as a table").click()
    settled(page)
    assert cell(page, 1, 4) == "0.005"

    # Timeline and link follow the table; undo brings the old back in all three.
    type_in(page, 0, 2, "0.02")
    assert changes_to(page, lambda schedule: not schedule[0].frozen[0]) == "10-0.02-f-0.05_10-0.005-0.005-0.005"
    assert page.get_by_role("button", name="layer 1, epochs 1 to 10: trains at 0.02").is_visible()
    type_in(page, 1, 1, "12")
    changes_to(page, lambda schedule: schedule[1].n_epochs == 12)
    page.get_by_role("button", name="Undo").click()
    kept = changes_to(page, lambda schedule: schedule[1].n_epochs == 10)
    eventually(page, lambda: cell(page, 1, 1), lambda said: said == "10")
    assert page.get_by_role("button", name="head, epochs 11 to 20: trains at 0.005").is_visible()

    # What is wrong gets one sentence and changes nothing; the entry stays, to be mended.
    for row, column, wrong, sentence, right in (
        (0, 4, "fast", "Head in phase 1 of schedule in the table must be f (frozen) or a rate above 0", "0.05"),
        (1, 1, "0", "Phase 2 of schedule in the table must begin with its epochs, a whole number from 1, got 0.", "10"),
    ):
        type_in(page, row, column, wrong)
        refused(page, sentence)
        assert cell(page, row, column) == wrong
        assert linked(page) == kept
        type_in(page, row, column, right)
        refused(page, "")
    type_in(page, 0, 2, "")
    changes_to(page, lambda schedule: schedule[0].frozen == (True, True, False))
    type_in(page, 0, 4, "")
    refused(page, "Phase 1 of schedule in the table must leave a layer to train, got f-f-f.")
    type_in(page, 0, 4, "0.1")
    typed = changes_to(page, lambda schedule: rates_of(schedule[0])[-1] == 0.1)
    assert typed == "10-f-f-0.1_10-0.005-0.005-0.005"

    # What was typed is what is trained.
    page.get_by_role("radio", name="My schedule").click()
    page.get_by_role("button", name="Train it").click()
    expect(page).to_have_url(re.compile("trained=yes"))
    assert not answer(page).startswith("To beat")
    expect(page.locator("td").filter(has_text=typed)).to_have_count(1)  # an attempt of that very schedule
