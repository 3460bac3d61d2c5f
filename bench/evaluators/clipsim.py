"""Whether frames show what the text says, as CLIP sees it, and whether they stay alike."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from bench import evaluators
from bench.base.weights import Weights
from bench.errors import BadImage, BenchError, NotMeasurable
from bench.evaluators import Values
from bench.evaluators.frame_net import FrameNetEvaluator, Vectors, steps
from bench.evaluators.nets import clip
from bench.evaluators.view import Sample, View
from bench.types import Image, MetricCard, Value

SOURCE = (
    "CLIP of Radford et al. 2021 (arXiv 2103.00020), OpenAI's ViT-B/32 with its own preprocessing (short side to 224, "
    "bicubic with antialias, centre crop)."
)

GODIVA = (
    "Wu et al. 2021, GODIVA (arXiv 2104.14806), eq. 14; a cosine, where that paper multiplies by 100 and torchmetrics "
    "clips below 0 as well."
)


@evaluators.add
class Clipsim(FrameNetEvaluator):
    """Cosines between the CLIP vectors of frames, input image and text; one pass over the frames."""

    name = "clipsim"
    Settings = clip.Settings
    packages = ("torch", "torchvision", "open-clip-torch")
    cards = (
        MetricCard(
            name="clipsim", title="Prompt match", group="Text", is_lead=True,
            version=1, direction="higher", unit="", low=-1.0, high=1.0,
            definition="Mean over all frames of the cosine between frame and prompt. CLIP reads the first 77 tokens "
            "of a prompt. Unrelated pairs score near 0.2, good ones near 0.3.",
            source=f"{GODIVA} {SOURCE}",
            blind_to="Motion, and the order of frames. Depends mostly on the input image: read it beside "
            "clipsim_delta.",
            series="cosine between each frame and the prompt: T values", is_main=True,
        ),
        MetricCard(
            name="clipsim_input", title="Prompt match of the image", group="Text",
            version=1, direction="none", unit="", low=-1.0, high=1.0,
            definition="Cosine between prompt and input image, at the clip's size: the clipsim of a frozen clip.",
            source=SOURCE, blind_to="The clip: it describes the case.",
        ),
        MetricCard(
            name="clipsim_delta", title="Prompt match gained", group="Text",
            version=1, direction="higher", unit="", low=-2.0, high=2.0,
            definition="clipsim minus clipsim_input: how much nearer to the text the clip is than the input image.",
            source=f"Own. {SOURCE}",
            blind_to="Motion that CLIP does not recognise; differences below 0.01 are common for equal pictures.",
        ),
        MetricCard(
            name="clip_consistency", title="CLIP consistency", group="Text",
            version=1, direction="higher", unit="", low=-1.0, high=1.0,
            definition="Mean cosine between each frame and the next.",
            source=f"Esser et al. 2023 (arXiv 2302.03011), frame consistency. {SOURCE}",
            blind_to="Punishes motion: a frozen clip has 1. Blind to flicker and blur that leave the content readable.",
            series="cosine between each frame and the next: T - 1 values",
        ),
        MetricCard(
            name="clip_to_input", title="CLIP likeness to image", group="Text",
            version=1, direction="higher", unit="", low=-1.0, high=1.0,
            definition="Mean over all frames of the cosine between frame and input image, at the clip's size.",
            source=f"Own. {SOURCE}",
            blind_to="Punishes motion: a frozen clip has 1. Cannot tell a new view from a wrong one.",
            series="cosine between each frame and the input image: T values",
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return tuple(self.settings.weights())

    def load(self) -> None:
        self._encoder: clip.Encoder = self.settings.encoder(self.device)

    def look(self, view: View) -> Image:
        return self._encoder.prepared(view.frame)

    def encoded(self, prepared: Sequence[Image]) -> Vectors:
        return self._encoder.encoded(prepared)

    def judged(self, frames_TE: Vectors, sample: Sample) -> Values:
        image_E = self._image(sample)
        text_E = self._text(sample)
        similarity = _mean_cosine(frames_TE, text_E)
        image_similarity = _mean_cosine(image_E, text_E)
        return {
            "clipsim": similarity,
            "clipsim_input": _without_series(image_similarity),
            "clipsim_delta": _difference(similarity, image_similarity),
            "clip_consistency": _consistency(frames_TE, sample.case.id),
            "clip_to_input": _mean_cosine(frames_TE, image_E),
        }

    def _image(self, sample: Sample) -> Vectors | BenchError:
        """(1, E): the vector of the input image."""
        try:
            return self._encoder.images(sample.input.pixels[None])
        except BadImage as error:
            return error

    def _text(self, sample: Sample) -> Vectors | BenchError:
        """(1, E): the vector of the prompt."""
        case = sample.case
        if not case.prompt.strip():
            return NotMeasurable(f"case '{case.id}' has no prompt")
        if not self._encoder.reads_whole(case.prompt):
            logging.getLogger(__name__).warning(
                "the prompt of case '%s' has more than the %d tokens that CLIP reads; clipsim ignores its end",
                case.id,
                self._encoder.context_length,
            )
        return self._encoder.text(case.prompt)[None]


def _mean_cosine(frames_TE: Vectors | BenchError, other_1E: Vectors | BenchError) -> Value | BenchError:
    """The mean cosine of unit vectors; where one side is missing, its reason (the first one's if both are)."""
    if isinstance(frames_TE, BenchError):
        return frames_TE
    return other_1E if isinstance(other_1E, BenchError) else cosine_value(frames_TE @ other_1E[0])


def _consistency(frames_TE: Vectors, case: str) -> Value | BenchError:
    if len(frames_TE) < 2:
        return NotMeasurable(f"clip of case '{case}' has 1 frame, clip_consistency needs 2")
    return cosine_value(steps(frames_TE))


def _difference(clip: Value | BenchError, image: Value | BenchError) -> Value | BenchError:
    if isinstance(clip, BenchError):
        return clip
    return image if isinstance(image, BenchError) else Value(clip.value - image.value)


def _without_series(value: Value | BenchError) -> Value | BenchError:
    return value if isinstance(value, BenchError) else Value(value.value)


def cosine_value(cosines: Vectors) -> Value:
    """The mean of (T,) cosines, and they themselves.

    >>> cosine_value(np.array([0.25, 0.75, 1 + 1e-15]))
    Value(value=0.6666666666666666, series=(0.25, 0.75, 1.0), low=None, high=None, n=None)
    """
    return evaluators.mean_value(np.clip(cosines, -1.0, 1.0))  # rounding can leave 1 + 1e-16
