"""Build the emoji set in two drawing styles: ``python -m tools.build_emoji GOOGLE.tgz TWITTER.tgz --out results/emoji``.

The archives come from npm: ``npm pack emoji-datasource-google@16.0.0 emoji-datasource-twitter@16.0.0``. Both hold the same
emoji at 64 x 64, drawn by Google (Noto Emoji, Apache-2.0) and by Twitter (Twemoji, CC BY 4.0); names and categories were
put together by Cal Henderson (MIT). The folders ``google`` and ``twitter`` then hold one folder per class, for
``python -m transfer_torch measure results/emoji/google --other results/emoji/twitter``.

ImageNet has seen no drawings, so this target is far from the source; and the other style is a shift of the target itself.
"""

from __future__ import annotations

import argparse
import json
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

STYLES = ("google", "twitter")
SIDE = 64
LEFT_OUT = ("Component", "Symbols")  # skin tones; and arrows, letters and signs, which show no thing
NOTE = """\
The pictures in google/ are Noto Emoji, copyright Google, under the Apache License 2.0.
The pictures in twitter/ are Twemoji, copyright Twitter, Inc and other contributors, under CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/). They are unchanged.
Names and categories: emoji-data, copyright 2013 Cal Henderson, under the MIT License.
"""

JOINERS = {"200d", "fe0f"}
# Man, woman, person, boy, girl, child, baby and the old: of one role they are the same picture with another hat or hair.
PEOPLE = {"1f468", "1f469", "1f9d1", "1f466", "1f467", "1f9d2", "1f476", "1f474", "1f475", "1f9d3", "2640", "2642"}
# What has a sign of its own for each sex, or for each hour or phase, under the first of its kind.
SAME = (
    {f"{code:x}": "1f550" for code in range(0x1F550, 0x1F568)}  # clock faces
    | {f"{code:x}": "1f311" for code in range(0x1F311, 0x1F319)}  # phases of the moon
    | {"1f483": "1f57a", "1f478": "1f934", "1fac5": "1f934", "1f936": "1f385", "1f935": "1f470"}
)


def base_of(unified: str) -> str:
    """Name what an emoji shows, whoever it shows it with.

    Parameters
    ----------
    unified : str
        Its code points, as the archives write them.

    Examples
    --------
    >>> base_of("1F468-200D-1F33E"), base_of("1F9D1-200D-1F33E"), base_of("1F33E")
    ('1f33e', '1f33e', '1f33e')
    >>> base_of("1F469"), base_of("1F468-200D-1F469-200D-1F467"), base_of("1F478")
    ('people', 'people', '1f934')
    """
    codes = [code for code in unified.lower().split("-") if code not in JOINERS | PEOPLE]
    return "-".join(SAME.get(code, code) for code in codes) or "people"


def class_of(category: str) -> str:
    """Make the name of a folder.

    Examples
    --------
    >>> class_of("Travel & Places")
    'travel_and_places'
    """
    return category.lower().replace(" & ", "_and_").replace(" ", "_")


def wanted(emoji: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """List the emoji that both styles have.

    Yields
    ------
    tuple of (str, str)
        Name of the picture in the archives, and its place in a folder of pictures.
    """
    for one in emoji:
        if one["category"] not in LEFT_OUT and all(one[f"has_img_{style}"] for style in STYLES):
            stem = Path(one["image"]).stem
            yield one["image"], f"{class_of(one['category'])}/{base_of(one['unified'])}--{stem}.png"


def unpack(archive: Path, style: str, out: Path) -> int:
    """Write the pictures of one style.

    Parameters
    ----------
    archive : Path
    style : {"google", "twitter"}
    out : Path

    Returns
    -------
    int
        How many.
    """
    with tarfile.open(archive) as opened:
        members = {member.name: member for member in opened.getmembers() if member.isfile()}
        places = dict(wanted(json.loads(_content(opened, members["package/emoji.json"]))))
        for image, place in places.items():
            path = out / style / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_content(opened, members[f"package/img/{style}/{SIDE}/{image}"]))
    return len(places)


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    opened = archive.extractfile(member)
    assert opened is not None  # a file, as was asked
    return opened.read()


def main(arguments: Sequence[str] | None = None) -> None:
    """Write both styles and the note on their licences."""
    parser = argparse.ArgumentParser(prog="python -m tools.build_emoji", description=(__doc__ or "").split("\n")[0])
    for style in STYLES:
        parser.add_argument(style, type=Path, help=f"the archive emoji-datasource-{style}-16.0.0.tgz")
    parser.add_argument("--out", type=Path, default=Path("results/emoji"), help="a folder that Git ignores")
    options = parser.parse_args(arguments)
    for style in STYLES:
        try:
            n = unpack(getattr(options, style), style, options.out)
        except (OSError, tarfile.TarError, KeyError, ValueError) as error:
            sys.exit(f"{style} must be the archive emoji-datasource-{style}-16.0.0.tgz, got {error}.")
        print(f"Wrote {n} pictures to {options.out / style}")
    (options.out / "LICENCE-NOTE.md").write_text(NOTE, encoding="utf-8")


if __name__ == "__main__":
    main()
