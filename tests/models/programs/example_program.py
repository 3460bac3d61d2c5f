"""A small program in the place of a real model: `python example_program.py --image I --out O --mode …`.

Its clip is the input image, its pixels shifted by a number that seed and prompt decide, so that a test can tell which
of them arrived. Modes: 'fine', and the ways in which programs go wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image


def frames(image: Path, prompt: str, seed: int, count: int) -> NDArray[np.uint8]:
    """(count, H, W, 3): the clip that a test expects."""
    shift = int(hashlib.sha256(f"{prompt}\n{seed}".encode()).hexdigest()[:4], 16)
    picture = np.asarray(Image.open(image).convert("RGB"), dtype=np.int64)
    return np.stack([((picture + shift + t) % 256).astype(np.uint8) for t in range(count)])


def write(path: Path, clip: NDArray[np.uint8], fps: int) -> None:
    """As lossless video, or as a folder of pictures if the path has no suffix."""
    if not path.suffix:
        path.mkdir()
        for number, frame in enumerate(clip):
            Image.fromarray(frame).save(path / f"{number}.png")
        return
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("ffv1", rate=fps)
        stream.width, stream.height, stream.pix_fmt = clip.shape[2], clip.shape[1], "bgr0"
        for frame in clip:
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(format="bgr0"))
            )
        container.mux(stream.encode(None))


def one(words: argparse.Namespace) -> None:
    """Makes the clip of one start, or fails as the mode says."""
    clip = frames(words.image, words.prompt, words.seed, words.frames)
    out: Path = words.out
    if words.mode == "slow":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(words.note).write_text(f"{os.getpid()} {child.pid}")
        time.sleep(600)
    if words.mode == "crashes":
        sys.stderr.write(f"loading\nRuntimeError: CUDA out of memory, key {os.environ.get('EXAMPLE_KEY')}\n")
        sys.exit(3)
    if words.mode == "no video":
        out.write_text("<html>quota exceeded</html>")
    elif words.mode == "two":
        write(out.with_name("a.mkv"), clip, words.fps)
        write(out.with_name("b.mkv"), clip + 1, words.fps)
    elif words.mode == "other name":
        write(out.with_name("elsewhere.mkv"), clip, words.fps)
    elif words.mode != "nothing":
        write(out, clip, words.fps)


def many(requests: list[Mapping[str, Any]], note: Path, crash_on: str, skip: str) -> None:
    """Makes one clip per request, in their order; notes that it was started, and for which."""
    with note.open("a") as file:
        file.write(" ".join(request["id"] for request in requests) + "\n")
    for request in requests:
        out = Path(request["output"])
        if crash_on and request["id"].startswith(crash_on):
            sys.exit("Segmentation fault")
        if skip and request["id"].startswith(skip):
            out.with_name(f"{out.name}.error").write_text("the prompt is not allowed")
            continue
        write(out, frames(Path(request["image"]), request["prompt"], request["seed"], request["frames"]), 8)


def main() -> None:
    """Reads the arguments and makes the clips."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--image", type=Path)
    parser.add_argument("--prompt", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--frames", type=int, default=3)
    parser.add_argument("--fps", type=int, default=8)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--mode", default="fine")
    parser.add_argument("--note", type=Path)
    parser.add_argument("--requests", type=Path)
    parser.add_argument("--crash-on", default="")
    parser.add_argument("--skip", default="")
    words = parser.parse_args()
    if words.requests:
        requests = [json.loads(line) for line in words.requests.read_text().splitlines()]
        many(requests, words.note, words.crash_on, words.skip)
    else:
        one(words)


if __name__ == "__main__":
    main()
