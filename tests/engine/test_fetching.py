"""The one rule for downloads: said, asked for, refused at once; and no socket where --offline forbids it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import numpy as np
import pytest
from huggingface_hub import constants
from typer.testing import Result

import bench
from bench import models
from bench.base import downloads, network
from bench.base.progress import Progress
from bench.engine import fetching, jobs
from bench.engine.requests import Consent, MetricRequest, ModelRequest, RunConfig, Selection
from bench.errors import Unavailable
from bench.evaluators.nets import clip, i3d
from bench.media import pictures, video
from bench.models import hub
from bench.models.hub import Told
from bench.models.null.still import Still
from bench.suites import load
from bench.types import Clip, Suite
from tests.command_line import bench as command

CLIPSIM = f"{clip.VIT_B_32.name} (354 MB) for clipsim"
BASE = "stabilityai/stable-video-diffusion-img2vid"


class Asking(Progress):
    """A person who answers, and what was said to them."""

    def __init__(self, answer: bool = True) -> None:
        self.answer, self.said, self.asked = answer, list[str](), 0

    def say(self, text: str) -> None:
        self.said.append(text)

    def agrees(self, question: str, unasked: bool = True) -> bool:
        self.asked += 1
        return self.answer


@pytest.fixture(autouse=True)
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine that may fetch, has nothing, and says so where something is fetched."""

    def fetched(*_: object) -> NoReturn:
        raise AssertionError("something was fetched")

    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr(downloads, "_response", fetched)


@pytest.fixture
def no_socket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No socket is opened, not even one whose failure a command would catch and report."""
    seen: list[object] = []

    def opened(*words: object, **_: object) -> NoReturn:
        seen.append(words)
        raise AssertionError("a socket was opened")

    for name in ("getaddrinfo", "create_connection"):
        monkeypatch.setattr(socket, name, opened)
    monkeypatch.setattr(socket.socket, "connect", opened)
    yield
    assert seen == []


@pytest.fixture
def heavy(monkeypatch: pytest.MonkeyPatch) -> type[models.Model]:
    """A model that never moves, with 2 GB of weights on the hub."""

    class Heavy(Still):
        card: ClassVar[Any] = models.registry["svd"].card

    sizes = {
        "unet/x.fp16.safetensors": 10**9,
        "unet/x.safetensors": 2 * 10**9,
        "whole.safetensors": 5 * 10**9,
    }
    monkeypatch.setattr(hub, "told", lambda repository: Told(sizes, False))
    return Heavy


def settle(
    download: Consent, progress: Progress, *wanted: models.Model, metrics: tuple[str, ...] = ("clipsim",)
) -> RunConfig:
    config = RunConfig(download=download)
    return fetching.settled(config, progress, MetricRequest(metrics), [Suite("", "", "", ())], wanted)


@pytest.mark.parametrize(
    ("download", "answer", "settled", "asked"),
    [("ask", True, "yes", 1), ("ask", False, "no", 1), ("yes", False, "yes", 0), ("no", True, "no", 0)],
)
def test_what_metrics_would_fetch_is_said_and_asked_for(
    download: Consent, answer: bool, settled: Consent, asked: int
) -> None:
    progress = Asking(answer)
    assert settle(download, progress).download == settled
    assert progress.asked == asked
    assert progress.said == ([f"to be fetched: {CLIPSIM}"] if download != "no" else [])


def test_nothing_is_asked_where_nothing_would_be_fetched() -> None:
    progress = Asking()
    settle("ask", progress, metrics=("ssim",))
    settle("ask", progress, metrics=("fvd",))  # the suite has no reference clips
    for host in (
        "openaipublic.azureedge.net",
        "huggingface.co",
        "dl.fbaipublicfiles.com",
        "raw.githubusercontent.com",
    ):
        network.note_failure(host, "ConnectError")
    settle("ask", progress)
    assert (progress.asked, progress.said) == (0, [])


def test_each_file_of_several_runs_is_named_once() -> None:
    config, progress = RunConfig(download="ask"), Asking()
    suites = [load("motion"), load("motion"), load("demo")]
    fetching.settled(config, progress, MetricRequest(("fvd", "clipsim")), suites)
    assert progress.said == [f"to be fetched: {i3d.WEIGHTS.name} (51.2 MB) for fvd; {CLIPSIM}"]


def test_models_come_first_with_the_size_of_what_they_would_load(heavy: type[models.Model]) -> None:
    progress = Asking()
    settle("ask", progress, heavy())
    assert progress.said == [f"to be fetched: {BASE} (2 GB) for svd; {CLIPSIM}"]


def test_a_model_that_may_not_be_fetched_is_an_error_at_once(heavy: type[models.Model]) -> None:
    told = rf"weights {BASE} \(2 GB\) for svd are not here, and {{}}; hf download {BASE}"
    with pytest.raises(Unavailable, match=told.format("--no-download forbids fetching them")):
        settle("no", Asking(), heavy())
    with pytest.raises(Unavailable, match=told.format("shall not be fetched")):
        settle("ask", Asking(False), heavy())
    network.note_failure("huggingface.co", "ConnectError")
    with pytest.raises(
        Unavailable, match=r"the hub does not answer \(ConnectError, just now; --download tries"
    ):
        settle("yes", Asking(), heavy())
    with network.offline(), pytest.raises(Unavailable, match="--offline forbids fetching them"):
        settle("yes", Asking(), heavy())


def test_a_metric_that_is_refused_says_how_to_have_it(tmp_path: Path) -> None:
    config = RunConfig(tmp_path / "runs", download="ask")
    metrics = MetricRequest(("clipsim", "first_frame"), views=(None,))
    report = jobs.run(ModelRequest(("still",)), Selection(limit=1), metrics, config, Asking(False))
    assert report.unavailable == {
        "clipsim": f"its weights {clip.VIT_B_32.name} (354 MB) are not here; --download fetches them"
    }
    assert report.made == 1


def of_json(answer: Result) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(answer.stdout)
    return found


def test_offline_opens_no_socket_and_measures_what_it_can(tmp_path: Path, no_socket: None) -> None:
    out = ("--out", tmp_path / "runs", "--offline")
    answer = command("run", "still", "--limit", 1, "--view", "native", "--json", *out)
    assert answer.exit_code == 0, answer.output
    assert "--offline forbids fetching it" in of_json(answer)["unavailable"]["clipsim"]
    again = command("evaluate", "still", "--metrics", "clipsim", *out)
    assert again.exit_code == 2
    assert f"{clip.VIT_B_32.urls[0]} at" in again.stderr
    assert not network.is_offline()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("run", "svd"),
            f"hub repository {BASE} is not cached here, and the hub cannot be asked (--offline)",
        ),
        (("run", "kling"), "model 'kling' is a service, and --offline forbids asking it"),
        (("generate", "svd", "--lora", "org/lora"), "cannot be asked (--offline)"),
        (("calibrate", "--metrics", "clipsim"), "--offline forbids fetching it"),
        (("evaluate", "--clips", "{clips}", "--name", "x", "--metrics", "clipsim"), "--offline forbids"),
    ],
)
def test_offline_refuses_at_once_what_is_not_here(
    words: tuple[str, ...], said: str, tmp_path: Path, no_socket: None
) -> None:
    (tmp_path / "clips").mkdir()
    pictures.write(tmp_path / "clips" / "a.png", np.zeros((32, 32, 3), np.uint8))
    video.write_clip(tmp_path / "clips" / "a.mkv", Clip(np.zeros((2, 32, 32, 3), np.uint8), 8.0))
    answer = command(*(word.format(clips=tmp_path / "clips") for word in words), "--offline")
    assert answer.exit_code == 2, answer.output
    assert said in answer.stderr
    assert answer.stderr.count("\n") <= 2


def test_doctor_offline_asks_neither_hub_nor_servers(no_socket: None) -> None:
    server = command("doctor", "openai-video", "--set", "base_url=http://127.0.0.1:1/v1", "--offline")
    assert (server.exit_code, "not asked yet" in server.stdout) == (1, True)
    assert "not cached" in command("doctor", "svd", "--offline").stdout
    assert "--offline forbids asking the hub" in command("doctor", "--offline").output


def test_offline_from_python(tmp_path: Path, no_socket: None) -> None:
    with pytest.raises(Unavailable, match=r"cannot be asked \(--offline\)"):
        bench.run("svd", out=tmp_path, offline=True, show_progress=False)
    with pytest.raises(Unavailable, match="--offline forbids"):
        bench.run("still", limit=1, metrics="clipsim", out=tmp_path, offline=True, show_progress=False)
