"""CLIP on a tiny random checkpoint in OpenAI's format, and on the real one where it is.

open_clip and torch are imported by tests: every worker reads this file, and one runs it.
"""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow

from bench.base import weights
from bench.errors import Unavailable, UnknownName
from bench.evaluators.nets import clip
from bench.evaluators.nets.clip import Encoder, Settings
from bench.types import Frames
from tests import tiny_nets


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clip")
    tiny_nets.write_clip(folder / "state.pt")
    tiny_nets.write_clip(folder / "scripted.pt", scripted=True)
    return folder


@pytest.fixture(scope="module")
def frames() -> Frames:
    return np.random.default_rng(0).integers(0, 256, (5, 40, 72, 3), dtype=np.uint8)


def openai(path: Path) -> Encoder:
    return Encoder(Settings(checkpoint=path))


def test_equals_open_clip_by_hand(folder: Path, frames: Frames) -> None:
    import open_clip
    import torch

    # The textbook way: open_clip builds the model, its own transform reads PIL pictures one by one.
    net = open_clip.CLIP(**tiny_nets.SHAPE, quick_gelu=True).eval()
    net.load_state_dict(torch.load(folder / "state.pt", weights_only=True))
    transform = open_clip.image_transform(
        32, is_train=False, mean=open_clip.OPENAI_DATASET_MEAN, std=open_clip.OPENAI_DATASET_STD
    )
    with torch.inference_mode():
        pictures = torch.stack([transform(pillow.fromarray(frame)) for frame in frames])
        images = torch.nn.functional.normalize(net.encode_image(pictures), dim=1).numpy()
        words = torch.nn.functional.normalize(net.encode_text(open_clip.tokenize(["a cat"])), dim=1).numpy()
    encoder = openai(folder / "state.pt")
    assert np.abs(encoder.images(frames) - images).max() < 1e-6  # float32
    assert np.abs(encoder.text("a cat") - words[0]).max() < 1e-6


def test_openai_s_own_archives_are_the_same_as_their_state_dicts(
    folder: Path, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unavailable, match=r"scripted\.pt is TorchScript"):
        openai(folder / "scripted.pt")
    monkeypatch.setattr(clip, "published", lambda: {weights.local(folder / "scripted.pt").sha256})
    scripted, plain = openai(folder / "scripted.pt"), openai(folder / "state.pt")
    assert np.array_equal(scripted.images(frames), plain.images(frames))
    assert np.array_equal(scripted.text("a cat"), plain.text("a cat"))


def test_vectors_are_unit_and_the_batch_decides_nothing(folder: Path, frames: Frames) -> None:
    encoder = openai(folder / "state.pt")
    together = encoder.images(frames)
    assert together.shape == (5, 16)
    assert together.dtype == np.float64
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-12)
    assert not np.allclose(together[0], together[1], atol=1e-3)  # the tiny net sees differences
    for batch in (1, 2, 3):
        assert np.abs(encoder.images(frames, batch) - together).max() < 1e-6
    assert np.abs(encoder.images(frames[::-1])[::-1] - together).max() < 1e-6


def test_text_beyond_77_tokens_is_not_read(folder: Path) -> None:
    encoder = openai(folder / "state.pt")
    assert encoder.context_length == 77
    # 'cat' is one token; 75 and the two marks fill the window.
    full, over = " ".join(["cat"] * 75), " ".join(["cat"] * 76)
    assert encoder.reads_whole("")
    assert encoder.reads_whole(full)
    assert not encoder.reads_whole(over)
    assert np.array_equal(encoder.text(full), encoder.text(over))
    assert not np.allclose(encoder.text("cat"), encoder.text("dog"), atol=1e-3)


def test_openai_checkpoints_have_quick_gelu(folder: Path, frames: Frames) -> None:
    import open_clip
    import torch

    plain = open_clip.CLIP(**tiny_nets.SHAPE, quick_gelu=False).eval()
    plain.load_state_dict(torch.load(folder / "state.pt", weights_only=True))
    encoder = openai(folder / "state.pt")
    own = encoder.images(frames)
    encoder._tower = plain.encode_image
    assert np.abs(encoder.images(frames) - own).max() > 1e-4


@pytest.fixture
def tiny_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A tiny architecture among open_clip's own, for as long as the test lasts."""
    import open_clip

    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "tiny-test", tiny_nets.SHAPE)
    return "tiny-test"


def test_any_model_of_open_clip_with_a_local_file(tiny_model: str, tmp_path: Path, frames: Frames) -> None:
    import open_clip
    import torch

    file = tmp_path / "trained.pt"
    tiny_nets.write_clip(file, quick_gelu=False)
    settings = Settings(tiny_model, "mine", file)
    assert settings.weights()[0].sha256 == weights.local(file).sha256
    net = open_clip.CLIP(**tiny_nets.SHAPE).eval()
    net.load_state_dict(torch.load(file, weights_only=True))
    with torch.inference_mode():
        words = net.encode_text(open_clip.tokenize(["a cat"]))[0]
    assert np.abs(Encoder(settings).text("a cat") - (words / words.norm()).numpy()).max() < 1e-6
    assert Encoder(settings).images(frames).shape == (5, 16)


def test_the_default_is_a_declared_file() -> None:
    assert Settings().weights() == (clip.VIT_B_32,)
    assert clip.VIT_B_32.sha256 in clip.VIT_B_32.urls[0]  # OpenAI put the digest into the address
    assert Settings("ViT-L-14", "openai").weights() == (clip.VIT_L_14,)
    assert Settings("ViT-B-16", "openai").weights() == ()


def test_what_is_not_here_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    with pytest.raises(Unavailable, match=r"ViT-B-32\.pt is not in .*put https://.* by hand"):
        Encoder()
    with pytest.raises(Unavailable, match=r"nowhere\.pt are not a file"):
        openai(tmp_path / "nowhere.pt")


def test_every_clip_that_openai_published_is_known_by_its_digest() -> None:
    assert clip.VIT_B_32.sha256 in clip.published()
    assert len(clip.published()) == 9
    assert {len(digest) for digest in clip.published()} == {64}


def test_a_training_s_checkpoint_is_read(folder: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    plain = torch.load(folder / "state.pt", weights_only=True)
    wrapped = {"epoch": 3, "state_dict": {f"module.{name}": tensor for name, tensor in plain.items()}}
    torch.save(wrapped, tmp_path / "epoch_3.pt")
    save_file({name: tensor.contiguous() for name, tensor in plain.items()}, tmp_path / "same.safetensors")
    words = openai(folder / "state.pt").text("a cat")
    for file in ("epoch_3.pt", "same.safetensors"):
        assert np.array_equal(openai(tmp_path / file).text("a cat"), words)


def test_tags_that_open_clip_fetches_respect_offline() -> None:
    with pytest.raises(
        Unavailable, match=r"weights 'laion2b_s34b_b79k' of CLIP model 'ViT-B-32' are not here"
    ) as e:
        Encoder(Settings("ViT-B-32", "laion2b_s34b_b79k"))
    assert e.value.remedy == "fetch them with a network, or give their file as checkpoint"


def test_a_file_is_read_with_the_preprocessing_and_activation_of_its_tag(
    tiny_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import open_clip

    facts = {
        "mean": (0.5, 0.5, 0.5),
        "std": (0.25, 0.25, 0.25),
        "interpolation": "bilinear",
        "quick_gelu": True,
    }
    monkeypatch.setattr(open_clip, "get_pretrained_cfg", lambda model, tag: facts if tag == "gray" else {})
    tiny_nets.write_clip(tmp_path / "trained.pt")
    encoder = Encoder(Settings(tiny_model, "gray", tmp_path / "trained.pt"))
    resize, *_, normalise = encoder._transform.transforms
    assert (tuple(normalise.mean), tuple(normalise.std)) == (facts["mean"], facts["std"])
    assert resize.interpolation.value == "bilinear"
    openai_reader = openai(tmp_path / "trained.pt")  # QuickGELU as well
    assert np.abs(encoder.text("a cat") - openai_reader.text("a cat")).max() < 1e-6


def test_unknown_names_are_told() -> None:
    with pytest.raises(UnknownName, match="unknown CLIP model 'ViT-B-33': did you mean"):
        Encoder(Settings("ViT-B-33"))
    with pytest.raises(
        UnknownName, match="unknown tag of CLIP model 'ViT-B-32' 'opnai': did you mean openai"
    ):
        Encoder(Settings("ViT-B-32", "opnai"))


def test_an_unknown_tag_beside_a_file_does_not_fall_back_to_another_activation(tmp_path: Path) -> None:
    """The tag alone says which activation the file was trained with: 'openai' meant, 'open_ai' written."""
    tiny_nets.write_clip(tmp_path / "mine.pt")
    with pytest.raises(UnknownName, match="'open_ai': did you mean openai"):
        Encoder(Settings("ViT-B-32", "open_ai", tmp_path / "mine.pt"))


def test_a_file_of_another_kind_is_unavailable(tmp_path: Path, tiny_model: str) -> None:
    page = tmp_path / "page.pt"
    page.write_text("<html>not found</html>")
    for tag in ("openai", "mine"):
        with pytest.raises(Unavailable, match=r"page\.pt is not a checkpoint of this CLIP"):
            Encoder(Settings(tiny_model, tag, page))


@pytest.mark.weights
def test_the_real_weights_tell_a_cat_from_coffee() -> None:
    if weights.path(clip.VIT_B_32) is None:
        pytest.skip(f"no {clip.VIT_B_32.name} in {weights.folder()}")
    import skimage.data

    encoder = Encoder()
    pictures = [skimage.data.chelsea(), skimage.data.coffee()]
    words = ["a photo of a cat", "a photo of a cup of coffee"]
    similarity = np.array([[encoder.images(p[None])[0] @ encoder.text(w) for w in words] for p in pictures])
    # The right sentence lies at some 0.25 to 0.33 for this model, the wrong one below 0.22.
    assert similarity.argmax(axis=1).tolist() == [0, 1]
    assert np.diag(similarity).min() > 0.23
    assert similarity[0, 1] < 0.22 > similarity[1, 0]
