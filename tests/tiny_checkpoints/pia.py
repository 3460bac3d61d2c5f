"""PIA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tiny_checkpoints import builds
from tests.tiny_checkpoints.animatediff import common, motion_adapter, unet

if TYPE_CHECKING:
    from diffusers import PIAPipeline


@builds("pia")
def pia() -> PIAPipeline:
    """The motion adapter brings an input layer for noise, a mask and the image."""
    from diffusers import PIAPipeline

    return PIAPipeline(**common(), unet=unet(), motion_adapter=motion_adapter(channels=9))
