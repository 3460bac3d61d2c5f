"""The suite that a run's folder describes, with the files that are what they were when the run was made.

The folder may come from a stranger, and names files of this machine: one is shown only if it holds what the case's
digest says, which only somebody who knows the file can state.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench import suites
from bench.errors import UsageError
from bench.suites import cases
from bench.types import Case, Suite


def recalled(stored: Suite) -> Suite:
    """The suite from where it lies now, if it is there in its version; else as stored, without files that differ."""
    return original(stored) or replace(stored, cases=tuple(map(_with_own_files, stored.cases)))


def original(stored: Suite) -> Suite | None:
    """The suite from where it lies now, in the version that was stored; None if it is not there, or has no folder."""
    for place in (stored.folder, stored.name) if stored.folder else ():
        try:
            found = suites.load(place)
        except UsageError:
            continue
        if found.id == stored.id:
            return found
    return None


def _with_own_files(case: Case) -> Case:
    """The case; without its files if they are not what its digest says."""
    if cases.has_digest(case):
        return case
    return replace(case, image=Path(f"no image of {case.id}"), reference=None, keyframes=(), keep=None)
