"""The real pipeline on a tiny checkpoint: everything but the size of the weights is as published."""

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from bench import models
from bench.errors import BadClip, BadImage, Cancelled, Unavailable, UsageError
from bench.media import pictures
from bench.models import checkpoints
from bench.models.diffusers import calling
from bench.models.diffusers.svd import SVD, SVDXT, Settings, _native_size
from bench.types import Case, Checkpoint, Clip, Runtime
from tests import tiny_checkpoints
from tests.tiny_checkpoints import Tiny, borrow

FAST = Settings(num_frames=3, steps=2)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return picture(tmp_path_factory.mktemp("images") / "photo.png", height=60, width=100, seed=0)


@pytest.fixture(scope="module")
def tiny_svd(tiny: Tiny) -> Path:
    return tiny("svd")


@pytest.fixture(scope="module")
def model(tiny_svd: Path) -> SVD:
    return svd(tiny_svd)


def picture(path: Path, height: int, width: int, seed: int) -> Case:
    """A case whose image is coarse random colours: no two parts look alike."""
    coarse = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    pictures.write(path, pictures.fit(coarse, width, height, "stretch"))
    return Case(id="photo", image=path)


def svd(folder: Path, settings: Settings = FAST, **runtime: str) -> SVD:
    return SVD(settings, Runtime(**runtime), checkpoints.resolve(str(folder)))


def damaged(folder: Path, copy: Path) -> Path:
    return Path(shutil.copytree(folder, copy))


def same(one: Clip, other: Clip) -> bool:
    return np.array_equal(one.frames, other.frames)


def test_default_settings_give_the_checkpoints_own_clip(tiny_svd: Path, photo: Case) -> None:
    model = svd(tiny_svd, Settings(steps=1))
    clip = model.generate(photo, 0)
    assert clip.frames.shape == (14, 64, 64, 3)
    assert clip.fps == 7
    assert model.effective_settings() == {
        "num_frames": 14, "fps": 7, "motion_bucket_id": 127, "noise_aug_strength": 0.02, "decode_chunk_size": None,
        "steps": 1, "height": 64, "width": 64, "min_guidance": 1.0, "max_guidance": 3.0, "dtype": "float32",
        "variant": None, "tiling": False, "slicing": False, "attention": "", "compile": False, "accel": "",
    }  # fmt: skip


def test_published_checkpoints_have_their_published_size() -> None:
    assert _native_size(96, 8) == (SVD.card.height, SVD.card.width) == (576, 1024)
    assert _native_size(8, 8) == (64, 64)
    assert _native_size((8, 16), 8) == (64, 128)
    assert SVD.card.weights == "stabilityai/stable-video-diffusion-img2vid"
    assert SVDXT.card.weights == "stabilityai/stable-video-diffusion-img2vid-xt"
    assert (SVD.card.frames, SVDXT.card.frames) == (14, 25)


def test_frames_rate_and_size_are_what_was_asked_for(tiny_svd: Path, photo: Case) -> None:
    # 72 x 40 is 9 x 5 latents: the UNet halves them, so an odd number must survive the way down and up
    clip = svd(tiny_svd, Settings(num_frames=5, fps=12, height=40, width=72, steps=1)).generate(photo, 0)
    assert clip.frames.shape == (5, 40, 72, 3)
    assert clip.fps == 12


@pytest.mark.parametrize(("height", "width"), [(300, 90), (40, 400)])
def test_any_shape_of_image_goes_in(model: SVD, tmp_path: Path, height: int, width: int) -> None:
    clip = model.generate(picture(tmp_path / "tall.png", height, width, seed=1), 0)
    assert clip.frames.shape == (3, 64, 64, 3)


def test_the_image_is_cropped_not_squeezed(model: SVD, tmp_path: Path) -> None:
    wide = picture(tmp_path / "wide.png", 64, 192, seed=2)
    middle = tmp_path / "middle.png"
    pictures.write(middle, pictures.read(wide.image)[:, 64:128])
    assert same(model.generate(wide, 0), model.generate(Case("photo", middle), 0))


def test_same_seed_same_clip_whatever_came_before(tiny_svd: Path, model: SVD, photo: Case) -> None:
    first = model.generate(photo, 3)
    model.generate(photo, 4)
    random.seed(1)
    np.random.seed(1)
    scramble_torch()
    assert same(model.generate(photo, 3), first)
    assert same(svd(tiny_svd).generate(photo, 3), first)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_the_clip_is_the_pipelines_own(tiny_svd: Path, photo: Case) -> None:
    """The peer is diffusers called by hand, as its documentation does."""
    import torch
    from diffusers import StableVideoDiffusionPipeline
    from PIL import Image

    pipeline = StableVideoDiffusionPipeline.from_pretrained(tiny_svd)
    pipeline.set_progress_bar_config(disable=True)
    image = Image.fromarray(pictures.fit(pictures.read(photo.image), 128, 64, "cover"))
    generator = torch.Generator().manual_seed(models.seed_number(photo, 5))
    frames = pipeline(
        image, 64, 128, 3, 2, None, 1.5, 2.5, 9, 90, 0.1, 2, generator=generator, output_type="np"
    ).frames[0]
    chosen = Settings(
        num_frames=3, steps=2, height=64, width=128, min_guidance=1.5, max_guidance=2.5, fps=9, motion_bucket_id=90,
        noise_aug_strength=0.1, decode_chunk_size=2,
    )  # fmt: skip
    assert np.array_equal(
        svd(tiny_svd, chosen).generate(photo, 5).frames, (frames * 255).round().astype(np.uint8)
    )


def scramble_torch() -> None:
    import torch

    torch.manual_seed(random.randrange(2**32))


def test_global_generators_are_left_as_they_were(model: SVD, photo: Case) -> None:
    import torch

    def draws() -> tuple[float, float, float]:
        return random.random(), float(np.random.random()), float(torch.rand(()))

    random.seed(5)
    np.random.seed(5)
    torch.manual_seed(5)
    expected = draws()
    random.seed(5)
    np.random.seed(5)
    torch.manual_seed(5)
    model.generate(photo, 0)
    assert draws() == expected


def test_seed_image_case_and_settings_reach_the_clip(
    tiny_svd: Path, model: SVD, photo: Case, tmp_path: Path
) -> None:
    clip = model.generate(photo, 0)
    other_image = picture(tmp_path / "other.png", 60, 100, seed=9)
    assert not same(model.generate(photo, 1), clip)
    assert not same(model.generate(other_image, 0), clip)
    assert not same(model.generate(Case("another", photo.image), 0), clip)
    for changed in (
        Settings(num_frames=3, steps=2, fps=20),
        Settings(num_frames=3, steps=2, motion_bucket_id=20),
        Settings(num_frames=3, steps=2, noise_aug_strength=0.5),
        Settings(num_frames=3, steps=2, max_guidance=9.0),
        Settings(num_frames=3, steps=2, min_guidance=2.0),
        Settings(num_frames=3, steps=2, decode_chunk_size=1),  # the decoder is temporal
        Settings(num_frames=3, steps=3),
    ):
        other = svd(tiny_svd, changed)
        borrow(other, model)
        assert not same(other.generate(photo, 0), clip), changed


def test_the_prompt_does_not_reach_the_clip(model: SVD, photo: Case) -> None:
    prompted = Case("photo", photo.image, prompt="a zebra")
    assert not SVD.card.reads_text
    assert same(model.generate(prompted, 0), model.generate(photo, 0))


def test_guidance_of_one_means_none(tiny_svd: Path, photo: Case) -> None:
    svd(tiny_svd, Settings(num_frames=2, steps=1, max_guidance=1.0)).generate(photo, 0)


def test_steps_are_counted(tiny_svd: Path, photo: Case) -> None:
    steps: list[tuple[int, int]] = []
    svd(tiny_svd, Settings(num_frames=2, steps=4)).generate(
        photo, 0, lambda done, total: steps.append((done, total))
    )
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("error", [Cancelled("enough"), ZeroDivisionError("a bug"), KeyboardInterrupt()])
def test_a_stopped_pipeline_is_thrown_away_and_loaded_again(
    model: SVD, photo: Case, error: BaseException
) -> None:
    expected = model.generate(photo, 0)
    used = model._pipeline

    def stop(done: int, total: int) -> None:
        raise error

    with pytest.raises(type(error)):
        model.generate(photo, 1, stop)
    assert model._pipeline is None
    assert same(model.generate(photo, 0), expected)
    assert model._pipeline is not used


def test_a_broken_image_does_not_cost_the_loaded_pipeline(model: SVD, photo: Case, tmp_path: Path) -> None:
    model.load()
    with pytest.raises(BadImage):
        model.generate(Case("gone", tmp_path / "gone.png"), 0)
    assert model._pipeline is not None


def test_no_memory_names_the_remedy(model: SVD, photo: Case) -> None:
    import torch

    def fail(done: int, total: int) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB")

    with pytest.raises(
        Unavailable, match=r"ran out of memory on cpu at 64 x 64; try --set decode_chunk_size=2"
    ):
        model.generate(photo, 0, fail)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision(tiny_svd: Path, photo: Case, dtype: str) -> None:
    model = svd(tiny_svd, Settings(num_frames=2, steps=1, height=32, width=32), dtype=dtype)
    clip = model.generate(photo, 0)
    assert same(model.generate(photo, 0), clip)
    assert {str(part.dtype) for part in (model._pipeline.unet, model._pipeline.vae)} == {f"torch.{dtype}"}
    assert model.effective_settings()["dtype"] == dtype


def test_half_precision_files_are_read_where_there_are_some(tmp_path: Path, one_thread: None) -> None:

    folder = tiny_checkpoints.write("svd", tmp_path / "half", variant="fp16")
    for dtype in ("float16", "float32"):  # there are no other files, so float32 reads them as well
        model = svd(folder, dtype=dtype)
        model.load()
        assert model.effective_settings()["variant"] == "fp16"
    tiny_checkpoints.write("svd", folder)
    model = svd(folder, dtype="float32")
    model.load()
    assert model.effective_settings()["variant"] is None


def test_another_class_of_pipeline_is_refused(tiny_svd: Path, tmp_path: Path) -> None:
    folder = damaged(tiny_svd, tmp_path / "wan")
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps(index | {"_class_name": "WanImageToVideoPipeline"}))
    with pytest.raises(
        UsageError, match="is a WanImageToVideoPipeline, expected a StableVideoDiffusionPipeline"
    ):
        svd(folder).load()


def test_a_broken_index_is_named(tiny_svd: Path, tmp_path: Path) -> None:
    folder = damaged(tiny_svd, tmp_path / "broken")
    (folder / "model_index.json").write_text("{")
    with pytest.raises(Unavailable, match=r"broken model_index\.json"):
        svd(folder).load()


@pytest.mark.parametrize(
    "part", ["unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "image_encoder/model"]
)
def test_missing_and_cut_weights_are_named(tiny_svd: Path, tmp_path: Path, part: str) -> None:
    folder = damaged(tiny_svd, tmp_path / "cut")
    path = folder / f"{part}.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(Unavailable, match=rf"{part}\.safetensors are cut short or damaged"):
        svd(folder).load()
    path.unlink()
    with pytest.raises(
        Unavailable, match=r"does not load .* no file named .*\.safetensors .*; fetch or save it again"
    ):
        svd(folder).load()


@pytest.mark.parametrize("part", ["unet/diffusion_pytorch_model", "image_encoder/model"])
def test_weights_that_lack_a_layer_are_refused(tiny_svd: Path, tmp_path: Path, part: str) -> None:
    # the libraries fill the gap with random numbers, so that the clip would change with every load
    from safetensors.torch import load_file, save_file

    folder = damaged(tiny_svd, tmp_path / "hole")
    path = folder / f"{part}.safetensors"
    weights = load_file(path)
    weights.pop(sorted(name for name in weights if name.endswith("weight"))[0])
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(Unavailable, match="weights are missing"):
        svd(folder).load()


def test_default_weights_that_are_not_here_say_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(Unavailable, match="hf download stabilityai/stable-video-diffusion-img2vid-xt"):
        SVDXT().load()


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_loads_from_the_hubs_cache_without_the_hub(
    tiny_svd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photo: Case, model: SVD, dtype: str
) -> None:
    from huggingface_hub import constants

    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--org--svd-tuned"
    shutil.copytree(tiny_svd, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    cached = checkpoints.resolve("org/svd-tuned")
    assert cached == Checkpoint("org/svd-tuned", commit, "svd-tuned", f"hub:org/svd-tuned@{commit}")
    tuned = SVD(FAST, Runtime(dtype=dtype), cached)
    tuned.load()
    if dtype == "float32":
        assert same(tuned.generate(photo, 0), model.generate(photo, 0))


def test_offloading_needs_an_accelerator(tiny_svd: Path) -> None:
    for memory in ("model", "sequential"):
        with pytest.raises(UsageError, match=f"memory mode '{memory}' needs an accelerator"):
            svd(tiny_svd, memory=memory)


def test_a_gpu_that_is_not_there_is_said_before_loading(
    tiny_svd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(Unavailable, match="device cuda:0 is not here"):
        svd(tiny_svd, device="cuda:0").load()


def test_settings_out_of_bounds_are_refused_before_any_work(tiny_svd: Path) -> None:
    with pytest.raises(
        UsageError, match=r"setting height is a whole number or none \(>= 8, multiple of 8\), not '60'"
    ):
        svd(tiny_svd, Settings(height=60))
    with pytest.raises(UsageError, match=r"min_guidance 3\.0 is above max_guidance 1\.0"):
        Settings(min_guidance=3.0, max_guidance=1.0)


def test_uint8_is_rounded() -> None:
    # 0.998 × 255 = 254.49 and 0.999 × 255 = 254.745: cut off, both would be 254
    levels = np.array([0.0, 0.998, 0.999, 1.0, 1.5, -1.0], dtype=np.float32).reshape(1, 1, 2, 3)
    assert calling.to_uint8(levels).ravel().tolist() == [0, 254, 255, 255, 255, 0]


@pytest.mark.parametrize(
    ("dtype", "remedy"),
    [
        ("float16", "try --dtype bfloat16 or float32$"),
        ("bfloat16", "try --dtype float32$"),
        ("float32", "in float32; no other precision mends that: check its weights and settings"),
    ],
)
def test_what_is_no_number_is_refused_with_a_remedy_that_helps(dtype: str, remedy: str) -> None:
    frames = np.ones((1, 2, 2, 3))
    assert calling.finite(frames, dtype) is frames
    frames[0, 0, 0, 0] = np.nan
    with pytest.raises(BadClip, match=remedy):
        calling.finite(frames, dtype)


def test_seed_numbers_are_stable_and_differ() -> None:
    case = Case("photo", Path("photo.png"))
    # sha256 of 'photo\n0', first eight bytes, without the last bit: printf 'photo\n0' | sha256sum
    assert models.seed_number(case, 0) == int(EXPECTED, 16) >> 1
    numbers = {models.seed_number(Case(name, case.image), seed) for name in "abc" for seed in range(50)}
    assert len(numbers) == 150
    assert all(0 <= number < 2**63 for number in numbers)


EXPECTED = "e77b8d9fd8c63f7e"


def test_unload_gives_the_pipeline_back(model: SVD) -> None:
    model.load()
    model.unload()
    assert model._pipeline is None
    model.unload()
    assert isinstance(model, models.Model)
