"""CLIP is the same network from each container that its weights are published in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.base import weights
from bench.errors import Unavailable
from bench.evaluators.nets import clip
from bench.evaluators.nets.clip import Encoder, Settings
from bench.types import Frames


def tiny() -> Any:
    """A CLIP of transformers with random weights that 16 bits hold, as those that OpenAI published are."""
    import torch
    from transformers import CLIPConfig, CLIPModel

    sides = {"hidden_size": 64, "intermediate_size": 256, "num_hidden_layers": 2, "num_attention_heads": 1}
    text = {**sides, "max_position_embeddings": 77, "projection_dim": 16, "eos_token_id": 49407}
    vision = {**sides, "image_size": 32, "patch_size": 16, "projection_dim": 16}
    net = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)).eval()
    generator = torch.Generator().manual_seed(0)
    for parameter in net.parameters():
        parameter.data = (torch.randn(parameter.shape, generator=generator) * 0.2).half().float()
    return net


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same network as a pickle and as safetensors of transformers, and as safetensors of open_clip."""
    import torch
    from safetensors.torch import save_file

    folder, state = tmp_path_factory.mktemp("containers"), tiny().state_dict()
    # files of 2021 have the numbers of positions, too
    torch.save({**state, "text_model.embeddings.position_ids": torch.arange(77)[None]}, folder / "model.bin")
    save_file({name: each.contiguous() for name, each in state.items()}, folder / "model.safetensors")
    net = Encoder(Settings(checkpoint=folder / "model.bin"))._net
    save_file(
        {name: each.contiguous() for name, each in net.state_dict().items()}, folder / "open_clip.safetensors"
    )
    return {path.name: path for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def frames() -> Frames:
    return np.random.default_rng(0).integers(0, 256, (3, 40, 72, 3), dtype=np.uint8)


def test_is_what_transformers_computes(containers: dict[str, Path], frames: Frames) -> None:
    import open_clip
    import torch

    encoder, net = Encoder(Settings(checkpoint=containers["model.bin"])), tiny()
    mean, std = (np.array(each) for each in (open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD))
    pictures = np.stack([(encoder.prepared(frame) / 255 - mean) / std for frame in frames]).transpose(
        0, 3, 1, 2
    )
    with torch.inference_mode():
        seen = net.get_image_features(pixel_values=torch.from_numpy(pictures.astype(np.float32)))
        read = net.get_text_features(input_ids=open_clip.tokenize(["a cat"]))
    seen, read = (getattr(each, "pooler_output", each) for each in (seen, read))  # transformers 5 wraps them
    units = torch.nn.functional.normalize(seen, dim=1).numpy()
    assert np.abs(encoder.images(frames) - units).max() < 1e-6  # float32
    words = torch.nn.functional.normalize(read, dim=1).numpy()[0]
    assert np.abs(encoder.text("a cat") - words).max() < 1e-6


def test_every_container_gives_the_same_bits(containers: dict[str, Path], frames: Frames) -> None:
    vectors = [Encoder(Settings(checkpoint=path)).images(frames) for path in containers.values()]
    assert len(vectors) == 3
    assert all(np.array_equal(vectors[0], each) for each in vectors[1:])


def test_another_network_of_transformers_is_refused(containers: dict[str, Path], tmp_path: Path) -> None:
    import torch

    state = torch.load(containers["model.bin"], weights_only=True)
    del state["vision_model.encoder.layers.1.mlp.fc1.weight"]
    torch.save(state, tmp_path / "other.bin")
    with pytest.raises(Unavailable, match=r"other\.bin is not a checkpoint of this CLIP"):
        Encoder(Settings(checkpoint=tmp_path / "other.bin"))


@pytest.mark.parametrize("declared", clip.DECLARED.values(), ids=lambda each: str(each.name))
def test_each_source_is_pinned_under_a_name_of_its_own(declared: weights.Weights) -> None:
    forms = declared.forms
    assert len(forms) == len({each.name for each in forms}) == len({each.sha256 for each in forms}) == 3
    assert all(len(each.sha256) == 64 and each.size > 3e8 and each.licence == "MIT" for each in forms)


@pytest.mark.weights
@pytest.mark.parametrize("declared", clip.DECLARED.values(), ids=lambda each: str(each.name))
def test_the_published_containers_give_the_same_vectors(declared: weights.Weights, frames: Frames) -> None:
    model = next(model for (model, _), each in clip.DECLARED.items() if each is declared)
    here = [path for each in declared.forms if (path := weights.folder() / each.name).is_file()]
    if len(here) < 2:
        pytest.skip(f"needs two of {', '.join(each.name for each in declared.forms)}")
    vectors = [Encoder(Settings(model, "openai", path)).images(frames) for path in here]
    assert all(np.abs(vectors[0] - each).max() < 1e-6 for each in vectors[1:])
