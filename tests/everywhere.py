"""All that the project says about a folder of runs, as JSON, from a process in which plug-ins may be installed.

python -m tests.everywhere OUT RUN [WORDS…]      # after `bench WORDS… --out OUT`, if there are any
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from typer.testing import CliRunner

from bench.cli.commands import app
from bench.web import launch
from tests.leaderboard.placed import page, placed


def everything(out: Path, run: str, folder: Path) -> Mapping[str, str]:
    """Place -> what it says.

    Args:
        out: folder of runs.
        run: label of the run that is shown.
        folder: an empty one, for exports.
    """
    published = folder / "none"
    os.environ.update(launch.environment(out, published))
    manifest_scanner.scan_component_manifests = list  # type: ignore[assignment]  # reads all installed packages

    def exported(name: str, *words: str) -> Path:
        bench("export", folder / name, "--published", published, "--out", out, *words)
        return folder / name

    site = exported("site", "--clips", "none")
    records = exported("eee", "--format", "every-eval-ever").rglob("*.json")
    return {
        "ls models": bench("ls", "models", "--json"),
        "ls metrics": bench("ls", "metrics", "--json"),
        "show": bench("show", run, "--out", out),
        "csv": exported("scores.csv", "--format", "csv").read_text(),
        "json": exported("scores.json", "--format", "json").read_text(),
        "every eval ever": "\n".join(sorted(path.read_text() for path in records)),
        "site": (site / "index.html").read_text(),
        "site's metrics": (site / "metrics.html").read_text(),
        "board": placed(page("overview.py")),
        "board's metrics": placed(page("metrics.py")),
    }


def bench(*words: object) -> str:
    """What `bench words…` prints; fails where it does."""
    answer = CliRunner().invoke(app, [*map(str, words)], env={"COLUMNS": "200"}, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def main() -> None:
    """Writes everything to the standard output."""
    out, run, words = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    said = {"table": bench(*words, "--out", out)} if words else {}
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(json.dumps({**said, **everything(out, run, Path(folder))}))


if __name__ == "__main__":
    main()
