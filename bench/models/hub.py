"""The Hugging Face hub: the commit that a revision means, files, what its cache holds, and its errors explained."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.base import files, network
from bench.errors import StorageFailed, Unavailable

HUB_ID = re.compile(r"\w[\w.-]*/\w[\w.-]*")
SECONDS = 20.0
"""How long the hub may take to name a commit before its cache is used instead."""

SECONDS_FOR_FACTS = 5.0
"""How long the hub may take to say how large a repository is, which nothing depends on."""


def commit(repository: str, revision: str | None, needs: str) -> str:
    """The commit that a revision means: as the hub says, or as its cache knows if the hub is not asked or silent.

    Args:
        repository: 'organisation/name'.
        revision: a branch, tag or commit; None for main.
        needs: a file that the cache must hold.

    Raises:
        Unavailable: there is no such repository or revision, it is gated, or it is not cached and the hub cannot be
            asked.
    """
    from huggingface_hub import HfApi, errors

    try:
        with explained_errors(repository):
            _refuse_silence()
            found = str(HfApi().model_info(repository, revision=revision, timeout=SECONDS).sha)
    except Unavailable as error:
        is_answer = isinstance(error.__cause__, errors.RepositoryNotFoundError | errors.RevisionNotFoundError)
        cached = None if is_answer else cached_commit(repository, revision, needs)
        if cached is None:
            raise
        return cached
    _remember(repository, revision, found)
    return found


def _remember(repository: str, revision: str | None, commit: str) -> None:
    """Notes in the hub's cache what a revision means: files are fetched by commit, and the hub's client then does not.

    Without it, what was fetched would not be found once the hub is silent.
    """
    from huggingface_hub import constants

    if revision == commit:
        return
    folder = Path(constants.HF_HUB_CACHE) / f"models--{repository.replace('/', '--')}"
    with suppress(StorageFailed):  # a cache that cannot be written to
        files.write_text(folder / "refs" / (revision or "main"), commit)


def is_silent() -> bool:
    """Whether the hub is not to be asked: it is forbidden, or failed some minutes ago."""
    return bool(network.forbidden_by() or recent_failure())


def is_answer(error: Unavailable) -> bool:
    """Whether an error is an answer of the hub, and not its silence."""
    from huggingface_hub import errors

    return isinstance(error.__cause__, errors.HfHubHTTPError)


def recent_failure() -> str:
    """Why the hub did not answer some minutes ago; '' if it did, or was not asked."""
    return network.recent_failure(_host())


def _host() -> str:
    from huggingface_hub import constants

    return urlsplit(constants.ENDPOINT).hostname or ""


def _refuse_silence() -> None:
    """Raises ConnectionError where the hub failed some minutes ago."""
    if not network.forbidden_by() and (known := recent_failure()):
        raise ConnectionError(known)


def cached_commit(repository: str, revision: str | None, needs: str) -> str | None:
    """The commit that revision meant when the hub was last asked, if the file that is needed was fetched then.

    Args:
        repository, revision, needs: as in commit.
    """
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(repository, needs, revision=revision)
    return Path(path).parents[needs.count("/")].name if isinstance(path, str) else None


def file(repository: str, name: str, subfolder: str, revision: str | None) -> Path:
    """A file of a repository on this machine; fetched if the cache lacks it.

    Args:
        repository: 'organisation/name'.
        name: below the subfolder.
        subfolder: '' for the repository's root.
        revision: as in commit.

    Raises:
        Unavailable: it does not exist, or cannot be fetched.
    """
    from huggingface_hub import hf_hub_download

    with explained_errors(repository):
        found = hf_hub_download(
            repository,
            name,
            subfolder=subfolder or None,
            revision=revision,
            local_files_only=is_silent(),
        )
    return Path(found)


@dataclass(frozen=True)
class Told:
    """What the hub says of a repository: name -> bytes of its files, and whether its licence must be accepted."""

    sizes: Mapping[str, int]
    is_gated: bool


def told(repository: str) -> Told:
    """What the hub says of a repository; no file is fetched.

    Raises:
        Unavailable: as commit, whatever the cache holds.
    """
    from huggingface_hub import HfApi

    with explained_errors(repository):
        _refuse_silence()
        found = HfApi().model_info(repository, files_metadata=True, timeout=SECONDS_FOR_FACTS)
    return Told({each.rfilename: each.size or 0 for each in found.siblings or ()}, bool(found.gated))


def cached(repository: str, revision: str | None = None) -> Path | None:
    """The cache's folder of a repository, complete or not; None if there is none."""
    from huggingface_hub import constants  # its own functions for this take half a second to import

    folder = Path(constants.HF_HUB_CACHE) / f"models--{repository.replace('/', '--')}"
    reference = folder / "refs" / (revision or "main")
    named = reference.read_text(encoding="utf-8").strip() if reference.is_file() else revision
    snapshot = folder / "snapshots" / named if named else None
    return snapshot if snapshot is not None and snapshot.is_dir() else None


@contextmanager
def explained_errors(repository: str) -> Iterator[None]:
    """Turns the exceptions of huggingface_hub into Unavailable, with a remedy."""
    from huggingface_hub import errors

    try:
        yield
    except (errors.HTTPError, OSError) as error:  # type: ignore[attr-defined]  # of the httpx that the hub's client uses
        raise _explained(error, repository) from error


def _explained(error: Exception, repository: str) -> Unavailable:
    from huggingface_hub import errors

    page = f"https://huggingface.co/{repository}"
    if isinstance(error, errors.GatedRepoError):
        return Unavailable(
            f"hub repository {repository} is gated", f"accept its licence at {page}, then set HF_TOKEN"
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return Unavailable(
            f"no folder and no hub repository is called {repository}",
            "check the name; for a private repository set HF_TOKEN",
        )
    if isinstance(error, errors.RemoteEntryNotFoundError):  # the hub was asked; a cache alone raises another
        return Unavailable(
            f"hub repository {repository} has no such file: it is no pipeline of diffusers, or not the whole of one",
            f"see {page}/tree/main; a part is given as --component PART={repository}, a LoRA as --lora {repository}",
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return Unavailable(
            f"hub repository {repository} has no such revision", f"see {page}/commits/main for those it has"
        )
    if isinstance(error, errors.HTTPError) and not isinstance(error, errors.HfHubHTTPError):  # type: ignore[attr-defined]
        network.note_failure(_host(), type(error).__name__)  # it did not answer at all
    forbidden = network.forbidden_by()
    failed = "" if forbidden else recent_failure()
    again = f", or retry: {network.AGAIN}" if failed else ""
    reason = forbidden or failed or type(error).__name__
    return Unavailable(
        f"hub repository {repository} is not cached here, and the hub cannot be asked ({reason})",
        f"run `hf download {repository}` with a network (HF_TOKEN if it is gated), set HF_HOME to a cache that"
        f" holds it, or give --checkpoint a folder{again}",
    )
