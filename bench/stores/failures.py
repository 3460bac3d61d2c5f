"""What went wrong between a store and us, whichever library says so: there already, gone, refused, or worth a retry."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import Any

from bench.base.http_errors import TRANSIENT


class Failure(Enum):
    """What a failed request means."""

    EXISTS = auto()
    MISSING = auto()
    REFUSED = auto()
    TRANSIENT = auto()
    OTHER = auto()


STATUSES = {
    401: Failure.REFUSED,
    403: Failure.REFUSED,
    404: Failure.MISSING,
    409: Failure.TRANSIENT,
    412: Failure.EXISTS,
}
"""409 is what S3 answers when two conditional writes of one name meet: neither has lost yet."""

CODES = frozenset({"RequestTimeout", "IncompleteBody", "BadDigest", "XAmzContentSHA256Mismatch"})
"""Codes of S3 that come with status 400, and are about the way rather than the request."""

BROKEN_OFF = frozenset({
    "aiohttp.client_exceptions.ClientConnectionError", "aiohttp.client_exceptions.ClientPayloadError",
    "azure.core.exceptions.ServiceRequestError", "azure.core.exceptions.ServiceResponseError",
    "botocore.exceptions.ConnectionError", "botocore.exceptions.FlexibleChecksumError",
    "botocore.exceptions.HTTPClientError", "botocore.exceptions.IncompleteReadError",
    "botocore.parsers.ResponseParserError", "httpx.TransportError",
    "requests.exceptions.ConnectionError", "requests.exceptions.Timeout",
})  # fmt: skip
"""Classes of errors without an answer, or with half of one; their libraries are not imported to ask."""


class Damaged(Exception):
    """An object arrived with other bytes than its digest says."""


def kind(error: BaseException) -> Failure:
    """What an error of a request means."""
    if isinstance(error, FileExistsError):
        return Failure.EXISTS
    if isinstance(error, FileNotFoundError):
        return Failure.MISSING
    chain = list(_chain(error))
    if any(
        isinstance(each, (TimeoutError, ConnectionError, Damaged)) or _is_broken_off(each) for each in chain
    ):
        return Failure.TRANSIENT
    for each in chain:
        status = _status(each)
        if status is not None:
            return Failure.TRANSIENT if _is_passing(status, each) else STATUSES.get(status, Failure.OTHER)
    is_refused = isinstance(error, PermissionError) or type(error).__name__ == "NoCredentialsError"
    return Failure.REFUSED if is_refused else Failure.OTHER


def _chain(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _is_passing(status: int, error: BaseException) -> bool:
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return status in TRANSIENT or code in CODES


def _status(error: BaseException) -> int | None:
    """The status of HTTP that an error carries, where its library keeps it."""
    response: Any = getattr(error, "response", None)
    if isinstance(response, dict):
        response = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return response if isinstance(response, int) else None
    found = (
        getattr(response, "status_code", None),
        *(getattr(error, name, None) for name in ("status_code", "status", "code")),
    )
    return next((each for each in found if isinstance(each, int) and 100 <= each < 600), None)


def _is_broken_off(error: BaseException) -> bool:
    return any(f"{each.__module__}.{each.__qualname__}" in BROKEN_OFF for each in type(error).__mro__)
