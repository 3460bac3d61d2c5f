"""A program, here a small example, from its TOML file to clips, failures and the run's identity."""

from __future__ import annotations

import csv
import io
import json
import os
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import models
from bench.base.progress import Progress
from bench.engine.generation import Generated, generate
from bench.engine.requests import ModelRequest
from bench.engine.resolve_models import resolve
from bench.errors import BadClip, BadImage, Cancelled, ProgramFailed, Unavailable, UsageError
from bench.media import pictures, video
from bench.models import programs
from bench.models.programs import Program, environment, injection, outputs, templates
from bench.models.programs.command import Command, Settings
from bench.models.programs.inputs import MAX_SEED
from bench.runs import RunFolder
from bench.types import Case, Clip, Runtime, Suite
from tests.models.programs import example_program

EXAMPLE = Path(example_program.__file__)
Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a program file for the example and gives its path."""

    def written(*words: str, name: str = "mine", **content: Any) -> str:
        usual = [sys.executable, str(EXAMPLE), "--image", "{image}", "--prompt={prompt}", "--seed", "{seed}"]
        usual += ["--frames", "{frames}", "--out", "{output}"]
        keys = {"command": [*usual, *words], "frames": 3, "fps": 8, "output": "clip.mkv"} | content
        path = tmp_path / f"{name}.toml"
        path.write_text("\n".join(f"{key} = {toml(value)}" for key, value in keys.items()))
        return str(path)

    return written


def toml(value: Any) -> str:
    """JSON of numbers, texts and lists is TOML; tables are written inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return picture(tmp_path, "duck", prompt="it swims")


def picture(folder: Path, name: str, prompt: str = "", **facts: Any) -> Case:
    image = folder / f"{name}.png"
    pictures.write(image, np.random.default_rng(len(name)).integers(0, 200, (40, 64, 3), dtype=np.uint8))
    return Case(id=name, image=image, prompt=prompt, **facts)


def command(path: str, **chosen: Any) -> Command:
    model = Command(Settings(program=path, **chosen))
    model.load()
    return model


def expected(case: Case, number: int, count: int = 3) -> Any:
    return example_program.frames(case.image, case.prompt, number, count)


def number(case: Case, seed: int) -> int:
    from bench.models import seed_number

    return 1 + seed_number(case, seed) % MAX_SEED


def test_image_prompt_and_seed_reach_the_program_and_its_clip_comes_back(write: Write, case: Case) -> None:
    model = command(write())
    for seed in (0, 1):
        clip = model.generate(case, seed)
        assert (clip.frames == expected(case, number(case, seed))).all()
        assert clip.fps == 8
    assert number(case, 0) != number(case, 1)


HOSTILE = [
    "{seed} {unknown} }{",
    '"; touch hurt; "',
    "$(touch hurt) `touch hurt`",
    "two\nlines\ttab",
    "--mode crashes",
    "ñ 猫 🦆",
]


@pytest.mark.parametrize("prompt", HOSTILE)
def test_a_prompt_is_passed_as_it_is(write: Write, tmp_path: Path, prompt: str) -> None:
    case = picture(tmp_path, "duck", prompt)
    assert (command(write()).generate(case, 0).frames == expected(case, number(case, 0))).all()
    assert not list(tmp_path.rglob("hurt"))


def test_staged_files_hold_what_their_syntax_needs(write: Write, tmp_path: Path) -> None:
    prompt = 'say "a: b"\n- {seed}'
    stage = {
        "in/one.json": '{{"p": {prompt:json}, "q": "{prompt:inner}!"}}',
        "in/two.txt": "{prompt:line}",
        "three.csv": "{prompt:csv}",
    }
    program = programs.read(write(stage=stage))
    found = {name: templates.filled(text, {"prompt": prompt}) for name, text in program.stage.items()}
    assert json.loads(found["in/one.json"]) == {"p": prompt, "q": prompt + "!"}
    assert found["in/two.txt"] == 'say "a: b" - {seed}'
    assert found["three.csv"] == '"say ""a: b""\n- {seed}"'


def test_stage_image_and_request_lie_in_the_folder_that_the_program_starts_in(
    write: Write, tmp_path: Path
) -> None:
    script = (
        "import json, pathlib, shutil; r = json.load(open('request.json'));"
        "assert pathlib.Path('in/p.txt').read_text() == r['prompt'] == 'it swims' and r['frames'] == 3;"
        "pathlib.Path('frames').mkdir(); shutil.copy(r['image'], 'frames/0.png');"
        "shutil.copy('in/i.png', 'frames/1.png')"
    )
    path = write(
        command=[sys.executable, "-c", script],
        stage={"in/p.txt": "{prompt}"},
        image="in/i.png",
        output="frames",
        fps=5,
    )
    case = picture(tmp_path, "duck", "it swims")
    clip = command(path).generate(case, 0)
    assert (clip.frames == pictures.read(case.image)[None]).all()
    assert len(clip) == 2
    assert clip.fps == 5  # pictures state no rate


def test_the_image_is_fitted_where_the_size_is_known(write: Write, case: Case) -> None:
    model = command(write(width=32, height=32))
    clip = model.generate(case, 0)
    assert clip.frames.shape == (3, 32, 32, 3)
    fitted = pictures.fit(pictures.read(case.image), 32, 32, "cover")
    shift = int(clip.frames[0, 0, 0, 0]) - int(fitted[0, 0, 0])
    assert (clip.frames[0] == (fitted.astype(int) + shift) % 256).all()
    plan = model.plan(case)
    assert (plan.width, plan.height, plan.frames, plan.fps) == (32, 32, 3, 8)
    assert plan.crop == (12, 0, 40, 40)


def test_settings_go_where_the_file_has_a_place_for_them(write: Write, case: Case) -> None:
    model = command(write(), num_frames=5)
    assert len(model.generate(case, 0)) == 5
    assert model.effective_settings()["num_frames"] == 5
    with pytest.raises(UsageError, match=r"program 'mine' takes no width: its file mentions no \{width\}"):
        command(write(), width=64)


@pytest.mark.parametrize(
    ("mode", "error", "words"),
    [
        (
            "crashes",
            ProgramFailed,
            "program 'mine' exits with code 3: loading RuntimeError: CUDA out of memory",
        ),
        ("nothing", ProgramFailed, r"ends well, but wrote no \*\.mkv$"),
        ("no video", BadClip, "cannot be decoded"),
        (
            "two",
            ProgramFailed,
            r"wrote 2 of \*\.mkv: a\.mkv, b\.mkv; narrow 'output', or say pick = \"newest\"",
        ),
    ],
)
def test_what_goes_wrong_is_said(
    write: Write, case: Case, mode: str, error: type[Exception], words: str
) -> None:
    path = write("--mode", mode, output="*.mkv")
    content = Path(path).read_text().replace('"{output}"', '"{workdir}/clip.mkv"')
    Path(path).write_text(content)
    with pytest.raises(error, match=words):
        command(path).generate(case, 0)


def test_the_newest_of_several_and_what_lies_elsewhere(write: Write, case: Case) -> None:
    newest = command(write("--mode", "two", output="?.mkv", pick="newest")).generate(case, 0)
    assert (newest.frames == expected(case, number(case, 0)) + 1).all()
    with pytest.raises(ProgramFailed, match=r"wrote no clip\.mkv; there are elsewhere\.mkv$"):
        command(write("--mode", "other name")).generate(case, 0)


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]
    except OSError:
        return False


@pytest.mark.parametrize("how", ["time", "cancelled"])
def test_nothing_is_left_of_a_program_that_is_stopped(
    write: Write, case: Case, tmp_path: Path, how: str
) -> None:
    note = tmp_path / "pids"
    limit = 600.0 if how == "cancelled" else 4.0
    model = command(write("--mode", "slow", "--note", str(note), timeout=limit))

    def stop(done: int, total: int) -> None:
        if how == "cancelled" and note.exists() and note.read_text():
            raise Cancelled("enough")

    words = "enough" if how == "cancelled" else "took longer than 4 seconds; it said: it said nothing"
    with pytest.raises((Cancelled, ProgramFailed), match=words):
        model.generate(case, 0, stop)
    if how == "cancelled" or note.exists():  # on a busy machine it may not have begun yet
        assert not any(is_alive(int(pid)) for pid in note.read_text().split())


def test_what_it_says_is_kept_in_the_run_without_keys(
    write: Write, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE_KEY", "sk-very-secret")
    ((model, _run),) = entrants(write("--mode", "crashes", inherit=["EXAMPLE_KEY"]), case)
    folder = RunFolder(tmp_path / "run")
    assert generate(model, [(case, 0)], folder, Progress()) == Generated(made=1, failed=1)
    log = (folder.path / "tasks" / "duck-0.err.log").read_text()
    assert "CUDA out of memory, key ***" in log
    record = folder.record("duck", 0)
    assert record is not None
    assert "exits with code 3" in record.error
    for path in folder.path.rglob("*"):
        assert path.is_dir() or b"very-secret" not in path.read_bytes()


SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "GITHUB_TOKEN": "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "PGPASSWORD": "correct horse",
    "DATABASE_URL": "postgres://me:battery-staple@db.example.org/x",
    "MY_JWT": "eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl",
    "HF_TOKEN": "hf_abcdefghijklmnopqrstuvwxyz",
}


@pytest.mark.parametrize("inherit", [[], ["*"]])
def test_a_program_that_prints_its_environment_gives_no_secret_away(
    write: Write, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inherit: list[str]
) -> None:
    """Keys of other services reached rows, `publish` and the site; now they are not there, or redacted if asked for."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    script = (
        "import os, json; e = dict(os.environ); print(e); raise SystemExit(json.dumps(e) + str(os.environ))"
    )
    ((model, _run),) = entrants(write(command=[sys.executable, "-c", script], inherit=inherit), case)
    folder = RunFolder(tmp_path / "run")
    assert generate(model, [(case, 0)], folder, Progress()) == Generated(made=1, failed=1)
    record = folder.record("duck", 0)
    assert record is not None
    assert "exits with code 1" in record.error
    stored = b"".join(path.read_bytes() for path in folder.path.rglob("*") if path.is_file()).decode()
    assert "PATH" in stored
    assert ("GITHUB_TOKEN" in stored) == bool(inherit)
    for secret in (*SECRETS.values(), "battery-staple"):
        assert secret not in stored


def test_a_batch_repeats_no_secret(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "swordfish-1")
    script = (
        "import json, os, sys; r = json.loads(open(sys.argv[1]).readline());"
        "open(r['output'] + '.error', 'w').write('refused: ' + os.environ['MY_TOKEN'])"
    )
    words = [sys.executable, "-c", script, "{request}"]
    model = command(write(command=words, batch=True, env={"MY_TOKEN": "{env:MY_TOKEN}"}))
    with pytest.raises(ProgramFailed, match=r"refused: \*\*\*"):
        model.generate(picture(tmp_path, "duck"), 0)
    model.unload()


def entrants(path: str, case: Case, *settings: str) -> list[tuple[models.Model, Any]]:
    suite = Suite("mine", "1", "", (case,))
    return resolve(ModelRequest(("command",), settings=(f"program={path}", *settings)), suite, Runtime())


def test_the_program_names_the_run_and_its_content_identifies_it(
    write: Write, case: Case, tmp_path: Path
) -> None:
    ((model, run),) = entrants(write(), case)
    assert run.label == model.label == "command@mine"
    assert run.model == "command"
    assert str(tmp_path) not in json.dumps([run.id, dict(run.settings), run.checkpoint])
    again = Path(write()).read_text()
    Path(write()).write_text(f"# the same\n{again}")
    assert entrants(str(tmp_path / "mine.toml"), case)[0][1].id == run.id
    assert entrants(write("--fps", "9"), case)[0][1].id != run.id
    assert entrants(write(), case, "num_frames=4")[0][1].id != run.id


def test_version_and_weights_are_part_of_the_identity(write: Write, case: Case, tmp_path: Path) -> None:
    weights, version = tmp_path / "weights", tmp_path / "version"
    weights.mkdir()
    (weights / "a.bin").write_bytes(b"1")
    version.write_text("abc123")
    content = {"weights": [str(weights)], "version": ["cat", str(version)]}
    first = entrants(write(**content), case)[0]
    assert first[0].effective_settings()["program_version"] == "abc123"
    (weights / "a.bin").write_bytes(b"22")
    second = entrants(write(**content), case)[0]
    version.write_text("def456")
    third = entrants(write(**content), case)[0]
    assert len({run.id for _, run in (first, second, third)}) == 3


def test_what_is_not_here_can_be_planned_but_not_loaded(write: Write, case: Case) -> None:
    ((model, _run),) = entrants(write(weights=["/nowhere/model.bin"], cwd="{env:NOT_SET_AT_ALL=/}"), case)
    assert model.plan(case).frames == 3
    with pytest.raises(Unavailable, match=r"weights /nowhere/model\.bin are not a file"):
        model.load()


def test_a_version_that_cannot_be_told_stops_before_any_clip(write: Write) -> None:
    model = Command(Settings(program=write(version=["false"])))
    with pytest.raises(Unavailable, match="does not print its version; correct 'version' in its file"):
        model.load()


def test_the_environment_is_the_programs_own(
    write: Write, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MY_HOME", raising=False)
    with pytest.raises(Unavailable, match=r"variable MY_HOME is not set.*; clone it"):
        command(write(cwd="{env:MY_HOME}", install="clone it"))
    monkeypatch.setenv("MY_HOME", "/nowhere/at/all")
    with pytest.raises(Unavailable, match="program 'mine' is not in /nowhere/at/all; clone it"):
        command(write(cwd="{env:MY_HOME}", install="clone it"))
    script = (
        "import os; seen = os.environ; assert seen['ADDED'] == 'x 3' and 'HOME' not in seen and 'PATH' in seen;"
        "raise SystemExit(7)"
    )
    program = write(command=[sys.executable, "-c", script], env={"ADDED": "x {frames}", "HOME": ""})
    with pytest.raises(ProgramFailed, match="exits with code 7"):
        command(program).generate(case, 0)


def test_a_program_sees_what_its_file_names(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = {
        "PATH": "/bin", "LC_ALL": "C", "CUDA_VISIBLE_DEVICES": "1", "HF_HOME": "/hf", "HF_TOKEN": "x", "MY_HOME": "/my",
        "MY_LICENCE": "z", "OTHER": "1", "SLURM_JOB_ID": "7", "SLURM_JWT": "j", "https_proxy": "http://p",
    }  # fmt: skip
    usual = {"PATH", "LC_ALL", "CUDA_VISIBLE_DEVICES", "HF_HOME", "SLURM_JOB_ID", "https_proxy"}
    assert set(environment.inherited(mine, [])) == usual
    assert set(environment.inherited(mine, ["HF_TOKEN", "MY_*"])) == usual | {
        "HF_TOKEN",
        "MY_HOME",
        "MY_LICENCE",
    }
    monkeypatch.setenv("MY_HOME", "/my")
    monkeypatch.setenv("MY_PLACE", "/place")
    program = Program(command=["x", "{env:MY_HOME}"], inherit=["MY_PLACE"], env={"MORE": "1"})
    seen = program.environment({})
    assert (seen["MY_HOME"], seen["MY_PLACE"], seen["MORE"]) == ("/my", "/place", "1")


def test_a_program_that_is_not_here(write: Write, case: Case) -> None:
    with pytest.raises(Unavailable, match=r"program 'mine' cannot start: .*No such file"):
        command(write(command=["no-such-program", "{image}"])).generate(case, 0)
    with pytest.raises(Unavailable, match="was given no program; --set program=FILE"):
        Command().load()
    with pytest.raises(
        UsageError, match=r"program 'rife' works on clips; it is written after a model's name"
    ):
        Command(Settings("rife"))


RUN_BY_A_SHELL = [
    ["bash", "-c", "run '{prompt}'"],
    ["/bin/sh", "-lc", "run {prompt:json}"],
    ["env", "A=1", "bash", "-o", "pipefail", "-ec", "run --not {negative_prompt}"],
    ["{env:MY_SHELL=/bin/zsh}", "-c", "--", "run {prompt:inner}"],
    ["docker", "exec", "box", "sh", "-c", "run {prompt}"],
    ["ssh", "host", "run", "--prompt={prompt}"],
    ["sbatch", "--wrap=run {prompt}"],
    ["su", "me", "-c", "run {prompt}"],
]
RUN_BY_A_LANGUAGE = [
    ["python3", "-c", "p = '{prompt}'"],
    ["{env:MY_PYTHON=python}", "-X", "dev", "-c", "p = '{prompt:inner}'"],
    ["perl", "-e", "print '{prompt}'"],
]
RUN_BY_NOBODY = [
    ["bash", "-c", 'run --prompt="$1" --image={image}', "bash", "{prompt}"],
    ["bash", "run.sh", "-c", "{prompt}"],
    ["python", "infer.py", "-c", "{prompt}"],
    ["python", "-c", "p = {prompt:json}"],
    ["infer", "-c", "a photo of {prompt}"],
    ["conda", "run", "-n", "env", "python", "-m", "infer", "--prompt={prompt}"],
]


def written_command(words: list[str], tmp_path: Path) -> str:
    path = tmp_path / "any.toml"
    path.write_text(f"command = {toml(words)}")
    return str(path)


@pytest.mark.parametrize("words", RUN_BY_A_SHELL, ids=" ".join)
def test_a_prompt_never_stands_in_a_shells_string(words: list[str], tmp_path: Path) -> None:
    """`bash -c "… '{prompt}' …"` ran what a suite's prompt held between two quotes."""
    with pytest.raises(
        UsageError, match=r"line 1: a shell would run the prompt in '.*: give it as a word of its own"
    ):
        programs.read(written_command(words, tmp_path))


@pytest.mark.parametrize("words", RUN_BY_A_LANGUAGE, ids=" ".join)
def test_a_prompt_is_no_code_of_a_language(words: list[str], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"line 1: the prompt in '.*' would be code: write \{prompt:json\}"):
        programs.read(written_command(words, tmp_path))


@pytest.mark.parametrize("words", RUN_BY_NOBODY, ids=" ".join)
def test_words_and_quoted_prompts_stay(words: list[str], tmp_path: Path) -> None:
    assert programs.read(written_command(words, tmp_path)).command == words


@pytest.mark.parametrize(
    ("place", "text", "is_refused"),
    [
        ("go.sh", "run {prompt:json}", True),
        ("go", "#!/bin/bash\nrun '{prompt}'", True),
        ("go.py", "p = '{prompt}'", True),
        ("go.py", "p = {prompt:json}", False),
        ("go.sh", "run --seed {seed} < prompt.txt", False),
        ("go.yaml", "prompt: {prompt:json}", False),
        ("prompt.txt", "{prompt}", False),
    ],
)
def test_staged_scripts_hold_no_prompt(place: str, text: str, is_refused: bool) -> None:
    assert bool(list(injection.of_stage(place, text))) == is_refused


def test_the_way_that_is_named_brings_any_prompt(write: Write, tmp_path: Path) -> None:
    script = 'printf %s "$1" > said.txt; exit 7'
    stage = ["bash", "-c", script, "bash", "{prompt}"]
    prompt = "'; touch hurt; echo '$(touch hurt)"
    with pytest.raises(ProgramFailed, match="code 7"):
        command(write(command=stage, cwd=str(tmp_path))).generate(picture(tmp_path, "duck", prompt), 0)
    assert (tmp_path / "said.txt").read_text() == prompt
    assert not list(tmp_path.rglob("hurt"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            'frames = 3\ncommand = ["x", "{promt}"]',
            r"line 2: unknown placeholder \{promt\} in command: there are .*\{prompt\}",
        ),
        ('command = ["x", "{prompt:yaml}"]', r"line 1: unknown placeholder \{prompt:yaml\}"),
        ('command = ["x"]\n[stage]\n"a.txt" = "{ }"', r"line 3: unknown placeholder"),
        ('command = ["x", "{width}"]', r"\{width\} in command needs a number: add width"),
        ('command = ["x", "{prompt}"]\nbatch = true', r"unknown placeholder \{prompt\}"),
        ('version = ["x", "{seed}"]\ncommand = "y"', r"unknown placeholder \{seed\} in version"),
        ('\ncomand = ["x"]', r"unknown key 'comand': did you mean command.*line 2"),
        ("frames = 3", "there is no command"),
        ('command = "x \'y"', "cannot be split into words"),
        ('command = "x"\noutput = "../clip.mp4"', "line 2: output lies below the clip's own folder"),
        ('command = "x"\nimage = "/tmp/i.png"', "image lies below"),
        ('command = "x"\n[stage]\n"../../y" = ""', "a staged file lies below"),
        ('command = "x"\ntimeout = 0', "timeout is a number"),
        ('command = "x"\ncanvas = [3]', r"canvas is \[width, height\]"),
        ("command = ", "cannot be read"),
    ],
)
def test_a_wrong_file_is_refused_when_it_is_read(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(content)
    with pytest.raises(UsageError, match=words) as caught:
        programs.read(str(path))
    assert "wrong.toml" in str(caught.value)


def test_a_command_may_be_one_text(tmp_path: Path) -> None:
    path = tmp_path / "text.toml"
    path.write_text("""command = "python 'my script.py' --prompt={prompt}" """)
    assert programs.read(str(path)).words({"prompt": "a b; c"}) == [
        "python",
        "my script.py",
        "--prompt=a b; c",
    ]


def test_a_broken_image_is_not_the_programs_fault(write: Write, tmp_path: Path) -> None:
    with pytest.raises(BadImage):
        command(write()).generate(Case("gone", tmp_path / "gone.png"), 0)


def test_a_trajectory_is_written_in_the_programs_pixels(write: Write, tmp_path: Path) -> None:
    script = "import pathlib, sys; print(pathlib.Path(sys.argv[1]).read_text(), file=sys.stderr); sys.exit(1)"
    path = write(
        command=[sys.executable, "-c", script, "{trajectory}"],
        width=40,
        height=40,
        frames=3,
        canvas=[256, 256],
    )
    # 40 x 40 of 64 x 40 pixels are seen, 12 to 51: their middle is the canvas's, and points outside go to its edge
    case = picture(tmp_path, "duck", trajectory=((31.5, 19.5), (60.0, 19.5)))
    with pytest.raises(ProgramFailed, match=r"128, 128 219, 128 255, 128"):
        command(path).generate(case, 0)
    assert command(path).plan(picture(tmp_path, "swan")).notes == (
        "the case has no trajectory: the program is given none",
    )


# Batches


@pytest.fixture
def batch(write: Write, tmp_path: Path) -> Callable[..., str]:
    def written(*words: str) -> str:
        start = [
            sys.executable,
            str(EXAMPLE),
            "--requests",
            "{request}",
            "--note",
            str(tmp_path / "starts"),
            *words,
        ]
        return write(command=start, batch=True)

    return written


@pytest.fixture
def samples(tmp_path: Path) -> list[tuple[Case, int]]:
    return [(picture(tmp_path, name, f"a {name}"), 0) for name in ("ant", "bees", "camel", "donkey")]


def starts(tmp_path: Path) -> list[str]:
    return (tmp_path / "starts").read_text().splitlines()


def test_a_batch_program_starts_once_and_makes_only_what_is_missing(
    batch: Callable[..., str], samples: list[tuple[Case, int]], tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    assert generate(Command(Settings(batch())), samples[1:2], folder, Progress()) == Generated(made=1)
    assert generate(Command(Settings(batch())), samples, folder, Progress()) == Generated(made=3, kept=1)
    assert starts(tmp_path) == ["bees-0", "ant-0 camel-0 donkey-0"]
    for case, seed in samples:
        record = folder.record(case.id, seed)
        assert record is not None
        clip: Clip = video.read_clip(folder.locate(record))
        assert (clip.frames == expected(case, number(case, seed))).all()


def test_a_clip_that_crashes_a_batch_fails_alone(
    batch: Callable[..., str], samples: list[tuple[Case, int]], tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    model = Command(Settings(batch("--crash-on", "bees")))
    assert generate(model, samples, folder, Progress()) == Generated(made=4, failed=1)
    assert starts(tmp_path) == ["ant-0 bees-0 camel-0 donkey-0", "camel-0 donkey-0"]
    record = folder.record("bees", 0)
    assert record is not None
    assert record.error == "program 'mine' exits with code 1: Segmentation fault"


def test_a_batch_goes_on_after_a_clip_that_it_refuses(
    batch: Callable[..., str], samples: list[tuple[Case, int]], tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    model = Command(Settings(batch("--skip", "bees")))
    assert generate(model, samples, folder, Progress()) == Generated(made=4, failed=1)
    assert len(starts(tmp_path)) == 1
    assert [record.error for record in folder.records()] == [
        "",
        "program 'mine': the prompt is not allowed",
        "",
        "",
    ]


def test_a_batch_that_never_makes_anything_is_started_twice_at_most(
    batch: Callable[..., str], samples: list[tuple[Case, int]], tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    model = Command(Settings(batch("--crash-on", "a")))
    everything = [(picture(tmp_path, name), 0) for name in ("a1", "a22", "a333", "a4444")]
    assert generate(model, everything, folder, Progress()) == Generated(made=4, failed=4)
    assert len(starts(tmp_path)) == 2


def test_a_batch_is_ended_when_the_run_is(
    batch: Callable[..., str], samples: list[tuple[Case, int]], tmp_path: Path
) -> None:
    model = Command(Settings(batch()))
    model.load()
    model.expect(samples)
    model.generate(*samples[0])
    assert model._batches.current is not None
    workdir = model._batches.current.workdir
    model.unload()
    assert not workdir.exists()


# What is shipped


SHIPPED = programs.shipped()


def test_what_is_shipped() -> None:
    assert {"consisti2v", "dynamicrafter", "seine", "tora", "open-sora", "rife"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_file_is_complete_and_says_what_is_missing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = programs.read(name)
    assert program.title
    assert program.licence
    assert program.install
    assert program.version == ["git", "rev-parse", "HEAD"]
    assert "{env:" in program.cwd + "".join(program.command) + "".join(program.env.values())
    if not program.interpolates:
        for variable in [each for each in os.environ if each.endswith("_HOME")]:
            monkeypatch.delenv(variable)
        with pytest.raises(Unavailable, match=r"variable .* is not set"):
            Command(Settings(name)).load()


@pytest.mark.parametrize("name", sorted(set(SHIPPED) - {"rife"}))
def test_a_shipped_program_is_a_model_of_its_own_name(name: str) -> None:
    program, model = programs.read(name), models.registry[name]()
    assert (model.label, model.card.name, model.card.title) == (name, name, program.title)
    assert (model.card.frames, model.card.width) == (program.frames, program.width)
    assert model.checkpoint.digest  # of its file: another one is another run
    with pytest.raises(UsageError, match=f"model '{name}' is a program already"):
        models.registry[name](Settings("my.toml"))


def test_an_interpolator_is_no_model() -> None:
    assert "rife" not in models.registry


HOSTILE_PROMPT = 'a "cat"\nand {seed}, --x'


@pytest.mark.parametrize("name", sorted(set(SHIPPED) - {"rife"}))
def test_a_shipped_file_puts_everything_in_its_place(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("CONSISTI2V", "DYNAMICRAFTER", "SEINE", "OPEN_SORA", "TORA"):
        monkeypatch.setenv(f"{variable}_HOME", "/home/of/it")
    monkeypatch.setenv("TORA_MODEL", "/home/of/weights")
    program = programs.read(name)
    model = Command(Settings())
    model._program = program
    values = dict.fromkeys(templates.OF_A_CLIP | templates.OF_A_START, "") | model._inputs.fixed
    values |= {"prompt": HOSTILE_PROMPT, "seed": "17", "workdir": "/w", "image": "/w/image.png"}
    words = program.words(values)
    staged = {place: templates.filled(text, values) for place, text in program.stage.items()}
    assert any("17" in word for word in words) or "seed: 17" in staged["sample.yaml"]
    assert SAYS_PROMPT[name] in [*words, *staged.values()] or any(
        SAYS_PROMPT[name] in text for text in staged.values()
    )
    if name == "seine":
        yaml = pytest.importorskip("yaml").safe_load(staged["sample.yaml"])
        assert yaml["additional_prompt"] == f"{HOSTILE_PROMPT}, slow motion."
        assert yaml["image_size"] == [240, 560]
    if name == "open-sora":
        rows = list(csv.DictReader(io.StringIO(staged["prompts.csv"])))
        assert rows == [{"text": HOSTILE_PROMPT, "ref": "/w/image.png"}]


SAYS_PROMPT = {
    "consisti2v": f"--prompt={HOSTILE_PROMPT}",
    "dynamicrafter": 'a "cat" and {seed}, --x\n',
    "open-sora": 'a ""cat""\nand {seed}',
    "seine": '\\"cat\\"\\nand {seed}',
    "tora": f"--prompt={HOSTILE_PROMPT}",
}


TORA_PIPELINE = """
import json, sys
from types import SimpleNamespace
from PIL import Image

class ToraImageToVideoPipeline:
    @classmethod
    def from_pretrained(cls, path, torch_dtype):
        made = cls()
        made.scheduler = SimpleNamespace(config={"num_train_timesteps": 1000})
        return made

    def to(self, device):
        self.device = device

    def __call__(self, image, video_flow, num_frames, width, height, **words):
        assert type(self.scheduler).__name__ == "CogVideoXDPMScheduler" and words["use_dynamic_cfg"]
        assert tuple(video_flow.shape) == (1, num_frames, 3, height, width) and abs(video_flow).max() <= 1
        print(words["prompt"], words["generator"].initial_seed(), file=sys.stderr)
        return SimpleNamespace(frames=[[image.resize((width, height))] * num_frames])
"""
TORA_TRAJECTORIES = """
import pathlib
import torch

def process_traj(files, frames, size, device):
    points = [tuple(map(int, line.split(","))) for line in pathlib.Path(files[0]).read_text().splitlines()]
    assert len(points) == frames and max(max(point) for point in points) < 256
    flow = torch.zeros(frames, *size, 2)
    flow[1:, 10, 10] = 3.0
    return flow, points
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_toras_wrapper_saves_the_frames_of_the_pipeline_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tora's two modules are replaced; the calls and their arguments are those of its published script."""
    home = tmp_path / "diffusers-version"
    (home / "tora").mkdir(parents=True)
    (home / "tora" / "__init__.py").write_text("")
    (home / "tora" / "i2v_pipeline.py").write_text(TORA_PIPELINE)
    (home / "tora" / "traj_utils.py").write_text(TORA_TRAJECTORIES)
    case = picture(tmp_path, "duck", "-- it swims", trajectory=((10.0, 10.0), (50.0, 20.0)))
    monkeypatch.setenv("TORA_HOME", str(tmp_path))
    monkeypatch.setenv("TORA_MODEL", str(tmp_path))
    model = Command(Settings("tora", num_frames=5, width=64, height=48))
    work = tmp_path / "work"
    values = model._inputs.written(case, 0, pictures.read(case.image), work)
    words = model.program.words(values)
    monkeypatch.setattr(sys, "argv", [*words[1:], "--device", "cpu"])
    monkeypatch.setattr(sys, "path", list(sys.path))
    runpy.run_path(words[1], run_name="__main__")
    clip = model._clip(outputs.found(model.program, work))
    assert (clip.frames == pictures.fit(pictures.read(case.image), 64, 48, "cover")).all()
    assert (len(clip), clip.fps) == (5, 8)
    assert capsys.readouterr().err.strip().endswith(f"-- it swims {number(case, 0)}")
