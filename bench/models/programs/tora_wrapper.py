"""Runs Tora's image-to-video pipeline and saves its frames unchanged; started by tora.toml, in Tora's environment.

Tora's own script draws the trajectory onto the video, and compresses it.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

GUIDANCE = 6.0
STEPS = 50


def main() -> None:
    """Makes one clip: a folder of PNGs."""
    words = _words()
    sys.path.insert(0, str(words.tora))
    frames = _frames(words)
    partial = words.output.with_name(f"{words.output.name}.partial")
    partial.mkdir(parents=True)
    for number, frame in enumerate(frames):
        frame.save(partial / f"{number:05}.png")
    partial.rename(words.output)


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("tora", "model", "image", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name in ("seed", "frames", "width", "height"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--prompt", default="")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--trajectory", default="", help="a file of lines 'x, y'; '' for none")
    return parser.parse_args()


def _frames(words: argparse.Namespace) -> list[Any]:
    import torch
    from diffusers import CogVideoXDPMScheduler
    from diffusers.utils import load_image

    cls = importlib.import_module("tora.i2v_pipeline").ToraImageToVideoPipeline
    pipeline = cls.from_pretrained(str(words.model), torch_dtype=torch.bfloat16)
    pipeline.scheduler = CogVideoXDPMScheduler.from_config(
        pipeline.scheduler.config, timestep_spacing="trailing"
    )
    pipeline.to(words.device)
    torch.manual_seed(words.seed)  # for code that does not draw from the generator
    frames: list[Any] = pipeline(
        prompt=words.prompt,
        image=load_image(str(words.image)),
        video_flow=_flow(words) if words.trajectory else None,
        width=words.width,
        height=words.height,
        num_frames=words.frames,
        num_inference_steps=STEPS,
        guidance_scale=GUIDANCE,
        use_dynamic_cfg=True,  # for this scheduler
        generator=torch.Generator().manual_seed(words.seed),
    ).frames[0]
    return frames


def _flow(words: argparse.Namespace) -> Any:
    """(1, T, 3, H, W) in [-1, 1]: the trajectory as Tora's own code turns it into pictures of flow."""
    import torch
    from torchvision.utils import flow_to_image

    trajectories = importlib.import_module("tora.traj_utils")
    flow, _ = trajectories.process_traj(
        [words.trajectory], words.frames, (words.height, words.width), device="cpu"
    )
    pictures = flow_to_image(flow.permute(0, 3, 1, 2))[None].to(words.device, torch.bfloat16)
    return pictures / 127.5 - 1


if __name__ == "__main__":
    main()
