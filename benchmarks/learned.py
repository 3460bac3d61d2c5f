"""Learned metrics in one pass against a script per metric that decodes for itself and asks its network frame by frame.

Random weights, in the files of the published ones. Both sides' networks are loaded before the clock runs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from bench import evaluators
from bench.base import weights
from bench.engine.one_pass import show_file
from bench.evaluators import ClipEvaluator
from bench.evaluators.nets import lpips, products, raft
from bench.media import pictures
from bench.types import Case, ClipRecord, Image, Value
from benchmarks._clips import Film
from benchmarks._learned_peers import Peers
from benchmarks._random_weights import RandomWeights
from benchmarks._timing import machine, repetitions

FILM = Film("pagoda", 512, 320, 9)
"""The size of DynamiCrafter's small model; at 16 frames per second RAFT sees four pairs of the nine frames."""

FPS = 16.0

if TYPE_CHECKING:
    import torch

BATCH = 4
"""Frames, for the speed of a network by itself."""

Look: TypeAlias = Callable[[Sequence[Image]], Any]
"""What a network does with some frames."""


@dataclass(frozen=True)
class Ours:
    """Evaluators with random weights.

    Attributes:
        of: metric -> its evaluator.
    """

    of: Mapping[str, ClipEvaluator]

    @classmethod
    def loaded(cls, files: RandomWeights, dtype: str = "float32") -> Ours:
        """All that peers have a script for; in bfloat16, those that have that setting.

        Args:
            files: of the weights.
            dtype: their networks'.
        """
        lpips.ALEXNET, raft.WEIGHTS = weights.local(files.alexnet), weights.local(files.raft)
        checkpoints: Mapping[str, Mapping[str, Path]] = {
            "dino": {"checkpoint": files.dino},
            "vbench_subject_consistency": {"checkpoint": files.dino},
            "vbench_background_consistency": {"checkpoint": files.clip_b32},
            "vbench_aesthetic_quality": {"checkpoint": files.clip_l14, "head": files.head},
            "lpips": {},
            "dynamic_degree": {},
        }
        found: dict[str, ClipEvaluator] = {}
        for name, fields in checkpoints.items():
            if dtype != "float32" and not fields:
                continue
            kind = evaluators.registry[name]
            settings: Any = kind.Settings(**fields, **({"dtype": dtype} if fields else {}))
            (made,) = evaluators.of_clips([kind(settings)])
            made.ready()
            found |= {card.name: made for card in made.cards}
        return cls(found)

    def values(self, path: Path, case: Case, metrics: Sequence[str]) -> dict[str, float]:
        """Some metrics of a clip, in one pass."""
        chosen = list(dict.fromkeys(self.of[name] for name in metrics))
        record = ClipRecord(case.id, 0, str(path), "")
        seen = show_file(path, chosen, case, record)
        answers = {name: answer for each in chosen for name, answer in seen.answers(each).items()}
        return {name: answer.value for name in metrics if isinstance(answer := answers[name], Value)}


def main() -> None:
    """Prints speeds by metric and of all in one pass, then frames per second by network."""
    print(
        machine("torch", "torchvision", "timm", "open-clip-torch", "torchmetrics", "opencv-python-headless")
    )
    with TemporaryDirectory() as folder, FILM.written() as (path, _):
        files = RandomWeights(Path(folder))
        files.write()
        image = Path(folder) / "image.png"
        pictures.write(image, FILM.frames()[0])
        case = replace(FILM.case(), image=image)
        peers, ours, halves = Peers(files, FPS), Ours.loaded(files), Ours.loaded(files, "bfloat16")
        peers.load()
        print(f"\n{FILM}\n\n{compared(path, case, peers, ours, halves)}")
        print(f"\n{by_net(ours, halves)}")


def compared(path: Path, case: Case, peers: Peers, ours: Ours, halves: Ours) -> str:
    """Markdown: each metric alone, then all in one pass.

    Args:
        path, case: of the clip.
        peers: their scripts.
        ours: our evaluators in float32.
        halves: those that there are in bfloat16.
    """
    import torch

    shared = list(peers.scripts)
    half = [name for name in shared if name in halves.of]
    taken: dict[tuple[str, str], list[float]] = {}

    def clock(side: str, what: str, work: Callable[[], Any]) -> Any:
        before = time.process_time()
        with torch.inference_mode():
            found = work()
        taken.setdefault((side, what), []).append(1e3 * (time.process_time() - before) / FILM.num_frames)
        return found

    rows = {}
    for _ in range(repetitions(1)):  # seconds per frame: what is slower the first time does not show
        for name in shared:
            script = peers.scripts[name]
            theirs = clock("peers", name, lambda script=script: script(path, case.image))
            mine = clock("ours", name, lambda name=name: ours.values(path, case, [name]))[name]
            rows[name] = f"{abs(mine - theirs):.1e} of {theirs:.4g}"
        clock("ours", "all", lambda: ours.values(path, case, shared))
        clock("ours", "half", lambda: ours.values(path, case, half))
    median = {key: float(np.median(times)) for key, times in taken.items()}
    lines = ["| metric | peers, ms per frame | ours alone | speed | difference |", "|---|---|---|---|---|"]
    lines += [_line(f"`{name}`", median["peers", name], median["ours", name], rows[name]) for name in shared]
    for title, names, key in (
        ("all in one pass", shared, "all"),
        ("those with bfloat16, in bfloat16, in one pass", half, "half"),
    ):
        theirs = sum(median["peers", name] for name in names)
        lines.append(_line(title, theirs, median["ours", key], ""))
    return "\n".join(lines)


def _line(title: str, theirs: float, mine: float, note: str) -> str:
    return f"| {title} | {theirs:.0f} | {mine:.0f} | {theirs / mine:.2f} × | {note} |"


def by_net(ours: Ours, halves: Ours) -> str:
    """Markdown: frames per second by network, and in brackets the share that its arithmetic has of the core's rate."""
    import torch

    rates = {dtype: core_rate(dtype) for dtype in (torch.float32, torch.bfloat16)}
    said = ", ".join(f"{rate / 1e9:.0f} billion in {str(dtype)[6:]}" for dtype, rate in rates.items())
    lines = [
        f"Operations per second of the core's matrix products: {said}.\n",
        "| network and input | billion operations | one at a time | four | four, bfloat16 |",
        "|---|---|---|---|---|",
    ]
    frames = [*FILM.frames()[:BATCH]]
    for title, half, look in _looks(ours, halves):
        work = operations(partial(look, frames[:1]))
        whole, reduced = rates[torch.float32] / work, rates[torch.bfloat16] / work
        speeds = [(_rate(look, frames[:1]), whole), (_rate(look, frames), whole)]
        speeds += [(_rate(half, frames), reduced)] if half else []
        cells = [f"{speed:.1f} ({speed / bound:.0%})" for speed, bound in speeds]
        lines.append(f"| {title} | {work / 1e9:.0f} | " + " | ".join([*cells, "–"][:3]) + " |")
    return "\n".join(lines)


def _looks(ours: Ours, halves: Ours) -> Iterator[tuple[str, Look | None, Look]]:
    """Network and input, what it does with frames in bfloat16, where it can, and in float32."""
    for metric, title, columns in (
        ("vbench_i2v_subject", "DINO ViT-B/16, 224 x 224", 224),
        ("vbench_subject_consistency", "DINO ViT-B/16, the whole frame at 224", 358),
        ("vbench_background_consistency", "CLIP ViT-B/32", 224),
        ("vbench_aesthetic_quality", "CLIP ViT-L/14", 224),
    ):
        yield title, _encoding(halves.of[metric], columns), _encoding(ours.of[metric], columns)
    seen, flow = lpips.Lpips(lpips.ALEXNET), raft.Raft(raft.WEIGHTS)
    yield f"LPIPS, {FILM.width} x {FILM.height}", None, lambda frames: [seen.vector(each) for each in frames]

    def pairs(frames: Sequence[Image]) -> None:
        for each in map(flow.seen, frames):
            flow.flow(each, each)

    yield f"RAFT, {FILM.width} x {FILM.height}, a frame and a flow", None, pairs


def _encoding(evaluator: Any, columns: int) -> Look:
    """The network of an evaluator by itself, without decoding and resizing."""
    return lambda frames: evaluator.encoded(list(np.zeros((len(frames), 224, columns, 3), np.float32)))


def _rate(look: Look, frames: Sequence[Image]) -> float:
    """Frames per second, the best of three tries."""
    return len(frames) / min(_seconds(lambda: look(frames)) for _ in range(3))


def core_rate(dtype: torch.dtype) -> float:
    """Operations per second of a large matrix product, the best of five tries; a product and a sum are two."""
    import torch

    side = 1024
    x, weight, bias = (torch.ones(shape, dtype=dtype) for shape in ((side, side), (side, side), (side,)))
    with torch.inference_mode():
        return 2 * side**3 / min(_seconds(lambda: products.linear(x, weight, bias)) for _ in range(5))


def operations(work: Callable[[], Any]) -> int:
    """Of the matrix products and convolutions of some work."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    def of_linear(x: torch.Size, weight: torch.Size, *_: Any, **__: Any) -> int:
        return 2 * math.prod(x) * weight[0]

    known = {torch.ops.mkldnn._linear_pointwise: of_linear}
    with FlopCounterMode(display=False, custom_mapping=known) as counter:
        work()
    return int(counter.get_total_flops())


def _seconds(work: Callable[[], Any]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


if __name__ == "__main__":
    main()
