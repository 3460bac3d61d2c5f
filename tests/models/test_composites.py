"""Pipelines that are published in several repositories: a base, and parts from elsewhere."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bench import models
from bench.errors import Unavailable, UsageError
from bench.models import checkpoints, other_forms
from bench.types import Case
from tests import tiny_checkpoints
from tests.tiny_checkpoints import Of, Tiny

PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "animatediff-sparsectrl": ("stable-diffusion-1.5", ("motion_adapter", "vae", "controlnet")),
    "animatediff-ip-adapter": (
        "stable-diffusion-1.5",
        ("motion_adapter", "vae", "image_encoder", "ip_adapter"),
    ),
    "pia": ("stable-diffusion-1.5", ("motion_adapter",)),
    "framepack": ("hunyuanvideo", ("transformer", "image_encoder", "feature_extractor")),
    "framepack-f1": ("hunyuanvideo", ("transformer", "image_encoder", "feature_extractor")),
}
"""Model -> its base's tiny checkpoint, and the parts that are replaced by the model's own."""

SIZE = {"num_frames": 4, "width": 32, "height": 32, "steps": 1}


@pytest.mark.parametrize("name", PARTS)
def test_a_base_with_parts_from_elsewhere_is_the_whole_pipeline(name: str, case: Case, tiny: Tiny) -> None:
    """Base and whole were written from the same seed, so of the parts that they share only the named ones differ."""
    base_name, parts = PARTS[name]
    base, whole = tiny(base_name), tiny(name)
    cls = models.registry[name]
    assert set(parts) == set(cls.card.parts)
    found = checkpoints.of_card(cls.card, str(base), [f"{part}={whole / part}" for part in parts])
    model = cls(cls.Settings(**SIZE), None, found)
    clip = model.generate(case, 0)
    assert clip.frames.shape == (4, 32, 32, 3)
    pipeline = model._pipeline  # type: ignore[attr-defined]
    assert type(pipeline).__name__ == cls.pipeline  # type: ignore[attr-defined]
    if "controlnet" in parts:
        assert same_weights(pipeline.controlnet, whole / "controlnet")
    if "transformer" in parts:
        assert same_weights(pipeline.transformer, whole / "transformer")


def same_weights(part: object, folder: Path) -> bool:
    from safetensors.torch import load_file

    stored = load_file(folder / "diffusion_pytorch_model.safetensors")
    held = part.state_dict()  # type: ignore[attr-defined]
    return stored.keys() <= held.keys() and all((held[name] == value).all() for name, value in stored.items())


@pytest.mark.parametrize("name", PARTS)
def test_a_base_alone_is_not_enough(name: str, of: Of) -> None:
    """PIA's own pipeline would load it, with random numbers for a motion adapter."""
    model = of(name, on=PARTS[name][0])
    with pytest.raises(UsageError, match=r"which lacks (motion_adapter|transformer).*; add --component"):
        model.load()


def test_an_ip_adapter_that_is_not_there_is_named(tmp_path: Path, one_thread: None) -> None:
    folder = tiny_checkpoints.write("animatediff-ip-adapter", tmp_path / "whole")
    (folder / "ip_adapter" / checkpoints.IMAGE_ADAPTER).unlink()
    model = models.registry["animatediff-ip-adapter"](None, None, checkpoints.resolve(str(folder)))
    with pytest.raises(Unavailable, match=r"holds no ip_adapter/ip-adapter_sd15\.safetensors"):
        model.load()


def test_parts_are_resolved_by_what_such_a_part_holds(tmp_path: Path) -> None:
    for part, file in {"feature_extractor": "preprocessor_config.json", "unet": "config.json"}.items():
        folder = tmp_path / part
        folder.mkdir()
        (folder / file).write_text("{}")
        found = checkpoints.resolve_part(
            str(folder), checkpoints.PART_FILES.get(part, other_forms.PART_CONFIG)
        )
        assert found.name == part


@pytest.mark.parametrize("name", PARTS)
def test_a_bases_own_parts_are_not_fetched(
    name: str, monkeypatch: pytest.MonkeyPatch, one_thread: None
) -> None:
    """Diffusers does not download parts that it is given; this checks which it is given."""
    import diffusers

    from bench.types import Checkpoint, Runtime

    cls = models.registry[name]
    asked: dict[str, object] = {}

    def download(*words: object, **options: object) -> str:
        asked.update(options)
        raise FileNotFoundError("far enough")

    monkeypatch.setattr(getattr(diffusers, cls.pipeline), "download", download)  # type: ignore[attr-defined]
    monkeypatch.setattr(checkpoints, "content", lambda *_: {"_class_name": cls.pipeline})  # type: ignore[attr-defined]
    parts = tuple((part, Checkpoint(place, "0" * 40, "", "digest")) for part, place in cls.card.parts.items())
    model = cls(None, Runtime(), Checkpoint(cls.card.weights or "", "0" * 40, "", "digest", parts))
    with pytest.raises(Unavailable):
        model.load()
    assert {part for part in cls.card.parts if part != "ip_adapter"} <= set(asked)
    assert "ip_adapter" not in asked
