"""`bench doctor`: what is missing is found, named and mended; what is there is not loaded to find out."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from typer.testing import CliRunner, Result

from bench import models
from bench.base import packages
from bench.cli.commands import app
from bench.doctor import machine, model_checkups
from bench.doctor.findings import Finding
from bench.errors import UnknownName, UsageError
from bench.models import requirements, stored_weights
from bench.models.requirements import Need
from bench.types import Checkpoint, ModelCard, Runtime

COMMIT = "1234567890abcdef1234567890abcdef12345678"
CPU = Runtime("cpu", "float32")


def bench(*words: object) -> Result:
    return CliRunner().invoke(app, ["doctor", *map(str, words)], prog_name="bench")


def of(name: str, **kwargs: Any) -> dict[str, Finding]:
    """What was found of a model, by name."""
    (checkup,) = model_checkups.checkups([name], where=kwargs.pop("where", CPU), **kwargs)
    return {finding.what: finding for finding in checkup.findings}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub."""
    from huggingface_hub import constants

    folder = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    return folder


def cache(hub: Path, repository: str) -> Path:
    """The folder of a cached repository, empty as yet."""
    folder = hub / f"models--{repository.replace('/', '--')}"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text(COMMIT)
    snapshot = folder / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    return snapshot


def write_network(folder: Path, numbers: int = 1000, name: str = "model.safetensors") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text("{}")
    save_file({"weight": np.zeros(numbers, np.float32)}, folder / name)


def write_index(folder: Path, parts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model_index.json").write_text(
        json.dumps(
            {"_class_name": "X", "safety_checker": [None, None]}
            | {name: ["x", cls] for name, cls in parts.items()}
        )
    )


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    """A pipeline of two networks, 3000 numbers together, and a scheduler."""
    folder = tmp_path / "pipeline"
    write_index(folder, {"unet": "U", "vae": "V", "scheduler": "S"})
    write_network(folder / "unet", 2000)
    write_network(folder / "vae", 1000)
    (folder / "scheduler").mkdir()
    (folder / "scheduler" / "scheduler_config.json").write_text("{}")
    return folder


def card(weights: str | None, parts: Mapping[str, str] | None = None) -> ModelCard:
    return ModelCard("x", "X", 1, True, None, None, None, None, weights, "MIT", "", parts=parts or {})


def needed(weights: str | None, parts: Mapping[str, str] | None = None, is_half: bool = False) -> list[Need]:
    return list(stored_weights.needs(card(weights, parts), None, is_half))


def test_a_model_without_weights_needs_none() -> None:
    assert needed(None) == []
    (need,) = needed("")
    assert (need.kind, need.is_met) == ("checkpoint", False)
    assert "--checkpoint FOLDER" in need.remedy


def test_weights_that_are_not_cached_name_the_line_that_fetches_them(hub: Path) -> None:
    base, transformer, encoder = needed(
        "org/base", {"transformer": "org/transformer", "image_encoder": "org/many/image_encoder"}
    )
    # what comes from elsewhere is not fetched with the base
    assert base.remedy == "hf download org/base --exclude 'image_encoder/*' --exclude 'transformer/*'"
    assert transformer.remedy == "hf download org/transformer"
    assert encoder.remedy == "hf download org/many --include 'image_encoder/*'"
    assert not any(need.is_met for need in (base, transformer, encoder))


def test_cached_weights_are_found_with_their_sizes(hub: Path) -> None:
    base, part = cache(hub, "org/base"), cache(hub, "org/many")
    write_index(base, {"unet": "U", "transformer": "T", "tokenizer": "K"})
    write_network(base / "unet")
    (base / "tokenizer").mkdir()
    write_network(part / "transformer", 500)
    found = needed(
        "org/base", {"transformer": "org/many/transformer", "feature_extractor": "org/many/features"}
    )
    assert [need.is_met for need in found] == [True, True, False]
    assert found[0].found.startswith("unet 4.0")  # kB and a header; the transformer comes from elsewhere
    assert [path.name for need in found for path in need.files] == ["model.safetensors", "model.safetensors"]
    (part / "features").mkdir()
    (part / "features" / "preprocessor_config.json").write_text("{}")
    assert all(
        need.is_met
        for need in needed(
            "org/base", {"feature_extractor": "org/many/features", "transformer": "org/many/transformer"}
        )
    )


def test_a_shard_that_is_missing_is_noticed(hub: Path) -> None:
    base = cache(hub, "org/base")
    write_index(base, {"unet": "U"})
    names = [f"model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    write_network(base / "unet", name=names[0])
    index = {"weight_map": {"a": names[0], "b": names[1]}}
    (base / "unet" / "model.safetensors.index.json").write_text(json.dumps(index))
    (need,) = needed("org/base")
    assert (need.is_met, need.found) == (False, "incomplete: unet is not all here")
    write_network(base / "unet", name=names[1])
    (need,) = needed("org/base")
    assert [path.name for path in need.files] == names


def test_half_precision_is_preferred_where_it_is_wanted(pipeline: Path) -> None:
    write_network(pipeline / "unet", 10, "model.fp16.safetensors")
    chosen = Checkpoint(str(pipeline), None, "", "")
    (full,), (half,) = (
        list(stored_weights.needs(card("org/x"), chosen, is_half)) for is_half in (False, True)
    )
    assert [path.name for path in full.files] == ["model.safetensors"] * 2
    assert sorted(path.name for path in half.files) == ["model.fp16.safetensors", "model.safetensors"]


def test_what_is_no_pipeline_must_at_least_hold_weights(hub: Path, pipeline: Path) -> None:
    snapshot = cache(hub, "org/other")
    (snapshot / "README.md").write_text("soon")
    (need,) = needed("org/other")
    assert (need.is_met, need.found) == (False, "incomplete: it holds no weights")
    (snapshot / "weights").mkdir()
    (snapshot / "weights" / "model.pt").write_bytes(b"x" * 2000)
    (need,) = needed("org/other")
    assert (need.is_met, need.found) == (True, "2 kB")
    assert of("svd", checkpoint=str(pipeline.parent))[f"weights {pipeline.parent}"].state == "missing"


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
        answer = bench("runway", *words)
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
    assert bench("stil").exit_code == 2


def test_exit_codes_and_text(hub: Path) -> None:
    good, bad = bench("still", "drift"), bench("still", "svd")
    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert good.stdout.startswith("still: ready\n")
    lines = bad.stdout.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("  MISSING"))
    assert lines[at + 1] == "          → hf download stabilityai/stable-video-diffusion-img2vid"
    told = json.loads(bench("svd", "--json").stdout)
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
