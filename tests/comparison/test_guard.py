"""Like is compared with like: what the clips of two runs differ in, and which metrics get no verdict for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image as pillow

import bench
from bench.comparison import columns, extreme_cases, guard, notes, plots, records
from bench.comparison.differences import Comparison, Pair
from bench.comparison.gates import Gate, broken
from bench.comparison.verdicts import decided
from bench.errors import UsageError
from bench.media import pictures, video
from bench.runs import RunFolder, parquet
from bench.runs.row_facts import GIFS
from bench.types import DEPENDENCES, Clip, ClipRecord, Dependence, Measurement
from bench.web.pages import compare as page
from tests import everywhere
from tests.comparison.made_pairs import HOSTILE, A, B, compared, measured, of
from tests.made import photograph

FACTS = {
    "frames": 49, "width": 64, "height": 48, "fps": 8.0, "container": "matroska,webm", "codec": "ffv1",
    "pixel_format": "bgr0", "matrix": "RGB", "range": "JPEG", "decoder": "PyAV 14.0", "image_fit": "cover",
}  # fmt: skip
LOW, HIGH = (of([value + n * value / 40 for n in range(8)]) for value in (0.4, 0.5))


def _rows(
    side: Any, values: dict[str, Sequence[float]], facts: object, **columns: object
) -> list[Measurement]:
    return measured(side, values, decoded=facts if isinstance(facts, str) else json.dumps(facts), **columns)


def _pair(
    b: object, depends: tuple[Dependence, ...], a: object = FACTS, across: bool = False, **columns: object
) -> Pair:
    """B is better in all cases by a metric that depends on some of DEPENDENCES."""
    rows = [*_rows(A, LOW, a), *_rows(B, HIGH, b, **columns)]
    pair = compared(*rows)
    found = tuple(replace(each, card=replace(each.card, depends=depends)) for each in pair.differences)
    pair = replace(pair, differences=found)
    return decided(guard.guarded(pair, parquet.frame(rows), {}, across))


def test_like_clips_have_nothing_in_the_way() -> None:
    pair = _pair(FACTS, DEPENDENCES)
    assert (pair.contrasts, pair.differences[0].obstacles) == ((), ())
    assert pair.differences[0].verdict == "better"


@pytest.mark.parametrize(
    ("changes", "dependence", "said"),
    [
        ({"fps": 4.0, "frames": 25}, "fps", "frame rate 8 vs 4 fps"),
        ({"frames": 25}, "seconds", "length 6.125 vs 3.125 s"),
        ({"width": 32, "height": 24}, "pixels", "size 64×48 vs 32×24"),
        ({"codec": "h264", "pixel_format": "yuv420p"}, "codec", "compression lossless vs h264 yuv420p"),
        ({"image_fit": "contain"}, "letterbox", "fit of the image cover vs contain"),
    ],
)
def test_what_a_metric_depends_on_leaves_no_verdict(
    changes: dict[str, object], dependence: Dependence, said: str
) -> None:
    others: tuple[Dependence, ...] = tuple(each for each in DEPENDENCES if each != dependence)
    pair = _pair(FACTS | changes, (dependence,))
    (found,) = pair.differences
    assert (found.verdict, found.verdict_text) == ("not comparable", f"not comparable: {said}")
    assert _pair(FACTS | changes, others).differences[0].verdict == "better"
    told = _pair(FACTS | changes, (dependence,), across=True)
    assert (told.differences[0].verdict, told.contrasts) == ("better", pair.contrasts)


@pytest.mark.parametrize(
    "changes",
    [
        {"fps": 7.5, "frames": 46},
        {"fps": 4.0, "frames": 24},
        {"width": 65, "height": 48},
        {"codec": "png", "container": "folder"},
        {"image_fit": "stretch"},
        {"fps": 24.0, "frames": 145},
    ],
)  # fmt: skip
def test_what_is_as_good_as_the_same_is_in_no_way(changes: dict[str, object]) -> None:
    """Half the rate is still the same length; two lossless codecs keep the same pixels; to stretch leaves no bars."""
    depends: tuple[Dependence, ...] = ("seconds", "pixels", "codec", "letterbox")
    pair = _pair(FACTS | changes, depends)
    assert pair.differences[0].verdict == "better"
    assert pair.contrasts


def test_in_a_view_what_was_measured_counts() -> None:
    """Clips of 8 and 24 frames per second, measured at 8 alike: that they differ is said, and is in no way."""
    view = {"view": {"frames": 14, "width": 64, "height": 48, "fps": 8.0}}
    pair = _pair(FACTS | view | {"fps": 24.0, "frames": 145}, DEPENDENCES, a=FACTS | view)
    assert pair.differences[0].verdict == "better"
    assert "differs: frame rate 8 vs 24 fps" in notes.notes(pair)
    other = {"view": {"frames": 14, "width": 64, "height": 48, "fps": 7.0}}
    refused = _pair(FACTS | other, ("fps",), a=FACTS | view)
    assert refused.differences[0].verdict_text == "not comparable: frame rate 8 vs 7 fps"


def test_one_case_in_many_is_not_the_run() -> None:
    cases = of([n / 100 for n in range(40)])
    some = [dict(list(cases.items())[part]) for part in (slice(0, 2), slice(2, None))]
    rows = [*_rows(A, cases, FACTS), *_rows(B, some[0], FACTS | {"fps": 4.0}), *_rows(B, some[1], FACTS)]
    pair = guard.guarded(compared(*rows), parquet.frame(rows), {})
    assert pair.contrasts == ()
    rows = [*rows[:40], *_rows(B, dict(list(cases.items())[:3]), FACTS | {"fps": 4.0}), *rows[43:]]
    pair = guard.guarded(compared(*rows), parquet.frame(rows), {})
    assert str(pair.contrasts[0]) == "frame rate 8 vs 4 fps on 3 cases"


def test_hardware_software_and_settings_are_said_and_in_no_way() -> None:
    made = {
        "made_with": '{"torch": "2.4"}',
        "settings": '{"steps": 25, "own": 1}',
        "software": '{"av": "14"}',
    }
    rows = [
        *_rows(A, LOW, FACTS, model="svd", device="cpu", **made),
        *_rows(
            B, HIGH, FACTS, model="wan", device="cuda:0", bench_version="1",
            made_with='{"torch": "2.5"}', settings='{"steps": 50}', software='{"av": "14"}',
        ),
    ]  # fmt: skip
    pair = guard.guarded(compared(*rows), parquet.frame(rows), {})
    assert list(map(str, pair.contrasts)) == [
        "device cpu vs cuda:0", "measured with: bench 0 vs 1",
        "settings: steps 25 vs 50", "made with: torch 2.4 vs 2.5",
    ]  # fmt: skip
    assert pair.differences[0].obstacles == ()


def test_bits_per_pixel_of_lossy_clips_are_counted_where_they_are(tmp_path: Path) -> None:
    """100 bytes for 49 frames of 64 × 48 are 0.0053 bits per pixel; ten times as many are another compression."""
    lossy = FACTS | {"codec": "h264", "pixel_format": "yuv420p"}
    rows = [*_rows(A, LOW, lossy), *_rows(B, HIGH, lossy)]
    folders = {}
    for side, size in ((A, 100), (B, 1000)):
        folder = folders[side.run] = RunFolder(tmp_path / side.run)
        for case in LOW:
            path = folder.clip_path(case, 0).with_suffix(".mp4")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(size))
            folder.write_record(ClipRecord(case, 0, f"clips/{path.name}", "0" * 64, size=size))
    pair = guard.guarded(compared(*rows), parquet.frame(rows), folders)
    assert str(pair.contrasts[0]) == "bits per pixel 0.0053 vs 0.053"
    assert pair.differences[0].obstacles == pair.contrasts[:1]
    assert guard.guarded(compared(*rows), parquet.frame(rows), {}).contrasts == ()


@pytest.mark.parametrize(
    "decoded", ["", "null", "[]", "{", '{"fps": "x", "codec": {"a": 1}, "view": 7}', '{"view": {"fps": 0}}', "[" * 999]
)  # fmt: skip
def test_rows_that_say_nothing_of_clips_are_in_no_way_by_rate_and_size(decoded: str) -> None:
    assert _pair(decoded, ("fps", "seconds", "pixels", "letterbox")).differences[0].verdict == "better"


@pytest.mark.parametrize("word", HOSTILE)
def test_words_of_strangers_stay_in_a_line(word: str) -> None:
    pair = _pair(FACTS | {"codec": word}, DEPENDENCES)
    assert all("\n" not in line and "\x1b" not in line for line in notes.notes(pair))
    assert "\n" not in pair.differences[0].verdict_text


def test_every_reader_is_told(tmp_path: Path) -> None:
    pair = _pair(FACTS | {"fps": 4.0, "frames": 25}, ("fps",))
    said = "not comparable: frame rate 8 vs 4 fps"
    assert columns.table(pair).compared[0][-1].text == said
    assert notes.notes(pair)[:3] == [
        "differs: frame rate 8 vs 4 fps",
        "differs: frames 49 vs 25",
        "1 metric not comparable, since the clips differ in what they depend on: bench compare --across-protocols "
        "gives verdicts all the same",
    ]
    (found,) = records.as_json(Comparison("tiny@0", (pair,)), ())["pairs"]
    assert found["differences"][0]["verdict"] == "not comparable"
    assert found["differences"][0]["obstacles"] == [
        {"what": "frame rate", "a": "8", "b": "4", "unit": "fps", "cases": None}
    ]
    assert [each["what"] for each in found["contrasts"]] == ["frame rate", "frames"]
    assert said in repr(page.pair(pair, "tiny@0", ("a-run", "b-run")))
    assert notes.sentence(pair).endswith(
        "b is neither better nor worse than a on any metric; 1 is not comparable."
    )
    assert (plots.forest(pair), plots.case_panels(pair), extreme_cases.extremes(pair)) == (None, None, [])


def test_a_gate_on_what_does_not_compare_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"not comparable: frame rate 8 vs 4 fps; --across-protocols"):
        broken([_pair(FACTS | {"fps": 4.0}, ("fps",))], [Gate("ssim_mean")])
    assert broken([_pair(FACTS | {"fps": 4.0}, ("fps",), across=True)], [Gate("ssim_mean")]) == []


# The two protocol comparisons that were seen


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight pictures with reference clips of 17 frames at 8 per second: each slides and grows lighter, at its speed."""
    folder = tmp_path_factory.mktemp("guard") / "tiny"
    lines = []
    for number in range(8):
        wide = photograph(48, 160, seed=number)
        frames = np.stack([wide[:, (1 + number % 3) * t :][:, :64] for t in range(17)])
        lighter = (0.6 * frames + (2 + number / 4) * np.arange(17)[:, None, None, None]).astype(np.uint8)
        pictures.write(folder / f"{number}.png", lighter[0])
        video.write_clip(folder / f"{number}.mkv", Clip(lighter, 8.0))
        lines.append(
            {"id": f"c{number}", "image": f"{number}.png", "reference": f"{number}.mkv", "category": "x"}
        )
    (folder / "suite.toml").write_text('title = "Slides"\nreference_note = "they slide"\n')
    (folder / "cases.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    return folder


METRICS = ["flicker", "warping"]


def _verdicts(found: pd.DataFrame) -> dict[str, str]:
    return dict(zip(found["metric"], found["verdict"], strict=True))


def test_footage_against_itself_at_half_the_rate_and_length(suite: Path, tmp_path: Path) -> None:
    common = {"suite": suite, "metrics": METRICS, "out": tmp_path / "runs", "show_progress": False}
    for name, frames, fps in (("whole", slice(None), 8.0), ("half", slice(0, 9, 2), 4.0)):
        (tmp_path / name).mkdir()
        for number in range(8):
            clip = video.read_clip(suite / f"{number}.mkv")
            video.write_clip(tmp_path / name / f"c{number}.mkv", Clip(clip.frames[frames], fps))
        bench.evaluate(tmp_path / name, name, **common)  # type: ignore[arg-type]
    words = {"metrics": METRICS, "view": "native", "out": tmp_path / "runs"}
    found = bench.compare("whole", "half", **words)  # type: ignore[arg-type]
    assert {*_verdicts(found).values()} == {"not comparable"}
    assert "differs: frame rate 8 vs 4 fps" in found.attrs["notes"]["half"]
    assert "differs: frames 17 vs 5" in found.attrs["notes"]["half"]
    across = bench.compare("whole", "half", across_protocols=True, **words)  # type: ignore[arg-type]
    told = _verdicts(across)
    assert (told["flicker_max_step"], told["warping_error"]) == ("worse", "worse")  # the very same footage


def test_the_same_clips_as_gifs_are_not_compared_by_what_a_palette_changes(
    suite: Path, tmp_path: Path
) -> None:
    """A palette of 256 colours lifts the warping error of these clips from 0.0001 to 0.004."""
    metrics = [*METRICS, "ssim"]
    common = {"suite": suite, "metrics": metrics, "out": tmp_path / "runs", "show_progress": False}
    for name in ("films", "gifs"):
        (tmp_path / name).mkdir()
        for number in range(8):
            clip = video.read_clip(suite / f"{number}.mkv")
            if name == "films":
                video.write_clip(tmp_path / name / f"c{number}.mkv", clip)
            else:
                _write_gif(tmp_path / name / f"c{number}.gif", clip)
        bench.evaluate(tmp_path / name, name, **common)  # type: ignore[arg-type]
    words = {"metrics": metrics, "view": "native", "out": tmp_path / "runs"}
    found = bench.compare("films", "gifs", **words)  # type: ignore[arg-type]
    refused = {name for name, verdict in _verdicts(found).items() if verdict == "not comparable"}
    assert refused == {"warping_error", "flicker_max_step", "ssim_mean"}
    assert _verdicts(found)["flicker_severe"] == "no difference shown"  # which does not depend on the codec
    assert "differs: codec ffv1 vs gif" in found.attrs["notes"]["gifs"]
    across = bench.compare("films", "gifs", across_protocols=True, **words)  # type: ignore[arg-type]
    assert _verdicts(across)["warping_error"] == "worse"
    for name, is_said in (("films", False), ("gifs", True)):
        shown = everywhere.bench("show", name, "--view", "native", "--out", tmp_path / "runs")
        assert (f"The clips are {GIFS}" in shown) == is_said


def _write_gif(path: Path, clip: Clip) -> None:
    """The palette of the first frame for all, dithered, as ffmpeg's paletteuse does."""
    first, *others = map(pillow.fromarray, clip.frames)
    palette = first.quantize(256)
    kept = [
        frame.quantize(palette=palette, dither=pillow.Dither.FLOYDSTEINBERG) for frame in (first, *others)
    ]
    kept[0].save(path, save_all=True, append_images=kept[1:], duration=round(1000 / clip.fps))


def test_a_clip_against_itself_with_frames_put_between(suite: Path, tmp_path: Path) -> None:
    models = ["reversed", "reversed+minterpolate@24"]
    common = {"suite": suite, "metrics": METRICS, "out": tmp_path / "runs", "show_progress": False}
    bench.run(models, **common)  # type: ignore[arg-type]
    words = {"metrics": METRICS, "view": "native", "out": tmp_path / "runs"}
    found = bench.compare(*models, **words)  # type: ignore[arg-type]
    assert {*_verdicts(found).values()} == {"not comparable"}
    assert "differs: frame rate 8 vs 24 fps" in found.attrs["notes"][models[1]]
    across = bench.compare(*models, across_protocols=True, **words)  # type: ignore[arg-type]
    assert {"better", "worse"} & {*_verdicts(across).values()}
    in_view = bench.compare(*models, metrics=METRICS, out=tmp_path / "runs")
    assert {*_verdicts(in_view).values()} == {"no difference shown"}  # every third frame is one of the film's
