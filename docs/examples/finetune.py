"""Finetunes Stable Video Diffusion on a folder of clips, and measures what it makes every few steps.

    python finetune.py CHECKPOINT CLIPS --track tensorboard

As short as such a loop can be: one clip per step, no augmentation, no mixed precision. What matters here is `measure`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from accelerate import Accelerator
from diffusers import StableVideoDiffusionPipeline
from PIL import Image

import bench
from bench.media import pictures, video


def measure(pipeline, accelerator, step, args):
    """Clips of the suite by the weights as they are now; scores go to the trackers that the training logs to."""
    size = {"num_frames": args.frames, "width": args.width, "height": args.height}
    rows = bench.run(
        pipeline,
        f"mine@step-{step}",
        settings={**size, "steps": args.denoising},
        suite=args.suite,
        limit=args.limit,
        metrics=args.metrics.split(","),
        device=str(accelerator.device),
        out=args.out / "runs",
        track=accelerator.trackers,
        step=step,
    )
    print(bench.scores(rows)[["metric", "mean", "low", "high"]].to_string(index=False))


def main(args):
    """The loop."""
    accelerator = Accelerator(log_with=args.track, project_dir=args.out)
    accelerator.init_trackers("finetuning")
    pipeline = StableVideoDiffusionPipeline.from_pretrained(args.checkpoint).to(accelerator.device)
    for part in (pipeline.vae, pipeline.image_encoder):
        part.requires_grad_(False)
    optimizer = torch.optim.AdamW(pipeline.unet.parameters(), lr=args.lr)
    unet, optimizer = accelerator.prepare(pipeline.unet.train(), optimizer)
    clips = [video.read_clip(path).frames for path in sorted(args.clips.iterdir())]
    if not clips:
        raise SystemExit(f"{args.clips} is an empty folder")

    for step in range(1, args.steps + 1):
        frames = clips[step % len(clips)][: args.frames]
        loss = denoising_loss(pipeline, unet, pictures.fit_frames(frames, args.width, args.height, "cover"))
        accelerator.backward(loss)
        optimizer.step()
        optimizer.zero_grad()
        accelerator.log({"loss": loss.item()}, step=step)
        if step % args.every == 0 and accelerator.is_main_process:
            measure(pipeline, accelerator, step, args)

    accelerator.end_training()
    pipeline.save_pretrained(args.out / f"step-{args.steps}")


def denoising_loss(pipeline, unet, frames):
    """EDM's loss as Stable Video Diffusion was trained with it: v-prediction, log-normal noise levels.

    Args:
        pipeline: with its VAE and image encoder.
        unet: that is trained.
        frames: (T, H, W, 3) uint8.
    """
    device, vae = pipeline.device, pipeline.vae
    pixels = torch.as_tensor(frames, device=device).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.no_grad():
        latents = vae.encode(pixels).latent_dist.sample()[None] * vae.config.scaling_factor
        noisy_image = pixels[:1] + 0.02 * torch.randn_like(pixels[:1])
        image = vae.encode(noisy_image).latent_dist.mode()[None].expand(-1, len(frames), -1, -1, -1)
        shown = Image.fromarray(frames[0])
        embedding = pipeline._encode_image(
            shown, device, num_videos_per_prompt=1, do_classifier_free_guidance=False
        )
    sigma = torch.exp(0.7 + 1.6 * torch.randn((), device=device))
    noisy = latents + sigma * torch.randn_like(latents)
    seen = torch.cat([noisy / (sigma**2 + 1).sqrt(), image], dim=2)
    conditions = torch.tensor(
        [[7.0, 127.0, 0.02]], device=device
    )  # fps - 1, motion bucket, noise of the image
    velocity = unet(seen, 0.25 * sigma.log(), embedding, added_time_ids=conditions).sample
    denoised = noisy / (sigma**2 + 1) - velocity * sigma / (sigma**2 + 1).sqrt()
    return ((1 + sigma**2) / sigma**2 * (denoised - latents) ** 2).mean()


def arguments():
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint", help="folder or hub id of Stable Video Diffusion")
    parser.add_argument("clips", type=Path, help="folder of films")
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--every", type=int, default=500, help="steps between two measurements")
    parser.add_argument("--lr", type=float, default=1e-5)
    parser.add_argument("--frames", type=int, default=14)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--height", type=int, default=320)
    parser.add_argument("--denoising", type=int, default=20, help="steps of denoising of a measured clip")
    parser.add_argument("--suite", default="demo")
    parser.add_argument("--limit", type=int, default=8, help="cases that are measured")
    parser.add_argument("--metrics", default="motion,first_frame,flicker,ssim")
    parser.add_argument("--track", default="tensorboard")
    return parser.parse_args()


if __name__ == "__main__":
    main(arguments())
