"""The player's page and the input images by their addresses: looked up by ids, and nothing else is handed out."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bench.media import pictures
from bench.runs import RunFolder, parquet, stored_values
from bench.suites.cases import own_digest
from bench.types import Image, Suite
from bench.web import launch
from leaderboard import inputs, players, previews
from tests import made
from tests.leaderboard import boards, hostile

BOTH = ["mover-tiny", "still-tiny"]


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    monkeypatch.setenv(launch.OUT, str(tmp_path / "runs"))
    monkeypatch.setenv(launch.PUBLISHED, "")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    made_, _, _ = boards.two_runs(tmp_path / "runs")
    return made_


@pytest.fixture
def client(suite: Suite) -> TestClient:
    return TestClient(Starlette(routes=[previews.route(), inputs.route(), players.route()]))


def _content(client: TestClient, runs: list[str], case: str = "c0", seed: int = 0) -> dict[str, object]:
    answer = client.get(players.address(runs, case, seed))
    assert answer.status_code == 200
    (text,) = re.findall(r'<script type="application/json">(.*?)</script>', answer.text, flags=re.DOTALL)
    content = json.loads(text)
    assert isinstance(content, dict)
    return content


def _clips(content: dict[str, object]) -> list[dict[str, object]]:
    found = content["clips"]
    assert isinstance(found, list)
    return found


def test_clips_play_by_range_requests(client: TestClient) -> None:
    content = _content(client, BOTH)
    assert [clip["name"] for clip in _clips(content)] == ["mover", "still"]
    assert [(clip["fps"], clip["frames"], clip["width"], clip["height"]) for clip in _clips(content)] == [
        (8.0, 5, 64, 48)
    ] * 2
    for clip in _clips(content):
        part = client.get(str(clip["address"]), headers={"Range": "bytes=4-7"})
        assert (part.status_code, part.content) == (206, b"ftyp")
    assert content["prompt"] == "prompt 0"


def test_series_stand_at_the_frames_that_they_are_of(client: TestClient) -> None:
    """Four values of five frames are of pairs, each at its later frame; the still has none of either."""
    series = _content(client, BOTH)["series"]
    assert isinstance(series, list)
    found = {
        each["metric"]: (each["first"], [line and len(line) for line in each["lines"]]) for each in series
    }
    assert found == {"ssim_mean": (1, [4, None]), "flicker_max_step": (0, [5, None])}


def test_the_page_says_what_may_run_and_who_may_frame_it(client: TestClient) -> None:
    headers = client.get(players.address(BOTH, "c0", 0, "dark")).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_image_is_fitted_as_the_clip_was(client: TestClient, suite: Suite, tmp_path: Path) -> None:
    _replace_image(suite, tmp_path / "runs", made.photograph(90, 90))
    answer = client.get(str(_content(client, BOTH)["image"]))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    found = np.asarray(pillow.open(io.BytesIO(answer.content)))
    expected = pictures.fit(made.photograph(90, 90), 64, 48, "cover")
    np.testing.assert_array_equal(found, expected)


def test_another_image_under_the_same_name_is_not_the_run_s(
    client: TestClient, suite: Suite, tmp_path: Path
) -> None:
    address = inputs.address("mover-tiny", "c0", 0)
    before = client.get(address).content
    pictures.write(suite.cases[0].image, made.photograph(seed=9))
    assert client.get(address).status_code == 404
    _replace_image(suite, tmp_path / "runs", made.photograph(seed=9))
    assert client.get(address).content != before


def _replace_image(suite: Suite, out: Path, image: Image) -> None:
    """Gives the first case another image, which its runs know."""
    first, *others = suite.cases
    pictures.write(first.image, image)
    cases = (replace(first, digest=own_digest(first)), *others)
    for path in out.glob("*/suite.json"):
        stored_values.write(path, replace(suite, cases=cases))


def test_what_is_missing_says_so_in_its_place(client: TestClient, tmp_path: Path) -> None:
    clips = tmp_path / "runs" / "still-tiny" / "clips"
    (clips / "c0-0.mkv").unlink()
    (clips / "c1-0.mkv").write_bytes(bytes((clips / "c1-0.mkv").stat().st_size))
    folder = RunFolder(tmp_path / "runs" / "still-tiny")
    record = folder.record("c2", 0)
    assert record
    folder.write_record(replace(record, path=None, error="out of memory"))
    reasons = {
        "c0": "its file is gone",
        "c1": "has changed since it was made",
        "c2": "There is no clip: out of memory",
    }
    for case, reason in reasons.items():
        mover, still = _clips(_content(client, BOTH, case))
        assert mover["address"]
        assert still["address"] == ""
        assert reason in str(still["note"])
    (clips / "c0-0.json").unlink()
    assert client.get(players.address(BOTH, "c0", 0)).status_code == 200


def test_published_numbers_have_no_clips(
    client: TestClient, suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = boards.run(suite, "elsewhere")
    rows = [boards.row(other, "c0", "ssim_mean", 0.5, series=(0.5, 0.5, 0.5, 0.5))]
    parquet.write(tmp_path / "published" / str(suite) / "x.parquet", rows)
    monkeypatch.setenv(launch.PUBLISHED, str(tmp_path / "published"))
    content = _content(client, ["elsewhere-tiny", "mover-tiny"])
    assert "not on this machine" in str(_clips(content)[0]["note"])
    assert content["image"] == inputs.address("mover-tiny", "c0", 0)


def test_a_run_without_a_row_of_the_case_leaves_the_others_theirs(
    client: TestClient, suite: Suite, tmp_path: Path
) -> None:
    other = boards.run(suite, "other")
    boards.write(tmp_path / "runs", other, suite, [boards.row(other, "c1", "ssim_mean", 0.5)], clips=False)
    content = _content(client, ["mover-tiny", "other-tiny"])
    assert [bool(clip["address"]) for clip in _clips(content)] == [True, False]


def test_a_run_of_a_stranger_is_text(client: TestClient, suite: Suite, tmp_path: Path) -> None:
    boards.hostile_run(tmp_path / "runs", suite)
    (clip,) = _clips(_content(client, ["hostile-tiny"]))
    assert clip["name"] == boards.HOSTILE


PATHS = [
    "..", ".", "../runs", "../../etc/passwd", "..%2fruns", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%2e%2e%2f%2e%2e",
    "....//", "..\\runs", "..%5cruns", "mover-tiny/..", "mover-tiny%2f..", "mover-tiny%2fclips", "/etc/passwd",
    "%2fetc%2fpasswd", "C:\\windows", "C:%5cwindows", "file:%2f%2f%2fetc", "mover-tiny%00", "%00", "mover-tiny%20",
    "mover-tiny.", "MOVER-TINY", "mover*", "mover-tin?", "~", "$HOME", "．．／runs", "∕etc∕passwd", "",
]  # fmt: skip
"""Names of thirty kinds that are no run's."""


def test_no_name_leads_elsewhere(client: TestClient) -> None:
    assert len(PATHS) >= 30
    for name in PATHS:
        for address in (
            f"{inputs.PREFIX}/{name}/c0/0",
            f"{inputs.PREFIX}/mover-tiny/{name}/0",
            f"{players.PREFIX}?runs={name}&case=c0&seed=0",
            f"{players.PREFIX}?runs=mover-tiny&case={name}&seed=0",
        ):
            assert client.get(address).status_code == 404, address


NOBODYS = [
    "", "case=c0&seed=0", "runs=mover-tiny&seed=0", "runs=mover-tiny&case=c0", "runs=mover-tiny&case=c0&seed=1",
    "runs=mover-tiny&case=c0&seed=-1", "runs=mover-tiny&case=c0&seed=x", "runs=mover-tiny&case=c0&seed=²",
    f"runs=mover-tiny&case=c0&seed={'9' * 5000}", "runs=nobody&runs=mover-tiny&case=c0&seed=0",
    f"{'runs=mover-tiny&' * 7}case=c0&seed=0",
]  # fmt: skip
"""Queries of the player without a run, a case, a seed, or with what is none."""


def test_what_nobody_has_is_not_found(client: TestClient) -> None:
    for query in NOBODYS:
        answer = client.get(f"{players.PREFIX}?{query}")
        assert (answer.status_code, answer.text) == (404, "no such clips"), query


def test_no_text_of_a_stranger_finds_anything(client: TestClient) -> None:
    for text in hostile.TEXTS:
        assert client.get(players.address([text], text, 0)).status_code == 404
        answer = client.get(inputs.address("mover-tiny", text, 0))
        assert answer.status_code == 404


def test_an_image_that_is_gone_is_not_found(client: TestClient, suite: Suite) -> None:
    suite.cases[0].image.unlink()
    assert client.get(inputs.address("mover-tiny", "c0", 0)).status_code == 404
