"""The script of an array: what each job runs, where, and what happens to a task that is told to stop."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import ProgramFailed, Unavailable, UsageError
from bench.slurm import Array, Job, Resources, option, script, send
from tests.slurm import fake_slurm
from tests.slurm.fake_slurm import FakeSlurm

HOSTILE = (
    "$(touch hacked)",
    "a b",
    "it's",
    '"',
    "`id`",
    "-x",
    "new\nline",
    "#SBATCH --exclusive",
    "*",
    "é",
    "%a",
    "",
)
"""Words that a shell would take for something else."""


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSlurm:
    return fake_slurm.install(tmp_path / "slurm", monkeypatch)


def program(folder: Path, body: str = "") -> tuple[str, ...]:
    """A program that prints its words, folder and shard as a line of JSON, and does what body says."""
    path = folder / "it's a program.py"
    path.write_text(
        "import json, os, pathlib, signal, sys, time\n"
        "shard = os.environ.get('SLURM_ARRAY_TASK_ID')\n"
        "print(json.dumps([sys.argv[1:], os.getcwd(), shard, os.environ.get('HF_HUB_OFFLINE')]), flush=True)\n"
        + body
    )
    return (sys.executable, str(path))


def written(folder: Path, job: Job) -> Path:
    path = folder / "a script's name.sbatch"
    path.write_text(script(job))
    return path


def job(folder: Path, body: str = "", words: tuple[str, ...] = ("run",), size: str = "3%2") -> Job:
    first = ("--limit", "1")
    return Job(words, first, Array.parse(size), folder=folder, program=program(folder, body))


def test_one_clip_then_shards_then_the_rest(
    tmp_path: Path, slurm: FakeSlurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    assert send(written(tmp_path, job(tmp_path))) == ["1", "2", "3"]
    assert slurm.journal() == [
        "sent 1 first", "ended 1_0 0",
        "sent 2 shard", "ended 2_0 0", "ended 2_1 0", "ended 2_2 0",
        "sent 3 last", "ended 3_0 0",
    ]  # fmt: skip
    assert json.loads(slurm.output("1_0")) == [["run", "--limit", "1"], str(tmp_path), "0", None]
    assert json.loads(slurm.output("2_1")) == [["run", "--shard", "1/3"], str(tmp_path), "1", "1"]
    assert json.loads(slurm.output("3_0")) == [["run"], str(tmp_path), "0", None]


def test_hostile_words_arrive_as_they_are(tmp_path: Path, slurm: FakeSlurm) -> None:
    folder = tmp_path / "it's $(id) \n here"
    folder.mkdir()
    send(written(folder, job(folder, words=("run", *HOSTILE))))
    assert json.loads(slurm.output("3_0"))[:2] == [["run", *HOSTILE], str(folder)]
    assert not list(folder.glob("hacked"))


def test_a_plain_sbatch_runs_the_shards_that_it_names(tmp_path: Path, slurm: FakeSlurm) -> None:
    path = written(tmp_path, job(tmp_path, size="20"))
    subprocess.run(["sbatch", "--array=17-18", path], capture_output=True, check=True)
    assert slurm.journal() == ["sent 1 shard", "ended 1_17 0", "ended 1_18 0"]
    assert json.loads(slurm.output("1_17"))[0] == ["run", "--shard", "17/20"]


def test_a_step_that_is_none_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, job(tmp_path))
    done = subprocess.run(["bash", path, "all"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "expected first, shard or last, not all\n")


def test_where_runs_lie_on_the_hub_it_is_not_forbidden(tmp_path: Path) -> None:
    online = Job(("run",), (), Array(2), is_offline=False)
    assert "HF_HUB_OFFLINE" not in script(online)


def test_if_the_first_clip_fails_nothing_else_starts(tmp_path: Path, slurm: FakeSlurm) -> None:
    send(written(tmp_path, job(tmp_path, "sys.exit(2)")))
    assert slurm.journal() == [
        "sent 1 first", "ended 1_0 2", "sent 2 shard", "cancelled 2", "sent 3 last", "cancelled 3",
    ]  # fmt: skip


def test_the_last_job_starts_however_shards_end(tmp_path: Path, slurm: FakeSlurm) -> None:
    send(written(tmp_path, job(tmp_path, "sys.exit('--shard' in sys.argv)", size="2")))
    assert slurm.journal()[3:] == ["ended 2_0 1", "ended 2_1 1", "sent 3 last", "ended 3_0 0"]


STOPPED = """
mark = pathlib.Path("stopped once")
def stop(number, frame):
    print(json.dumps(["written", number]), flush=True)
    time.sleep(0.3)
    sys.exit(0)
signal.signal(signal.SIGUSR1, stop)
signal.signal(signal.SIGTERM, stop)
if shard == "1" and not mark.exists():
    mark.touch()
    os.kill(os.getppid(), {signal})
    time.sleep(30)
"""
"""A program whose shell gets a signal, as from Slurm, and which stops as `bench` does: it writes, and exits with 0."""


def test_a_task_whose_time_is_nearly_up_writes_and_is_queued_again(tmp_path: Path, slurm: FakeSlurm) -> None:
    send(written(tmp_path, job(tmp_path, STOPPED.format(signal="signal.SIGUSR1"))))
    assert slurm.journal()[3:7] == ["ended 2_0 0", "requeued 2_1", "resumed 2_1", "ended 2_1 0"]
    lines = [json.loads(line) for line in slurm.output("2_1").splitlines()]
    assert [line[0] for line in lines] == [
        ["run", "--shard", "1/3"],
        "written",
        ["run", "--shard", "1/3"],
    ]


def test_a_cancelled_task_writes_and_is_not_queued_again(tmp_path: Path, slurm: FakeSlurm) -> None:
    send(written(tmp_path, job(tmp_path, STOPPED.format(signal="signal.SIGTERM"))))
    assert slurm.journal()[3:6] == ["ended 2_0 0", "ended 2_1 0", "ended 2_2 0"]
    assert "written" in slurm.output("2_1")


def test_where_nothing_is_queued_again_the_task_says_what_goes_on(
    tmp_path: Path, slurm: FakeSlurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SLURM_REFUSES", "requeue")
    send(written(tmp_path, job(tmp_path, STOPPED.format(signal="signal.SIGUSR1"))))
    assert slurm.journal()[4] == "ended 2_1 1"
    assert slurm.output("2_1").splitlines()[-1] == (
        "this task is not queued again: the last job goes on from here, and so does the same bench launch"
    )


def test_what_sbatch_refuses_is_said_and_nothing_is_left_in_the_queue(
    tmp_path: Path, slurm: FakeSlurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, job(tmp_path))
    monkeypatch.setenv("FAKE_SLURM_REFUSES", "last")
    with pytest.raises(ProgramFailed, match=r"\(last\): sbatch: error: Batch job .* Invalid account$"):
        send(path)
    assert slurm.journal()[-2:] == ["scancelled 1", "scancelled 2"]


def test_without_sbatch_the_remedy_is_a_login_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="there is no sbatch on this machine; on a login node"):
        send(tmp_path / "x.sbatch")


def test_options_of_sbatch_are_lines_before_the_first_command(tmp_path: Path) -> None:
    asked = Resources(
        (option("gres=gpu:1"), option("--exclusive"), option("constraint=[a100|h100]")), notice=90
    )
    lines = script(Job(("run",), (), Array.parse("512%64"), asked)).splitlines()
    end = lines.index("")
    assert [line for line in lines[:end] if line.startswith("#SBATCH")] == [
        "#SBATCH --array=0-511%64",
        "#SBATCH --signal=B:USR1@90",
        "#SBATCH --requeue",
        "#SBATCH --open-mode=append",
        "#SBATCH --gres=gpu:1",
        "#SBATCH --exclusive",
        "#SBATCH --constraint=[a100|h100]",
    ]
    assert all(line.startswith("#") for line in lines[:end])


@pytest.mark.parametrize(
    "text", ["mem=4 G", 'mem="4"', "mem=4\n#SBATCH --x", "mem=4#", "gres=\x1b[1m", "comment=it's"]
)
def test_a_value_that_sbatch_would_not_read_is_refused(text: str) -> None:
    with pytest.raises(
        UsageError, match=r"of sbatch is one word without quotes, backslashes and #, not ['\"]"
    ):
        Resources((option(text),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("array=4", "--array of sbatch is set by the script itself: leave it out"),
        ("--signal=TERM", "--signal of sbatch is set by the script itself: leave it out"),
        ("Mem 4", "an option of sbatch is its long name and a value, as qos=high, not 'Mem 4'"),
        ("", "an option of sbatch is its long name and a value, as qos=high, not ''"),
    ],
)
def test_an_option_that_is_none_or_ours_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        Resources((option(text),))
    assert str(caught.value) == said


@pytest.mark.parametrize("seconds", [0, -1, 65536])
def test_a_task_has_time_to_stop(seconds: int) -> None:
    with pytest.raises(UsageError, match=f"signal is 1 to 65535 seconds .*, not {seconds}"):
        Resources(notice=seconds)


@pytest.mark.parametrize(("text", "slurms"), [("1", "0-0"), ("512%64", "0-511%64"), ("4000000", "0-3999999")])
def test_the_size_of_an_array(text: str, slurms: str) -> None:
    assert str(Array.parse(text)) == slurms


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "4%0", "0-4", "1,2", "4%", "%4", "4000001", "12345678", "٣", "4 "]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Array.parse(text)
    assert str(caught.value) == (
        f"array is a number of shards, and after % how many run at a time, as 512%64, not '{text}'"
    )


def test_bash_reads_every_line(tmp_path: Path) -> None:
    path = written(tmp_path, job(tmp_path, words=("run", *HOSTILE)))
    assert shutil.which("bash")
    assert subprocess.run(["bash", "-n", path], capture_output=True, check=True).stderr == b""
