"""A prompt is text, whatever is in it: no shell and no language runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import ProgramFailed, UsageError
from bench.models import programs
from bench.models.programs import injection
from tests.models.programs.made_programs import Write, command, expected, number, picture, toml

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
