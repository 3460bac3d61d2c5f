"""Nothing that leaves this machine says where its files lie, or who works on it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from bench import exports
from bench.base.scrubbing import scrubbed
from bench.runs import parquet, publishing
from tests import made
from tests.leaderboard import boards
from tests.web import sites

SECRET = "/home/anna/secret project/clips/a-0.mkv"


def test_exports_carry_no_paths(tmp_path: Path) -> None:
    suite = made.suite(tmp_path, cases=1)
    out = tmp_path / "runs"
    of = boards.run(suite, "mine")
    texts = {
        "settings": f'{{"program": "{SECRET}"}}',
        "made_with": f'{{"python": "{SECRET}"}}',
        "checkpoint": SECRET,
    }
    rows = [boards.row(of, "c0", "ssim_mean", 0.5, **texts)]
    rows += [
        boards.row(of, "c0", "flicker_max_step", None, error=f"OSError: '{SECRET}' cannot be read", **texts)
    ]
    folder = boards.write(out, of, suite, rows)
    clip = folder.path / "clips" / "c0-0.mkv"
    clip.write_bytes(bytes(clip.stat().st_size))
    (out / "broken").mkdir()
    (out / "broken" / "results.parquet").write_text("nothing")
    sites.export(tmp_path / "site", out)
    gathered = exports.gather([out])
    exports.write("csv", tmp_path / "more" / "a.csv", gathered)
    exports.write("parquet", tmp_path / "more" / "a.parquet", gathered)
    exports.write("every-eval-ever", tmp_path / "more", gathered)
    publishing.publish(folder, tmp_path / "more")
    for path in [*(tmp_path / "site").rglob("*"), *(tmp_path / "more").rglob("*")]:
        if path.is_file() and path.suffix == ".parquet":
            said = str(parquet.read_table(path).to_pylist())
        else:
            said = path.read_text(errors="replace") if path.is_file() else ""
        for private in ("anna", "secret project", str(tmp_path)):
            assert private not in said, path


@pytest.mark.parametrize("is_encoded", [True, False])
def test_tables_lose_paths_and_nothing_else(is_encoded: bool) -> None:
    texts = ["'/a/x.mkv' is cut", None, "'/b/x.mkv' is cut", "clip has 1 frame"]
    column = pa.chunked_array([texts], pa.string())
    table = pa.table(
        {"error": column.dictionary_encode() if is_encoded else column, "case": ["/a/b", "c", "d", "e"]}
    )
    found = publishing.public_table(table)
    assert found["error"].to_pylist() == ["'x.mkv' is cut", None, "'x.mkv' is cut", "clip has 1 frame"]
    assert found.schema.types == table.schema.types
    assert found["case"].to_pylist() == table["case"].to_pylist()
    if is_encoded:
        assert len(found["error"].chunk(0).dictionary) == 2


@pytest.mark.parametrize(
    ("text", "public"),
    [
        (r"C:\Users\anna\my films\a.mp4 is cut", "a.mp4 is cut"),
        (r"cannot read '\\server\share\a.mp4'", "cannot read 'a.mp4'"),
        ("D:/films/anna/a.mp4", "a.mp4"),
        ("ratio 3:4, size 1:2", "ratio 3:4, size 1:2"),
        ("https://example.org/a/b", "https://example.org/a/b"),
    ],
)
def test_paths_of_windows_are_cut_too(text: str, public: str) -> None:
    assert scrubbed(text) == public
