"""The report: one page that needs nothing else, in which no text is markup, and which fits on few sheets."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from tests.app import CHROMIUM_FLAGS, QUICK, find_chromium, open_page
from transfer_core import STRATEGIES, RunConfig
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.shipped import read
from transfer_takeaway.record import Record, Row, Table
from transfer_takeaway.report.page import to_html
from transfer_takeaway.study import of_study
from transfer_ui import downloads
from transfer_ui.__main__ import main
from transfer_ui.runs.default_views import default_view
from transfer_ui.saved import record_of

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;"
VOID = {"meta", "br", "circle", "line", "polyline", "polygon"}


class Parsed(HTMLParser):
    """Tags in their order, with a check that each is closed, and all text."""

    def __init__(self, html):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.opened: list[str] = []
        self.feed(html)
        self.close()
        assert not self.opened

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def record():
    view = default_view(RunConfig())
    assert view
    return record_of(view.comparison, view.baselines, view.made)


def test_a_report_holds_answer_evidence_pictures_table_settings_and_data(record):
    parsed = Parsed(to_html(record))
    words = "\n".join(parsed.words)
    assert record.answer in words
    assert all(line in words for line in record.evidence)
    assert parsed.tags.count("svg") == 2
    assert parsed.tags.count("tr") == 1 + len(record.rows)
    for name, value in (*record.settings, *record.data, *record.made.items()):
        assert name in parsed.words or name.capitalize() in parsed.words
        assert value in parsed.words


def test_a_report_loads_and_runs_nothing(record):
    parsed = Parsed(to_html(record))
    assert not {"script", "link", "img", "iframe", "object", "a"} & set(parsed.tags)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in parsed.attributes
    assert not [name for name, _ in parsed.attributes if name in ("src", "href", "style") or name.startswith("on")]
    assert not re.search(r"url\(|@import", to_html(record))


def test_what_somebody_typed_is_text_wherever_it_stands():
    scores, curves = np.linspace(0.2, 0.9, 6), {"val_accuracy": np.tile(np.linspace(0.1, 0.9, 4), (6, 1))}
    rows = (Row("own", MARKUP, scores, curves), Row("other", MARKUP, scores / 2))
    evil = Record(
        kind="comparison",
        title=MARKUP,
        answer=MARKUP,
        evidence=(MARKUP,),
        settings=((MARKUP, MARKUP),),
        data=((MARKUP, MARKUP),),
        made={MARKUP: MARKUP},
        asked={},
        rows=rows,
        tables={MARKUP: Table((MARKUP,), ((MARKUP,),))},
    )
    parsed = Parsed(to_html(evil))
    assert not {"script", "img"} & set(parsed.tags)
    assert sum(MARKUP in words for words in parsed.words) >= 10


def test_the_pictures_show_the_numbers_of_the_record(record):
    html = to_html(record)
    strip, lines = re.findall(r"<svg.*?</svg>", html)
    n_scores = sum(len(row.scores) for row in record.rows)
    assert strip.count('r="2.5"') == n_scores
    assert strip.count('r="4.5"') == len(record.rows)
    assert lines.count("<polyline") == lines.count("<polygon") == len(STRATEGIES)
    for row in record.rows:
        assert f"{100 * row.scores.mean():.1f} %" in strip
    # The best stands at the top, and further right than the worst.
    means = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"[^>]*r="4.5"', strip)]
    assert means == sorted(means, reverse=True)


def test_what_is_no_number_is_drawn_nowhere_and_said():
    broken = Row("a", "Diverged", np.full(6, np.nan), {"val_accuracy": np.full((6, 3), np.nan)})
    sound = Row("b", "Sound", np.full(6, 0.5), {"val_accuracy": np.full((6, 3), 0.5)})
    html = to_html(Record("comparison", "", "", (), (), (), {}, {}, (broken, sound)))
    assert "no number" in html
    assert "nan" not in html.replace("nance", "")
    assert html.count("<polyline") == 1


@pytest.mark.parametrize("number", [0.0, 1.0, -3.0, 7.0, 1e300, np.nan])
def test_whatever_numbers_a_file_holds_can_be_drawn(number):
    long = Row("a", "Long", np.full(2, number), {"val_accuracy": np.full((2, 15_000), number)})
    short = Row("b", "Short", np.full(2, 0.5), {"val_accuracy": np.full((2, 1), 0.5)})
    parsed = Parsed(to_html(Record("comparison", "", "", (), (), (), {}, {}, (long, short))))
    assert parsed.tags.count("svg") == 2


def test_a_study_is_printed_with_its_verdicts_and_a_long_table_is_only_counted():
    study, shipped = STUDIES["depth"], read("depth")
    assert shipped
    printed = of_study(study, shipped.summary, study.default_configs(), shipped.made)
    html = to_html(printed)
    assert all(claim.text.replace("'", "&#x27;") in html for claim in study.claims.values())
    assert f"{len(shipped.table):,} rows, too many to print" in html
    assert "<svg" not in html


def test_the_command_line_writes_a_report(tmp_path, capsys):
    file = tmp_path / "run.html"
    link = "scenario=low_to_high&n_epochs=5&unfreeze_epoch=2&n_seeds=2&pretrain_epochs=1&hidden_width=16"
    main(["compare", "--link", link, "--report", str(file)])
    *_, said, _wrote = capsys.readouterr().out.splitlines()
    assert said in "\n".join(Parsed(file.read_text(encoding="utf-8")).words)


def test_compare_offers_the_report_of_its_run(monkeypatch):
    made = {}
    monkeypatch.setattr(downloads, "offer_file", lambda label, make, name, mime: made.update({label: (make, name)}))
    app = open_page("compare", QUICK)
    assert not app.exception
    make, name = made["Report"]
    assert re.fullmatch(r"compare_off_centre_10-per-class_report_\w+\.html", name)
    (headline,) = [element.value for element in app.markdown if element.value.startswith("####")]
    assert headline.removeprefix("#### ") in "\n".join(Parsed(make().decode()).words)


@pytest.mark.browser
def test_a_report_is_printed_on_two_or_three_sheets_and_opens_offline(record, tmp_path):
    from playwright.sync_api import sync_playwright

    (tmp_path / "report.html").write_text(to_html(record), encoding="utf-8")
    complaints = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.goto((tmp_path / "report.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # Every letter of a picture stands inside it.
        outside = """[...document.querySelectorAll('svg text')].filter(text => {
            const box = text.getBoundingClientRect(), all = text.ownerSVGElement.getBoundingClientRect();
            return box.left < all.left - 1 || box.right > all.right + 1 || box.bottom > all.bottom + 1})"""
        assert page.evaluate(f"{outside}.map(text => text.textContent)") == []
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        printed = page.pdf(prefer_css_page_size=True)
        browser.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) in (2, 3)
    assert not complaints
