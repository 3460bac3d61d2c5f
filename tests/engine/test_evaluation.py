"""Evaluation measures what is missing, decodes each clip once, and turns every failure into a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.base import files
from bench.base.progress import Progress
from bench.engine.evaluation import Evaluated, Evaluation
from bench.errors import NotMeasurable
from bench.evaluators import ClipEvaluator, Evaluator, FeatureSet, Sample, SetEvaluator, Values, View
from bench.media import pictures, video
from bench.runs import RunFolder
from bench.types import Clip, ClipRecord, Measurement, MetricCard, Run, Suite, Value
from tests.made import moving_clip, suite

RUN = Run("x-tiny-0", "x", "x", "", "", 1, {"steps": 3}, "", "tiny", "0", True)


def _card(name: str) -> MetricCard:
    return MetricCard(name, 1, "higher", "", None, None, "d", "s", "b")


@dataclass(frozen=True)
class Scale:
    factor: float = 1.0
    batch: int = 4


class Brightness(ClipEvaluator):
    name, cards, Settings, neutral = (
        "brightness",
        (_card("bright"), _card("dark")),
        Scale,
        frozenset({"batch"}),
    )

    def __init__(self, settings: Any = None) -> None:
        super().__init__(settings)
        self.seen: list[str] = []
        self.failing: dict[str, Exception] = {}

    def look(self, view: View) -> float:
        return float(view.gray.mean())

    def conclude(self, looks: Sequence[float], sample: Sample) -> Values:
        self.seen.append(sample.case.id)
        if sample.case.id in self.failing:
            raise self.failing[sample.case.id]
        mean = float(np.mean(looks)) * self.settings.factor
        return {"bright": Value(mean, series=(mean, mean)), "dark": NotMeasurable("never dark")}


class Distance(SetEvaluator):
    name, cards, min_frames = "distance", (_card("distance"),), 3

    def __init__(self) -> None:
        super().__init__()
        self.looked = 0

    def look(self, view: View) -> NDArray[np.float64]:
        return view.frame.mean(axis=(0, 1))

    def features(self, looks: Sequence[Any]) -> NDArray[np.float64]:
        self.looked += 1
        return np.mean(looks, axis=0)

    def distance(self, clips: FeatureSet, references: FeatureSet) -> Values:
        gap = clips.features_ND.mean(axis=0) - references.features_ND.mean(axis=0)
        return {"distance": Value(float(np.abs(gap).sum()), low=-1.0, high=99.0, n=len(clips.cases))}

    def protocol(self) -> Mapping[str, Any]:
        return {"mean": "colour"}


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Features of reference clips are remembered by content, and other tests have the same clips."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def tiny(tmp_path: Path) -> Suite:
    (tmp_path / "suite").mkdir()
    return suite(tmp_path / "suite", with_references=True)


@pytest.fixture
def folder(tmp_path: Path, tiny: Suite) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    for number, case in enumerate(tiny.cases):
        _store(folder, case.id, moving_clip(seed=number))
    return folder


def _store(folder: RunFolder, case: str, clip: Clip) -> None:
    path = folder.clip_path(case, 0)
    video.write_clip(path, clip)
    folder.write_record(
        ClipRecord(case, 0, f"clips/{path.name}", files.sha256(path), size=path.stat().st_size)
    )


def _evaluate(folder: RunFolder, tiny: Suite, *evaluators: Evaluator, **words: bool) -> Evaluated:
    return Evaluation(RUN, tiny, folder, evaluators, Progress()).evaluate(**words)


def _rows(folder: RunFolder) -> Iterator[Measurement]:
    return iter(sorted(folder.rows.read()[0], key=lambda row: (row.metric, row.case or "")))


def test_rows_say_where_they_come_from(folder: RunFolder, tiny: Suite) -> None:
    assert _evaluate(folder, tiny, Brightness()) == Evaluated(measured=6, kept=0, failed=3)
    first = next(_rows(folder))
    expected = float(pictures.gray(moving_clip().frames).mean())
    assert (first.metric, first.case, first.seed, first.value, first.series) == (
        "bright",
        "c0",
        0,
        expected,
        (expected,) * 2,
    )
    assert (first.suite, first.model, first.metric_version, first.settings) == (
        "tiny",
        "x",
        "1",
        '{"steps": 3}',
    )
    assert '"codec": "ffv1"' in first.decoded
    assert first.clip_sha256 == files.sha256(folder.clip_path("c0", 0))


def test_nothing_is_measured_twice(folder: RunFolder, tiny: Suite) -> None:
    _evaluate(folder, tiny, Brightness(), Distance())
    again = Brightness(), Distance()
    assert _evaluate(folder, tiny, *again) == Evaluated(measured=0, kept=7, failed=0)
    assert (again[0].seen, again[1].looked) == ([], 0)


def test_a_new_metric_looks_at_old_clips_and_an_old_one_does_not(folder: RunFolder, tiny: Suite) -> None:
    _evaluate(folder, tiny, Brightness())
    old, new = Brightness(), Distance()
    assert _evaluate(folder, tiny, old, new).measured == 1
    assert (old.seen, new.looked) == ([], 6)  # three clips and three reference clips


def test_each_clip_is_decoded_once(folder: RunFolder, tiny: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    stream = video.stream
    monkeypatch.setattr(video, "stream", lambda path, fps: (opened.append(path.name), stream(path, fps))[1])
    _evaluate(folder, tiny, Brightness(), Brightness(Scale(2.0)), Brightness(Scale(3.0)))
    assert opened == ["c0-0.mkv", "c1-0.mkv", "c2-0.mkv"]


def test_a_corrected_metric_is_measured_again(folder: RunFolder, tiny: Suite) -> None:
    _evaluate(folder, tiny, Brightness())

    class Corrected(Brightness):
        cards = tuple(replace(card, version=2) for card in Brightness.cards)

    assert _evaluate(folder, tiny, Corrected()) == Evaluated(measured=6, kept=0, failed=3)
    assert {row.metric_version for row in _rows(folder)} == {"2"}


def test_a_clip_that_changed_is_measured_again(folder: RunFolder, tiny: Suite) -> None:
    _evaluate(folder, tiny, Brightness(), Distance())
    _store(folder, "c1", moving_clip(seed=99))
    evaluator = Brightness()
    assert _evaluate(folder, tiny, evaluator, Distance()).measured == 3
    assert evaluator.seen == ["c1"]


def test_other_settings_are_another_metric_but_neutral_ones_are_not(folder: RunFolder, tiny: Suite) -> None:
    _evaluate(folder, tiny, Brightness())
    assert _evaluate(folder, tiny, Brightness(Scale(batch=1))).measured == 0
    _evaluate(folder, tiny, Brightness(Scale(factor=2.0)))
    values = {row.metric: row.value for row in _rows(folder) if row.case == "c0" and row.value is not None}
    assert values["bright[factor=2.0]"] == pytest.approx(2 * values["bright"])


def test_whatever_goes_wrong_in_one_costs_only_its_own_metrics(folder: RunFolder, tiny: Suite) -> None:
    broken, sound = Brightness(Scale(2.0)), Brightness()
    broken.failing = {"c1": ZeroDivisionError("division by zero")}
    _evaluate(folder, tiny, broken, sound)
    errors = [
        (row.case, row.metric, row.error) for row in _rows(folder) if row.error not in (None, "never dark")
    ]
    reason = "ZeroDivisionError: division by zero"
    assert errors == [("c1", "bright[factor=2.0]", reason), ("c1", "dark[factor=2.0]", reason)]


def test_nan_is_a_failure(folder: RunFolder, tiny: Suite) -> None:
    _evaluate(folder, tiny, Brightness(Scale(float("nan"))))
    assert all("finite" in (row.error or "") for row in _rows(folder))


def test_a_clip_that_cannot_be_read_is_a_row_naming_it(folder: RunFolder, tiny: Suite) -> None:
    path = folder.clip_path("c1", 0)
    path.write_bytes(path.read_bytes()[:300] + b"\0" * (path.stat().st_size - 300))
    _evaluate(folder, tiny, Brightness())
    assert [row.case for row in _rows(folder) if "c1-0.mkv" in (row.error or "")] == ["c1", "c1"]


def test_a_clip_that_could_not_be_made_is_a_row(folder: RunFolder, tiny: Suite) -> None:
    folder.write_record(ClipRecord("c1", 0, None, "", error="out of memory"))
    _evaluate(folder, tiny, Brightness(), Distance())
    failed = [row for row in _rows(folder) if row.case == "c1"]
    assert {row.error for row in failed} == {"no clip: out of memory"}
    assert next(row.n for row in _rows(folder) if row.metric == "distance") == 2


def test_failures_are_asked_again_when_somebody_says_so(folder: RunFolder, tiny: Suite) -> None:
    evaluator = Brightness()
    evaluator.failing = {"c1": RuntimeError("busy")}
    _evaluate(folder, tiny, evaluator)
    assert _evaluate(folder, tiny, Brightness()).measured == 0
    _evaluate(folder, tiny, Brightness(), retry_failed=True)
    assert not any("busy" in (row.error or "") for row in _rows(folder))


def test_a_short_clip_is_left_out_of_the_set_and_counted(folder: RunFolder, tiny: Suite) -> None:
    _store(folder, "c1", moving_clip(frames=2))
    _evaluate(folder, tiny, Distance())
    (row,) = _rows(folder)
    assert (row.n, row.case, row.low, row.high) == (2, None, -1.0, 99.0)


def test_a_set_of_short_clips_says_why_it_has_no_number(folder: RunFolder, tiny: Suite) -> None:
    for case in tiny.cases:
        _store(folder, case.id, moving_clip(frames=2))
    _evaluate(folder, tiny, Distance())
    (row,) = _rows(folder)
    assert row.error == "none of 3 clips can be looked at; c0: clip has 2 frames, distance needs 3"


def test_without_reference_clips_there_is_no_row(folder: RunFolder, tiny: Suite) -> None:
    bare = replace(tiny, cases=tuple(replace(case, reference=None) for case in tiny.cases))
    assert _evaluate(folder, bare, Distance()).measured == 0


def test_another_reference_clip_is_another_distance(folder: RunFolder, tiny: Suite) -> None:
    _evaluate(folder, tiny, Distance())
    before = next(_rows(folder)).value
    assert tiny.cases[0].reference is not None
    video.write_clip(tiny.cases[0].reference, moving_clip(seed=50))
    assert _evaluate(folder, tiny, Distance()).measured == 1
    assert next(_rows(folder)).value != before


def test_a_whole_set_is_measured_without_each_group_of_cases_in_turn(tmp_path: Path) -> None:
    """Eight cases: without each of them; rows that lack this are made anew from stored features, once."""
    (tmp_path / "many").mkdir()
    many, folder = suite(tmp_path / "many", 8, with_references=True), RunFolder(tmp_path / "run")
    for case in many.cases[:7]:
        _store(folder, case.id, moving_clip(seed=int(case.id[1:]) + 9))
    _evaluate(folder, many, Distance())
    assert next(_rows(folder)).series is None
    _store(folder, "c7", moving_clip(seed=16))
    evaluator = Distance()
    _evaluate(folder, many, evaluator)
    (row,) = _rows(folder)
    assert row.series is not None and row.value is not None
    assert len(set(row.series)) == 8
    assert row.series != (row.value,) * 8
    assert (evaluator.looked, _evaluate(folder, many, Distance()).measured) == (2, 0)
    _store(folder, "c7", moving_clip(frames=2))
    _evaluate(folder, many, Distance())
    assert next(_rows(folder)).series is None


def test_a_clip_that_can_be_looked_at_after_all_joins_the_set(folder: RunFolder, tiny: Suite) -> None:
    class Stumbles(Distance):
        def features(self, looks: Sequence[Any]) -> NDArray[np.float64]:
            if self.looked == 0:
                self.looked += 1
                raise RuntimeError("busy")
            return super().features(looks)

    _evaluate(folder, tiny, Stumbles())
    assert next(_rows(folder)).n == 2
    _evaluate(folder, tiny, Distance(), retry_failed=True)
    assert next(_rows(folder)).n == 3


def test_a_reference_that_cannot_be_looked_at_fails_the_distance_by_name(
    folder: RunFolder, tiny: Suite
) -> None:
    """A distance to fewer references is another number, so there is none; and none is remembered in the cache."""
    reference = tiny.cases[1].reference
    assert reference is not None
    content = reference.read_bytes()
    reference.write_bytes(content[: len(content) // 2])
    _evaluate(folder, tiny, Distance())
    (row,) = _rows(folder)
    assert row.status == "failed"
    assert "the reference clip of case 'c1'" in (row.error or "")
    reference.write_bytes(content)
    _evaluate(folder, tiny, Distance())
    assert next(_rows(folder)).n == 3


def test_only_the_references_of_the_runs_own_cases_count(folder: RunFolder, tiny: Suite) -> None:
    for case in tiny.cases[1:]:
        folder.clip_path(case.id, 0).with_suffix(".json").unlink()
    counted: list[int] = []

    class Counts(Distance):
        def distance(self, clips: FeatureSet, references: FeatureSet) -> Values:
            counted.append(len(references.cases))
            return super().distance(clips, references)

    _evaluate(folder, tiny, Counts())
    assert counted == [1]


def test_features_that_are_nan_are_a_failure(folder: RunFolder, tiny: Suite) -> None:
    class Broken(Distance):
        def features(self, looks: Sequence[Any]) -> NDArray[np.float64]:
            return np.array([1.0, np.nan])

    _evaluate(folder, tiny, Broken())
    (row,) = _rows(folder)
    assert row.status == "failed"
    assert "1 of 2 features are not finite" in (row.error or "")
