"""Any program, by its command line: `--set program=my.toml`. Shipped ones are models: shipped_models, docs/command.md.

A program is started for each clip, in a folder of its own that is deleted afterwards; one whose file says
`batch = true` is started once, with a list of all missing clips. Its stdout and stderr are kept in the run.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Gt, Le

from bench import models
from bench.base import files
from bench.errors import BadImage, Unavailable, UsageError
from bench.media import pictures, video
from bench.models import plans, programs, requirements
from bench.models.plans import Plan
from bench.models.programs import outputs, processes
from bench.models.programs.batches import Batch, Batches, Sample, clip_name
from bench.models.programs.inputs import Inputs, request
from bench.models.programs.processes import Call, Process
from bench.models.programs.templates import OF_A_CLIP, OF_A_START, Values, filled, names
from bench.models.requirements import Need
from bench.types import Case, Checkpoint, Clip, ModelCard, Runtime


@dataclass(frozen=True)
class Settings:
    """Which program, and what it is asked for where its file has a placeholder.

    Attributes:
        program: a TOML file, or the name of a shipped one.
        num_frames, fps, width, height: of the clip; None for what the file says.
        negative_prompt: what should not be seen.
    """

    program: str = ""
    num_frames: Annotated[int, Ge(1)] | None = None
    fps: Annotated[float, Gt(0), Le(240)] | None = None
    width: Annotated[int, Ge(16)] | None = None
    height: Annotated[int, Ge(16)] | None = None
    negative_prompt: str = ""


PLACEHOLDERS = {
    "num_frames": "frames", "fps": "fps", "width": "width", "height": "height", "negative_prompt": "negative_prompt",
}  # fmt: skip
"""Setting -> its placeholder; a file may also use {request}, which holds all of them."""


@models.add
class Command(models.Model):
    """A program that makes a video of an image.

    Its file takes the place of a checkpoint: it names the run, and its digest is part of the run's identity, as are the
    version that the program prints and the content of its weights, where the file names them.

    Raises:
        UsageError: the file is wrong, or a setting has no placeholder in it.
    """

    card = ModelCard(
        name="command", title="A program, by its command line", version=1, reads_text=True, frames=None, fps=None,
        width=None, height=None, weights=None, licence="the program's", paper="", family="command", access="program",
        as_of="2026-11-22", note="needs --set program=FILE.toml (docs/command.md)",
    )  # fmt: skip
    Settings = Settings
    own: ClassVar[str] = ""
    """The shipped program that a model of its own name runs."""

    def __init__(
        self, settings: Any = None, runtime: Runtime | None = None, checkpoint: Checkpoint | None = None
    ) -> None:
        super().__init__(settings, runtime, checkpoint)
        self._batches = Batches(self._begun)
        self._program: programs.Program | None = None
        if self.own and self.settings.program not in ("", self.own):
            raise UsageError(
                f"model '{self.own}' is a program already; another one is: -m command --set program=FILE"
            )
        if named := self.settings.program or self.own:
            self._adopt(programs.read(named))

    @property
    def label(self) -> str:
        return self.own or super().label

    def _adopt(self, program: programs.Program) -> None:
        """Becomes this program's model, without the path of its file: the digest identifies it."""
        if program.interpolates:
            raise UsageError(
                f"program '{program.name}' works on clips; it is written after a model's name, as in svd+rife@16"
            )
        for name, placeholder in PLACEHOLDERS.items():
            is_set = getattr(self.settings, name) not in (None, "")
            if is_set and not (program.uses(placeholder) or program.uses("request")):
                raise UsageError(
                    f"program '{program.name}' takes no {name}: its file mentions no {{{placeholder}}}"
                )
        self._program = program
        if not self.own:
            self.settings = replace(self.settings, program=program.name)
        self.card = replace(  # type: ignore[misc]  # of this program, more than of the class
            self.card, title=program.title or program.name, reads_text=program.reads_text, fit=program.fit,
            licence=program.licence or self.card.licence, paper=program.paper, takes=tuple(program.takes),
            frames=program.frames, fps=program.fps, width=program.width, height=program.height, note=program.note,
        )  # fmt: skip
        fixed = self._inputs.fixed
        version = processes.version(program, fixed) or None
        digest = files.digest([program.digest, version, program.weights_digest_if_here(fixed)])
        self.checkpoint = Checkpoint(program.name, version, program.name, digest)

    @property
    def program(self) -> programs.Program:
        """What is run.

        Raises:
            Unavailable: no program was named.
        """
        if self._program is None:
            raise Unavailable(
                "model 'command' was given no program",
                "--set program=FILE.toml: see docs/command.md",
            )
        return self._program

    def plan(self, case: Case) -> Plan:
        if self._program is None:
            return Plan(notes=("no program was named, so nothing is known about the clip",))
        inputs, image = self._inputs, pictures.read(case.image)
        size, fit = (image.shape[1], image.shape[0]), self.card.fit
        seen = plans.crop(size, inputs.size, fit) if inputs.size else None
        notes = []
        if inputs.has_trajectory and case.trajectory is None:
            notes.append("the case has no trajectory: the program is given none")
        return Plan(
            inputs.frames,
            inputs.frames,
            inputs.width,
            inputs.height,
            inputs.fps,
            fit,
            seen,
            notes=tuple(notes),
        )

    def needs(self) -> Iterator[Need]:
        if self._program is None:
            yield requirements.tried("program", "", lambda: self.program)
        else:
            yield requirements.tried("program", self._program.name, self.load)

    def load(self) -> None:
        """Checks that the program can be started; it loads its weights itself."""
        program, fixed = self.program, self._inputs.fixed
        try:
            self._call("load", Path(), fixed | {"workdir": "."})
            folder = None if "workdir" in names(program.cwd) else filled(program.cwd, fixed)
        except Unavailable as error:
            raise Unavailable(error.reason, program.install or error.remedy) from None
        if folder is not None and not Path(folder).expanduser().is_dir():
            raise Unavailable(f"program '{program.name}' is not in {folder}", program.install)
        program.weights_digest(fixed)
        if program.version and not (self.checkpoint and self.checkpoint.revision):
            raise Unavailable(
                f"program '{program.name}' does not print its version",
                "correct 'version' in its file, or take it out",
            )

    @property
    def makes_ahead(self) -> bool:
        return self.program.batch

    def expect(self, samples: Sequence[tuple[Case, int]]) -> None:
        self._batches.expected = list(samples)

    def recover(self, error: Exception) -> None:
        """Nothing to do: a program that crashed is started again, and one that makes the next clips goes on."""

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        program, image = self.program, pictures.read(case.image)

        def watch() -> None:
            step(0, 1)  # programs do not say how far they are

        if program.batch:
            return self._clip(self._batches.result((case, seed), program.timeout, watch))
        with tempfile.TemporaryDirectory(prefix="bench-command-", ignore_cleanup_errors=True) as folder:
            workdir = Path(folder).resolve()
            inputs = self._inputs
            values = inputs.written(case, seed, image, workdir)
            inputs.stage(workdir, values)
            files.write_json(workdir / "request.json", request(values))
            processes.run(self._call(clip_name(case, seed), workdir, values), program.timeout, watch)
            self.prompt_sent = outputs.prompt_sent(workdir)
            return self._clip(outputs.found(program, workdir))

    def unload(self) -> None:
        self._batches.close()

    def effective_settings(self) -> dict[str, Any]:
        used = asdict(self.settings)
        if self._program is None:
            return used
        inputs = self._inputs
        return used | {
            "num_frames": inputs.frames,
            "fps": inputs.fps,
            "width": inputs.width,
            "height": inputs.height,
            "program_digest": self._program.digest,
            "program_version": self.checkpoint and self.checkpoint.revision,
        }

    @property
    def _inputs(self) -> Inputs:
        chosen, program = self.settings, self.program
        return Inputs(
            program,
            chosen.num_frames or program.frames,
            chosen.fps or program.fps,
            chosen.width or program.width,
            chosen.height or program.height,
            chosen.negative_prompt,
        )

    def _call(self, name: str, workdir: Path, values: Values) -> Call:
        blank = dict.fromkeys(OF_A_CLIP | OF_A_START, "")  # for those that these values lack
        return processes.call(
            self.program, blank | dict(values), (self.ledger.path if self.ledger else workdir) / name
        )

    def _clip(self, path: Path) -> Clip:
        """The result, with no more frames than a setting asks for; the program's native number is not enforced."""
        clip, inputs, asked = video.read_clip(path), self._inputs, self.settings.num_frames
        if path.is_dir() and inputs.fps:
            clip = replace(clip, fps=float(inputs.fps))  # pictures state no frame rate
        return replace(clip, frames=clip.frames[:asked]) if asked and len(clip) > asked else clip

    def _begun(self, samples: Sequence[Sample], workdir: Path) -> Batch:
        """Starts a batch program: every picture is written first, and a request for each clip."""
        program, inputs, requests = self.program, self._inputs, []
        output = workdir / "output"
        output.mkdir()
        suffix = Path(program.output).suffix
        for case, seed in samples:
            name = clip_name(case, seed)
            (workdir / name).mkdir()
            try:
                values = inputs.written(case, seed, pictures.read(case.image), workdir / name)
            except BadImage:
                continue  # generate raises it when it comes to this case
            values["output"] = str(output / f"{name}{suffix}")
            requests.append({"id": name} | request(values))
        path = workdir / "request.jsonl"
        files.write_text(path, "".join(json.dumps(each) + "\n" for each in requests))
        values = inputs.fixed | {"workdir": str(workdir), "output": str(output), "request": str(path)}
        inputs.stage(workdir, values)
        call = self._call(f"batch-{requests[0]['id']}", workdir, values)
        places = {each["id"]: Path(each["output"]) for each in requests}
        return Batch(program.name, workdir, places, Process(call))
