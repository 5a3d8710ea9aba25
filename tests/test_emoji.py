"""The emoji set: both styles, the same names, one thing in one group."""

import io
import json
import tarfile

import numpy as np
import pytest
from PIL import Image

from tools.build_emoji import STYLES, main
from transfer_torch.pictures import read, read_other

EMOJI = [
    ("1F468-200D-1F33E", "People & Body", True),
    ("1F469-200D-1F33E", "People & Body", True),
    ("1F57A", "People & Body", True),
    ("1F34E", "Food & Drink", True),
    ("1F34F", "Food & Drink", False),
    ("1F523", "Symbols", True),
]


def _archive(path, style, colour):
    listed = [
        {
            "unified": code, "image": f"{code.lower()}.png", "category": category,
            "has_img_google": True, "has_img_twitter": in_both,
        }
        for code, category, in_both in EMOJI
    ]  # fmt: skip
    drawn = io.BytesIO()
    Image.new("RGBA", (64, 64), colour).save(drawn, "PNG")
    files = {"emoji.json": json.dumps(listed).encode()}
    files |= {f"img/{style}/64/{one['image']}": drawn.getvalue() for one in listed if one[f"has_img_{style}"]}
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return str(path)


def test_both_styles_hold_the_same_emoji_and_one_role_is_one_group(tmp_path, capsys):
    archives = [
        _archive(tmp_path / f"{style}.tgz", style, colour)
        for style, colour in zip(STYLES, ("red", "blue"), strict=True)
    ]
    main([*archives, "--out", str(tmp_path / "emoji")])
    assert capsys.readouterr().out.count("Wrote 4 pictures") == 2
    ours = read(tmp_path / "emoji" / "google", 8)
    theirs = read_other(tmp_path / "emoji" / "twitter", 8, ours)
    assert ours.classes == ("food_and_drink", "people_and_body")
    assert ours.groups == ("1f34e", "1f33e", "1f33e", "1f57a")
    assert [np.unravel_index(one.pixels.sum(axis=(0, 2, 3)).argmax(), 3)[0] for one in (ours, theirs)] == [0, 2]
    note = (tmp_path / "emoji" / "LICENCE-NOTE.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in note
    assert "Apache License 2.0" in note


def test_another_archive_gets_one_sentence(tmp_path):
    broken = tmp_path / "broken.tgz"
    broken.write_bytes(b"no archive")
    with pytest.raises(SystemExit, match=r"^google must be the archive emoji-datasource-google-16\.0\.0\.tgz, got "):
        main([str(broken), str(broken), "--out", str(tmp_path)])
