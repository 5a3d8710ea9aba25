"""What a link for a class asks of the page that is drawn. The address alone says so: a server that forgets loses nothing."""

from __future__ import annotations

from functools import lru_cache

from transfer_core import RunConfig
from transfer_ui.controls import address, notice_box
from transfer_ui.controls.class_link import PROJECTOR, ClassLink, read, write
from transfer_ui.controls.knobs import fitted, values_of

_OWN = ("predicted", "said")  # the reader's


def link() -> ClassLink:
    """Get what the link in the address asks; an empty one where it is for no class."""
    return _read(tuple(address.of_class().items()))[0]


def say_what_did_not_fit() -> None:
    """Say once what of the link was left out, and leave it out of the address."""
    here = address.of_class()
    found, notices = _read(tuple(here.items()))
    if notices:
        notice_box.say(*notices)
        address.write_class(write(found) | {name: here[name] for name in _OWN if name in here})


@lru_cache(maxsize=200)
def _read(items: tuple[tuple[str, str], ...]) -> tuple[ClassLink, list[str]]:
    return read(dict(items))


def held(config: RunConfig, before: RunConfig) -> RunConfig:
    """Keep what the link fixes as it was before: no button and no link on a page moves it."""
    fixed = link().fixed
    if not fixed or config == before:
        return config
    kept = {name: value for name, value in values_of(before).items() if name in fixed}
    return fitted(values_of(config) | kept)[0]


def allows(config: RunConfig, before: RunConfig) -> bool:
    """Whether the link lets the reader go from some settings to others."""
    return held(config, before) == config


def is_projected() -> bool:
    """Whether the page is to be read from afar."""
    return link().view == PROJECTOR
