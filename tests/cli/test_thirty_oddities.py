"""`bench evaluate` on a folder of thirty oddities: what is sound is measured, of the rest a row says what it is."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image
from typer.testing import CliRunner

from bench.cli.commands import app
from bench.runs import RunFolder
from bench.types import Measurement
from tests.made import photograph
from tests.media import raw_pictures as raw
from tests.media.made_films import POINTER, animated, made, rebuilt, zipped

PHOTOGRAPH = Image.fromarray(photograph())


def broken_exif(path: Path) -> None:
    """A resolution that is text."""
    text = (raw.X_RESOLUTION, raw.ASCII, 3, b"72\0")
    PHOTOGRAPH.save(path, "JPEG", exif=raw.exif(text), quality=95)


def with_old_title(path: Path) -> None:
    content = made(path.with_name("titled.mp4")).rename(path).read_bytes()
    at = content.index(b"Lavf")
    path.write_bytes(content[:at] + "テ".encode("shift-jis") + content[at + 2 :])


def written(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def cut(share: float) -> Callable[[Path], object]:
    """A film of which only a share is there."""

    def write(path: Path) -> None:
        content = made(path).read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return write


def renamed(suffix: str) -> Callable[[Path], object]:
    return lambda path: made(path.with_name(f"other{suffix}")).rename(path)


def followed(path: Path) -> None:
    path.write_bytes(animated(path).read_bytes() + b"bytes behind the end")


def avi(at: tuple[int, ...], stated: int) -> Callable[[Path], object]:
    return lambda path: rebuilt(made(path.with_name("plain.avi")), at, stated).rename(path)


def framed(*names: str) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        path.mkdir()
        for name in names:
            PHOTOGRAPH.save(path / name)

    return write


def uneven(path: Path) -> None:
    made(path, 10, 30, times=[0, 100, 200, 300, 400, 500, 600, 700, 800, 5000])


SOUND: dict[str, Callable[[Path], object]] = {
    "01.webp": animated,
    "02.apng": animated,
    "03.gif": followed,
    "04.avi": avi((), 17),
    "05.avi": avi((4, 8, 8), 19),
    "06.mp4": with_old_title,
    "07.webm": uneven,
    "08.webm": lambda path: made(path, muxer={"live": "1"}),
    "09.webm": lambda path: made(path, sound_seconds=3),
    "10.MP4": lambda path: made(path.with_name("10b.mp4")).rename(path),
    "11": framed("f_1.png", "f_2.png", "f_3.png", "f_4.png"),
    "12.mkv": lambda path: made(path, rate=Fraction(24000, 1001)),
}
REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "13.mp4": (written(b""), "is empty"),
    "14.mp4": (written(b"<!DOCTYPE html><html>404</html>"), "a web page"),
    "15.mp4": (written(POINTER), "git lfs pull"),
    "16.mp4": (written(zipped()), "a zip archive"),
    "17.mp4": (written(b"a text about a duck"), "a text"),
    "18.mp4": (renamed(".webm"), "a WebM film; name it .webm"),
    "19.webm": (renamed(".mp4"), "an MP4 film; name it .mp4"),
    "20.mp4": (cut(0.5), "cannot be decoded|cut short|damaged"),
    "21.mkv": (cut(0.5), "cut short"),
    "22.gif": (
        lambda path: path.write_bytes(animated(path).read_bytes()[:-9]),
        "its blocks lead to no closing byte",
    ),
    "23.mp4": (written(bytes(4000)), "empty but for zeros"),
    "24.mp4": (written(b'{"error": "expired"}'), "JSON"),
    "25.webm": (written(np.random.default_rng(0).bytes(4000)), "nothing in it reads as a .webm film"),
    "26.mp4": (
        lambda path: path.write_bytes(made(path).read_bytes().partition(b"moov")[0]),
        "its index is missing",
    ),
    "27.avi": (lambda path: animated(path.with_suffix(".gif")).rename(path), "a GIF; name it .gif"),
    "28": (framed("f_1.png", "f_3.png"), "lacks frame 2"),
}
IMAGES: dict[str, Callable[[Path], object]] = {
    "29.jpg": broken_exif,
    "30.png": lambda path: PHOTOGRAPH.save(path, "WEBP", lossless=True),
}


def test_a_folder_of_thirty_oddities(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    for name, make in (SOUND | {name: make for name, (make, _) in REFUSED.items()}).items():
        make(folder / name)
        PHOTOGRAPH.save(folder / f"{Path(name).stem}.jpg", quality=95)
    for name, make in IMAGES.items():
        made(folder / f"{Path(name).stem}.mkv")
        make(folder / name)
    found = rows(folder, tmp_path / "runs")
    assert len(found) == 30
    for name in (*SOUND, *IMAGES):
        assert found[Path(name).stem].value is not None, (name, found[Path(name).stem].error)
    for name, (_, message) in REFUSED.items():
        error = found[Path(name).stem].error or ""
        assert any(part in error for part in message.split("|")), (name, error)


def rows(folder: Path, out: Path) -> dict[str | None, Measurement]:
    words = ["evaluate", "--clips", folder, "--name", "odd", "--metrics", "first_frame", "--view", "native"]
    answer = CliRunner().invoke(app, [str(word) for word in (*words, "--out", out)], prog_name="bench")
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.output
    (run,) = out.glob("odd-*")
    return {row.case: row for row in RunFolder(run).rows.read()[0]}
