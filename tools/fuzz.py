"""Try odd links on what reads them, and on the pages: ``python -m tools.fuzz``, with fixed seeds.

Whatever a link holds, a page opens, says in few and short sentences what did not fit, and goes on with
settings that its controls can show. What is not so is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from time import perf_counter
from urllib.parse import urlencode

from streamlit.testing.v1 import AppTest

from transfer_core.studies.registry import STUDIES
from transfer_ui.articles.claims import read_again
from transfer_ui.controls.knobs import KNOB, fitted, values_of
from transfer_ui.controls.link import FromLink, from_query, from_text, quoted, to_text
from transfer_ui.controls.parameters import PAGE_PARAMETERS
from transfer_ui.shell.map import PAGES, PAGES_FOLDER

N_READ, N_OPENED = 10_000, 300
LONGEST, MOST_BOXES, LONGEST_PAGE = 400, 3, 1600  # characters of a sentence; boxes and their characters on a page

MARKER = "zqx"  # in all that would do something if it were rendered
MARKUP = (
    f"<script>{MARKER}()</script>",
    f"<img src=x onerror={MARKER}()>",
    f"[{MARKER}](javascript:alert(1))",
    f"`]({MARKER})",
    f"**{MARKER}**",
    f":red[{MARKER}]",
    f"${MARKER}^2$",
    f"\n\n# {MARKER}\n",
)
NUMBERS = (
    *(
        "0",
        "-0",
        "-1",
        "7",
        "61",
        "7.5",
        "1e3",
        "1e400",
        "-1e400",
        "1e-400",
        "NaN",
        "inf",
        "-inf",
        "0x10",
        "1_000",
        "1,000",
    ),
    *("²", "٣", "⅓", "9" * 30, "9" * 5000, "0." + "1" * 5000, "+5", " 5 ", "5 5"),
)
WORDS = ("", " ", "yes", "no", "all", "full", "True", "None", "null", "undefined", "lesson", "LESSON", "mars", "start")
PLACES = ("5,15", "7,7", ",10,20x", "mars,10,10", ",10,7", ",9999,10", ",²,10", f",10,{'1' * 5000}", ",,", "," * 3000)
TEXTS = (
    *(
        "\x00",
        "\x1b[31m",
        "\u202e5",
        "\u2066x\u2069",
        "\ufeff",
        "\ud800",
        "\U0001f642" * 20,
        "e\u0301\u0323" * 30,
        "%00",
        "%",
    ),
    *(
        "../../etc/passwd",
        "' OR 1=1 --",
        "n_epochs=5&n_epochs=9",
        "pin=pin%3Dpin%253D",
        "scenario=lesson",
        "a" * 10_000,
    ),
)
ODD = (*MARKUP, *NUMBERS, *WORDS, *PLACES, *TEXTS)
NAMES = (*KNOB, *(name for names in PAGE_PARAMETERS.values() for name in names))

QUICK = {"n_epochs": "5", "unfreeze_epoch": "2", "n_seeds": "2", "pretrain_epochs": "1", "hidden_width": "8"}
CHEAP = (
    "scenario",
    "shift_amount",
    "images_per_class",
    "gradual",
    "layer_decay",
    "batch_size",
    "momentum",
    "weight_decay",
)
# A guess opens the map, a section trains: pages are tried with what shows more of them, too.
GOOD = {"guess": "50", "among": "freeze_or_tune", "cell": "5,0", "section": "why", "claim": "same_basin.one_basin"}

WHAT_WAS_TYPED = "(`[^`]+`|nothing|characters that cannot be shown)"
SENTENCES = (
    rf"(In the pinned run: )?({'|'.join(NAMES)}) in the link must be .+, got {WHAT_WAS_TYPED}\. (Using .+|It was left out)\.",
    rf"(In the pinned run: )?The link names a setting that does not exist, {WHAT_WAS_TYPED}\. It was left out\.",
    rf"(In the pinned run: )?The link names \d+ settings that do not exist, .*{WHAT_WAS_TYPED}\. They were left out\.",
    r"(In the pinned run: )?[A-Z][a-z, -]+ is \S+ now: it must be .+\.",
    r"\d+ more values did not fit either; the link now holds what is used\.",
)


def odd_value(rng: Random) -> str:
    """Draw a value that nobody would type, or one that somebody did."""
    kind = rng.randrange(10)
    if kind == 0:
        return "".join(chr(rng.randrange(0x11_0000)) for _ in range(rng.randrange(1, 40)))
    if kind == 1:
        return repr(rng.uniform(-300, 300) * 10 ** rng.randrange(-5, 5))
    if kind == 2:
        return str(rng.randrange(-5, 300))
    return rng.choice(ODD)


def odd_links(n: int, seed: int) -> Iterator[dict[str, str]]:
    """Draw links with a few settings or very many, known and unknown, among them a run inside the link."""
    rng = Random(seed)
    for _ in range(n):
        link = {odd_name(rng): odd_value(rng) for _ in range(rng.randrange(1, 8))}
        if rng.random() < 0.01:
            link |= {f"x{index}": odd_value(rng) for index in range(rng.randrange(400))}
        if rng.random() < 0.1:
            inner = {odd_name(rng): odd_value(rng) for _ in range(rng.randrange(1, 5))}
            link["pin"] = urlencode(inner, errors="replace")
        yield link


def odd_name(rng: Random) -> str:
    """Draw a name, mostly one that means something."""
    name = rng.choice(NAMES)
    kind = rng.randrange(10)
    if kind == 0:
        return odd_value(rng)
    return name.upper() if kind == 1 else name


def page_links(page: str, n: int, seed: int) -> Iterator[dict[str, str]]:
    """Draw links to a page that train little: a few odd values beside settings that are quick."""
    rng = Random(f"{page} {seed}")
    own = PAGE_PARAMETERS.get(page, ())
    for _ in range(n):
        link = QUICK | {name: GOOD[name] for name in own if name in GOOD and rng.random() < 0.5}
        names = [*rng.sample(own, rng.randint(0, len(own))), *rng.sample(CHEAP, rng.randint(0, 3))]
        if page != "decide" and rng.random() < 0.1:  # a map is 120 trainings: its settings stay quick
            names.append(rng.choice(tuple(QUICK)))
        unknown = [odd_value(rng) for _ in range(rng.choice((0, 0, 1, 3, 300)))]
        link |= {name: odd_value(rng) for name in [*names, *unknown]}
        # What travels in a link is Unicode text.
        yield {_sendable(name): _sendable(text) for name, text in link.items()}


def _sendable(text: str) -> str:
    return text.encode(errors="replace").decode()


def faults_of_reading(link: Mapping[str, str]) -> list[str]:
    """Say what is wrong with how a link is read; whatever it raises is not caught."""
    faults = _faults_of(from_query(link))
    for text in (urlencode(link, errors="replace"), *(link[name] for name in ("pin",) if name in link)):
        try:
            faults += _faults_of(from_text(text))
        except ValueError as error:
            faults += _faults_of_sentence(f"pin in the link must be {error}, got {quoted(text)}. It was left out.")
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
    said = "\n".join(str(getattr(element, "value", "")) for element in app.main if element.type != "code")
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
    """Try all links and print what is wrong, and how long it took."""
    started, faults = perf_counter(), 0
    for link in odd_links(N_READ, 0):
        for fault in faults_of_reading(link):
            faults += 1
            print(f"{fault}\n    {_shown(link)}")
    print(f"{N_READ:,} links read in {perf_counter() - started:.0f} s, {faults} faults", flush=True)
    for page in (info.file for info in PAGES):
        started, faults, n = perf_counter(), 0, -(-N_OPENED // len(PAGES))
        for link in page_links(page, n, 0):
            for fault in faults_on_page(page, link):
                faults += 1
                print(f"{page}: {fault}\n    {_shown(link)}")
        print(f"{n} links to {page} in {perf_counter() - started:.0f} s, {faults} faults", flush=True)


def _shown(link: Mapping[str, str]) -> str:
    return ascii({name[:40]: text[:60] for name, text in list(link.items())[:12]})


if __name__ == "__main__":
    main()
