"""Programs that are not ours, as TOML files say how to start them: the shipped ones lie beside this module.

    title = "My model"
    reads_text = true
    width = 512
    height = 320
    frames = 16
    fps = 8
    command = ["{env:MY_PYTHON=python}", "infer.py", "--prompt={prompt}", "--image", "{image}", "--out", "{output}"]
    cwd = "{env:MY_HOME}"

No shell ever sees a prompt: what a placeholder stands for is put into one argument, or one staged file, in one pass,
and is not looked at again.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, TypeAlias

from annotated_types import Ge, Gt

from bench.base import files, settings, weights
from bench.errors import Unavailable, UnknownName, UsageError
from bench.models import checkpoints
from bench.types import Condition, Fit

Values: TypeAlias = Mapping[str, str]
"""Placeholder -> what it stands for."""

SHIPPED = Path(__file__).parent

OF_A_CLIP = frozenset({"image", "prompt", "negative_prompt", "seed", "trajectory"})
OF_A_START = frozenset({"frames", "width", "height", "fps", "output", "workdir", "request", "here"})
OF_A_STEP = frozenset({"input", "multiple", "fps", "width", "height", "output", "workdir", "here"})
"""Placeholders of a program that makes a clip, of every program, and of one that works on a clip that is there."""

NUMBERS = ("frames", "width", "height", "fps")
"""Placeholders of a program that makes a clip for which its file must say a number."""

ENVIRONMENT = re.compile(r"env:(\w+)(?:=(.*))?", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")

FILTERS: Mapping[str, Callable[[str], str]] = {
    "json": json.dumps,  # YAML reads this as well
    "inner": lambda text: json.dumps(text)[1:-1],  # to stand between double quotes with other words
    "csv": lambda text: '"' + text.replace('"', '""') + '"',
    "line": lambda text: " ".join(text.split()),  # for files with one prompt a line
}
"""{prompt:json} and its like: how a value is written where a file has a syntax of its own."""

Side = Annotated[int, Ge(1)] | None


@dataclass(frozen=True)
class Program:
    """What a TOML file says, under the same names, and which file it was.

    Attributes:
        command: the words, or one text that is split as a shell would, once, before anything is put in.
        title, licence, paper, note: for people.
        install: what to do where the program is not here.
        reads_text, takes, fit, frames, fps, width, height: as of a model's card; frames, fps, width and height are
            what is asked for when nobody chose.
        cwd: where it starts; its own folder of the clip where nothing is said.
        env: variables besides those of this process; '' unsets one.
        stage: files to write first, below the clip's folder -> their text.
        image: what the input picture is called there. Where width and height are known, it is fitted to them.
        output: of the result, a pattern below the clip's folder; a folder of pictures is a clip, too.
        pick: whether there must be one result, or the newest of several counts.
        timeout: seconds for a clip; of a batch, from one clip to the next.
        batch: whether it reads all cases from {request}, and makes one clip each.
        version: a command whose output is part of the run's identity.
        weights: files or folders whose content is part of the run's identity.
        canvas: width and height in whose pixels a trajectory is written; the clip's where nothing is said.
        interpolates: for a program that works on frames: makes {multiple} times as many pictures a second.
        name: of the file, without its suffix.
        digest: of what the file says; comments and order do not count.
        here: the file's folder.
    """

    command: list[str] | str = ""
    title: str = ""
    licence: str = ""
    paper: str = ""
    note: str = ""
    install: str = ""
    reads_text: bool = True
    takes: list[Condition] = field(default_factory=lambda: ["first frame"])
    fit: Fit = "cover"
    frames: Side = None
    fps: Annotated[float, Gt(0)] | None = None
    width: Side = None
    height: Side = None
    cwd: str = "{workdir}"
    env: dict[str, str] = field(default_factory=dict)
    stage: dict[str, str] = field(default_factory=dict)
    image: str = "image.png"
    output: str = "output.mp4"
    pick: Literal["only", "newest"] = "only"
    timeout: Annotated[float, Gt(0)] = 3600.0
    batch: bool = False
    version: list[str] | str = ""
    weights: list[str] = field(default_factory=list)
    canvas: list[Annotated[int, Ge(1)]] = field(default_factory=list)
    interpolates: bool = False
    name: str = ""
    digest: str = ""
    here: str = ""

    def uses(self, placeholder: str) -> bool:
        """Whether any template mentions it."""
        return any(placeholder in names(text) for _, text in _templates(self))

    def words(self, values: Values) -> list[str]:
        """The command that is started."""
        return [filled(word, values) for word in _split(self.command)]

    def environment(self, values: Values) -> dict[str, str]:
        """All variables that the program sees."""
        own = {name: filled(text, values) for name, text in self.env.items()}
        return {name: text for name, text in (dict(os.environ) | own).items() if text}

    def weights_digest(self, values: Values) -> str:
        """Digest of the content of its weights; '' if it names none.

        Raises:
            Unavailable: a file is missing.
        """
        if not self.weights:
            return ""
        return files.digest([_weights_digest(filled(text, values)) for text in self.weights])

    def weights_digest_if_here(self, values: Values) -> str:
        """The same, and '' if a file is missing: planning needs no weights, and loading reports what is missing."""
        try:
            return self.weights_digest(values)
        except Unavailable:
            return ""

    def version_words(self, values: Values) -> list[str]:
        """The command that says the version; empty where there is none."""
        return [filled(word, values) for word in _split(self.version)]


def shipped() -> list[str]:
    """Names of the programs that come with this package, sorted."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def read(words: str) -> Program:
    """The program of a TOML file, or a shipped one by its name.

    Raises:
        UnknownName: there is neither.
        UsageError: the file is not TOML, or says what it must not; with file and line.
    """
    path = SHIPPED / f"{words}.toml" if words in shipped() else Path(words).expanduser()
    if not path.is_file():
        raise UnknownName("program", words, shipped(), hint="or the path of a TOML file")
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (OSError, ValueError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise UsageError(f"program file {path} cannot be read: {error}") from None
    return _checked(content, text, path)


def filled(template: str, values: Values) -> str:
    """The template with its placeholders replaced, once: what is put in is not searched again.

    Raises:
        Unavailable: it needs a variable of the environment that is not set.
    """
    return _PLACEHOLDER.sub(lambda found: _value(found, values), template)


def names(template: str) -> list[str]:
    """The placeholders of a template, without filters; those of the environment as 'env:NAME'."""
    inner = [found[1] for found in _PLACEHOLDER.finditer(template) if found[1] is not None]
    return [text if ENVIRONMENT.fullmatch(text) else text.partition(":")[0] for text in inner]


def _value(found: re.Match[str], values: Values) -> str:
    if found[1] is None:
        return found[0][0]  # {{ or }}
    from_environment = ENVIRONMENT.fullmatch(found[1])
    if from_environment:
        return _variable(from_environment[1], from_environment[2])
    name, _, how = found[1].partition(":")
    return FILTERS[how](values[name]) if how else values[name]


def _variable(name: str, default: str | None) -> str:
    value = os.environ.get(name) or default
    if value is None:
        raise Unavailable(
            f"variable {name} is not set, which the program's file asks for", f"export {name}=…"
        )
    return value


def _checked(content: dict[str, Any], text: str, path: Path) -> Program:
    where = f"program file {path}"
    own = {"name", "digest", "here"}
    known = {each.name for each in fields(Program)} - own
    for key in content:
        if key not in known:
            raise UnknownName("key", key, known, hint=f"{where}, line {_line(text, key)}")
    identity = {"name": path.stem, "digest": files.digest(content), "here": str(path.parent.resolve())}
    program = settings.build(Program, content | identity, where)
    settings.check(program, where)
    for key, problem in _problems(program):
        raise UsageError(f"{where}, line {_line(text, key)}: {problem}")
    return program


def _problems(program: Program) -> Iterator[tuple[str, str]]:
    """What is wrong, each with the text to look for in the file."""
    try:
        if not _split(program.command):
            yield "command", "there is no command"
        _split(program.version)
    except ValueError as error:
        yield "command", f"a command cannot be split into words: {error}"
        return
    if len(program.canvas) not in (0, 2):
        yield "canvas", "canvas is [width, height]"
    for key in ("image", "output"):
        if _leads_out(getattr(program, key)):
            yield key, f"{key} lies below the clip's own folder, not at '{getattr(program, key)}'"
    for place in program.stage:
        if _leads_out(place):
            yield place, f"a staged file lies below the clip's own folder, not at '{place}'"
    yield from _wrong_placeholders(program)


def _wrong_placeholders(program: Program) -> Iterator[tuple[str, str]]:
    for key, template in _templates(program):
        known = _known(program, key)
        for found in _PLACEHOLDER.finditer(template):
            if found[1] is None or ENVIRONMENT.fullmatch(found[1]):
                continue
            name, _, how = found[1].partition(":")
            if name not in known or (how and how not in FILTERS):
                yield found[0], f"unknown placeholder {found[0]} in {key}: {_choices(known)}"
            elif name in NUMBERS and not program.interpolates and getattr(program, name) is None:
                yield found[0], f"{found[0]} in {key} needs a number: add {name} = …"


def _known(program: Program, key: str) -> frozenset[str]:
    """What may be mentioned under a key."""
    if key in ("version", "weights"):
        return frozenset({"here"})
    if program.interpolates:
        return OF_A_STEP
    return OF_A_START if program.batch else OF_A_START | OF_A_CLIP


def _choices(known: frozenset[str]) -> str:
    listed = ", ".join(f"{{{name}}}" for name in sorted(known))
    filters = ", ".join(f":{how}" for how in FILTERS)
    return f"there are {listed} and {{env:NAME=default}}, with {filters}; a brace itself is written twice"


def _templates(program: Program) -> Iterator[tuple[str, str]]:
    """Every text that holds placeholders, with the key that it stands under."""
    for key in ("command", "version"):
        for word in _split(getattr(program, key)):
            yield key, word
    yield "cwd", program.cwd
    yield from (("env", text) for text in program.env.values())
    yield from (("stage", text) for text in program.stage.values())
    yield from (("weights", text) for text in program.weights)


def _split(command: list[str] | str) -> list[str]:
    return shlex.split(command) if isinstance(command, str) else command


def _leads_out(place: str) -> bool:
    path = PurePosixPath(place)
    return not path.parts or path.is_absolute() or ".." in path.parts


def _line(text: str, words: str) -> int:
    """The first line that holds words; 1 where none does."""
    return next((number for number, line in enumerate(text.splitlines(), start=1) if words in line), 1)


def _weights_digest(place: str) -> str:
    path = Path(place).expanduser()
    first = (
        next((each for each in sorted(path.rglob("*")) if each.is_file()), None) if path.is_dir() else None
    )
    if first is not None:  # a folder's digest is remembered as long as nothing in it looks changed
        return checkpoints.resolve(str(path), needs=first.relative_to(path).as_posix()).digest
    return weights.local(path).sha256
