"""Input images as the models were given them: fitted to the clip, served as plain files.

An address names a run, a case and a seed, which are looked up among those that are here.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from bench.base import files, verified
from bench.errors import BenchError
from bench.media import pictures
from bench.runs import RunFolder
from bench.runs.row_facts import decoded
from bench.types import Case, ClipRecord, Fit, Image
from leaderboard import source

SHOWN_SIDE = 1920
"""Pixels of the longer side where no clip says how large it is: a photograph may have a hundred million."""

PREFIX = "/app/static/inputs"

HARMLESS = {"X-Content-Type-Options": "nosniff"}
"""A browser takes nothing for what it was not sent as."""


def route() -> Route:
    """Serves the input image of a clip, to GET and HEAD."""
    return Route(PREFIX + "/{run}/{case}/{seed:int}", _answer)


def address(run: str, case: str, seed: int) -> str:
    """The address of the input image of a clip.

    Args:
        run, case: ids.
        seed: of the clip.
    """
    return f"{PREFIX}/{quote(run, safe='')}/{quote(case, safe='')}/{seed}"


def fitted(folder: RunFolder, case: Case, record: ClipRecord | None) -> Path:
    """A PNG of the image as the clip's model was given it; whole where no clip says how it was fitted.

    Args:
        folder: of the run, whose rows say how large the clip is.
        case: that the image belongs to.
        record: of the clip; None for the whole image.

    Returns:
        Path in the cache.

    Raises:
        BadImage: the image cannot be read.
        OSError: the image is gone, or the cache cannot be written to.
    """
    status = case.image.stat()
    size = _size(folder, case.id, record.seed) if record else None
    fit: Fit = record.fit if record else "cover"
    name = files.digest(
        [str(case.image), status.st_mtime_ns, status.st_size, status.st_ino, size or SHOWN_SIDE, fit]
    )
    path = files.cache() / "inputs" / f"{name}.png"
    if not verified.is_sound(path, pictures.is_readable):
        pictures.write(path, shown(pictures.read(case.image), size, fit))
        verified.write_digest(path)
    return path


def shown(image: Image, size: tuple[int, int] | None, fit: Fit) -> Image:
    """An image, fitted to a width and height if there are any, else at most SHOWN_SIDE.

    Args:
        image: (H, W, 3) uint8.
        size: of the clip.
        fit: how its model was given the image.
    """
    return pictures.fit(image, *size, fit) if size else pictures.limited(image, SHOWN_SIDE)


def _size(folder: RunFolder, case: str, seed: int) -> tuple[int, int] | None:
    """Width and height that the clip was decoded to; None where no row says."""
    rows = source.rows_of(folder.path.name)
    return decoded(rows.loc[(rows["case"] == case) & (rows["seed"] == seed), "decoded"]).size


def _answer(request: Request) -> Response:
    words_ = request.path_params
    path = _existing(words_["run"], words_["case"], words_["seed"])
    if path is None:
        return PlainTextResponse("no such image", status_code=404, headers=HARMLESS)
    headers = {**HARMLESS, "Cache-Control": "private, max-age=600"}
    return FileResponse(path, media_type="image/png", headers=headers)


def _existing(run: str, case_id: str, seed: int) -> Path | None:
    folder = source.run_folder(run)
    try:
        case = source.case_of(folder, case_id) if folder else None
        if folder is None or case is None:
            return None
        record = folder.record(case.id, seed)
        return fitted(folder, case, record if record and not record.error else None)
    except (BenchError, OSError):
        return None
