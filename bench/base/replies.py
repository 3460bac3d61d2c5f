"""Answers of servers with a limit: bytes once unpacked, and seconds.

A reply of 2.7 MB takes 2.4 GB if it is unpacked without a look at what comes out, and one that sends a byte per minute
never ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx

LIMIT = "bench_bytes"
"""Extension of a request of httpx: how many bytes its answer may have, in place of the connection's usual limit."""

PACKINGS = frozenset({"", "identity", "gzip", "deflate"})
"""Encodings that are unpacked step by step; others, which were not asked for, may grow a thousandfold in one step."""

PIECE = 8 << 10


class BadAnswer(httpx.DecodingError):
    """An answer that is too large, takes too long or is packed oddly; the same request would bring the same."""

    is_final = True


class Pieces(httpx.SyncByteStream):
    """Bytes in pieces of at most PIECE: one of 64 KB becomes 64 MB when it is unpacked."""

    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self.stream = stream

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.stream:
            yield from (chunk[start : start + PIECE] for start in range(0, len(chunk), PIECE))

    def close(self) -> None:
        self.stream.close()


class Limited(httpx.SyncByteStream):
    """The unpacked bytes of an answer, up to a limit.

    Args:
        answer: not yet read.
        most: bytes.
        is_late: whether its time is over.

    Raises:
        BadAnswer: while it is read.
    """

    def __init__(self, answer: httpx.Response, most: int, is_late: Callable[[], bool]) -> None:
        stream = Pieces(answer.stream)  # type: ignore[arg-type]  # of a client that is not asynchronous
        self.packed = httpx.Response(answer.status_code, headers=answer.headers, stream=stream)
        self.request, self.most, self.is_late = answer.request, most, is_late

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self.packed.iter_bytes():
            size += len(chunk)
            if size > self.most:
                raise BadAnswer(f"its answer has more than {self.most} bytes", request=self.request)
            if self.is_late():
                raise BadAnswer("its answer does not end", request=self.request)
            yield chunk

    def close(self) -> None:
        self.packed.close()


def limit(answer: httpx.Response, usual: int, is_late: Callable[[], bool]) -> None:
    """Puts a limit on an answer that is not yet read, however it is read later; for httpx's hook.

    Args:
        answer: as it begins.
        usual: bytes, unless its request says another number.
        is_late: whether its time is over.

    Raises:
        BadAnswer: it is packed in a way that was not asked for.
    """
    packing = answer.headers.get("content-encoding", "").strip().lower()
    if packing not in PACKINGS:
        answer.close()
        raise BadAnswer(
            f"its answer is packed as '{packing[:20]}', which was not asked for", request=answer.request
        )
    most = int(answer.request.extensions.get(LIMIT, usual))
    answer.stream = Limited(answer, most, is_late)
    for name in ("content-encoding", "content-length"):
        answer.headers.pop(name, None)
