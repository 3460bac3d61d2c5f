"""Known damage at a known severity: what is done to a sound clip to see which metrics notice.

Imported from here: `TABLE` and the noun `Damage`; one module per kind. Knows `bench.media` and no metric.

    worse = damages.TABLE["noise"].of(frames, 8, np.random.default_rng(0))

Every damage is a pure function: the same frames, severity and state of the generator give the same frames. Severity 0
is the damage's own baseline, bit for bit; a generator in the same state draws the same pattern for every severity, so
that only its strength grows. What unfolds in time leaves frame 0 as it is, since a model starts from its image.
Lengths in pixels are of a picture whose longer side has 320 pixels, and grow with it. Levels are of uint8 sRGB,
rounded to the nearest (halves to even) and clipped once, at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bench.calibration.damages import appearance, formats, geometry, timing
from bench.calibration.damages.damage import Damage

__all__ = ["TABLE", "Damage"]

TABLE: Mapping[str, Damage] = MappingProxyType(
    {
        damage.name: damage
        for damage in (
            appearance.NOISE,
            appearance.BLUR,
            appearance.ALTERNATE_BLUR,
            appearance.COMPRESSION,
            appearance.BRIGHTNESS_FLICKER,
            appearance.LOCAL_FLICKER,
            geometry.JITTER,
            timing.SWAP,
            timing.FREEZE,
            timing.LATE_START,
            timing.DROP,
            timing.DUPLICATE,
            timing.SLOW_MOTION,
            appearance.COLOUR_DRIFT,
            appearance.EXPOSURE_DRIFT,
            appearance.FIRST_STEP,
            appearance.SEAMS,
            appearance.CUT,
            geometry.SQUASH,
            geometry.FIXED_WARP,
            geometry.REDRAWN_WARP,
            appearance.MORPH,
            timing.LOOP,
            geometry.PAN,
            formats.HALF_FPS,
            formats.TRIM,
            formats.HALF_SIZE,
            formats.LETTERBOX,
        )
    }
)
"""Name -> damage, in the order in which tables show them."""
