"""What set-level metrics keep of each clip: one vector per clip digest, on disk, so that each clip is seen once."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bench.base import documents, files, reading, sealed, verified
from bench.errors import BenchError, NotMeasurable, reason
from bench.runs import buckets
from bench.types import MetricCard


class Featured(Protocol):
    """What a store needs of a set evaluator: its name and all that decides its features."""

    @property
    def name(self) -> str: ...
    @property
    def cards(self) -> Sequence[MetricCard]: ...
    def protocol(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class FeatureStore:
    """The vectors of one protocol; other settings or weights of an evaluator are another store.

    Attributes:
        folder: of the vectors, named by the digest of the protocol.
    """

    folder: Path

    @classmethod
    def of_run(cls, run: Path, evaluator: Featured) -> FeatureStore:
        """The features of a run's clips, in the run's folder."""
        return cls(run / "features" / _protocol_name(evaluator))

    @classmethod
    def of_references(cls, evaluator: Featured) -> FeatureStore:
        """The features of reference clips, in the cache, once for all runs."""
        return cls(files.cache() / "features" / _protocol_name(evaluator))

    def __contains__(self, sha256: str) -> bool:
        return self.has_features(sha256) or self._why_not(sha256) is not None

    def has_features(self, sha256: str) -> bool:
        """Whether the clip with this digest has a vector, and it is as it was written."""
        buckets.bring_features(self._vector(sha256))
        return verified.is_sound(self._vector(sha256), is_vector)

    def is_broken(self, sha256: str) -> bool:
        """Whether there is a vector of the clip with this digest that is not as it was written."""
        return self._vector(sha256).exists() and not self.has_features(sha256)

    def read(self, sha256: str) -> NDArray[np.float64]:
        """(D,) float64: the vector of the clip with this digest.

        Raises:
            NotMeasurable: the clip has none to give, for the reason that was stored.
            BenchError: something broke, for the reason that was stored.
            StorageFailed: it cannot be read now.
        """
        if not self.has_features(sha256):
            raise self._why_not(sha256) or BenchError("it was never looked at")
        return np.asarray(_vector(self._vector(sha256)), dtype=np.float64)

    def write(self, sha256: str, features: NDArray[np.float64]) -> None:
        """Keeps the vector of a clip.

        Raises:
            BenchError: it holds NaN or infinity.
        """
        found = _finite(features)

        def save(temporary: Path) -> None:
            with temporary.open("wb") as file:
                np.save(file, found.astype(np.float64), allow_pickle=False)

        files.write(self._vector(sha256), save)
        verified.write_digest(self._vector(sha256))
        self._failure(sha256).unlink(missing_ok=True)

    def keep(self, sha256: str, features: Callable[[], NDArray[np.float64]]) -> None:
        """Keeps the vector of a clip, or why there is none.

        Raises:
            StorageFailed: the disk failed, which says nothing about the clip.
        """
        try:
            found = _finite(features())
        except Exception as error:
            reading.refuse(error)
            self.fail(sha256, error)
        else:
            self.write(sha256, found)

    def fail(self, sha256: str, error: Exception) -> None:
        """Keeps why a clip has no vector."""
        content = {"is_measurable": not isinstance(error, NotMeasurable), "reason": reason(error)}
        files.write_text(self._failure(sha256), sealed.text(content))

    def forget_failures(self) -> None:
        """Forgets why clips have no vector, so that they are tried again."""
        for path in self.folder.glob("*.json"):
            path.unlink()

    def _why_not(self, sha256: str) -> BenchError | None:
        """Why a clip has no vector; None where nothing is stored, or what is stored is broken."""
        try:
            stored = reading.content(self._failure(sha256))
            sealed.check(stored)
            failure = documents.json_value(stored)
            kind = NotMeasurable if failure["is_measurable"] is False else BenchError
            return kind(str(failure["reason"]))
        except (*reading.ABSENT, ValueError, TypeError, KeyError):
            return None

    def _vector(self, sha256: str) -> Path:
        return self.folder / f"{sha256}.npy"

    def _failure(self, sha256: str) -> Path:
        return self.folder / f"{sha256}.json"


def _finite(features: NDArray[np.float64]) -> NDArray[np.float64]:
    if not np.isfinite(features).all():
        raise BenchError(f"{int((~np.isfinite(features)).sum())} of {features.size} features are not finite")
    return features


def _vector(path: Path) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.load(BytesIO(reading.content(path)), allow_pickle=False)
    return found


def is_vector(path: Path) -> bool:
    """Whether a file without a digest, of an earlier version, can be what was written."""
    try:
        found = _vector(path)
    except (ValueError, EOFError, SyntaxError, MemoryError, zipfile.BadZipFile):  # whatever the header says
        return False
    return isinstance(found, np.ndarray) and found.dtype == np.float64 and bool(np.isfinite(found).all())


def _protocol_name(evaluator: Featured) -> str:
    protocol = {"version": evaluator.cards[0].version, **evaluator.protocol()}
    return f"{evaluator.name}-{files.digest(protocol)[:12]}"
