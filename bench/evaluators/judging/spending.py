"""What a judge has cost, in a file of the cache folder that all processes share, and a cap on it.

    {"id": "5f0c…", "usd": 0.004, "is_paid": false}     before a request: what it may cost
    {"id": "5f0c…", "usd": 0.0031, "is_paid": true}     after it: what it did cost

A request is written down before it is sent, with what the dearest one so far has cost: so a process that is killed, or
runs beside this one, counts. The cap is passed by no more than the requests that are under way at once, and by them
only as far as they cost more than any before.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.base import documents, files, reading
from bench.errors import RemoteFailed


@dataclass(frozen=True)
class Entry:
    """A request: US dollars, and whether that is what it did cost."""

    usd: float
    is_paid: bool


@dataclass(frozen=True)
class Spending:
    """What one judge has cost.

    Attributes:
        path: of the file.
        judge: its name, for people.
        cap: US dollars; None for no cap.
    """

    path: Path
    judge: str
    cap: float | None

    def begin(self) -> str:
        """Writes down that a request will be sent; its id.

        Raises:
            RemoteFailed: the cap would be passed.
            StorageFailed: it cannot be written down.
        """
        with self._locked() as handle:
            entries = self._entries()
            spent = sum(entry.usd for entry in entries.values())
            dearest = max((entry.usd for entry in entries.values() if entry.is_paid), default=0.0)
            if self.cap is not None and spent + dearest > self.cap:
                raise RemoteFailed(
                    f"asking {self.judge} has cost ${spent:.4g} so far, one more question up to ${dearest:.4g}, and "
                    f"judge.max_cost is {self.cap:g}: raise that, and --retry-failed asks on"
                )
            name = secrets.token_hex(6)
            self._write(handle, name, Entry(dearest, False))
        return name

    def end(self, name: str, usd: float) -> None:
        """Writes down what a request did cost.

        Args:
            name: its id.
            usd: US dollars.
        """
        with self._locked() as handle:
            self._write(handle, name, Entry(usd, True))

    def spent(self) -> float:
        """US dollars so far, requests under way included."""
        return sum(entry.usd for entry in self._entries().values())

    @contextmanager
    def _locked(self) -> Iterator[int]:
        with files.storing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                with suppress(OSError):  # a disk without locks
                    fcntl.flock(handle, fcntl.LOCK_EX)
                yield handle
            finally:
                os.close(handle)

    def _write(self, handle: int, name: str, entry: Entry) -> None:
        line = json.dumps({"id": name, "usd": entry.usd, "is_paid": entry.is_paid}) + "\n"
        os.write(handle, line.encode())
        os.fsync(handle)

    def _entries(self) -> dict[str, Entry]:
        """Id -> the last that was written of it; a line that was cut off is passed over."""
        found: dict[str, Entry] = {}
        with suppress(*reading.ABSENT):
            for line in files.content(self.path).splitlines():
                with suppress(ValueError, KeyError, TypeError):
                    each = documents.json_value(line)
                    found[str(each["id"])] = Entry(max(0.0, float(each["usd"])), bool(each["is_paid"]))
        return found
