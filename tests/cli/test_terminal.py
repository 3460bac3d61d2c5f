"""Progress of long work: which of how many, and how long the whole may still take."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from bench.cli import terminal


def test_the_time_left_is_that_of_the_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of three parts takes a minute, so that two minutes are left after the first."""
    now = [1000.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    progress = terminal.TerminalProgress()
    assert progress.of_whole("prepare") == "prepare"
    with progress.part(1, 3):
        assert progress.of_whole("generate a") == "1 of 3: generate a"
        now[0] += 60
    with progress.part(2, 3):
        assert progress.of_whole("generate b") == "2 of 3, about 2 min 0 s left: generate b"
        now[0] += 30
        assert progress.of_whole("evaluate b") == "2 of 3, about 1 min 30 s left: evaluate b"
    with progress.bar("evaluate c", 4) as bar:
        now[0] += 40
        bar.advance()
    assert "evaluate c: 1 of 4 after 40 s, about 2 min 0 s left" in capsys.readouterr().err


def test_two_bars_at_once_are_drawn_one_below_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    progress = terminal.TerminalProgress()
    progress.console = Console(file=StringIO(), force_terminal=True, width=100, color_system=None)
    with progress.bar("generate svd", 2) as clips, progress.bar("evaluate svd", 4) as measured:
        assert progress._drawn is not None
        clips.advance()
        measured.advance()
        measured.advance()
        assert [(task.description, task.completed) for task in progress._drawn.tasks] == [
            ("generate svd", 1),
            ("evaluate svd", 2),
        ]
        progress.say("one line between them")
    assert progress._drawn is None
    with progress.bar("evaluate svd", 4):
        assert len(progress._drawn.tasks) == 1  # type: ignore[unreachable]
