"""Try odd links on what reads them, and on the pages: ``python -m tools.fuzz``, with fixed seeds.

Whatever a link holds, a page opens, says in few and short sentences what did not fit, and goes on with
settings that its controls can show. What is not so is printed.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import urlencode

from streamlit.testing.v1 import AppTest

from tools.odd_links import MARKER, NAMES, odd_links, page_links
from transfer_core import schedule_text
from transfer_core.schedule_text import ScheduleError
from transfer_core.studies.registry import STUDIES
from transfer_ui.articles.claims_again import read_again
from transfer_ui.articles.class_links import builder
from transfer_ui.articles.your_schedule.draft import refusal
from transfer_ui.articles.your_schedule.starts import STARTS
from transfer_ui.controls.class_link import read
from transfer_ui.controls.knobs import KNOB, fitted, values_of
from transfer_ui.controls.link import FromLink, from_query, from_text, quoted, to_text
from transfer_ui.shell.map import PAGES, PAGES_FOLDER

N_READ, N_OPENED = 10_000, 300
PLAIN = ("code", "text", "text_input", "text_area")  # elements in which nothing is rendered as markup
LONGEST, MOST_BOXES, LONGEST_PAGE = 400, 3, 1600  # characters of a sentence; boxes and their characters on a page

WHAT_WAS_TYPED = "(`[^`]+`|nothing|characters that cannot be shown)"
SENTENCES = (
    rf"(In the pinned run: )?({'|'.join(NAMES)}) in the link must be .+, got {WHAT_WAS_TYPED}\. (Using .+|It was left out)\.",
    rf"(In the pinned run: )?The link names a setting that does not exist, {WHAT_WAS_TYPED}\. It was left out\.",
    rf"(In the pinned run: )?The link names \d+ settings that do not exist, .*{WHAT_WAS_TYPED}\. They were left out\.",
    rf"((Layer \d+ in p|P)hase \d+ of s|S)chedule in the link must .+, got {WHAT_WAS_TYPED}\. Using .+\.",
    r"(In the pinned run: )?[A-Z][a-z, -]+ is now \S+: it must be .+\.",
    r"\d+ more values did not fit either; the link now holds what is used\.",
)


def faults_of_reading(link: Mapping[str, str]) -> list[str]:
    """Say what is wrong with how a link is read; whatever it raises is not caught."""
    faults = _faults_of(from_query(link)) + [fault for notice in read(link)[1] for fault in _faults_of_sentence(notice)]
    for text in (urlencode(link, errors="replace"), *(link[name] for name in ("pin",) if name in link)):
        try:
            faults += _faults_of(from_text(text))
        except ValueError as error:
            faults += _faults_of_sentence(f"pin in the link must be {error}, got {quoted(text)}. It was left out.")
    if "made" in link:
        faults += [fault for notice in builder.from_text(link["made"])[1] for fault in _faults_of_sentence(notice)]
    if "schedule" in link:
        try:
            schedule_text.from_text(link["schedule"])
        except ScheduleError as error:
            faults += _faults_of_sentence(f"{refusal(error, 'in the link')} Using “{STARTS[0].title}”.")
    for study, text in zip(STUDIES.values(), link.values(), strict=False):
        try:
            again = read_again(study, text)
        except ValueError as error:
            faults += _faults_of_sentence(f"again in the link must be {error}, got {quoted(text)}. It was left out.")
        else:
            study.default_configs(again.scenario, n_seeds=again.n_seeds, seed=again.seed)
    return faults


def _faults_of(read: FromLink) -> list[str]:
    config, notices = read
    faults = [fault for notice in notices for fault in _faults_of_sentence(notice)]
    if len(notices) > len(KNOB) + 1:
        faults.append(f"{len(notices)} notices")
    if repr(fitted(values_of(config))) != repr((config, [])):
        faults.append(f"not on the controls: {config}")
    if repr(from_text(to_text(config))) != repr(FromLink(config, [])):
        faults.append(f"does not come back: {config}")
    return faults


def _faults_of_sentence(notice: str) -> list[str]:
    faults = []
    if len(notice) > LONGEST:
        faults.append(f"{len(notice)} characters: {notice[:80]}…")
    if not any(re.fullmatch(sentence, notice) for sentence in SENTENCES):
        faults.append(f"not a sentence with field, rule and value: {notice!r}")
    if MARKER in _outside_code(notice):
        faults.append(f"shown as markup: {notice!r}")
    return faults


def _outside_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", text)


def faults_on_page(page: str, link: Mapping[str, str]) -> list[str]:
    """Say what is wrong with how a page opens by a link, and with how it is when it runs once more."""
    app = AppTest.from_file(str(PAGES_FOLDER / f"{page}.py"), default_timeout=120)
    app.query_params.update(link)
    app.run()
    boxes = _boxes(app)
    faults = [f"raised {error.message}: {error.stack_trace}" for error in app.exception]
    faults += [fault for box in boxes for line in box for fault in _faults_of_sentence(line)]
    if len(boxes) > MOST_BOXES or sum(len(line) for box in boxes for line in box) > LONGEST_PAGE:
        faults.append(f"{len(boxes)} boxes with {sum(map(len, boxes))} sentences")
    said = "\n".join(str(getattr(element, "value", "")) for element in app.main if element.type not in PLAIN)
    if MARKER in _outside_code(said):
        faults.append("what was typed is shown as markup")
    left = {name: str(text) for name, text in app.query_params.items()}
    faults += [f"still in the link: {notice}" for notice in from_query(left).notices]
    app.run()
    faults += [f"raised when run again: {error.message}" for error in app.exception]
    faults += [f"said again: {box}" for box in _boxes(app)]
    return faults


def _boxes(app: AppTest) -> list[Sequence[str]]:
    """Sentences of each box that speaks of the link; a framework that cannot say a schedule has its own."""
    boxes = [re.sub("^- ", "", box.value, flags=re.MULTILINE).splitlines() for box in app.warning]
    return [box for box in boxes if "Another framework" not in box[0]]


def main() -> None:
    """Try all links, print what is wrong and how long it took, and fail where something is."""
    n_pages = -(-N_OPENED // len(PAGES))
    faults = _try("links read", ((link, faults_of_reading(link)) for link in odd_links(N_READ, 0)))
    with TemporaryDirectory() as folder:
        os.environ["FREEZE_OR_FINE_TUNE_STORE"] = str(Path(folder, "cells.sqlite"))
        for page in (info.file for info in PAGES):
            tried = ((link, faults_on_page(page, link)) for link in page_links(page, n_pages, 0))
            faults += _try(f"links to {page}", tried)
    sys.exit(1 if faults else 0)


def _try(what: str, tried: Iterable[tuple[Mapping[str, str], list[str]]]) -> int:
    started, n_links, n_faults = perf_counter(), 0, 0
    for link, faults in tried:
        n_links, n_faults = n_links + 1, n_faults + len(faults)
        for fault in faults:
            print(f"{fault!a}\n    {_shown(link)}")
    print(f"{n_links:,} {what} in {perf_counter() - started:.0f} s, {n_faults} faults", flush=True)
    return n_faults


def _shown(link: Mapping[str, str]) -> str:
    return ascii({name[:40]: text[:60] for name, text in list(link.items())[:12]})


if __name__ == "__main__":
    main()
