"""Any program, by its command line: `--set program=my.toml`, or the name of a shipped file. See docs/command.md.

A program is started for each clip, in a folder of its own that is deleted afterwards; one that says `batch = true` is
started once and told of all clips that are missing. What a program says on stdout and stderr is kept in the run.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le

from bench import models
from bench.base import files
from bench.errors import BadImage, ProgramFailed, Unavailable, UsageError
from bench.media import pictures, video
from bench.models import plans, programs, requirements
from bench.models.plans import Plan
from bench.models.programs import outputs, processes
from bench.models.programs.outputs import Batch
from bench.models.programs.processes import Call, Process
from bench.models.requirements import Need
from bench.types import Case, Checkpoint, Clip, Image, ModelCard, Runtime

MAX_SEED = 2**31 - 1
"""Seeds of programs are from 1 to this: numpy and C take no more, and several scripts read 0 as 'none'."""

MAX_BARREN = 2
"""How often in a row a batch program may start and make nothing, before the rest fails with the same reason."""


@dataclass(frozen=True)
class Settings:
    """Which program, and what it is asked for where its file lets it be chosen.

    Attributes:
        program: a TOML file, or the name of a shipped one.
        num_frames, fps, width, height: of the clip; none for what the file says.
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
"""Setting -> the placeholder that carries it; a file may also hand all of them over in {request}."""


@models.add
class Command(models.Model):
    """A program that makes a video of an image.

    Its file takes the place of a checkpoint: it names the run, and its digest is part of the run's identity, with the
    version that the program says and the content of its weights, where the file names them.

    Raises:
        UsageError: the file is wrong, or a setting has no placeholder in it.
    """

    card = ModelCard(
        name="command", title="A program, by its command line", version=1, reads_text=True, frames=None, fps=None,
        width=None, height=None, weights=None, licence="the program's", paper="", family="command", access="program",
        as_of="2026-11-22", note="needs --set program=FILE.toml, or the name of a shipped file (docs/command.md)",
    )  # fmt: skip
    Settings = Settings

    def __init__(
        self, settings: Any = None, runtime: Runtime | None = None, checkpoint: Checkpoint | None = None
    ) -> None:
        super().__init__(settings, runtime, checkpoint)
        self._expected: list[tuple[Case, int]] = []
        self._batch: Batch | None = None
        self._barren: list[ProgramFailed] = []
        self._program: programs.Program | None = None
        if self.settings.program:
            self._adopt(programs.read(self.settings.program))

    def _adopt(self, program: programs.Program) -> None:
        """Becomes this program's model: where its file lies is nobody's business, and its digest says what it is."""
        if program.interpolates:
            raise UsageError(
                f"program '{program.name}' works on clips; it stands after a model's name, as in svd+rife@16"
            )
        for name, placeholder in PLACEHOLDERS.items():
            is_set = getattr(self.settings, name) not in (None, "")
            if is_set and not (program.uses(placeholder) or program.uses("request")):
                raise UsageError(
                    f"program '{program.name}' takes no {name}: its file mentions no {{{placeholder}}}"
                )
        self._program = program
        self.settings = replace(self.settings, program=program.name)
        self.card = replace(  # type: ignore[misc]  # of this program, more than of the class
            self.card, title=program.title or program.name, reads_text=program.reads_text, fit=program.fit,
            licence=program.licence or self.card.licence, paper=program.paper, takes=tuple(program.takes),
            frames=program.frames, fps=program.fps, width=program.width, height=program.height, note=program.note,
        )  # fmt: skip
        version = processes.version(program, self._fixed) or None
        digest = files.digest([program.digest, version, program.weights_digest_if_here(self._fixed)])
        self.checkpoint = Checkpoint(program.name, version, program.name, digest)

    @property
    def program(self) -> programs.Program:
        """What is run.

        Raises:
            Unavailable: nobody said.
        """
        if self._program is None:
            raise Unavailable(
                "model 'command' was given no program",
                "--set program=FILE.toml, or the name of a shipped one: see docs/command.md",
            )
        return self._program

    def plan(self, case: Case) -> Plan:
        if self._program is None:
            return Plan(notes=("no program was named, so nothing is known of the clip",))
        width, height = self._size
        image = pictures.read(case.image)
        seen = None
        if width and height:
            seen = plans.crop((image.shape[1], image.shape[0]), (width, height), self.card.fit)
        notes = []
        if self._takes_trajectory and case.trajectory is None:
            notes.append("the case has no trajectory: the program is given none")
        frames, fps = self._asked("num_frames", "frames"), self._asked("fps", "fps")
        return Plan(frames, frames, width, height, fps, self.card.fit, seen, notes=tuple(notes))

    def needs(self) -> Iterator[Need]:
        if self._program is None:
            yield requirements.tried("program", "", lambda: self.program)
        else:
            yield requirements.tried("program", self._program.name, self.load)

    def load(self) -> None:
        """Looks whether the program can be started; its weights are its own business."""
        program = self.program
        try:
            self._call("load", Path(), self._fixed | {"workdir": "."})
            folder = (
                None
                if "workdir" in programs.names(program.cwd)
                else programs.filled(program.cwd, self._fixed)
            )
        except Unavailable as error:
            raise Unavailable(error.reason, program.install or error.remedy) from None
        if folder is not None and not Path(folder).expanduser().is_dir():
            raise Unavailable(f"program '{program.name}' is not in {folder}", program.install)
        program.weights_digest(self._fixed)
        if program.version and not (self.checkpoint and self.checkpoint.revision):
            raise Unavailable(
                f"program '{program.name}' does not say its version",
                "correct 'version' in its file, or take it out",
            )

    def expect(self, samples: Sequence[tuple[Case, int]]) -> None:
        self._expected = list(samples)

    def recover(self, error: Exception) -> None:
        """Nothing to do: a program that broke is started again, and one at work on the next clips is left to it."""

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        program, image = self.program, pictures.read(case.image)

        def watch() -> None:
            step(0, 1)  # programs do not say how far they are

        if program.batch:
            return self._trimmed(self._next_of_batch(case, seed, watch))
        with _folder() as workdir:
            values = self._values(case, seed, image, workdir)
            self._stage(workdir, values)
            processes.run(self._call(f"{case.id}-{seed}", workdir, values), program.timeout, watch)
            return self._trimmed(self._clip(outputs.found(program, workdir)))

    def unload(self) -> None:
        if self._batch is not None:
            self._batch.close()
            self._batch = None

    def effective_settings(self) -> dict[str, Any]:
        used = asdict(self.settings)
        if self._program is None:
            return used
        width, height = self._size
        used |= {"num_frames": self._asked("num_frames", "frames"), "fps": self._asked("fps", "fps")}
        return used | {
            "width": width,
            "height": height,
            "program_digest": self._program.digest,
            "program_version": self.checkpoint and self.checkpoint.revision,
        }

    @property
    def _fixed(self) -> dict[str, str]:
        """What is the same for every clip."""
        numbers = {
            "frames": self._asked("num_frames", "frames"), "fps": self._asked("fps", "fps"), "width": self._size[0],
            "height": self._size[1],
        }  # fmt: skip
        words = {name: f"{number:g}" for name, number in numbers.items() if number is not None}
        return words | {"here": self.program.here}

    @property
    def _size(self) -> tuple[int | None, int | None]:
        return self._asked("width", "width"), self._asked("height", "height")

    @property
    def _takes_trajectory(self) -> bool:
        return "trajectory" in self.program.takes or self.program.uses("trajectory")

    def _asked(self, setting: str, native: str) -> Any:
        chosen = getattr(self.settings, setting)
        return getattr(self.program, native) if chosen is None else chosen

    def _call(self, name: str, workdir: Path, values: programs.Values) -> Call:
        blank = dict.fromkeys(programs.OF_A_CLIP | programs.OF_A_START, "")  # those that these values lack
        return processes.call(
            self.program, blank | dict(values), (self.ledger.path if self.ledger else workdir) / name
        )

    def _values(self, case: Case, seed: int, image: Image, workdir: Path) -> dict[str, str]:
        """What the placeholders of one clip stand for; its picture and its trajectory are written."""
        program = self.program
        values = self._fixed | {
            "workdir": str(workdir),
            "prompt": case.prompt,
            "negative_prompt": self.settings.negative_prompt,
            "seed": str(1 + models.seed_number(case, seed) % MAX_SEED),
            "image": str(workdir / program.image),
            "output": str(workdir / program.output),
            "request": str(workdir / "request.json"),
            "trajectory": "",
        }
        pictures.write(workdir / program.image, self._fitted(image))
        if self._takes_trajectory and case.trajectory is not None:
            values["trajectory"] = str(workdir / "trajectory.txt")
            files.write_text(workdir / "trajectory.txt", self._trajectory(case, image))
        return values

    def _fitted(self, image: Image) -> Image:
        width, height = self._size
        return pictures.fit(image, width, height, self.card.fit) if width and height else image

    def _trajectory(self, case: Case, image: Image) -> str:
        """One line 'x, y' a frame, whole pixels within the canvas, moved and cropped as the picture is."""
        import numpy as np

        from bench.media import paths

        size = (image.shape[1], image.shape[0])
        width, height = self._size
        clip = (width, height) if width and height else size
        canvas = np.array(self.program.canvas or clip)
        points = paths.fitted(np.array(case.trajectory, dtype=np.float64), size, clip, self.card.fit)
        points = paths.resampled(points, self._asked("num_frames", "frames") or len(points))
        there = np.clip(np.floor((points + 0.5) * canvas / np.array(clip)), 0, canvas - 1).astype(int)
        return "".join(f"{x}, {y}\n" for x, y in there)

    def _stage(self, workdir: Path, values: programs.Values) -> None:
        """Writes what the program's file asks for, and the request."""
        for place, template in self.program.stage.items():
            files.write_text(workdir / place, programs.filled(template, values))
        files.write_json(workdir / "request.json", self._request(values))

    def _request(self, values: programs.Values) -> dict[str, Any]:
        numbers = {name: float(values[name]) for name in ("fps",) if name in values}
        whole = {name: int(values[name]) for name in ("seed", "frames", "width", "height") if name in values}
        texts = ("prompt", "negative_prompt", "image", "trajectory", "output")
        return {name: values[name] for name in texts} | whole | numbers

    def _clip(self, path: Path) -> Clip:
        clip = video.read_clip(path)
        fps = self._asked("fps", "fps")
        return (
            replace(clip, fps=float(fps)) if path.is_dir() and fps else clip
        )  # pictures state no frame rate

    def _trimmed(self, clip: Clip) -> Clip:
        """No more frames than were asked for by a setting; a native number is the program's own affair."""
        asked = self.settings.num_frames
        return replace(clip, frames=clip.frames[:asked]) if asked and len(clip) > asked else clip

    def _next_of_batch(self, case: Case, seed: int, watch: processes.Watch) -> Clip:
        name = f"{case.id}-{seed}"
        if self._batch is None or not self._batch.is_due(name):
            self._start_batch(case, seed)
        assert self._batch is not None
        try:
            path = self._batch.result(name, self.program.timeout, watch)
        except ProgramFailed as error:
            if self._batch.is_over:
                self._barren = [] if self._batch.made else [*self._barren, error]
                self.unload()
            raise
        self._barren = []
        return self._clip(path)

    def _start_batch(self, case: Case, seed: int) -> None:
        """Starts the program for this clip and all that are expected after it."""
        if len(self._barren) >= MAX_BARREN:
            raise self._barren[-1]
        self.unload()
        keys = [(each.id, number) for each, number in self._expected]
        here = keys.index((case.id, seed)) if (case.id, seed) in keys else None
        samples = [(case, seed)] if here is None else self._expected[here:]
        workdir = Path(tempfile.mkdtemp(prefix="bench-command-"))
        try:
            self._batch = self._begun(samples, workdir)
        except BaseException:
            shutil.rmtree(workdir, ignore_errors=True)
            raise

    def _begun(self, samples: Sequence[tuple[Case, int]], workdir: Path) -> Batch:
        program, requests = self.program, []
        output = workdir / "output"
        output.mkdir()
        suffix = Path(program.output).suffix
        for case, seed in samples:
            name = f"{case.id}-{seed}"
            (workdir / name).mkdir()
            try:
                values = self._values(case, seed, pictures.read(case.image), workdir / name)
            except BadImage:
                continue  # generate says so when it comes to this case
            values["output"] = str(output / f"{name}{suffix}")
            requests.append({"id": name} | self._request(values))
        request = workdir / "request.jsonl"
        files.write_text(request, "".join(json.dumps(each) + "\n" for each in requests))
        values = self._fixed | {"workdir": str(workdir), "output": str(output), "request": str(request)}
        for place, template in program.stage.items():
            files.write_text(workdir / place, programs.filled(template, values))
        call = self._call(f"batch-{requests[0]['id']}", workdir, values)
        places = {each["id"]: Path(each["output"]) for each in requests}
        return Batch(program.name, workdir, places, Process(call))


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-command-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()
