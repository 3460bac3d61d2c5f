"""`bench evaluate --clips` on a folder of oddities, and seeds of 64 bits through every command that shows them."""

from __future__ import annotations

import json
import shutil
import unicodedata
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.media import pictures, video
from bench.runs import RunFolder
from bench.types import LARGEST_SEED
from tests import command_line
from tests.made import moving_clip, photograph

METRICS = ("--metrics", "first_frame", "--view", "native")


bench = partial(command_line.bench, columns=400)
"""One line per message."""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder with an image and a clip."""
    pictures.write(tmp_path / "made" / "i.png", photograph())
    video.write_clip(tmp_path / "made" / "c.mkv", moving_clip())
    return tmp_path / "made"


CASES = {
    "IMG_0001": ["IMG_0001.MKV", "IMG_0001.PNG"],
    "img_2": ["IMG_2.mkv", "img_2.png"],
    "a_duck": ["a duck.mkv", "a duck.png"],
    "Bar-86db86f7": [unicodedata.normalize("NFD", "Bär.mkv"), "Bär.png"],
    "clip-a521c46b": ["一只鸭子.mkv", "一只鸭子.png"],
    "a_cat_runs_far-751f622f": ["a cat runs, far-0.mkv", "images/a cat runs, far.png"],
    "film_00001": ["film_00001.mkv", "film_00001-audio.mkv", "film_00001.png"],
    "sound": ["sound-audio.mkv", "sound.png"],
    "wide": [f"wide-{LARGEST_SEED}.mkv", "wide.png"],
}
ASIDE = ["grid.mkv", "a\tb.mkv", "wide-18446744073709551616.mkv"]
PASSED_OVER = ["._duck.mkv", "desktop.ini", "Thumbs.db", "workflow.json", "notes.md"]


def test_a_folder_of_oddities_is_read_and_the_rest_is_named(made: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "odd", tmp_path / "runs"
    for name in (*(name for names in CASES.values() for name in names), *ASIDE, *PASSED_OVER):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made / ("i.png" if name.lower().endswith("png") else "c.mkv"), folder / name)
    answer = bench("evaluate", "--clips", folder, "--name", "odd", *METRICS, "--out", out)
    assert answer.exit_code == 0, answer.output
    (run,) = out.glob("odd-*")
    records = {record.case: record for record in RunFolder(run).records()}
    assert set(records) == set(CASES)
    assert records["wide"].seed == LARGEST_SEED
    assert [record.error for record in records.values()] == [""] * len(CASES)
    for name in (
        "grid.mkv has no image",
        "'a\\tb.mkv' has a name that is no UTF-8 text",
        "film_00001-audio.mkv",
    ):
        assert name in answer.stderr
    assert "read as prompts, since no .txt says another: a cat runs, far" in answer.stderr


def test_seeds_of_64_bits_survive_the_whole_way(made: Path, tmp_path: Path) -> None:
    """Through records, rows, pages of the command line, comparisons and exports."""
    out, seeds = tmp_path / "runs", (LARGEST_SEED, LARGEST_SEED - 1)
    header, *lines = [
        "case,image,clip,seed",
        *(f"d,i.png,c.mkv,{seed}" for seed in seeds),
        "d,i.png,gone.mkv,7",
    ]
    path = made / "cases.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    for name in ("a", "b"):
        bench("evaluate", "--clips", path, "--name", name, *METRICS, "--out", out)
    (run,) = out.glob("a-*")
    assert [record.seed for record in RunFolder(run).records()] == [7, LARGEST_SEED - 1, LARGEST_SEED]
    assert {path.stem for path in run.glob("clips/*.json")} == {f"d-{seed}" for seed in (*seeds, 7)}
    compared = _said("compare", "a", "b", "--out", out, "--view", "native")
    assert compared["pairs"][0]["seeds"]["a"] == sorted([*seeds, 7])
    path.write_text("\n".join([header, lines[1], f"d,i.png,gone.mkv,{LARGEST_SEED}"]) + "\n")
    bench("evaluate", "--clips", path, "--name", "a", *METRICS, "--out", out)
    shown = _said("show", "a", "--out", out, "--view", "native")
    assert {failure["seed"] for failure in shown["failures"]} == {LARGEST_SEED}
    assert str(LARGEST_SEED) in bench("show", "a", "--out", out, "--view", "native").stdout


def _said(*words: object) -> Any:
    answer = bench(*words, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)
