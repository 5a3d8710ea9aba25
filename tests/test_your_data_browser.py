"""Data of one's own in a real Chromium: a table, photos, embeddings, three broken files, Stop, Forget, and every part."""

import pytest
from playwright.sync_api import Page, expect

from tests import brought
from tests.browser import answer, computing, go, ready
from transfer_core.own_data import samples
from transfer_takeaway import files

pytestmark = pytest.mark.browser

BROKEN = {
    "model.csv": (b"\x80\x04\x95\x05", "is a pickle"),
    "half.zip": (brought.photos()[:200], "damaged"),
    "ragged.csv": (b"a,b\n1,2\n1,2,3\n", "Row 2 must have 2 cells"),
}


def _bring(page: Page, name: str, data: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "", "buffer": data})


def test_files_of_all_kinds_are_answered_or_refused_in_a_sentence(server: str, page: Page):
    page.goto(f"{server}/your_data")
    ready(page, "What about my data?")
    for name, (data, words) in BROKEN.items():
        _bring(page, name, data)
        expect(page.locator(".st-key-plain_file")).to_contain_text(words)
    values, labels = brought.rows(n_columns=70)
    good = {
        "fish.csv": (brought.csv_text().encode(), "60 rows, 4 numbers each"),
        "digits.zip": (samples.photos(), "300 images, 28 × 28"),
        "features.npz": (brought.npz(X=values, y=labels), "60 rows, 70 numbers each"),
    }
    for name, (data, size) in good.items():
        _bring(page, name, data)
        expect(page.locator(".st-key-plain_name")).to_contain_text(size)
        expect(page.get_by_text("With more labels.")).to_be_visible()
        ready(page)
        assert "being measured" not in answer(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        page.get_by_role("button", name="Forget these data").click()
        expect(page.locator(".st-key-answer h4")).to_have_text("Bring your data, and the answer appears here.")
    _bring(page, "digits.zip", samples.photos())
    computing(page, "labels")
    assert not page.get_by_text("Or try an example").count()  # no way to bring data stays behind
    go(page, "Compare")  # whoever leaves stops it; it is still there on coming back, and Stop keeps what was found
    answer(page)
    go(page, "Your data")
    computing(page, "labels")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped by you.")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("With more labels.")).to_be_visible()
    ready(page)
    for door, sign in (
        ("Epoch by epoch", "What it costs"),
        ("Inside", "Which weights changed?"),
        ("The old task", "When is it lost?"),
    ):
        page.locator(".st-key-own_parts").get_by_text(door, exact=True).click()
        expect(page.get_by_text(sign).first).to_be_visible()
        assert "scenario=yours" in page.url
        expect(page.get_by_test_id("stException")).to_have_count(0)
        go(page, "Your data")
        answer(page)
    page.locator(".st-key-own_parts").get_by_text("Take it home", exact=True).click()
    expect(page.get_by_text("Script").first).to_be_visible()
    ready(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert "part=home" in page.url
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save this answer").click()
    assert "own data" in files.read(saved.value.path().read_bytes()).kind
