"""Models that tests send to other processes."""

from __future__ import annotations

import os
from pathlib import Path

from bench import models
from bench.errors import Unavailable
from bench.types import Case, Clip, ModelCard
from tests.made import moving_clip


class Sent(models.Model):
    """Does what its word says with case c1: fails, kills its process, does so once, or cannot be loaded again.

    Args:
        word: 'fails', 'kills', 'kills once', 'breaks once', 'never loads', or '' for nothing.
        folder: where it notes its processes, and what was done once.
    """

    card = ModelCard(
        name="sent", title="", version=1, reads_text=True, frames=None, fps=None, width=None, height=None,
        weights=None, licence="", paper="",
    )  # fmt: skip

    def __init__(self, folder: Path, word: str = "") -> None:
        super().__init__()
        self.folder, self.word = folder, word
        self.is_broken = False

    def load(self) -> None:
        if self.word == "never loads" or self.is_broken:
            raise Unavailable("the weights are not here", "fetch them")
        (self.folder / f"loaded-{os.getpid()}").touch()

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        (self.folder / f"{case.id}-{seed}-in-{os.getpid()}").touch()
        if case.id == "c1":
            self._misbehave()
        return moving_clip(seed=seed)

    def _misbehave(self) -> None:
        is_first = self._is_first()
        if self.word == "fails":
            raise ValueError("no such motion")
        if self.word == "kills" or (self.word == "kills once" and is_first):
            os._exit(9)
        if self.word == "breaks once" and is_first:
            self.is_broken = True
            raise RuntimeError("CUDA error: an illegal memory access was encountered")

    def _is_first(self) -> bool:
        try:
            (self.folder / "once").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


class Ahead(Sent):
    """Makes several clips at a time."""

    @property
    def makes_ahead(self) -> bool:
        return True
