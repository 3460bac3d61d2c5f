"""Checkpoints of strangers: tensors come out of them, and nothing else happens."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import bench
from bench.base import state_dicts, weights
from bench.errors import Unavailable
from bench.evaluators import nets
from bench.evaluators.fvd import Fvd, Settings as FvdSettings
from bench.evaluators.nets import clip
from bench.models.processing.realesrgan import RealESRGAN, Settings as UpscalerSettings
from tests import tiny_nets

MINE = b"the file that must not change"


def state() -> dict[str, Any]:
    import torch

    return {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.ones(2, dtype=torch.bfloat16)}


def save_old_pickle(tensors: dict[str, Any], path: Path) -> None:
    import torch

    torch.save(tensors, path, _use_new_zipfile_serialization=False)


def save_zip(tensors: dict[str, Any], path: Path) -> None:
    import torch

    torch.save(tensors, path)


def save_safetensors(tensors: dict[str, Any], path: Path) -> None:
    from safetensors.torch import save_file

    save_file(tensors, path)


@pytest.mark.parametrize("save", [save_old_pickle, save_zip, save_safetensors])
def test_every_usual_format_is_read_whatever_its_suffix(
    save: Callable[[dict[str, Any], Path], None], tmp_path: Path
) -> None:
    save(state(), tmp_path / "any.pt")
    read = state_dicts.read(tmp_path / "any.pt")
    assert set(read) == set(state())
    assert all((read[name] == tensor).all() for name, tensor in state().items())


@pytest.fixture(autouse=True)
def tiny_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tiny architecture among open_clip's own."""
    import open_clip

    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "tiny-test", tiny_nets.SHAPE)


LOADERS: dict[str, Callable[[Path], object]] = {
    "CLIP as OpenAI's": lambda file: clip.Encoder(clip.Settings(checkpoint=file)),
    "CLIP of another tag": lambda file: clip.Encoder(clip.Settings("tiny-test", "mine", file)),
    "FVD": lambda file: Fvd(FvdSettings(weights=file)).load(),
    "upscaler": lambda file: RealESRGAN("2x", UpscalerSettings(str(file))).load(),
}


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A TorchScript that would replace the file `mine` beside it, and has not when the module's tests are over."""
    folder = tmp_path_factory.mktemp("evil")
    (folder / "mine").write_bytes(MINE)
    tiny_nets.write_overwriting_script(folder / "evil.pt", folder / "mine")
    for suffix in SUFFIXES[1:]:
        shutil.copy(folder / "evil.pt", folder / f"evil{suffix}")
    yield folder
    assert (folder / "mine").read_bytes() == MINE


SUFFIXES = (".pt", ".pth", ".ckpt", ".safetensors", ".npz")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("loader", LOADERS)
def test_torchscript_is_refused_before_it_runs(loader: str, suffix: str, evil: Path) -> None:
    """The recipe that replaced a file of the user's, 4 of 4: `__setstate__` and torch.save in a file of weights."""
    with pytest.raises(
        Unavailable, match=r"evil.* TorchScript.* a program that runs as soon as it is opened"
    ):
        LOADERS[loader](evil / f"evil{suffix}")
    assert (evil / "mine").read_bytes() == MINE


def test_the_recipe_does_what_it_is_refused_for(tmp_path: Path) -> None:
    """Else the test above would pass for nothing."""
    import torch

    (tmp_path / "mine").write_bytes(MINE)
    tiny_nets.write_overwriting_script(tmp_path / "evil.pt", tmp_path / "mine")
    with nets.torchscript():
        torch.jit.load(str(tmp_path / "evil.pt"))  # type: ignore[no-untyped-call]
    assert (tmp_path / "mine").read_bytes() != MINE


@pytest.mark.parametrize("loader", LOADERS)
def test_a_pickle_that_calls_something_is_refused(
    loader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")  # as older trainings ask of their users
    tiny_nets.write_calling_pickle(tmp_path / "evil.pth", tmp_path / "made")
    with pytest.raises(Unavailable, match=r"evil\.pth"):
        LOADERS[loader](tmp_path / "evil.pth")
    assert not (tmp_path / "made").exists()


def test_what_a_pickle_would_call_is_named(tmp_path: Path) -> None:
    tiny_nets.write_calling_pickle(tmp_path / "evil.pth", tmp_path / "made")
    with pytest.raises(ValueError, match=r"^reading it would call posix\.mkdir, which is no tensor$"):
        state_dicts.read(tmp_path / "evil.pth")


@pytest.mark.parametrize(
    "content", [b"", b"<html>not found</html>", b"PK\x05\x06" + bytes(18), b"\x80\x02.", b"{}" * 9]
)
def test_other_files_are_refused_in_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "page.pt").write_bytes(content)
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        state_dicts.read(tmp_path / "page.pt")


def test_tensors_without_names_are_no_checkpoint(tmp_path: Path) -> None:
    import torch

    torch.save(torch.ones(3), tmp_path / "one.pt")
    with pytest.raises(ValueError, match="it holds a Tensor, not tensors by name"):
        state_dicts.read(tmp_path / "one.pt")


def test_torchscript_opens_where_its_digest_is_declared(tmp_path: Path) -> None:
    tiny_nets.write_i3d(tmp_path / "i3d.pt")
    state_dicts.refuse_torchscript(tmp_path / "i3d.pt", {weights.local(tmp_path / "i3d.pt").sha256})
    with pytest.raises(Unavailable, match="save its tensors: "):
        state_dicts.refuse_torchscript(tmp_path / "i3d.pt")


def test_nothing_else_opens_files_that_may_hold_code() -> None:
    """Where torch and NumPy are called so that code of a file could run: the two networks with declared digests."""
    root = Path(bench.__file__).parent
    safe = {"torch.load(": "weights_only=True", "np.load(": "allow_pickle=False"}
    scripts = set()
    for file in [*root.rglob("*.py"), *(root.parent / "leaderboard").rglob("*.py")]:
        for line in file.read_text(encoding="utf-8").splitlines():
            assert all(word in line for call, word in safe.items() if call in line), f"{file}: {line}"
            if "torch.jit.load(" in line:
                scripts.add(file.name)
    assert scripts == {"clip.py", "i3d.py", "state_dicts.py"}  # the last one in a remedy
