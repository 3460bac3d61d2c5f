"""A run's JSON may be cut, mutated or somebody else's: the run is set aside by name, and the others go on."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bench import runs
from bench.errors import BadResults, BenchError
from bench.runs import Ledger, RunFolder, stored_values
from bench.types import ClipRecord, RemoteTask, Run
from tests.made import suite

RUN = Run("sound", "still", "still", "", "", 1, {"fps": 8.0}, "", "tiny", "0", False)
RECORD = ClipRecord("c0", 0, "clips/c0-0.mkv", "a" * 64, 10, {"steps": 3}, seconds=1.5, fps=8.0)
TASK = RemoteTask("t1", "2026-01-01T00:00:00Z", 0.25, "vendor")

HOSTILE = ["[" * 200_000, "", "null", "[]", "5", '"x"', "{}", '{"id": "a", "id": "b"}', "\ufeff{}", "\x00"]

ANYTHING: list[Any] = [None, 5, -1, 1.5, 10**400, "x", "\x00", [], [[]], {}, {"a": []}, True, [1, "a", None]]


def _mutated(content: dict[str, Any], draw: random.Random) -> str:
    """The content as JSON, with fields of any type or missing, or its text cut or with other letters."""
    changed = dict(content)
    for name in draw.sample(sorted(changed), k=draw.randint(0, 2)):
        changed[name] = draw.choice(ANYTHING)
    if draw.random() < 0.2:
        del changed[draw.choice(sorted(changed))]
    text = json.dumps(changed)
    if draw.random() < 0.3:
        text = text[: draw.randrange(len(text))]
    if draw.random() < 0.3 and text:
        at = draw.randrange(len(text))
        text = text[:at] + draw.choice('[]{}",:x9\n') + text[at + 1 :]
    return text.replace("1.5", draw.choice(["1.5", "NaN", "Infinity", "1e999"]))


def _texts(content: dict[str, Any], count: int) -> Iterator[str]:
    draw = random.Random(7)
    yield from HOSTILE
    yield from (_mutated(content, draw) for _ in range(count))


def _asked(path: Path, read: Callable[[], object], texts: Iterator[str]) -> int:
    """How many of the texts are refused; each in one line that names the file."""
    refused = 0
    for text in texts:
        path.write_text(text)
        try:
            read()
        except BadResults as error:
            refused += 1
            assert str(path) in str(error)
            assert len(str(error).splitlines()) == 1
            assert len(str(error)) < 1000
    return refused


@pytest.mark.parametrize("count", [40, pytest.param(5_000, marks=pytest.mark.long)], ids=["sample", "all"])
def test_json_of_any_kind_is_read_or_refused_by_name(tmp_path: Path, count: int) -> None:
    folder, ledger = RunFolder(tmp_path / "sound"), Ledger(tmp_path / "tasks")
    stored_values.write(folder.path / "run.json", RUN)
    stored_values.write(folder.path / "suite.json", suite(tmp_path))
    stored = json.loads((folder.path / "suite.json").read_text())
    record = folder.path / "record.json"
    (tmp_path / "tasks").mkdir()
    task = tmp_path / "tasks" / "c0-0.json"
    asked = {
        folder.path / "run.json": (lambda: folder.run, asdict(RUN)),
        folder.path / "suite.json": (lambda: folder.suite, stored),
        record: (lambda: stored_values.read_record(record), asdict(RECORD)),
        task: (ledger.spent, asdict(TASK)),
    }
    for path, (read, content) in asked.items():
        assert _asked(path, read, _texts(content, count)) >= len(HOSTILE) - 1


def test_a_broken_run_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    """200,000 brackets in one run.json stopped ls, show and five pages."""
    stored_values.write(tmp_path / "sound" / "run.json", RUN)
    for number, text in enumerate(HOSTILE):
        (tmp_path / f"broken-{number}").mkdir()
        (tmp_path / f"broken-{number}" / "run.json").write_text(text)
    assert [folder.path.name for folder in runs.find(tmp_path)] == ["sound"]
    assert runs.named(tmp_path, "still").path.name == "sound"
    assert len(runs.problems(tmp_path)) == len(HOSTILE)
    with pytest.raises(BenchError, match=r"broken-0/run\.json cannot be read: its brackets are nested"):
        runs.named(tmp_path, "broken-0")


@pytest.mark.parametrize(
    ("field", "wrong", "message"),
    [
        ("seed", "0", "seed: input should be a valid integer, got '0'"),
        ("settings", 5, "settings: input should be an object"),
        ("fps", "8", "fps: input should be a valid number"),
        ("fit", "crop", "fit: input should be 'cover', 'contain' or 'stretch'"),
    ],
)
def test_a_field_of_another_type_is_named(tmp_path: Path, field: str, wrong: object, message: str) -> None:
    path = tmp_path / "c0-0.json"
    path.write_text(json.dumps({**asdict(RECORD), field: wrong}))
    with pytest.raises(BadResults) as raised:
        stored_values.read_record(path)
    assert f"{path} cannot be read: {message}" in str(raised.value)


def test_fields_of_other_versions_are_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "c0-0.json"
    path.write_text(json.dumps({"case": "c0", "seed": 2**64 - 1, "path": None, "sha256": "", "later": [1]}))
    assert stored_values.read_record(path) == ClipRecord("c0", 2**64 - 1, None, "")
