"""Programs by other authors, as TOML files describe how to start them; the shipped files lie beside this module.

Imported from here: Program, `read` and `shipped`. `templates` replaces placeholders, `problems` checks a file,
`inputs` is what a program is given, `processes` and `batches` start it, `outputs` is what it leaves, `command` is the
model, `environment` the variables that they see. This package knows `bench.models` and `bench.media`.

    title = "My model"
    reads_text = true
    width = 512
    height = 320
    frames = 16
    fps = 8
    command = ["{env:MY_PYTHON=python}", "infer.py", "--prompt={prompt}", "--image", "{image}", "--out", "{output}"]
    cwd = "{env:MY_HOME}"
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt

from bench.base import documents, files, settings, weights
from bench.errors import Unavailable, UnknownName, UsageError
from bench.models import checkpoints
from bench.models.programs import environment
from bench.models.programs.problems import problems
from bench.models.programs.templates import Values, filled, names, variables
from bench.types import Condition, Fit

__all__ = ["Program", "read", "shipped"]

SHIPPED = Path(__file__).parent

Side = Annotated[int, Ge(1)] | None


@dataclass(frozen=True)
class Program:
    """A program's TOML file: its keys under the same names, and which file it was.

    Attributes:
        command: the words, or one text that is split once, as a shell would, before placeholders are replaced.
        title, licence, paper, note: for people.
        install: what to do if the program is not here.
        reads_text, takes, fit, frames, fps, width, height: as on a model's card; frames, fps, width and height are
            the defaults of the settings.
        cwd: where it starts; by default the clip's own folder.
        env: variables besides those that it inherits; '' unsets one.
        inherit: names of more variables of this process that it sees, as HF_TOKEN or MY_*; see `environment`.
        stage: files to write first, by their path below the clip's folder -> their text.
        image: name of the input picture there; if width and height are known, it is fitted to them.
        output: pattern of the result below the clip's folder; a folder of pictures is a clip, too.
        pick: whether there must be one result, or the newest of several counts.
        timeout: seconds per clip; in a batch, from one clip to the next.
        batch: whether it reads all cases from {request}, and makes one clip for each.
        version: a command whose output is part of the run's identity.
        weights: files or folders whose content is part of the run's identity.
        canvas: width and height in whose pixels a trajectory is written; by default the clip's.
        interpolates: whether it works on frames and makes {multiple} times as many per second.
        name: of the file, without its suffix.
        digest: of the keys and their values; comments and order do not count.
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
    inherit: list[str] = field(default_factory=list)
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
        """Whether any text of the file uses it."""
        return any(placeholder in names(text) for _, text in self.templates())

    def templates(self) -> Iterator[tuple[str, str]]:
        """Every text that may hold placeholders, with its key in the file.

        Raises:
            ValueError: a command cannot be split into words.
        """
        for key, command in (("command", self.command), ("version", self.version)):
            yield from ((key, word) for word in _split(command))
        yield "cwd", self.cwd
        yield from (("env", text) for text in self.env.values())
        yield from (("stage", text) for text in self.stage.values())
        yield from (("weights", text) for text in self.weights)

    def words(self, values: Values) -> list[str]:
        """The command that is started."""
        return [filled(word, values) for word in _split(self.command)]

    def environment(self, values: Values) -> dict[str, str]:
        """All variables that the program sees."""
        named = [name for _, text in self.templates() for name in variables(text)]
        own = {name: filled(text, values) for name, text in self.env.items()}
        seen = environment.inherited(os.environ, [*self.inherit, *named]) | own
        return {name: text for name, text in seen.items() if text}

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
        """The command that prints the version; empty if there is none."""
        return [filled(word, values) for word in _split(self.version)]


def shipped() -> list[str]:
    """Names of the programs that come with this package, sorted."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def read(words: str) -> Program:
    """The program of a TOML file, or a shipped one by its name.

    Raises:
        UnknownName: there is neither.
        UsageError: the file is not TOML, or has a mistake; with file and line.
    """
    path = SHIPPED / f"{words}.toml" if words in shipped() else Path(words).expanduser()
    if not path.is_file():
        raise UnknownName("program", words, shipped(), hint="or the path of a TOML file")
    try:
        text = path.read_text(encoding="utf-8")
        content = documents.toml_table(text)
    except (OSError, ValueError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise UsageError(f"program file {path} cannot be read: {error}") from None
    return _checked(content, text, path)


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
    for key, problem in problems(program):
        raise UsageError(f"{where}, line {_line(text, key)}: {problem}")
    return program


def _split(command: list[str] | str) -> list[str]:
    return shlex.split(command) if isinstance(command, str) else command


def _line(text: str, words: str) -> int:
    """Number of the first line that has these words; 1 if none does."""
    return next((number for number, line in enumerate(text.splitlines(), start=1) if words in line), 1)


def _weights_digest(place: str) -> str:
    path = Path(place).expanduser()
    first = next(iter(sorted(files.below(path))), None) if path.is_dir() else None
    if first is not None:  # a folder's digest is cached until something in it looks changed
        return checkpoints.resolve(str(path), needs=first.relative_to(path).as_posix()).digest
    return weights.local(path).sha256
