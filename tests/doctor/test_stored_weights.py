"""Weights that a model needs: which are here and whole, at which precision, and how to fetch the others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from bench.models import stored_weights
from bench.models.requirements import Need
from bench.types import Checkpoint, ModelCard
from tests.doctor.made_weights import cache, of, write_index, write_network


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
