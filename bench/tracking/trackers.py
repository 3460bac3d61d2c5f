"""Trackers, through accelerate: by name, opened and closed here, or a training's own, which are only written to."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from bench.base import files, packages
from bench.errors import Unavailable, UnknownName, UsageError
from bench.types import Image

Tracker: TypeAlias = str | Any
"""A name that accelerate knows, or one of `accelerator.trackers`."""

PROJECT = "i2v-bench"

OPTIONS: Mapping[str, Callable[[str], Mapping[str, Any]]] = {
    "wandb": lambda curve: {"name": curve, "id": files.digest([PROJECT, curve])[:16], "resume": "allow"},
    "trackio": lambda curve: {"name": curve, "resume": "allow"},
    "mlflow": lambda curve: {"run_name": curve, "run_id": _mlflow_run(curve)},
    "swanlab": lambda curve: {"experiment_name": curve},
}
"""Tracker of projects that hold runs -> what names the run; what is resumed makes one curve of several calls."""

NAMED_BY_CURVE = ("tensorboard", "aim")
"""Trackers whose runs are folders."""

LAUNCHER = re.compile(r"(LOCAL_|WORLD_|OMPI_|PMI_|MV2_|ACCELERATE_)\w*|RANK|MASTER_\w+")
"""Variables by which accelerate tells that it is one of several processes."""


@dataclass(frozen=True)
class Entry:
    """What is logged of a run.

    Attributes:
        curve: the name of the run in the tracker.
        step: of the training; None for none.
        numbers: by name.
        sheet: the contact sheet; None for none.
    """

    curve: str
    step: int | None
    numbers: Mapping[str, float]
    sheet: Image | None


def check(tracker: Tracker) -> None:
    """Refuses what cannot be logged to.

    Raises:
        UnknownName: accelerate has no tracker of that name.
        Unavailable: accelerate or the tracker's package is not installed.
        UsageError: it is neither a name nor a tracker, or the process has a run of it open.
    """
    if not isinstance(tracker, str):
        if not callable(getattr(tracker, "log", None)):
            raise UsageError(f"track is names, or trackers as of accelerator.trackers, not {tracker!r:.80}")
        return
    packages.check("accelerate")
    from accelerate import tracking
    from accelerate.utils import LoggerType

    if tracker not in tracking.LOGGER_TYPE_TO_CLASS:
        raise UnknownName("tracker", tracker, tracking.LOGGER_TYPE_TO_CLASS)
    if tracker in map(str, LoggerType) and tracker not in map(str, tracking.get_available_trackers()):
        raise Unavailable(
            f"tracker '{tracker}' is not installed", packages.install_line(packages.canonical(tracker))
        )
    if _is_open(tracker):
        raise UsageError(
            f"a run of {tracker} is open in this process: log to it by track=accelerator.trackers"
        )


def _is_open(tracker: str) -> bool:
    """Whether the process logs to a run, which another one opened here would replace or end."""
    module = sys.modules.get(tracker)
    if tracker == "mlflow" and module is not None:
        return bool(module.active_run())
    return tracker == "wandb" and getattr(module, "run", None) is not None


def log(tracker: Tracker, entry: Entry, folder: Path) -> None:
    """Logs a run.

    Args:
        tracker: that check let pass.
        entry: what to log.
        folder: of trackers that write files.
    """
    with _alone():
        if not isinstance(tracker, str):
            _write(tracker, entry)
            return
        opened = _opened(tracker, entry.curve, folder)
        opened.start()
        try:
            _write(opened, entry)
        finally:
            opened.finish()


def _opened(tracker: str, curve: str, folder: Path) -> Any:
    from accelerate.tracking import LOGGER_TYPE_TO_CLASS

    cls: Any = LOGGER_TYPE_TO_CLASS[tracker]
    name = re.sub(r"[^\w.@-]+", "-", curve) if tracker in NAMED_BY_CURVE else PROJECT
    options = OPTIONS[tracker](curve) if tracker in OPTIONS else {}
    return cls(name, str(folder), **options) if cls.requires_logging_directory else cls(name, **options)


def _mlflow_run(curve: str) -> str | None:
    """The id of the run that earlier calls logged to; None for a new one."""
    import mlflow

    quoted = curve.replace("'", "\\'")
    found = mlflow.search_runs(
        experiment_names=[PROJECT],
        filter_string=f"attributes.run_name = '{quoted}'",
        max_results=1,
        output_format="list",
    )
    return found[0].info.run_id if found else None


def _write(tracker: Any, entry: Entry) -> None:
    tracker.log(dict(entry.numbers), step=entry.step)
    if entry.sheet is not None:
        IMAGES.get(tracker.name, _log_pictures)(tracker, f"{PROJECT}/clips", entry.sheet, entry.step)


def _log_pictures(tracker: Any, name: str, sheet: Image, step: int | None) -> None:
    """To trackers that take pictures; the others get none."""
    from PIL import Image as pillow

    if hasattr(tracker, "log_images"):
        tracker.log_images({name: [pillow.fromarray(sheet)]}, step=step)


def _log_batch(tracker: Any, name: str, sheet: Image, step: int | None) -> None:
    tracker.log_images({name: sheet[None]}, step=step, dataformats="NHWC")


def _log_picture(tracker: Any, name: str, sheet: Image, step: int | None) -> None:
    from PIL import Image as pillow

    tracker.log_images({name: pillow.fromarray(sheet)}, step=step)


def _log_file(tracker: Any, name: str, sheet: Image, step: int | None) -> None:
    from bench.media import pictures

    with tempfile.TemporaryDirectory(prefix="bench-sheet-") as folder:
        path = Path(folder) / ("clips.png" if step is None else f"clips-{step:08d}.png")
        pictures.write(path, sheet)
        tracker.log_artifact(str(path), PROJECT)


IMAGES: Mapping[str, Callable[[Any, str, Image, int | None], None]] = {
    "tensorboard": _log_batch, "aim": _log_picture, "mlflow": _log_file,
}  # fmt: skip
"""Tracker -> how it takes a picture, where that is not as most do."""


@contextmanager
def _alone() -> Iterator[None]:
    """accelerate's state, which its trackers read: the training's, or that of one process, forgotten afterwards.

    Left to itself it would join the processes of a launcher, and wait for them.
    """
    from accelerate.state import PartialState

    if PartialState._shared_state:
        yield
        return
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if LAUNCHER.fullmatch(name)}
    try:
        PartialState(cpu=True)
    finally:
        os.environ.update(hidden)
    try:
        yield
    finally:
        PartialState._shared_state.clear()
