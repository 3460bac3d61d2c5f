"""JSON of checkpoints may be anything: it is read, or refused in one line; nothing of it is a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.models import json_files, other_forms, stored_weights
from bench.models.diffusers import weight_sets

HOSTILE = (
    "",
    "[",
    "[" * 200_000,
    "[]",
    "5",
    "null",
    '{"weight_map": 5}',
    '{"weight_map": {"a": ["b"]}}',
    "\x00",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_an_index_of_any_content_is_a_set_of_weights_that_is_not_there(tmp_path: Path, text: str) -> None:
    index = tmp_path / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text(text)
    with pytest.raises(ValueError, match=r"brackets|object|weight_map|Expecting"):
        json_files.shards(index)
    assert weight_sets._shards(index) == []
    assert stored_weights._files(tmp_path, is_half=False) is None


@pytest.mark.parametrize("text", [*HOSTILE, '{"architectures": 5}'], ids=range(len(HOSTILE) + 1))
def test_a_configuration_of_any_content_is_no_network(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    assert not other_forms.holds_parts(tmp_path, "model_index.json")


@pytest.mark.parametrize(
    "entry",
    [
        [],
        ["diffusers"],
        [None, None],
        [None, "UNet"],
        ["diffusers", 5],
        [["a"], "UNet"],
        "diffusers",
        5,
        None,
    ],
)
def test_an_entry_that_is_no_library_and_class_is_no_part(tmp_path: Path, entry: object) -> None:
    """An empty one was an IndexError when a trained part was given as the checkpoint."""
    index = {"_class_name": "Pipeline", "odd": entry, "unet": ["diffusers", "UNet"]}
    assert json_files.entries(index) == {"unet": ("diffusers", "UNet")}
    (tmp_path / "config.json").write_text('{"_class_name": "UNet"}')
    assert other_forms.parts(tmp_path, index) == {"unet": tmp_path}


def test_shards_are_sorted_and_named_once(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"weight_map": {"a": "2", "b": "1", "c": "2"}, "scale": Infinity}')
    assert json_files.shards(tmp_path / "x.json") == [tmp_path / "1", tmp_path / "2"]
