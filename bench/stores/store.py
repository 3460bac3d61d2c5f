"""A store: whole objects below one URL. Every request is tried again where that helps, here and nowhere else.

    store = Store("s3://bucket/i2v")
    stands = store.create("clips/…/duck-0.json", content)    # what is there now: content, or what was there before

Nothing is appended and nothing is renamed, which no store can do. An object is there as a whole or not at all.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from bench.base import files
from bench.base.retries import Timing
from bench.errors import StorageFailed
from bench.stores import addresses, attempts
from bench.stores.failures import Damaged

T = TypeVar("T")

PAGE = 1000
"""Names that one request lists."""

PROBE = "put-if-absent-probe"


@dataclass(frozen=True, repr=False)
class Store:
    """The objects below a root.

    Attributes:
        url: of the root.
        is_conditional: whether creating carries the condition that there is no such object; see honours_condition. If
            not, the store is asked first whether there is one, and of two that ask at once, the later wins.
        timing: pauses, timeouts and the number of attempts.
        requests: how many were sent, by what they did: read, list, create, replace, delete.

    Every method raises Unavailable if access is refused, and StorageFailed if the store does not do what it should.

    Raises:
        UsageError: the address is no store's, or has secrets in it.
    """

    url: str
    is_conditional: bool = True
    timing: Timing = field(default_factory=Timing, compare=False)
    requests: Counter[str] = field(default_factory=Counter, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", addresses.checked(self.url))

    def __str__(self) -> str:
        return addresses.shown(self.url)

    __repr__ = __str__

    def read(self, name: str, sha256: str = "") -> bytes:
        """The content of an object.

        Args:
            name: below the root.
            sha256: of its content, if it is known.

        Raises:
            FileNotFoundError: there is none.
            BadResults: it is not what the digest says, however often it is read.
        """

        def content(path: str) -> bytes:
            found: bytes = self._files.cat_file(path)
            if sha256 and hashlib.sha256(found).hexdigest() != sha256:
                raise Damaged
            return found

        return self._answer("read", name, content)

    def fetch(self, name: str, target: Path, sha256: str) -> None:
        """Brings an object that may not fit into memory to this machine, whole or not at all; raises as read.

        Args:
            name: below the root.
            target: the file to write, whose folder is made if need be.
            sha256: of its content.
        """

        def bring(path: str, temporary: Path) -> None:
            self._files.get_file(path, str(temporary))
            if files.sha256(temporary) != sha256:
                raise Damaged

        files.write(target, lambda temporary: self._answer("read", name, lambda path: bring(path, temporary)))

    def sizes(self, folder: str) -> dict[str, int]:
        """Name, below the root -> bytes of the objects in a folder, at any depth; {} if there are none."""
        try:
            found = self._answer("list", folder, lambda path: self._files.find(path, detail=True))
        except FileNotFoundError:
            return {}
        self.requests["list"] += max(0, len(found) - 1) // PAGE
        root = self._path("")
        return {path.removeprefix(root): int(facts["size"] or 0) for path, facts in found.items()}

    def create(self, name: str, content: bytes) -> bytes:
        """Puts an object where there is none; of several that try, one succeeds.

        An answer may get lost, so that what an earlier attempt of ours wrote is found to be there: only the content
        tells who came first.

        Args:
            name: below the root.
            content: of the object.

        Returns:
            What is there now: content, or what was there before.
        """
        try:
            self._put_new(name, lambda path, mode: self._files.pipe_file(path, content, **mode))
        except FileExistsError:
            return self.read(name)
        return content

    def upload(self, name: str, source: Path) -> None:
        """Puts a file, which may not fit into memory, unless the name is taken: for names that say what is in them.

        s3fs sends a file of 100 MiB and more in parts, and the condition with the request that completes them.

        Args:
            name: below the root, with a digest in it.
            source: the file.
        """
        try:
            self._put_new(name, lambda path, mode: self._files.put_file(str(source), path, **mode))
        except FileExistsError:
            return

    def replace(self, name: str, content: bytes) -> None:
        """Puts an object in place of whatever is there."""
        self._answer("replace", name, lambda path: self._files.pipe_file(path, content))

    def delete(self, name: str) -> None:
        """Deletes an object, if there is one."""
        try:
            self._answer("delete", name, self._files.rm_file)
        except FileNotFoundError:
            return

    def honours_condition(self) -> bool:
        """Whether an object that is there is left alone when it is created again: some copies of S3 overwrite it."""
        name = f"{PROBE}-{secrets.token_hex(8)}"
        self.replace(name, b"first")
        try:
            self._put_new(name, lambda path, mode: self._files.pipe_file(path, b"second", **mode))
        except FileExistsError:
            return True
        except (
            StorageFailed,
            TypeError,
            NotImplementedError,
        ):  # it took the first: only the condition is too much
            return False
        finally:
            self.delete(name)
        return False

    def _put_new(self, name: str, put: Callable[[str, dict[str, str]], object]) -> None:
        """Raises FileExistsError if the name is taken."""

        def write(path: str) -> None:
            if not self.is_conditional and self._files.exists(path):
                raise FileExistsError
            put(path, {"mode": "create"} if self.is_conditional else {})

        self._answer("create", name, write)

    def _answer(self, operation: str, name: str, request: Callable[[str], T]) -> T:
        path = self._path(name)

        def counted() -> T:
            self.requests[operation] += 1
            return request(path)

        return attempts.answer(counted, f"{self}/{name}", self.timing)

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        return addresses.file_system(self.url, self.timing.timeout)

    @property
    def _files(self) -> Any:
        return self._opened[0]

    def _path(self, name: str) -> str:
        return f"{self._opened[1]}/{name}"
