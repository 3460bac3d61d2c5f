"""`bench fetch`: which files names stand for, licences that are accepted first, and what could not be fetched."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.base import downloads, files, licences, weights
from bench.base.weights import Weights
from bench.engine import fetch_ahead
from bench.errors import UnknownName, UsageError
from bench.evaluators.clipsim import Clipsim
from bench.evaluators.nets import clip, efficientnet_lite0
from tests.command_line import bench

NET = Weights("net.pt", ("https://example.org/net.pt",), files.digest("x"), 10, "CC-BY-NC-4.0")


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")


@pytest.fixture
def restricted(monkeypatch: pytest.MonkeyPatch) -> Weights:
    """A file of clipsim whose licence has terms."""
    net = replace(NET, terms="no commercial use")
    monkeypatch.setattr(Clipsim, "weights", lambda self: (net,))
    return net


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were asked; each sends what is wanted of it."""
    seen: list[str] = []

    def fetched(net: Weights, url: str, place: Path, progress: Any) -> None:
        seen.append(url)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"0" * net.size)

    monkeypatch.setattr(downloads, "fetch", fetched)
    return seen


@pytest.mark.parametrize("name", ["clipsim", "CLIPSIM_DELTA", "ViT-B-32.pt", "vit-b-32.pt"])
def test_metrics_evaluators_and_files_name_their_weights(name: str) -> None:
    (found,) = fetch_ahead.wanted([name])
    assert found.file is clip.VIT_B_32 and "clipsim" in found.users
    assert found.path is None and found.file.amount == "354 MB"


def test_no_name_means_the_metrics_of_the_default_run() -> None:
    found = [each.file for each in fetch_ahead.wanted([])]
    assert {clip.VIT_B_32, efficientnet_lite0.WEIGHTS} <= set(found)
    assert len(found) == len(set(found))


def test_wrong_names_say_what_is_meant() -> None:
    with pytest.raises(UnknownName, match="did you mean clipsim"):
        fetch_ahead.wanted(["clipsin"])
    with pytest.raises(UsageError, match=r"'svd' is a model.*hf download stabilityai/"):
        fetch_ahead.wanted(["svd"])


def test_terms_are_accepted_by_name_before_anything_is_asked(restricted: Weights, asked: list[str]) -> None:
    refused = bench("fetch", "clipsim")
    assert (refused.exit_code, asked) == (1, [])
    assert (
        "net.pt is under CC-BY-NC-4.0 (no commercial use), which nobody has accepted here" in refused.stderr
    )
    wrong = bench("fetch", "clipsim", "--accept-licence", "MIT")
    assert (wrong.exit_code, asked) == (2, []) and "unknown licence 'MIT'" in wrong.stderr
    done = bench("fetch", "clipsim", "--accept-licence", "cc-by-nc-4.0")
    assert (done.exit_code, asked) == (0, list(restricted.urls))
    assert licences.is_accepted("CC-BY-NC-4.0")


def test_a_download_is_no_acceptance(restricted: Weights, asked: list[str], tmp_path: Path) -> None:
    assert not weights.is_worth_a_try(restricted)
    found = bench(
        "run", "still", "--limit", "1", "--metrics", "clipsim", "--download", "--out", str(tmp_path / "runs")
    )
    assert (found.exit_code, asked) == (2, []), found.output
    assert "bench fetch net.pt --accept-licence CC-BY-NC-4.0" in found.output


def test_what_could_not_be_fetched_is_said_and_the_rest_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    found = bench("fetch", "clipsim", "lite0", "--json")
    assert found.exit_code == 1 and "ViT-B-32.pt is not in" in found.stderr
    clip_file, lite0_file = json.loads(found.stdout)
    assert clip_file["path"] is None and clip_file["bytes"] == 353_976_522
    assert lite0_file["path"].endswith(efficientnet_lite0.WEIGHTS.name)
