"""What was done to the input image to make frame 0 of it: squashed, cropped, or put between bars.

Of the picture as the case has it, not as it was fitted to the clip: a portrait that a model was given squashed to 16:9
is squashed. The image is found in frame 0 by registration, so that nothing has to be known of the model.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench import evaluators
from bench.evaluators.signals import registration
from bench.evaluators.signals.registration import Placement
from bench.evaluators.view import Sample, View
from bench.media import pictures
from bench.types import MetricCard, Value

_FOUND = (
    "The input image, as the case has it, is placed in frame 0 by the affine map of the largest correlation of their "
    "gray planes (ECC; at most 384 pixels long, smoothed by 1.5; from stretched, covering, contained, and from SIFT "
    "matches by RANSAC). Needs a correlation of 0.8 where both show something, axes that lean by less than a tenth, "
    "and a fifth of either picture in the other."
)
_SOURCE = (
    "Own; registration by Evangelidis & Psarakis 2008 and Lowe 2004, as in OpenCV. Users of many models report it of "
    "portraits."
)
_BLIND = (
    "What happens after frame 0. Where a model redraws the image in frame 0, what has moved there counts as up to 4 % "
    "of scale and 8 % of area."
)


@evaluators.add
class Squash(evaluators.ClipEvaluator):
    """Scale across against scale down, crop and bars of frame 0, by registration with the input image."""

    name = "squash"
    min_side = 16
    cards = (
        MetricCard(
            name="squash", title="Squashed input image", group="Input image",
            version=1, direction="lower", unit="", low=0.0, high=1.0, is_main=True,
            definition="How much shorter one side of the picture is than the other side's scale asks for: 1 - the "
            "smaller of scale across and down over the larger. 0 keeps its proportions, 0.2 squeezes it to 80 % of its "
            f"width or height. {_FOUND}",
            source=_SOURCE, blind_to=f"Which side: see squash_width. {_BLIND}",
            shows=("squash",), ignores=("brightness_flicker", "freeze", "colour_drift", "cut", "letterbox"),
        ),
        MetricCard(
            name="squash_width", title="Width against height", group="Input image",
            version=1, direction="none", unit="", low=0.0, high=None,
            definition="Scale across over scale down: 0.8 is squeezed to 80 % of its width, 1.25 to 80 % of its "
            f"height. {_FOUND}",
            source=_SOURCE, blind_to=_BLIND, shows=("squash",), ignores=("letterbox",),
        ),
        MetricCard(
            name="squash_crop", title="Cropped input image", group="Input image",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            definition=f"Share of the input image's area that lies outside frame 0. {_FOUND}",
            source=_SOURCE, blind_to=f"Which side is cut off; that a model of one shape has to crop. {_BLIND}",
            shows=("squash",), ignores=("letterbox",),
        ),
        MetricCard(
            name="squash_bars", title="Bars around the input image", group="Input image",
            version=1, direction="lower", unit="", low=0.0, high=1.0,
            definition="Share of frame 0's area that the input image does not cover, whatever stands there. "
            f"{_FOUND}",
            source=_SOURCE, blind_to=f"Whether bars are black or painted. {_BLIND}",
            shows=("letterbox",), ignores=("squash",),
        ),
    )  # fmt: skip

    def look(self, view: View) -> Placement | None:
        if view.t:
            return None
        image = pictures.read(view.sample.case.image)
        return registration.placement(pictures.gray(image), view.gray)

    def conclude(self, placements: Sequence[Placement | None], sample: Sample) -> evaluators.Values:
        found = placements[0]
        assert found is not None
        wide, high = sample.input.clip_size or (sample.width, sample.height)
        return values(found, (wide / sample.width) / (high / sample.height))


def values(found: Placement, stretch: float = 1.0) -> dict[str, Value]:
    """The four metrics of how the input image lies in frame 0.

    Args:
        found: in the frame as it was seen.
        stretch: by how much the clip's own frame is wider than that, over how much it is higher.

    >>> found = values(Placement(across=0.4, down=0.5, cropped=0.1, bare=0.0, correlation=0.99))
    >>> [round(found[f"squash{name}"].value, 9) for name in ("", "_width", "_crop", "_bars")]
    [0.2, 0.8, 0.1, 0.0]
    """
    width = found.across / found.down * stretch
    return {
        "squash": Value(1 - min(width, 1 / width)),
        "squash_width": Value(width),
        "squash_crop": Value(found.cropped),
        "squash_bars": Value(found.bare),
    }
