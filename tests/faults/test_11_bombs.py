"""Small files that would become large: refused within two seconds, below a gigabyte, before they are unpacked."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pyarrow as pa
import pytest

from bench.runs import parquet
from tests.faults.all_faults import Figures
from tests.runs.test_row_rules import _repeated, _written

SECONDS, MEGABYTES = 2.0, 1000


def _many_rows(folder: Path) -> Path:
    dictionary = [name for name in parquet.schema().names if name not in ("seed", "series")]
    plain = {"column_encoding": {"seed": "DELTA_BINARY_PACKED"}}
    return _written(folder, _repeated(5_000_000), **plain, use_dictionary=dictionary)


def _long_series(folder: Path) -> Path:
    values = pa.repeat(pa.scalar(0.5), 60_000_000)
    series = pa.ListArray.from_arrays([0, len(values)], values)
    return _written(folder, _with("series", series, 1))


def _large_dictionary(folder: Path) -> Path:
    return _written(
        folder, _with("settings", pa.array([f"{number:0>90000}" for number in range(4_000)]), 4_000)
    )


def _with(column: str, values: Any, rows: int) -> pa.Table:
    table = _repeated(rows)
    return table.set_column(table.column_names.index(column), parquet.schema().field(column), values)


def _large_film(folder: Path) -> Path:
    """8192 x 8192."""
    path = folder / "a.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=8, options={"preset": "ultrafast"})
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 8192
        stream.pix_fmt = "yuv420p"
        for _ in range(2):
            output.mux(stream.encode(av.VideoFrame(8192, 8192, "yuv420p")))
        output.mux(stream.encode(None))
    return path


def _long_film(folder: Path) -> Path:
    """A million frames of one pixel."""
    frame = b"\x21\xf9\x04\0\x0a\0\0\0\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    path = folder / "a.gif"
    path.write_bytes(head + frame * 1_000_000 + b";")
    return path


def _large_picture(folder: Path) -> Path:
    """30,000 x 30,000 in a png of 110 kB."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head, side = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0), 30_000
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes((side // 8 + 1) * side), 9))
    path = folder / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b""))
    return path


def _deep_json(folder: Path) -> Path:
    (folder / "deep").mkdir()
    (folder / "deep" / "run.json").write_text("[" * 10_000_000)
    return folder / "deep"


def _deep_toml(folder: Path) -> Path:
    (folder / "run.toml").write_text("a = " + "[" * 1_000_000)
    return folder / "run.toml"


ROWS = "result_files.read_all([path]); parquet.read_table(path)"
FILM, PICTURE = "video.read_clip(path)", "pictures.read(path)"
BOMBS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "film of 8192 x 8192": (_large_film, FILM),
    "film of a million frames": (_long_film, FILM),
    "picture of 30,000 x 30,000": (_large_picture, PICTURE),
    "deep JSON": (_deep_json, "RunFolder(path).run"),
    "deep TOML": (_deep_toml, "documents.toml_table(path.read_text())"),
    "rows": (_many_rows, ROWS),
    "series": (_long_series, ROWS),
    "dictionary": (_large_dictionary, ROWS),
}
HEAVY = {"rows", "series", "dictionary"}
"""What takes long to make, and is left to the long run; tests/runs/test_row_rules.py has smaller ones."""

READER = """
import json, resource, sys, time
from pathlib import Path
from bench.base import documents
from bench.errors import BenchError
from bench.media import pictures, video
from bench.runs import RunFolder, parquet, result_files
import pandas, pyarrow.parquet
def most():  # kB, of this process and of the largest decoder that ended; its own ru_maxrss may be of its parent
    own = next(line.split()[1] for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))
    return int(own) + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
path, began = Path(sys.argv[2]), time.perf_counter()
try:
    found = eval(sys.argv[1].replace(";", ",")); said = ""
    if isinstance(found, tuple):
        said = "; ".join(map(str, found[0][1]))
except (BenchError, ValueError) as error:
    said = str(error)
print(json.dumps([time.perf_counter() - began, most() / 1024, said]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long if name in HEAVY else ()) for name in BOMBS]
)
def test_a_bomb_is_refused(tmp_path: Path, name: str, figures: Figures) -> None:
    make, expression = BOMBS[name]
    path = make(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", READER, expression, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    seconds, megabytes, said = json.loads(done.stdout)
    figures.tried, figures.slowest = 1, seconds
    assert said and "\n" not in said
    figures.refused = 1
    assert (seconds < SECONDS, megabytes < MEGABYTES) == (True, True), (seconds, megabytes)
