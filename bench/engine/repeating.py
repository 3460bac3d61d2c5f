"""How a run can be made again: the request that made it, noted in its folder, and the model that it names.

    <run>/model.json      what was asked for, with the paths of this machine; no identity, no digest depends on it

A run says what decided its clips, but not where a folder of weights lies: paths are private, and stay in this file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.base import devices, files, reading, sealed
from bench.engine import resolve_models
from bench.engine.requests import ModelRequest
from bench.errors import BadResults, Unavailable, folded
from bench.models import Model, processing
from bench.runs import RunFolder, stored_values
from bench.suites import recalling
from bench.types import Memory, Run, Suite

FILE = "model.json"


@dataclass(frozen=True)
class StoredRequest:
    """A request of models as it is stored; see ModelRequest.

    Attributes:
        memory: see bench.types.Runtime.
    """

    names: tuple[str, ...]
    checkpoints: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    loras: tuple[str, ...] = ()
    memory: Memory = "full"


def note(folder: RunFolder, request: ModelRequest, memory: Memory) -> None:
    """Stores what a run was asked for with; a model in memory cannot be asked for again, and leaves nothing.

    Args:
        folder: of the run.
        request: that it is one of the runs of.
        memory: see bench.types.Runtime.
    """
    if request.at_hand is None:
        content = {
            "names": request.names,
            "checkpoints": with_whole_paths(request.checkpoints),
            "settings": request.settings,
            "components": with_whole_paths(request.components),
            "loras": with_whole_paths(request.loras),
            "memory": memory,
        }
        path, text = folder.path / FILE, sealed.text(content)
        if not path.is_file() or reading.content(path) != text.encode():  # a finished run stays untouched
            files.write_text(path, text)


def again(folder: RunFolder, device: str) -> tuple[Model, Suite]:
    """The model that makes the clips of a run, not yet loaded, and the suite that it animates.

    Args:
        folder: of the run.
        device: where it is to compute.

    Raises:
        Unavailable: this run cannot be made again here, and why.
        BenchError: as resolving models does, if what the run was made of is no longer there.
    """
    run = folder.run
    request = _request(folder, run)
    suite = recalling.original(folder.suite)
    if suite is None:
        raise Unavailable(f"suite {run.suite_id} is not here any more")
    runtime = devices.resolve(device, run.dtype or "auto", request.memory)
    names = tuple(each for each in request.names if folded(processing.split(each)[0]) == folded(run.model))
    asked = ModelRequest(names, request.checkpoints, request.settings, request.components, request.loras)
    found = [model for model, each in resolve_models.resolve(asked, suite, runtime) if each.id == run.id]
    if not found:
        raise Unavailable(f"what {run.label} was made of has changed: it would be another run now")
    if found[0].is_remote:
        raise Unavailable(f"a service makes the clips of {run.label}, which costs money or time of others")
    return found[0], suite


def _request(folder: RunFolder, run: Run) -> StoredRequest:
    if run.model == "clips":
        raise Unavailable("its clips were made elsewhere")
    try:
        return stored_values.read(StoredRequest, folder.path / FILE)
    except BadResults:
        raise Unavailable(
            "nothing says how it was asked for: its model was in memory, or an earlier version made it",
            "the same bench run once more notes it, and makes nothing anew",
        ) from None


def with_whole_paths(words: Iterable[str]) -> list[str]:
    """Words such as './step-2000', 'transformer=./step-2000' and 'lora:0.8', with paths from the root."""
    return [_with_whole_path(each) for each in words]


def _with_whole_path(words: str) -> str:
    part, equals, place = words.rpartition("=")
    path, colon, scale = place.rpartition(":")
    for each, rest in ((place, ""), (path, colon + scale)):
        if each and Path(each).expanduser().exists():
            return f"{part}{equals}{Path(each).expanduser().absolute()}{rest}"
    return words
