"""Small files of our own, laid out as the owners of other suites lay out theirs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.media import encoding
from bench.suites import importing
from bench.suites.importing import Options
from bench.types import Clip, Suite

MOVES = ("pans left", "pans right", "tilts up", "tilts down", "zooms in", "zooms out", "static")
EVERY = ("aesthetic_quality", "imaging_quality", "temporal_flickering")
SUBJECT = ("i2v_subject", "subject_consistency", "motion_smoothness", "dynamic_degree", *EVERY)
BACKGROUND = ("i2v_background", "background_consistency", *EVERY)
"""Dimensions of VBench's prompts; nothing here is called after its flicker, which its total leaves out."""

DUCK, LAKE = "a duck on a pond", "a lake in the fog"


def picture(path: Path, width: int = 64, height: int = 36, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(256, size=(height, width, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    return path


def clip(path: Path, frames: int = 3, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(256, size=(frames, 32, 32, 3), dtype=np.uint8)
    encoding.write_preview(path, Clip(noise, 8.0))
    return path


def vbench_entries() -> list[dict[str, Any]]:
    """One subject, one background with its seven moves."""
    duck = {"prompt_en": DUCK, "dimension": [*SUBJECT], "image_type": "animal"}
    lake = {"prompt_en": LAKE, "dimension": [*BACKGROUND], "image_type": "scenery"}
    moves = [
        {**lake, "prompt_en": f"{LAKE}, camera {move}", "dimension": ["camera_motion"]} for move in MOVES
    ]
    images = [DUCK, LAKE, *[LAKE] * len(moves)]
    return [
        {**entry, "image_name": f"{image}.jpg"}
        for entry, image in zip([duck, lake, *moves], images, strict=True)
    ]


def vbench_i2v(folder: Path, ratio: str = "16-9") -> Path:
    """VBench's folder vbench2_beta_i2v after its download_data.sh, with the crops of one ratio."""
    write_json(folder / "vbench2_i2v_full_info.json", vbench_entries())
    for seed, name in enumerate((DUCK, LAKE)):
        picture(folder / "data" / "crop" / ratio / f"{name}.jpg", seed=seed)
        picture(folder / "data" / "origin" / f"{name}.jpg", 60, 80, seed=seed)
    boxes = {
        "first_crop": {"width": 60, "height": 80, "first_bbox": [0, 10, 60, 60]},
        "second_crop": {"width": 60, "height": 60, "second_bbox": [0, 16, 48, 27]},
    }
    write_json(
        folder / "data" / "i2v-bench-info.json",
        [{"file_name": f"{name}.jpg", **boxes} for name in (DUCK, LAKE)],
    )
    return folder


def i2v_bench(folder: Path) -> Path:
    """Clips in folders by category; texts beside some, in a list for others."""
    clip(folder / "Pet" / "cat.mp4")
    (folder / "Pet" / "cat.txt").write_text("A cat yawns.\n")
    clip(folder / "Food" / "0001.mp4", seed=1)
    (folder / "Food" / "captions.csv").write_text('video,caption\n0001.mp4,"Soup, steaming."\n')
    return folder


def vbvr(folder: Path) -> Path:
    """One sample of each split."""
    for split, task in (("In-Domain_50", "G-131_next_data-generator"), ("Out-of-Domain_50", "O-5_sort")):
        place = folder / split / task / "00000"
        picture(place / "first_frame.png", 32, 32)
        picture(place / "final_frame.png", 32, 32)
        (place / "prompt.txt").write_text("Sort the shapes.\n")
        clip(place / "ground_truth.mp4")
    write_json(folder / "VBVR-Bench.json", [])
    return folder


def wbench(folder: Path) -> Path:
    """Three cases: the viewer turns, a subject walks, something happens."""
    turns = {
        1: ("first_person", "navigation", "left"),
        2: ("third_person", "navigation", "W"),
        10: ("first_person", "event_edit", "It begins to snow."),
    }
    for number, (perspective, kind, action) in turns.items():
        image = f"images/case_{number}.jpg"
        picture(folder / image, seed=number)
        case = {
            "id": number,
            "environment_prompt": "A street.",
            "character_prompt": "" if perspective == "first_person" else "A cyclist.",
            "perspective_prompt": "",
            "settings": {"perspective": perspective, "initial_image": image},
            "interactions": [{"turn": 1, "type": kind, "action": action}, {"turn": 2, "type": "navigation"}],
        }  # fmt: skip
        write_json(folder / "cases" / f"case_{number}.json", case)
    return folder


def write_json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


UCF_CLASSES = {"YoYo": (52, 60, 30, 70), "ApplyEyeMakeup": (50, 64)}
"""Class of UCF-101 -> the numbers of frames of its clips, at 25 per second."""


def ucf101(folder: Path) -> Path:
    """Two classes, and a list of their clips; one of them is too short for a window."""
    names = []
    for category, counts in UCF_CLASSES.items():
        for number, count in enumerate(counts):
            name = f"{category}/v_{category}_g{number + 8:02}_c01.avi"
            numbered_clip(folder / "UCF-101" / name, count, 25.0)
            names.append(f"{name} {list(UCF_CLASSES).index(category) + 1}\r\n")
    lists = folder / "ucfTrainTestlist"
    lists.mkdir()
    (lists / "trainlist01.txt").write_text("".join(names))
    write_json(folder / "prompts.json", {"YoYo": "a person plays with a yo-yo", "ApplyEyeMakeup": "make-up"})
    return folder


def msrvtt(folder: Path) -> Path:
    """Two clips of the test part and one of another."""
    for number, count in ((7010, 70), (7011, 90), (12, 50)):
        numbered_clip(folder / "TestVideo" / f"video{number}.avi", count, 30.0)
    videos = [
        {"video_id": f"video{number}", "category": category, "split": split}
        for number, category, split in ((7010, 9, "test"), (7011, 1, "test"), (12, 0, "train"))
    ]
    sentences = [
        {
            "video_id": each["video_id"],
            "sen_id": number,
            "caption": f"sentence {number} of {each['video_id']}",
        }
        for each in videos
        for number in range(5)
    ]
    write_json(folder / "test_videodatainfo.json", {"videos": videos, "sentences": sentences})
    return folder


def numbered_clip(path: Path, frames: int, fps: float) -> Path:
    """A clip whose frame t is gray of level 2 t, without loss."""
    path.parent.mkdir(parents=True, exist_ok=True)
    levels = np.arange(frames, dtype=np.uint8)[:, None, None, None] * np.uint8(2)
    encoding.encode(path, Clip(np.broadcast_to(levels, (frames, 24, 32, 3)).copy(), fps), encoding.PLAIN)
    return path


def imported(name: str, folder: Path, ratio: str = "", called: str = "", prompts: str = "") -> Suite:
    """The suite that an importer makes of a folder, in suites/ below the current one."""
    return importing.import_suite(name, folder, Path("suites"), Options(ratio, prompts), called)
