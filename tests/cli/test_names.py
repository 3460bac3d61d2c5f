"""Names on the command line: found in any case, with '-' and '_' alike; others get a suggestion.

Every option and argument of every command is either a name of something, and tried here, or said to be none.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.comparison.gates import Gate
from bench.errors import UnknownName, folded, meant, nearest
from tests.command_line import bench, commands
from tests.leaderboard import boards

MISSPELT = {
    ("run", "MODEL"): (["stil"], "unknown model 'stil': did you mean still"),
    ("run", "--model"): (["-m", "NOISY"], "unknown model 'NOISY': did you mean noise"),
    ("run", "--set"): (["still", "--set", "Frames=3"], "unknown setting 'Frames': did you mean num_frames"),
    ("run", "--suite"): (["--suite", "Dmeo"], "unknown suite 'Dmeo': did you mean demo"),
    ("run", "--protocol"): (["--protocol", "ucf_101@1"], "did you mean ucf101@1"),
    ("run", "--cases"): (["--cases", "KAT"], "unknown case 'KAT': did you mean cat"),
    ("run", "--metrics"): (["--metrics", "SSIN"], "unknown metric 'SSIN': did you mean ssim"),
    ("run", "--metric-set"): (["--metric-set", "clipsin.x=1"], "unknown evaluator 'clipsin': did you mean clipsim"),
    ("run", "--view"): (["--view", "Natif"], "unknown view 'Natif': did you mean native"),
    ("run", "--accel"): (["svd", "--accel", "First-Blok"], "did you mean first-block"),
    ("fetch", "METRIC"): (["CLIPSIN"], "unknown metric 'CLIPSIN': did you mean clipsim"),
    ("fetch", "--metric-set"): (["clipsim", "--metric-set", "clipsim.modl=x"], "did you mean model"),
    ("fetch", "--accept-licence"): (["lite0", "--accept-licence", "Apache2.0"], "did you mean Apache-2.0"),
    ("generate", "MODEL"): (["SDV"], "unknown model 'SDV': did you mean svd"),
    ("generate", "--model"): (["-m", "svd,sdv"], "unknown model 'sdv': did you mean svd"),
    ("generate", "--set"): (["still", "--set", "fsp=3"], "unknown setting 'fsp': did you mean fps"),
    ("generate", "--suite"): (["still", "--suite", "motoin"], "unknown suite 'motoin': did you mean motion"),
    ("generate", "--cases"): (["still", "--cases", "cats"], "unknown case 'cats': did you mean cat"),
    ("generate", "--accel"): (["svd", "--accel", "teecache"], "did you mean teacache"),
    ("evaluate", "RUN"): (["Mvoer"], "unknown run 'Mvoer': did you mean mover"),
    ("evaluate", "--suite"): (["--clips", ".", "--name", "x", "--suite", "dmo"], "unknown suite 'dmo'"),
    ("evaluate", "--metrics"): (["mover", "--metrics", "flikker"], "unknown metric 'flikker': did you mean flicker"),
    ("evaluate", "--metric-set"): (["mover", "--metric-set", "flikker.x=1"], "unknown evaluator 'flikker'"),
    ("evaluate", "--view"): (["mover", "--view", "defualt"], "unknown view 'defualt': did you mean default"),
    ("calibrate", "--suite"): (["--suite", "motoin"], "unknown suite 'motoin': did you mean motion"),
    ("calibrate", "--metrics"): (["--metrics", "flikker"], "unknown metric 'flikker': did you mean flicker"),
    ("calibrate", "--damages"): (["--damages", "nose"], "unknown damage 'nose': did you mean noise"),
    ("show", "RUN"): (["stlil"], "unknown run 'stlil': did you mean still"),
    ("show", "--view"): (["still", "--view", "natiev"], "unknown view 'natiev': did you mean native"),
    ("compare", "RUN"): (["still", "moover"], "unknown run 'moover': did you mean mover"),
    ("compare", "--metrics"): (["still", "mover", "--metrics", "ssim_men"], "did you mean ssim_mean"),
    ("compare", "--fail-if-worse"): (["still", "mover", "--fail-if-worse", "ssim_men"], "did you mean ssim_mean"),
    ("compare", "--view"): (["still", "mover", "--view", "nativ"], "did you mean native"),
    ("progress", "RUN|FOLDER"): (["moovr"], "unknown run 'moovr': did you mean mover"),
    ("verify", "RUN|FOLDER"): (["moovr"], "unknown run 'moovr': did you mean mover"),
    ("same", "BASE"): (["stlil", "mover"], "unknown run 'stlil': did you mean still"),
    ("same", "OTHER"): (["still", "moover"], "unknown run 'moover': did you mean mover"),
    ("publish", "RUN"): (["moovr"], "unknown run 'moovr': did you mean mover"),
    ("ls", "KIND"): (["Metric"], "unknown kind 'Metric': did you mean metrics"),
    ("ls", "WORD"): (["metrics", "warping_eror"], "unknown metric 'warping_eror': did you mean warping_error"),
    ("launch slurm", "COMMAND"): (["--array", "2", "--", "rum"], "unknown command 'rum': did you mean run"),
    ("new", "KIND"): (["modle", "x"], "unknown kind 'modle': did you mean model"),
    ("suite import", "NAME"): (["vbench-i2w", "."], "unknown suite 'vbench-i2w': did you mean vbench-i2v"),
    ("doctor", "MODEL"): (["stil"], "unknown model 'stil': did you mean still"),
    ("doctor", "--set"): (["still", "--set", "fsp=3"], "unknown setting 'fsp': did you mean fps"),
    ("export", "--run"): (["out", "--run", "moovr"], "unknown run 'moovr': did you mean mover"),
    ("export", "--suite"): (["out", "--suite", "tinny"], "unknown suite 'tinny': did you mean tiny"),
    ("export", "--view"): (["out", "--view", "nativ"], "unknown view 'nativ': did you mean native"),
}  # fmt: skip
"""(Command, option or argument) -> words in which its name is misspelt, and what the error says."""

NO_NAMES = {
    "--account", "--across-protocols", "--address", "--allow-host", "--array", "--browser", "--ceiling",
    "--checkpoint", "--clips", "--component", "--config", "--cpus", "--dataset", "--device", "--docs", "--download",
    "--dry-run", "--dtype", "--engine", "--fit", "--floor", "--footage", "--format", "--fps", "--gpus", "--gres",
    "--help", "--host", "--json", "--limit", "--long", "--lora", "--margin", "--markdown", "--max-clips",
    "--max-cost", "--mem", "--memory", "--name", "--offline", "--out", "--partition", "--port", "--prompts",
    "--published", "--quiet", "--ratio", "--repair", "--retry-failed", "--sbatch", "--script", "--seeds", "--shard",
    "--signal", "--step", "--submit", "--time", "--to", "--track", "--verbose", "--voters", "--votes", "--watch",
    "--workers", "DIR", "FILE", "FOLDER", "PATH",
}  # fmt: skip
"""Options and arguments of every command that take numbers, paths, a few words that are all listed, or nothing."""

IN_OTHER_CASE = [
    ["run", "Still", "--suite", "DEMO", "--cases", "CAT", "--set", "Num-Frames=4", "--dry-run"],
    ["show", "MOVER", "--view", "Native"],
    ["compare", "STILL", "mover", "--metrics", "SSIM-Mean"],
    ["ls", "Models", "SVD"],
    ["ls", "metrics", "Warping-Error"],
    ["doctor", "STILL"],
    ["fetch", "LITE0", "--accept-licence", "apache-2.0"],
]  # fmt: skip


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs: mover and still."""
    folder = tmp_path_factory.mktemp("names") / "runs"
    boards.two_runs(folder)
    return folder


def test_every_option_is_tried_or_is_no_name() -> None:
    found = {
        (name, param.metavar if param.param_type_name == "argument" else max(param.opts, key=len))
        for name, command in commands().items()
        for param in command.params
    }
    names = {(command, word.rstrip("…")) for command, word in found if word not in NO_NAMES} - {
        ("new", "NAME")
    }
    assert names == set(MISSPELT)


@pytest.mark.parametrize("where", MISSPELT, ids=" ".join)
def test_a_misspelt_name_gets_a_suggestion(where: tuple[str, str], out: Path) -> None:
    words, said = MISSPELT[where]
    place = [] if where[0] in ("doctor", "fetch", "launch slurm", "new", "suite import") else ["--out", out]
    answer = bench(*where[0].split(), *words, *place)
    assert said in answer.stderr
    assert (answer.exit_code, answer.stderr.count("\n"), answer.stdout) == (2, 1, "")


@pytest.mark.parametrize("words", IN_OTHER_CASE, ids=" ".join)
def test_a_name_is_found_in_any_case(words: list[str], out: Path) -> None:
    place = [] if words[0] in ("doctor", "fetch") else ["--out", out]
    answer = bench(*words, *place)
    assert answer.exit_code == 0, answer.stderr


def test_commands_and_options_are_suggested() -> None:
    assert "Did you mean 'run'" in bench("rn").stderr
    assert "--metrics" in bench("run", "--metrcs", "ssim").stderr


def test_exactly_that_name_comes_first_and_two_alike_are_none() -> None:
    assert meant("run", "SVD", ["svd", "SVD"]) == "SVD"
    with pytest.raises(UnknownName, match="did you mean SVD or svd"):
        meant("run", "Svd", ["svd", "SVD"])
    assert folded("Wan2.1-I2V") == folded("wan2.1_i2v")
    assert nearest("ZZZ", ["ssim"]) == []
    assert Gate("SSIM-mean").is_on("ssim_mean")
