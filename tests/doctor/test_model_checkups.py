"""`bench doctor`: what is missing is found, named and mended; what is there is not loaded to find out."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench import models
from bench.base import packages
from bench.doctor import machine, model_checkups
from bench.errors import UnknownName, UsageError
from bench.models import requirements
from bench.types import Runtime
from tests import command_line
from tests.doctor.made_weights import CPU, of

doctor = partial(command_line.bench, "doctor")


@pytest.mark.parametrize(("name", "words"), [("still", "org/x"), ("svd", "nowhere")])
def test_a_checkpoint_that_makes_no_sense_is_wrong_use(name: str, words: str) -> None:
    with pytest.raises(UsageError, match="checkpoint"):
        model_checkups.checkups([name], checkpoint=words, where=CPU)


def test_a_configuration_without_weights_is_incomplete(pipeline: Path) -> None:
    (pipeline / "vae" / "model.safetensors").unlink()
    finding = of("svd", checkpoint=str(pipeline))[f"weights {pipeline}"]
    assert (finding.state, finding.found) == ("missing", "incomplete: vae is not all here")
    assert finding.remedy == "copy or save it again, whole"


def test_memory_is_counted_by_the_headers_at_the_precision_that_is_asked_for(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "memory", lambda device: 11_000.0)
    fitting = of("svd", checkpoint=str(pipeline), where=Runtime("cpu", "float16"))["memory"]
    assert fitting.found.startswith("6 kB of weights in float16, the largest part 4 kB")
    assert fitting.state == "ok"
    full = of("svd", checkpoint=str(pipeline))["memory"]
    assert full.found == "12 kB of weights in float32, the largest part 8 kB; cpu has 11 kB"
    assert full.state == "missing"


@pytest.mark.parametrize(
    ("bytes_there", "memory", "remedy"),
    [
        (11_000, "full", "--memory model"),
        (7_000, "full", "--memory sequential"),
        (7_000, "model", "--memory sequential"),
    ],
)
def test_a_small_gpu_is_told_of_the_memory_mode_that_helps(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch, bytes_there: int, memory: Any, remedy: str
) -> None:
    monkeypatch.setattr(machine, "memory", lambda device: float(bytes_there))
    monkeypatch.setattr(
        model_checkups.devices, "resolve", lambda *words: Runtime("cuda:0", "float32", memory)
    )
    finding = of("svd", checkpoint=str(pipeline))["memory"]
    assert (finding.state, finding.remedy) == ("missing", remedy)


def test_weights_that_are_cut_short_are_named(pipeline: Path) -> None:
    path = pipeline / "unet" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    finding = of("svd", checkpoint=str(pipeline))["weights"]
    assert finding.state == "missing"
    assert f"{path} is cut short" in finding.found


def answers(monkeypatch: pytest.MonkeyPatch, result: Any) -> list[str]:
    """The hub answers with result, or raises it; gives who was asked for."""
    from huggingface_hub import HfApi

    asked: list[str] = []

    def model_info(self: object, repository: str, **_: object) -> Any:
        asked.append(repository)
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr(HfApi, "model_info", model_info)
    return asked


def siblings(**sizes: int) -> list[Any]:
    return [SimpleNamespace(rfilename=f"{name}.safetensors", size=size) for name, size in sizes.items()]


def test_the_hub_says_how_large_and_how_open_weights_are(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(
        monkeypatch, SimpleNamespace(siblings=siblings(a=3_000_000_000, b=1_000_000_000), gated=False)
    )
    finding = of("svd")["weights stabilityai/stable-video-diffusion-img2vid"]
    assert finding.found == "not cached; about 4 GB on the hub, fetched by the first run"
    assert asked == ["stabilityai/stable-video-diffusion-img2vid"]
    answers(monkeypatch, SimpleNamespace(siblings=siblings(a=5_000_000), gated="auto"))
    gated = of("svd")["weights stabilityai/stable-video-diffusion-img2vid"]
    assert "gated: accept its licence on its page, then set HF_TOKEN" in gated.found


def test_a_silent_hub_is_asked_once(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, ConnectionError("no route"))
    found = of("framepack")
    assert len(asked) == 1
    assert "the hub does not answer" in found["weights hunyuanvideo-community/HunyuanVideo"].found


def test_packages_are_compared_with_what_is_needed(monkeypatch: pytest.MonkeyPatch, hub: Path) -> None:
    versions = {"diffusers": "0.1", "transformers": "999", "accelerate": "1.2"}
    monkeypatch.setattr(packages, "installed", versions.get)
    found = of("svd")
    assert found["package diffusers"].state == "missing"
    assert ">=0." in found["package diffusers"].found
    assert found["package diffusers"].remedy == 'pip install "i2v-bench[models]" --upgrade'
    assert found["package transformers"].state == "ok"


def test_a_package_that_is_not_installed_says_its_install_line() -> None:
    need = requirements.package("nobody-has-this")
    assert (need.is_met, need.found, need.remedy) == (False, "not installed", "pip install nobody-has-this")


def test_a_key_is_named_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNWAYML_API_SECRET", raising=False)
    missing = of("runway")["key RUNWAYML_API_SECRET"]
    assert (missing.state, missing.remedy) == ("missing", "export RUNWAYML_API_SECRET=…")
    monkeypatch.setenv("RUNWAYML_API_SECRET", "sesame")
    for words in ((), ("--json",)):
        answer = doctor("runway", *words)
        assert (answer.exit_code, "sesame" in answer.output) == (0, False)


def test_one_of_several_keys_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert of("gemini-omni")["key GEMINI_API_KEY or GOOGLE_API_KEY"].state == "missing"
    monkeypatch.setenv("GOOGLE_API_KEY", "sesame")
    assert of("gemini-omni")["key GEMINI_API_KEY or GOOGLE_API_KEY"].found == "GOOGLE_API_KEY is set"


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server that accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_server_is_asked_whether_it_listens(port: int) -> None:
    url = f"http://127.0.0.1:{port}/v1"
    assert of("openai-video", settings=[f"base_url={url}"])[f"server {url}"].state == "ok"
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
    finding = of("openai-video", settings=[f"base_url={closed}"])[f"server {closed}"]
    assert finding.state == "missing"
    assert "base_url" in finding.remedy


def test_a_program_is_looked_for_and_its_file_says_how_to_get_it(tmp_path: Path) -> None:
    assert of("command")["program"].state == "missing"
    path = tmp_path / "mine.toml"
    path.write_text(f'command = ["{sys.executable}", "x.py", "{{output}}"]\ninstall = "clone it"\n')
    assert of("command", settings=[f"program={path}"])["program mine"].state == "ok"
    path.write_text(
        'command = ["nobody-has-this-program", "{output}"]\ncwd = "/nowhere"\ninstall = "clone it"\n'
    )
    finding = of("command", settings=[f"program={path}"])["program mine"]
    assert (finding.state, finding.remedy) == ("missing", "clone it")


def test_treatments_have_needs_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("REALESRGAN_WEIGHTS", raising=False)
    found = of("still+realesrgan@2x")
    assert found["weights realesrgan@2x"].state == "missing"
    weights = tmp_path / "x2.pth"
    weights.write_bytes(b"weights")
    assert (
        of("still+realesrgan@2x", settings=[f"realesrgan.weights={weights}"])["weights x2.pth"].state == "ok"
    )


def test_a_retired_model_says_what_to_use_instead() -> None:
    (finding,) = [each for each in of("sora").values() if each.state == "missing"]
    assert "2026-09-24" in finding.found
    assert "openai-video" in finding.remedy


def test_a_device_that_is_not_here_is_a_finding(hub: Path) -> None:
    pytest.importorskip("torch")
    finding = of("svd", where=Runtime("cuda:99", "auto"))["device"]
    assert (finding.state, finding.remedy) == ("missing", "choose --device cpu or auto")


def test_wrong_names_are_wrong_use() -> None:
    with pytest.raises(UnknownName, match="did you mean still"):
        model_checkups.checkups(["stil"])
    with pytest.raises(UsageError, match="takes no image"):
        model_checkups.checkups(["cogvideox-2b"])
    assert doctor("stil").exit_code == 2


def test_exit_codes_and_text(hub: Path) -> None:
    good, bad = doctor("still", "drift"), doctor("still", "svd")
    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert good.stdout.startswith("still: ready\n")
    lines = bad.stdout.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("  MISSING"))
    assert lines[at + 1] == "          → hf download stabilityai/stable-video-diffusion-img2vid"
    told = json.loads(doctor("svd", "--json").stdout)
    assert [each["is_fit"] for each in told] == [False]


def test_every_model_can_be_asked_what_it_needs(hub: Path) -> None:
    for checkup in model_checkups.checkups(list(models.registry), where=CPU):
        assert all(each.remedy for each in checkup.findings if each.state == "missing"), checkup.subject


def test_nothing_is_loaded_to_find_out() -> None:
    code = (
        "import sys; from bench.doctor import model_checkups; from bench.types import Runtime\n"
        "model_checkups.checkups(['svd', 'kling', 'framepack'], where=Runtime('cpu', 'float32'))\n"
        "print(sorted({'torch', 'diffusers', 'transformers', 'jwt'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (answer.stdout.strip(), answer.returncode) == ("[]", 0), answer.stderr
