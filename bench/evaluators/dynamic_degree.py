"""Whether a clip moves, yes or no, by VBench's rule; and how narrow the answer is.

The rule makes one bit of a clip, so that a difference of one per cent in the flow can turn it. The margin beside it
says by how much the clip passed or failed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench import evaluators
from bench.base.weights import Weights
from bench.errors import NotFinite, NotMeasurable
from bench.evaluators import nets
from bench.evaluators.nets import raft
from bench.evaluators.nets.raft import Raft, Seen
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Value

PER_SECOND = 8
"""Frames per second that VBench looks at, as nearly as whole steps allow."""

SHARE = 0.05
"""Share of the pixels, those that move the most, whose lengths of flow are averaged."""

FASTEST = 6 / 256
"""Magnitude above which a pair of frames moves, as a share of the shorter side."""

_RULE = (
    f"RAFT (raft-things, {raft.UPDATES} updates) between frames at the clip's own size, one out of "
    "max(1, round(fps / 8)); of each pair, the mean length of the 5 per cent longest flow vectors. A pair moves where "
    "that is above 6 / 256 of the shorter side"
)
_SOURCE = (
    "VBench (Huang et al. 2024, arXiv 2311.17982), dynamic_degree.py as of March 2026; RAFT of Teed and Deng 2020 "
    "(arXiv 2003.12039)."
)
_UNSEEN = "Not run with the real weights here; the flow equals the original's bit for bit on random ones."


@evaluators.add
class DynamicDegree(evaluators.ClipEvaluator):
    """VBench's dynamic degree of a single clip, and its margin.

    >>> answer, margin = judged(
    ...     [9.0, 5.0, 1.0, 1.0], shorter_side=256
    ... )  # 5 frames, of which 1 pair has to move 6 px
    >>> answer.value, margin.value
    (100.0, 1.5)
    """

    name = "dynamic_degree"
    packages = ("torch", "torchvision")
    opt_in = True  # ten trillion multiplications for a clip of five seconds: minutes on a processor
    min_side = raft.MIN_SIDE
    cards = (
        MetricCard(
            name="vbench_dynamic_degree", title="Dynamic degree (VBench)", group="Motion",
            version=1, direction="higher", unit="%", low=0.0, high=100.0,
            definition=f"100 if enough pairs move, else 0; the mean over clips is the share of clips that move, in "
            f"per cent. {_RULE}; enough are round(n / 4) of the n frames looked at. {_UNSEEN}",
            source=f"{_SOURCE} A clip of which fewer than 3 frames are looked at has no value, where VBench says yes "
            "to 2 of any kind.",
            blind_to="How much moves, beyond one bit: see the margin. What moves: the camera, a thing, and noise count "
            "alike. Motion of less than a twentieth of the picture.",
            is_native_only=True,
        ),
        MetricCard(
            name="vbench_dynamic_degree_margin", title="Dynamic degree's margin", group="Motion",
            version=1, direction="none", unit="×", low=0.0, high=None,
            definition=f"How far a clip is from the other answer: the deciding pair's magnitude, as a multiple of the "
            f"threshold; the clip moves where it is above 1. {_RULE}; round(n / 4) of the n frames looked at have to, "
            f"so that the pair of that rank decides. {_UNSEEN}",
            source=f"Own, over the rule of {_SOURCE}",
            blind_to="Pairs that move less than the deciding one.",
            series="magnitude of each pair of frames looked at, as a multiple of the threshold",
            is_native_only=True,
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (raft.WEIGHTS,)

    def load(self) -> None:
        self._net = nets.shared(Raft, raft.WEIGHTS, self.device)

    def look(self, view: View) -> float | None:
        """The magnitude from the frame looked at before; None if this one is not looked at, or is the first."""
        latest = view.derived(self._latest)
        if view.before is None or view.t % _step(view.sample.fps):
            return None
        found = magnitude(self._net, view.before.derived(self._latest), latest)
        if not np.isfinite(found):
            raise NotFinite(view.t)
        return found

    def _latest(self, view: View) -> Seen:
        """What the network sees of this frame; of the one looked at before it, if this one is not looked at."""
        if view.before is not None and view.t % _step(view.sample.fps):
            return view.before.derived(self._latest)
        return self._net.seen(view.frame)

    def conclude(self, magnitudes: Sequence[float | None], sample: Sample) -> evaluators.Values:
        pairs = [each for each in magnitudes if each is not None]
        if len(pairs) < 2:
            raise NotMeasurable(
                f"VBench's rule looks at {len(pairs) + 1} of the clip's {sample.num_frames} frames, "
                f"{PER_SECOND} per second, and needs 3"
            )
        answer, margin = judged(pairs, min(sample.width, sample.height))
        return {"vbench_dynamic_degree": answer, "vbench_dynamic_degree_margin": margin}


def judged(magnitudes: Sequence[float], shorter_side: int) -> tuple[Value, Value]:
    """The answer, 0 or 100, and the margin, from the magnitudes of at least two pairs of frames, in pixels."""
    threshold = shorter_side * FASTEST
    needed = round((len(magnitudes) + 1) / 4)  # halves to the even number, as there
    deciding = sorted(magnitudes, reverse=True)[needed - 1]
    series = tuple(each / threshold for each in magnitudes)
    return Value(100.0 * (deciding > threshold)), Value(deciding / threshold, series)


def magnitude(net: Raft, one: Seen, other: Seen) -> float:
    """Mean length of the 5 per cent longest flow vectors between two frames, pixels; padding counts, as there.

    Args:
        net: the network.
        one: the earlier frame.
        other: the later frame.
    """
    import torch

    with nets.exact():
        lengths = net.flow(one, other).square().sum(0).sqrt().flatten()
        return float(lengths.topk(int(len(lengths) * SHARE)).values.mean(dtype=torch.float64))


def _step(fps: float) -> int:
    """From one frame that is looked at to the next."""
    return max(1, round(fps / PER_SECOND))
