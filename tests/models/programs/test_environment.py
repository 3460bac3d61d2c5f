"""What a program sees of the environment, and that no secret of it is kept when the program prints it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.base.progress import Progress
from bench.engine.generation import Generated, Generation, generate
from bench.errors import ProgramFailed, Unavailable
from bench.models.programs import Program, environment
from bench.runs import RunFolder
from bench.types import Case
from tests.models.programs.made_programs import Write, command, entrants, picture


def test_what_it_says_is_kept_in_the_run_without_keys(
    write: Write, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE_KEY", "sk-very-secret")
    ((model, _run),) = entrants(write("--mode", "crashes", inherit=["EXAMPLE_KEY"]), case)
    folder = RunFolder(tmp_path / "run")
    assert generate(Generation(model, [(case, 0)], folder, Progress())) == Generated(made=1, failed=1)
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
    assert generate(Generation(model, [(case, 0)], folder, Progress())) == Generated(made=1, failed=1)
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
