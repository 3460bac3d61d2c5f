"""VBench-I2V: 355 pictures, 1118 prompts, of which 763 ask the camera to move; each metric has prompts of its own.

Prompts and dimensions are in vbench2_i2v_full_info.json of VBench's repository, pictures where its download_data.sh
puts them: data/crop/<ratio>/ holds them ready at 1:1, 8:5, 7:4 and 16:9, data/origin/ whole, with boxes for other
ratios in data/i2v-bench-info.json (see crops).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.suites.importing import crops, owners_files
from bench.suites.importing.drafts import Draft, Importer, Options, Picture
from bench.suites.own_clips.names import camera_named_by

PREFIX = "vbench_"
"""The beginning of the names of metrics that are VBench's dimensions."""

PROMPTS = "vbench2_i2v_full_info.json"
BOXES = "i2v-bench-info.json"
USUAL = "16:9"


def drafts(folder: Path, options: Options) -> list[Draft]:
    """The cases of the folder: VBench's repository, its vbench2_beta_i2v, or the data folder in that.

    Raises:
        UsageError: the files are laid out otherwise, missing or broken.
    """
    prompts = owners_files.first_place(
        [place / PROMPTS for place in (folder, folder / "vbench2_beta_i2v", folder.parent)],
        f"{folder} has no {PROMPTS}: it is in Vchitect/VBench, below vbench2_beta_i2v; copy it there",
    )
    data = owners_files.first_place(
        [
            place
            for place in (folder / "vbench2_beta_i2v" / "data", folder / "data", folder)
            if _has_pictures(place)
        ],
        f"{folder} has neither crop/ nor origin/: vbench2_beta_i2v/download_data.sh of VBench fetches the pictures",
    )
    found = owners_files.entries(prompts)
    images = [
        owners_files.text_in(entry, "image_name", f"{prompts}, entry {number}")
        for number, entry in enumerate(found, 1)
    ]
    of_image = _pictures(data, images, options.ratio or USUAL)
    return [
        _draft(entry, of_image[image], f"{prompts}, entry {number}")
        for number, (entry, image) in enumerate(zip(found, images, strict=True), 1)
    ]


def _has_pictures(data: Path) -> bool:
    return (data / "crop").is_dir() or (data / "origin").is_dir()


def _draft(entry: Mapping[str, Any], picture: Picture, where: str) -> Draft:
    prompt = owners_files.text_in(entry, "prompt_en", where)
    dimensions = entry.get("dimension")
    if not isinstance(dimensions, list) or not all(
        isinstance(each, str) and each.isidentifier() for each in dimensions
    ):
        raise UsageError(f"{where}: 'dimension' is a list of names, not {dimensions!r:.80}")
    return Draft(
        name=prompt,
        picture=picture,
        prompt=prompt,
        category=owners_files.text_in(entry, "image_type", where),
        camera=camera_named_by(prompt),
        dimensions=tuple(f"{PREFIX}{each}" for each in dimensions),
    )


def _pictures(data: Path, images: Sequence[str], ratio: str) -> dict[str, Picture]:
    """Name of an image -> its picture at that ratio: the owners' crop where they ship one, else cut by their rule."""
    sides = crops.sides(ratio)
    ready = data / "crop" / "{}-{}".format(*sides)
    place = ready if ready.is_dir() else data / "origin"
    paths = {image: owners_files.file_in(place, image, PROMPTS) for image in images}
    owners_files.check_present(list(paths.values()), "pictures of VBench-I2V")
    if place == ready:
        return {image: Picture(path) for image, path in paths.items()}
    boxes = {str(entry.get("file_name")): entry for entry in owners_files.entries(data / BOXES)}
    if lacking := [image for image in paths if image not in boxes]:
        raise UsageError(f"{data / BOXES} has no boxes for {len(lacking)} pictures, such as {lacking[0]}")
    return {
        image: Picture(path, crops.box_of(boxes[image], sides, f"{data / BOXES}: {image}"))
        for image, path in paths.items()
    }


IMPORTER = Importer(
    name="vbench-i2v",
    title="VBench-I2V: 355 photographs, and seven camera moves for those of backgrounds",
    files=f"{PROMPTS} and data/crop/ or data/origin/",
    licence="code and lists Apache-2.0; photographs by the licences of Pexels and Pixabay",
    source="Vchitect/VBench, vbench2_beta_i2v; Huang et al. 2024, VBench++ (arXiv 2411.13503)",
    drafts=drafts,
    takes=("ratio",),
    seeds=(0, 1, 2, 3, 4),
)
