"""Scenes of a suite are rendered once, and anew where they are broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bench import suites
from bench.base.progress import Bar, Progress
from bench.errors import BenchError
from bench.media import pictures, video
from bench.suites import scenes
from bench.types import Suite


class Counting(Progress):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.totals: list[int] = []
        self.done = 0

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Bar]:
        self.totals.append(total)
        bar = Bar()
        bar.advance = self._advance  # type: ignore[method-assign]
        yield bar

    def _advance(self) -> None:
        self.done += 1


class TestPrepare:
    @pytest.fixture
    def fresh(self, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
        monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "fresh cache"))
        return suites.load(small)

    def test_it_renders_the_scenes_that_are_missing_and_nothing_else(self, fresh: Suite) -> None:
        first, second, third = Counting(), Counting(), Counting()
        suites.prepare(fresh, first)
        assert (first.totals, first.done) == ([3], 3)
        _shows_its_scenes(fresh)
        suites.prepare(fresh, second)
        assert (second.totals, second.done) == ([], 0)
        assert fresh.cases[3].reference is not None
        fresh.cases[3].reference.unlink()
        suites.prepare(fresh, third)
        assert (third.totals, third.done) == ([1], 1)

    def test_a_photograph_that_is_none_is_named(self, fresh: Suite, small: Path) -> None:
        (small / "dog.png").write_text("a text")
        with pytest.raises(BenchError, match=r"dog\.png"):
            suites.prepare(suites.load(small))

    def test_a_suite_without_scenes_needs_none(self, fresh: Suite) -> None:
        suites.prepare(replace(fresh, cases=fresh.cases[:2]))


def _shows_its_scenes(suite: Suite) -> None:
    """Image and reference of the small suite's rendered cases are their scene."""
    for case in suite.cases[2:]:
        assert case.reference is not None
        frames = scenes.frames(scenes.scene_of(case))
        assert (video.read_clip(case.reference).frames == frames).all()
        if case.id != "zoom":
            assert (pictures.read(case.image) == frames[0]).all()


def test_broken_scenes_are_rendered_anew_and_those_of_an_earlier_version_kept(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, an empty file failed for ever, and a flipped one was measured as it was."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    suite, counting = suites.load(small), Counting()
    suites.prepare(suite)
    digests = list((tmp_path / "cache").rglob("*.sha256"))
    pictures, clips = (sorted((tmp_path / "cache" / "scenes").glob(f"*{kind}")) for kind in (".png", ".mkv"))
    sound = {path: path.read_bytes() for path in (*pictures, *clips)}
    for digest in digests[1:]:
        digest.unlink()  # as an earlier version left them
    suites.prepare(suite, counting)
    assert not counting.totals
    assert sorted((tmp_path / "cache").rglob("*.sha256")) == sorted(digests)
    content = sound[pictures[0]]
    pictures[0].write_bytes(bytes([*content[:200], content[200] ^ 1, *content[201:]]))
    clips[1].write_bytes(b"")
    clips[2].write_bytes(b"")
    clips[2].with_name(f"{clips[2].name}.sha256").unlink()
    suites.prepare(suite, counting)
    assert counting.totals == [3]
    assert {path: path.read_bytes() for path in sound} == sound
