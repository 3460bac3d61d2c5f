"""`bench ls models`: a table that one can choose from, and all of it for machines."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bench import evaluators, models
from bench.base.weights import Weights
from bench.cli import layout, listed_metrics, listings
from bench.engine import requests
from bench.errors import UsageError
from tests import made
from tests.leaderboard import boards

MODELS = listings.of("models", Path("runs"))
BY_NAME = {entry["name"]: entry for entry in MODELS.entries}


def drawn(width: int) -> list[str]:
    """The table as a terminal of that width shows it."""
    console = Console(file=io.StringIO(), width=width, highlight=False)
    for table in layout.tables(MODELS.grid(), width):
        console.print(table, soft_wrap=isinstance(table, str))
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [80, 120, 160, 200])
def test_the_table_fits_and_nothing_is_cut_off(width: int) -> None:
    lines = drawn(width)
    assert max(len(line) for line in lines if "too narrow" not in line) <= width
    assert "…" not in "".join(lines)
    for name in models.registry:
        assert any(line.split()[:1] == [name] for line in lines), f"{name} stands on one line"


def test_models_of_a_family_stand_together_under_its_name_null_models_first() -> None:
    families = [entry["family"] for entry in MODELS.entries]
    assert families[0] == "null models"
    null = [entry["name"] for entry in MODELS.entries if entry["family"] == "null models"]
    assert null == sorted(null)
    assert {*requests.NULL_MODELS, "kenburns", "zoom-blur"} <= set(null)
    changes = [family for at, family in enumerate(families) if at == 0 or families[at - 1] != family]
    assert len(changes) == len(set(changes))
    lines = drawn(200)
    below = lines[next(at for at, line in enumerate(lines) if line.strip() == "wan") + 1]
    assert below.split()[0].startswith("wan")


def test_a_line_says_what_one_chooses_by() -> None:
    svd = [BY_NAME["svd"][column.heading] for column in MODELS.columns]
    assert {"1024 × 576, 14 @ 7", "first", "Stability AI Community License"} <= set(svd)
    wan = BY_NAME["wan2.1-vace-14b"]
    assert (wan["size"], wan["memory"]) == ("14 B", "≥ 28 GB")  # two bytes per parameter
    assert wan["conditions on"].startswith("text, first, last, keyframes, mask")
    assert BY_NAME["sora"]["runs here"] == "no, retired (2026-09-24)"


def test_words_choose_what_is_listed() -> None:
    named = {entry["name"] for entry in listings.of("models", Path("runs"), ["WAN", "vace"]).entries}
    assert named == {"wan2.1-vace-1.3b", "wan2.1-vace-14b"}
    assert [entry["id"] for entry in listings.of("metrics", Path("runs"), ["warping_error"]).entries] == [
        "warping_error"
    ]
    with pytest.raises(UsageError, match="unknown metric 'warping_eror': did you mean warping_error"):
        listings.of("metrics", Path("runs"), ["warping_eror"])


def test_a_metric_by_its_name_is_explained() -> None:
    found = listings.of("metrics", Path("runs"), ["warping_error"])
    assert found.is_named_by(["warping_error"])
    lines = "\n".join(listed_metrics.definitions(found, 80)).splitlines()
    assert lines[0] == "Warping error: warping_error, lower is better, 0 … 1, version 2"
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("  blind to: ") for line in lines)
    assert not listings.of("metrics", Path("runs"), ["warping"]).is_named_by(["warping"])


def test_what_a_metric_needs_is_said_with_size_licence_and_what_to_do() -> None:
    found = listings.of("metrics", Path("runs"), ["clipsim", "judge_match", "psnr_mean"])
    by_name = {entry["id"]: entry for entry in found.entries}
    assert by_name["clipsim"]["available"] == "needs ViT-B-32.pt (354 MB)"
    assert by_name["clipsim"]["weights"] == ["ViT-B-32.pt, 354 MB, MIT"]
    assert (by_name["judge_match"]["available"], by_name["judge_match"]["asked for"]) == (
        "no: it has no model to ask",
        "only by name",
    )
    assert (by_name["psnr_mean"]["available"], by_name["psnr_mean"]["asked for"]) == ("yes", "by default")
    lines = "\n".join(listed_metrics.definitions(found, 200)).splitlines()
    assert "  weights: ViT-B-32.pt, 354 MB, MIT" in lines
    assert any("bench fetch clipsim" in line for line in lines)
    assert "  evaluator: judge, measured only by name" in lines
    assert any("--metric-set judge.address=http://HOST/v1" in line for line in lines)


def test_terms_of_weights_are_said_with_the_line_that_accepts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    owned = Weights(
        "net.pt", ("http://nowhere/net.pt",), "0" * 64, 5, "CC-BY-NC-4.0", terms="no commercial use"
    )
    monkeypatch.setattr(evaluators.registry["psnr"], "weights", lambda self: (owned,))
    found = listings.of("metrics", Path("runs"), ["psnr_mean"])
    lines = "\n".join(listed_metrics.definitions(found, 200)).splitlines()
    assert "  weights: net.pt, 5 bytes, CC-BY-NC-4.0 (no commercial use)" in lines
    assert (
        lines[-1] == "  available: needs net.pt (5 bytes); bench fetch net.pt --accept-licence CC-BY-NC-4.0"
    )


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.delenv("RUNWAYML_API_SECRET", raising=False)
    without = listings.of("models", Path("runs"))
    here = {entry["name"]: entry["runs here"] for entry in without.entries}
    assert (here["still"], here["svd"], here["runway"]) == ("yes", "needs weights", "needs key")
    assert (here["command"], here["openai-video"]) == ("needs program", "needs server")
    monkeypatch.setenv("RUNWAYML_API_SECRET", "a secret")
    with_key = listings.of("models", Path("runs"))
    (runway,) = [entry for entry in with_key.entries if entry["name"] == "runway"]
    assert runway["runs here"] == "yes"
    assert "a secret" not in json.dumps(with_key.entries)


def test_machines_get_everything() -> None:
    entry = json.loads(json.dumps(BY_NAME["framepack"], allow_nan=False))
    card = models.registry["framepack"].card
    assert entry["parts"] == dict(card.parts)
    assert entry["takes"] == list(card.takes)
    for name in (
        "guidance",
        "paper",
        "note",
        "as_of",
        "lifecycle",
        "frames",
        "fps",
        "width",
        "height",
    ):
        assert entry[name] == getattr(card, name)
    assert entry["licence in full"] == card.licence
    assert entry["adapter version"] == card.version
    assert {need["kind"] for need in entry["needs"]} == {"package", "weights"}
    (steps,) = [setting for setting in entry["settings"] if setting["name"] == "steps"]
    assert steps["bounds"] == ">= 1, <= 1000"


def test_text_to_video_systems_are_named_and_refused() -> None:
    (first, _) = listings.notes("models")
    assert first.endswith("CogVideoX-2B, Text2Video-Zero, Tune-A-Video")
    assert listings.notes("suites") == []
    for name in ("cogvideox-2b", "CogVideoX-2B", "text2video-zero", "tune-a-video"):
        with pytest.raises(UsageError, match=r"is text-to-video: .*takes no image"):
            models.registry[name]


def test_nothing_heavy_is_imported_to_say_what_is_here() -> None:
    code = (
        "import sys; from pathlib import Path; from bench.cli import listings; listings.of('models', Path('runs'))\n"
        "print(sorted({'torch', 'diffusers', 'transformers', 'pandas', 'httpx', 'huggingface_hub.file_download'}"
        " & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (answer.stdout.strip(), answer.returncode) == ("[]", 0), answer.stderr


def test_a_run_with_a_broken_suite_is_listed_like_the_others(tmp_path: Path) -> None:
    suite = made.suite(tmp_path / "pictures", cases=2)
    for label in ("sound", "broken"):
        boards.write(tmp_path / "runs", boards.run(suite, label), suite, [])
    (tmp_path / "runs" / "broken-tiny" / "suite.json").write_text("[")
    clips = {entry["run"]: entry["clips"] for entry in listings.of("runs", tmp_path / "runs").entries}
    assert clips == {"sound-tiny": "2", "broken-tiny": "2 of ?"}
