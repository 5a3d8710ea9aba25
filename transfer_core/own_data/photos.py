"""Photos: a ZIP of folders, one per class. Nothing is unpacked to disk, and no photo is decoded before its size is known."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from transfer_core.arrays import Array
from transfer_core.experiment import Progress
from transfer_core.own_data.contents import Contents, Finding, counted, listed, plain
from transfer_core.own_data.images import LARGEST, reduced
from transfer_core.own_data.limits import LIMITS, Refused, at_most

ENDINGS = {".png", ".jpg", ".jpeg"}
FORMATS = ("PNG", "JPEG")
MAX_ENTRIES = 20_000
PHOTO_BYTES = 20 * 2**20
EVERY = 25  # photos between two reports of progress
FOLDER = "folder"


def read_photos_steps(name: str, data: bytes) -> Iterator[Progress]:
    """Read a ZIP of class folders.

    Yields
    ------
    Progress
        The result of the last is the `Contents`, with the column ``folder``.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries, ignored = _photos(archive)
        shown = _common_folder([path for path, _ in entries])
        images, folders, places, broken = [], [], [], []
        for number, (path, entry) in enumerate(entries):
            if number % EVERY == 0:
                yield Progress(number / len(entries), f"Photo {number + 1:,} of {len(entries):,}")
            try:
                images.append(_decoded(archive, entry))
            except (Refused, MemoryError):
                raise
            except Exception:  # whatever a damaged photo does to the decoder, the others are still good
                broken.append(plain("/".join(path.parts[shown:])))
                continue
            folders.append(plain(path.parts[shown]))
            places.append(plain("/".join(path.parts[shown:])))
    if not images:
        raise Refused("The ZIP must hold photos as PNG or JPEG, got none that can be read.")
    findings = []
    if ignored:
        findings.append(
            Finding(
                "ignored",
                listed(ignored),
                f"{counted(len(ignored), 'file')} in the ZIP are no photos in a folder ({listed(ignored)}): left out.",
            )
        )
    if broken:
        findings.append(
            Finding(
                "broken",
                listed(broken),
                f"{counted(len(broken), 'photo')} cannot be read ({listed(broken)}): left out.",
            )
        )
    found = Contents(name, np.stack(images), (), {FOLDER: tuple(folders)}, tuple(findings), tuple(places))
    yield Progress(1.0, "Read", lambda: found)


def _photos(archive: zipfile.ZipFile) -> tuple[list[tuple[PurePosixPath, zipfile.ZipInfo]], list[str]]:
    """List photos in folders, and what else there is; refuse names that lead out of the archive, and bombs."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    at_most("Files in the ZIP", len(infos), MAX_ENTRIES)
    at_most("Unpacked bytes", sum(info.file_size for info in infos), LIMITS.unpacked_bytes)
    photos, others = [], []
    for info in infos:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise Refused(f"Names in the ZIP must stay inside it, got {plain(info.filename)}.")
        if info.flag_bits & 1:
            raise Refused("The ZIP must not be encrypted: pack it again without a password.")
        if path.name.startswith(".") or path.parts[0] == "__MACOSX" or path.name == "Thumbs.db":
            continue
        if path.suffix.lower() in ENDINGS and len(path.parts) > 1:
            photos.append((path, info))
        else:
            others.append(plain(info.filename))
    if not photos:
        raise Refused("The ZIP must hold folders with photos as PNG or JPEG, one folder per class, got none.")
    LIMITS.check_size(len(photos), LARGEST**2)
    return photos, others


def _common_folder(paths: list[PurePosixPath]) -> int:
    """Count the outer folders that hold all others."""
    depth = 0
    while all(len(path.parts) > depth + 2 for path in paths) and len({path.parts[depth] for path in paths}) == 1:
        depth += 1
    return depth


def _decoded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Array:
    """Decode one photo and reduce it to the size that is kept."""
    from PIL import Image, ImageOps

    at_most(f"Bytes of {plain(entry.filename)}", entry.file_size, PHOTO_BYTES)
    with archive.open(entry) as member:
        body = member.read(PHOTO_BYTES + 1)
    # Our own bound on the size is lower than that at which Pillow warns.
    with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(body), formats=FORMATS) as photo:
        at_most(f"Pixels of {plain(entry.filename)}", photo.width * photo.height, LIMITS.pixels)
        photo.draft("L", (2 * LARGEST, 2 * LARGEST))  # a JPEG is decoded at a fraction of its size
        upright = ImageOps.exif_transpose(photo)
        return _kept(upright)


def _kept(photo: Any) -> Array:
    """Turn a photo into shares of white; what is transparent is white."""
    from PIL import Image

    is_deep = photo.mode == "F" or photo.mode.startswith("I")
    if not is_deep and ("A" in photo.getbands() or "transparency" in photo.info):
        photo = photo.convert("RGBA")
        photo = Image.alpha_composite(Image.new("RGBA", photo.size, "white"), photo)
    pixels: Array = np.asarray(photo if is_deep else photo.convert("L"), np.float32)
    pixels = pixels / np.float32(65535 if is_deep and pixels.max() > 255 else 255)
    height, width = pixels.shape
    if min(height, width) < LARGEST:  # too small to reduce: enlarged, so that all photos have one size
        scale = -(-LARGEST // min(height, width))
        pixels = np.kron(pixels, np.ones((scale, scale), np.float32))
    small: Array = reduced(pixels[None], LARGEST)[0]
    return small
