"""The command line as a user meets it: what it prints, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.base import temporaries
from bench.media import encoding, pictures, video
from bench.runs import parquet
from tests.command_line import bench
from tests.made import moving_clip, photograph

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The folder of a suite of two small pictures."""
    folder = tmp_path / "tiny"
    for number in range(2):
        pictures.write(folder / "images" / f"{number}.png", photograph(seed=number))
    (folder / "suite.toml").write_text('title = "Two small pictures"\n')
    lines = [
        json.dumps({"id": f"c{n}", "image": f"images/{n}.png", "prompt": "it moves", "category": "x"})
        for n in range(2)
    ]
    (folder / "cases.jsonl").write_text("\n".join(lines) + "\n")
    return folder


COMMANDS = (
    "", "run", "generate", "evaluate", "calibrate", "show", "ls", "doctor", "board", "votes", "export", "serve",
    "new", "fetch", "compact", "progress", "verify", "suite", "suite import", "launch", "launch slurm", "same",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_the_golden_one(command: str) -> None:
    """A new flag is a decision: it shows up here as a diff."""
    path = GOLDEN / f"help-{command.replace(' ', '-') or 'bench'}.txt"
    assert bench(*command.split(), "--help").stdout == path.read_text()


def test_help_and_listings_import_nothing_heavy() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from bench.cli.commands import app\n"
        "for words in (['--help'], *(['ls', kind] for kind in ('models', 'metrics', 'suites', 'weights'))):\n"
        "    assert CliRunner().invoke(app, words).exit_code == 0, words\n"
        "print(sorted({'torch', 'pandas', 'diffusers', 'transformers', 'streamlit'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (answer.stdout.strip(), answer.returncode) == ("[]", 0), answer.stderr


@pytest.mark.parametrize("kind", ["models", "metrics", "suites", "weights", "runs"])
def test_everything_is_listed_for_people_and_for_machines(kind: str, tmp_path: Path) -> None:
    assert bench("ls", kind, "--out", tmp_path).exit_code == 0
    entries = json.loads(bench("ls", kind, "--out", tmp_path, "--json").stdout)
    assert (len(entries) > 0) == (kind != "runs")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "-m", "stil"], "unknown model 'stil': did you mean still?"),
        (["run", "--suite", "dmeo"], "unknown suite 'dmeo': did you mean demo?"),
        (["run", "--metrics", "flikker"], "unknown metric 'flikker': did you mean flicker"),
        (["run", "--cases", "kat"], "unknown case 'kat': did you mean cat?"),
        (["run", "-m", "still", "--set", "frames=3"], "did you mean num_frames?"),
        (["run", "-m", "still", "--set", "num_frames=0"], "num_frames"),
        (["run", "-m", "still", "--set", "num_frames"], "num_frames"),
        (["run", "-m", "still", "--checkpoint", "x"], "has no weights"),
        (["run", "-m", "still", "-m", "drift", "--checkpoint", "x"], "exactly one --model"),
        (["run", "--metric-set", "window=3"], "evaluator.name=value"),
        (["run", "--seeds", "one"], "seeds are whole numbers"),
        (["run", "--device", "cude"], "device is auto, cpu"),
        (["run", "--dtype", "half"], "dtype is auto"),
        (["run", "-m", "svd", "--checkpoint", "./nowhere"], "nowhere"),
        (["generate"], "name a model, as in bench generate svd"),
        (["run", "still,dirft"], "unknown model 'dirft': did you mean drift"),
        (["evaluate"], "name runs on disk, or --clips"),
        (["evaluate", "--clips", "nowhere.csv", "--name", "x"], "there are no clips at nowhere.csv"),
        (["evaluate", "--clips", "nowhere.csv"], "--clips needs --name"),
        (["evaluate", "nobody"], "unknown run 'nobody'"),
        (["show", "nobody"], "unknown run 'nobody'"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(words: list[str], message: str, tmp_path: Path) -> None:
    answer = bench(*words, "--out", tmp_path / "runs")
    assert message in answer.stderr
    assert (answer.exit_code, answer.stderr.count("\n"), answer.stdout) == (2, 1, "")
    assert not (tmp_path / "runs").exists()


def test_run_then_run_again_then_show(tiny: Path, tmp_path: Path) -> None:
    words = [
        "run",
        "still,noise",
        "--suite",
        tiny,
        "--metrics",
        "ssim,flicker",
        "--out",
        tmp_path / "runs",
    ]
    first = bench(*words)
    assert first.exit_code == 0, first.stderr
    assert "4 clips generated" in first.stdout
    assert "ssim_mean" in first.stdout
    second = bench(*words)
    assert "nothing to generate (4 clips are there), nothing to measure" in second.stdout
    title = next(line for line in first.stdout.splitlines() if line.startswith("tiny@"))
    assert second.stdout.partition(title)[2] == first.stdout.partition(title)[2]
    shown = json.loads(bench("show", "still", "--out", tmp_path / "runs", "--json").stdout)
    means = {score["metric"]: score["mean"] for score in shown["scores"]}
    assert (means["ssim_mean"], means["flicker_max_step"]) == (1.0, 0.0)


def test_json_is_for_machines(tiny: Path, tmp_path: Path) -> None:
    answer = bench(
        "run", "-m", "still", "--suite", tiny, "--metrics", "ssim", "--out", tmp_path / "runs", "--json"
    )
    content = json.loads(answer.stdout)
    assert {score["metric"] for score in content["scores"]} >= {"ssim_mean", "ssim_slope"}
    assert Path(content["runs"][0], "results.parquet").exists()
    (total,) = content["totals"]
    assert (total["recipe"], total["mean"], total["parts"]) == ("moving", None, {})
    assert "content" in total["missing"]
    shown = bench("show", "still", "--out", tmp_path / "runs").stdout
    assert "moving v2" in shown and "no total: content, " in shown


def test_json_keeps_every_digit(tiny: Path, tmp_path: Path) -> None:
    """Ten decimals would leave one or two digits of a warping error."""
    runs = tmp_path / "runs"
    bench("run", "-m", "drift", "--suite", tiny, "--metrics", "warping", "--limit", 1, "--out", runs)
    (path,) = runs.glob("*/results.parquet")
    stored = {row.metric: row.value for row in parquet.read(path) if row.view == "native"}
    shown = json.loads(bench("show", "drift", "--view", "native", "--out", runs, "--json").stdout)
    assert {score["metric"]: score["mean"] for score in shown["scores"]} == stored


def test_more_seeds_go_on_with_the_same_run(tiny: Path, tmp_path: Path) -> None:
    words = [
        "run",
        "-m",
        "noise",
        "--suite",
        tiny,
        "--metrics",
        "ssim",
        "--out",
        tmp_path / "runs",
        "--seeds",
    ]
    assert "2 clips generated (0 were there)" in bench(*words, "0").stdout
    assert "2 clips generated (2 were there)" in bench(*words, "0,1").stdout
    assert len(list((tmp_path / "runs").iterdir())) == 1


def test_other_settings_are_another_run(tiny: Path, tmp_path: Path) -> None:
    words = ["run", "-m", "still", "--suite", tiny, "--metrics", "ssim", "--out", tmp_path / "runs"]
    bench(*words)
    bench(*words, "--set", "num_frames=5")
    assert len(list((tmp_path / "runs").iterdir())) == 2


def test_a_broken_image_costs_its_own_case_alone(tiny: Path, tmp_path: Path) -> None:
    image = tiny / "images" / "1.png"
    image.write_bytes(image.read_bytes()[:200])
    answer = bench("run", "-m", "still", "--suite", tiny, "--metrics", "ssim", "--out", tmp_path / "runs")
    assert answer.exit_code == 1
    assert "1 of 2" in answer.stdout
    shown = json.loads(bench("show", "still", "--out", tmp_path / "runs", "--json").stdout)
    (failure,) = [each for each in shown["failures"] if each["status"] == "failed"]
    assert failure["case"] == "c1"
    assert "1.png" in failure["error"]


def test_generate_here_and_evaluate_there(tiny: Path, tmp_path: Path) -> None:
    made = bench("generate", "-m", "drift", "--suite", tiny, "--out", tmp_path / "here")
    assert "2 clips generated" in made.stdout
    (tmp_path / "here").rename(tmp_path / "there")
    answer = bench("evaluate", "drift", "--metrics", "ssim", "--out", tmp_path / "there")
    assert answer.exit_code == 0, answer.stderr
    assert "ssim_mean" in answer.stdout


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A CSV of clips that are not clips, and one that is."""
    folder = tmp_path / "hostile"
    pictures.write(folder / "i.png", photograph())
    video.write_clip(folder / "good.mkv", moving_clip())
    encoding.write_preview(folder / "good.mp4", moving_clip(12))
    whole = (folder / "good.mp4").read_bytes()
    (folder / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "text.mp4").write_text("this is no video\n")
    (folder / "points.mp4").write_text("ffconcat version 1.0\nfile good.mp4\n")
    video.write_clip(folder / "one.mkv", moving_clip(1))
    for number, height in enumerate((48, 48, 50)):
        pictures.write(folder / "sizes" / f"{number}.png", photograph(height))
    names = (
        "good.mkv",
        "good.mp4",
        "cut.mp4",
        "empty.mp4",
        "text.mp4",
        "points.mp4",
        "one.mkv",
        "sizes",
        "gone.mp4",
    )
    lines = [f"c{number},i.png,{name}" for number, name in enumerate(names)]
    (folder / "cases.csv").write_text("case,image,clip\n" + "\n".join(lines) + "\n")
    return folder / "cases.csv"


def test_rubbish_is_a_failure_row_each_and_the_rest_is_measured(hostile: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    answer = bench(
        "evaluate",
        "--clips",
        hostile,
        "--name",
        "rubbish",
        "--metrics",
        "ssim,flicker,first_frame",
        "--out",
        out,
    )
    assert answer.exit_code == 1
    shown = json.loads(bench("show", "rubbish", "--out", out, "--json").stdout)
    reasons = {
        failure["case"]: failure["error"] for failure in shown["failures"] if failure["status"] == "failed"
    }
    assert set(reasons) == {"c2", "c3", "c4", "c5", "c7", "c8"}
    for case, name in {
        "c2": "cut.mp4",
        "c3": "empty.mp4",
        "c4": "text.mp4",
        "c5": "points.mp4",
        "c8": "gone.mp4",
    }.items():
        assert name in reasons[case]
    assert "sizes" in reasons["c7"]
    short = {failure["case"] for failure in shown["failures"] if failure["status"] == "not measurable"}
    assert "c6" in short
    measured = {score["metric"]: score["cases"] for score in shown["scores"]}
    assert (measured["ssim_mean"], measured["first_frame_ssim"]) == (
        2,
        3,
    )  # one frame is enough for the first frame


def test_the_real_clips_in_one_command(real_clips: Path, tmp_path: Path) -> None:
    words = [
        "--clips",
        real_clips / "cases.csv",
        "--name",
        "dynamicrafter",
        "--metrics",
        "ssim,first_frame,flicker",
    ]
    answer = bench("evaluate", *words, "--out", tmp_path / "runs", "--json")
    assert answer.exit_code == 0, answer.stderr
    scores = {score["metric"]: score for score in json.loads(answer.stdout)["scores"]}
    assert (scores["ssim_mean"]["cases"], scores["first_frame_ssim"]["failed"]) == (10, 0)
    assert "3 cases have no clip" in answer.stderr


def test_a_full_disk_leaves_nothing_half_written(tiny: Path, tmp_path: Path) -> None:
    """A limit on file size stands in for a full disk: the write fails with the file half there."""
    import resource

    out = tmp_path / "runs"
    words = [
        sys.executable,
        "-m",
        "bench",
        "run",
        "-m",
        "noise",
        "--suite",
        str(tiny),
        "--metrics",
        "ssim",
        "--out",
        str(out),
    ]

    def limit() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write then fails with EFBIG instead of a signal
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    full = subprocess.run(words, capture_output=True, text=True, preexec_fn=limit, check=False)
    assert full.returncode == 2, full.stderr
    assert full.stderr.splitlines()[-1].endswith(
        ".mkv cannot be written: file too large; make room, or choose another folder, as by --out"
    )
    assert "Traceback" not in full.stderr
    assert not list(out.rglob("*.mkv"))
    assert not list(out.rglob(f"{temporaries.PREFIX}*"))
    again = bench(*words[3:], "--retry-failed")
    assert again.exit_code == 0, again.stdout + again.stderr
    assert "2 clips generated" in again.stdout
