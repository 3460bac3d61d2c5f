"""Texts of a program's file that are code: a prompt that stood in them would be run.

A shell's string, the string of `python -c`, a staged script. Prompts come from suites, and suites from anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from bench.models.programs import templates

FROM_SUITES = frozenset({"prompt", "negative_prompt"})
"""Placeholders that hold any text; the others are numbers, and paths that are made here."""

KINDS = {
    "shell": re.compile(r"(?:^|[/=_])(?:(?:ba|da|z|k|mk|c|tc|fi|a)?sh|busybox)}?$"),
    "wrapper": re.compile(r"(?:^|[/=_])(?:su|runuser|script|sbatch|srun|parallel|watch)}?$"),
    "remote": re.compile(r"(?:^|[/=_])(?:ssh|mosh|pdsh|rsh|eval)}?$"),
    "language": re.compile(
        r"(?:^|[/=_])(?:py(?:thon|py)[\d.]*|perl|ruby|node(?:js)?|deno|bun|php|lua|julia|rscript|pwsh|powershell)}?$"
    ),
}
"""What a word of a command starts: a shell; what has an option for a shell's string, after any other words; what gives
all its words to a shell; a language. `{env:MY_PYTHON=python}` counts as well."""

CODE = re.compile(r"^(?:-[A-Za-z]*[ce]|--(?:command|eval|wrap|execute)|/c)$")
"""Options whose next word is code."""

CODE_WITHIN = re.compile(r"^--(?:command|eval|wrap|execute)=")

WITH_VALUE = ("-o", "-O", "+o", "+O", "-X", "-W", "--rcfile", "--init-file")
"""Options of shells and of Python whose next word is theirs."""

SHELL_SCRIPTS = (".sh", ".bash", ".zsh", ".ksh", ".fish", ".bat", ".cmd", ".ps1", ".slurm", ".sbatch")
SCRIPTS = (".py", ".pl", ".rb", ".js", ".mjs", ".lua", ".jl", ".r", ".php")

ARGUMENT = (
    """give it as a word of its own, as in ["bash", "-c", "run --prompt=\\"$1\\"", "bash", "{prompt}"]"""
)
QUOTED = "write {prompt:json}, or give it as a word of its own"


def of_command(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a word of a command and the problem with it."""
    for kind, word in _code(words):
        if kind == "language" and _has(word, ("json",)):
            yield word, f"the prompt in '{word}' would be code: {QUOTED}"
        elif kind != "language" and _has(word, ()):
            yield word, f"a shell would run the prompt in '{word}': {ARGUMENT}"


def _code(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Words that are code, each with the kind of what runs it."""
    kind, before, is_next = "", "", False
    for word in words:
        is_option = word.startswith(("-", "+"))
        if kind == "remote" or (kind and CODE_WITHIN.match(word)) or (is_next and not is_option):
            yield kind, word
            is_next = False
        elif kind and CODE.match(word):
            is_next = True
        elif kind in ("shell", "language") and not is_option and before not in WITH_VALUE:
            kind = ""  # a script: the words after it are its own
        kind, before = _started(word) or kind, word


def _started(word: str) -> str:
    return next((kind for kind, pattern in KINDS.items() if pattern.search(word.lower())), "")


def of_stage(place: str, text: str) -> Iterator[tuple[str, str]]:
    """The same of a staged file, by its name and its first line."""
    suffix, first = PurePosixPath(place).suffix.lower(), text.lstrip().partition("\n")[0]
    is_shell = suffix in SHELL_SCRIPTS or (first.startswith("#!") and bool(re.search(r"sh\b", first)))
    if is_shell and _has(text, ()):
        yield place, f"a shell would run the prompt in the staged '{place}': {ARGUMENT}"
    elif (suffix in SCRIPTS or first.startswith("#!")) and _has(text, ("json", "inner")):
        yield place, f"the prompt in the staged '{place}' would be code: {QUOTED}"


def _has(template: str, quoted: Sequence[str]) -> bool:
    """Whether a template holds a text of suites in another form than those."""
    return any(name in FROM_SUITES and how not in quoted for name, how in templates.parts(template))
