"""What tests of accelerations and of speed settings share: small clips, and words that are accelerations."""

from __future__ import annotations

from bench.models.diffusers import caching
from bench.models.diffusers.caching import Acceleration

SIZES: dict[str, dict[str, int]] = {
    "cogvideox-5b-i2v": {},  # it has a single size
    # at smaller sizes, the image's 257 tokens outweigh the clip's
    "wan2.1-i2v-480p": {"width": 64, "height": 64},
}
SMALL = {"width": 32, "height": 32}

LINEAR = "1,0"
"""TeaCache's polynomial for untrained weights: the identity."""


def asked(name: str) -> dict[str, int]:
    """Settings of a clip that is small, and long enough for every cache."""
    return {"num_frames": 9, "steps": 12, **SIZES.get(name, SMALL)}


def accel(words: str) -> Acceleration:
    found = caching.parse(words)
    assert found is not None
    return found
