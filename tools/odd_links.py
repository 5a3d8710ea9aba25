"""Links that nobody would type, drawn at random: for `tools.fuzz` and the tests."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from urllib.parse import urlencode

from transfer_ui.controls.knobs import KNOB
from transfer_ui.controls.parameters import CLASS_PARAMETERS, PAGE_PARAMETERS

MARKER = "zqxvkjwq"  # in all that would do something if it were rendered; too long to be in a picture by chance
MARKUP = (
    *(f"<script>{MARKER}()</script>", f"<img src=x onerror={MARKER}()>", f"[{MARKER}](javascript:alert(1))"),
    *(f"`]({MARKER})", f"**{MARKER}**", f":red[{MARKER}]", f"${MARKER}^2$", f"\n\n# {MARKER}\n"),
)
NUMBERS = (
    *("0", "-0", "-1", "+5", "7", "61", "7.5", " 5 ", "5 5", "0x10", "1_000", "1,000", "²", "٣", "⅓"),
    *("1e3", "1e400", "-1e400", "1e-400", "NaN", "inf", "-inf", "9" * 30, "9" * 5000, "0." + "1" * 5000),
)
WORDS = ("", " ", "yes", "no", "all", "full", "True", "None", "null", "undefined", "lesson", "LESSON", "mars", "start")
PLACES = ("5,15", "7,7", ",10,20x", "mars,10,10", ",10,7", ",9999,10", ",²,10", f",10,{'1' * 5000}", ",,", "," * 3000)
TEXTS = (
    *("\x00", "\x1b[31m", "\u202e5", "\u2066x\u2069", "\ufeff", "\ud800", "\U0001f642" * 20, "e\u0301\u0323" * 30),
    *("%00", "%", "../../etc/passwd", "' OR 1=1 --", "n_epochs=5&n_epochs=9", "pin=pin%3Dpin%253D", "a" * 10_000),
)
ODD = (*MARKUP, *NUMBERS, *WORDS, *PLACES, *TEXTS)
NAMES = (*KNOB, *CLASS_PARAMETERS, *(name for names in PAGE_PARAMETERS.values() for name in names))

QUICK = {"n_epochs": "5", "unfreeze_epoch": "2", "n_seeds": "2", "pretrain_epochs": "1", "hidden_width": "8"}
CHEAP = ("scenario", "shift_amount", "images_per_class", "gradual", "layer_decay", "batch_size", "momentum")
# A guess opens the map, a section trains: pages are tried with what shows more of them, too.
GOOD = {
    "schedule": "3-f-f-0.1_2-0.02-f-0.02",
    "trained": "yes",
    "guess": "50",
    "among": "freeze_or_tune",
    "cell": "5,0",
    "section": "why",
    "claim": "same_basin.one_basin",
    "made": "page=decide&predict=crossing&reveal=prediction",
    "sample": "broken",
}
FOR_A_CLASS = {
    "ask": "Who wins?",
    "predict": "winner",
    "lock": "n_epochs.seed",
    "hide": "momentum",
    "reveal": "prediction",
    "view": "projector",
}


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
        if rng.random() < 0.3:
            link |= {name: text for name, text in FOR_A_CLASS.items() if rng.random() < 0.5}
            names += rng.sample(CLASS_PARAMETERS, rng.randint(1, len(CLASS_PARAMETERS) // 2))
        unknown = [odd_value(rng) for _ in range(rng.choice((0, 0, 1, 3, 300)))]
        link |= {name: odd_value(rng) for name in [*names, *unknown]}
        # What travels in a link is Unicode text.
        yield {_sendable(name): _sendable(text) for name, text in link.items()}


def _sendable(text: str) -> str:
    return text.encode(errors="replace").decode()
