"""A program, here a small example, from its TOML file to clips, failures and the run's identity."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bench.errors import BadClip, BadImage, Cancelled, ProgramFailed, Unavailable, UsageError
from bench.media import pictures
from bench.models import programs
from bench.models.programs import templates
from bench.models.programs.command import Command, Settings
from bench.types import Case
from tests.models.programs.made_programs import Write, command, entrants, expected, is_alive, number, picture


def test_image_prompt_and_seed_reach_the_program_and_its_clip_comes_back(write: Write, case: Case) -> None:
    model = command(write())
    for seed in (0, 1):
        clip = model.generate(case, seed)
        assert (clip.frames == expected(case, number(case, seed))).all()
        assert clip.fps == 8
    assert number(case, 0) != number(case, 1)


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


def test_a_prompt_that_the_program_rewrote_is_told(write: Write, tmp_path: Path) -> None:
    script = (
        "import pathlib, shutil; pathlib.Path('prompt_sent.txt').write_bytes({});"
        "pathlib.Path('frames').mkdir(); shutil.copy('image.png', 'frames/0.png')"
    )
    case = picture(tmp_path, "duck", "it swims")
    for sent, said in ((b"a duck, it swims\n", "a duck, it swims"), (b"it swims", "it swims")):
        model = command(write(command=[sys.executable, "-c", script.format(sent)], output="frames"))
        model.generate(case, 0)
        assert model.prompt_sent == said
    for sent in (b"\xff", b" ", b"x" * 20_001):
        broken = script.format(f"{sent[:2]!r} * {len(sent)}")
        with pytest.raises(ProgramFailed, match=r"prompt_sent\.txt is UTF-8 text"):
            command(write(command=[sys.executable, "-c", broken], output="frames")).generate(case, 0)


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


def test_a_program_that_is_not_here(write: Write, case: Case) -> None:
    with pytest.raises(Unavailable, match=r"program 'mine' cannot start: .*No such file"):
        command(write(command=["no-such-program", "{image}"])).generate(case, 0)
    with pytest.raises(Unavailable, match="was given no program; --set program=FILE"):
        Command().load()
    with pytest.raises(
        UsageError, match=r"program 'rife' works on clips; it is written after a model's name"
    ):
        Command(Settings("rife"))


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
