"""`bench run` on a suite of odd pictures, and what a site shows of them: sound ones are read, the rest is named."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench import suites
from bench.base.progress import Progress
from bench.runs import RunFolder
from bench.web.static.clips import Places
from tests import command_line
from tests.made import photograph
from tests.media import raw_pictures as raw

PICTURE = photograph()
TURNED = raw.short(raw.ORIENTATION, 6)
TEXT = (raw.X_RESOLUTION, raw.ASCII, 3, b"72\0")
NEGATIVE = (raw.X_RESOLUTION, raw.RATIONAL, 1, struct.pack("<Ii", 72, -1))


bench = partial(command_line.bench, columns=400)
"""One line per message."""


def write_sound(folder: Path) -> None:
    """Pictures that are read, whatever is odd about them."""
    whole = Image.fromarray(PICTURE)
    whole.save(folder / "negative.jpg", exif=raw.exif(TURNED, NEGATIVE))
    whole.save(folder / "text.jpg", exif=raw.exif(TURNED, TEXT))
    (folder / "float.tif").write_bytes(raw.tiff((PICTURE[..., 1] / 255).astype(np.float32)))
    for width, height in ((1, 300), (300, 1)):
        whole.resize((width, height)).save(folder / f"{width}x{height}.png")


REFUSED: Mapping[str, tuple[bytes, str]] = {
    "eps.png": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", "it is EPS; save it as PNG"),
    "pointer.png": (b"version https://git-lfs.github.com/spec/v1\n", "fetch it by git lfs pull"),
}


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    folder = tmp_path / "odd"
    folder.mkdir()
    write_sound(folder)
    for name, (content, _) in REFUSED.items():
        (folder / name).write_bytes(content)
    lines = [json.dumps({"id": path.name, "image": path.name}) for path in sorted(folder.iterdir())]
    (folder / "cases.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "suite.toml").write_text('title = "Oddities"\n')
    return folder


def test_a_suite_of_odd_pictures_is_run_and_shown(odd: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    words = ("--suite", odd, "--metrics", "first_frame", "--view", "native", "--out", out)
    answer = bench("run", "-m", "still", "--set", "num_frames=2", *words)
    assert answer.exit_code == 1, answer.output  # some clips failed
    (run,) = out.iterdir()
    errors = {record.case: record.error for record in RunFolder(run).records()}
    assert {case for case, error in errors.items() if error} == set(REFUSED)
    for case, (_, told) in REFUSED.items():
        assert told in errors[case]
    first = {row.case: row.value for row in RunFolder(run).rows.read()[0] if row.metric == "first_frame_ssim"}
    assert all(first[case] == pytest.approx(1) for case in ("negative.jpg", "text.jpg", "float.tif"))
    places = Places("copy", tmp_path / "site", tmp_path / "site")
    with Progress().bar("clips", len(errors)) as bar:
        clips = places.clips(RunFolder(run), list(errors), bar)
    assert {case for case, placed in clips.items() if not placed.address} == set(REFUSED)
    cases = {case.id: places.image("odd", case) for case in suites.load(odd).cases}
    assert {case for case, address in cases.items() if not address} == set(REFUSED)
