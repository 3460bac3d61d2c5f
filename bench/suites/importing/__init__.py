"""Suites of others, from their files as their owners ship them: one module per importer, and what all of them share.

Imported from here: `names`, `importer`, `import_suite`. An importer reads a folder and gives drafts of cases; `writing`
makes a suite of them, which `bench.suites.load` reads like any other. Knows `bench.suites`, `bench.media` and
`bench.base`. Nothing is fetched, and nothing of the owners' is part of this package. A new importer: a module with an
IMPORTER, and its name in the table below.
"""

from __future__ import annotations

from pathlib import Path

from bench.base.progress import Progress
from bench.errors import UsageError, meant
from bench.suites import suite_files
from bench.suites.importing import i2v_bench, msrvtt, ucf101, vbench_i2v, vbvr, wbench, writing
from bench.suites.importing.drafts import Importer, Options
from bench.types import Suite

__all__ = ["Importer", "Options", "import_suite", "importer", "names"]

_IMPORTERS: dict[str, Importer] = {
    module.IMPORTER.name: module.IMPORTER for module in (vbench_i2v, i2v_bench, vbvr, wbench, ucf101, msrvtt)
}


def names() -> list[str]:
    """Every suite that can be imported, in the order in which they are listed."""
    return list(_IMPORTERS)


def importer(name: str) -> Importer:
    """What is known of a suite that can be imported.

    Raises:
        UnknownName: there is no importer of that name.
    """
    return _IMPORTERS[meant("suite", name, _IMPORTERS, hint="see bench suite import --help")]


def import_suite(
    name: str,
    folder: Path,
    to: Path,
    options: Options | None = None,
    called: str = "",
    progress: Progress | None = None,
) -> Suite:
    """Writes a suite from its owners' files; pictures that an earlier call wrote are kept.

    Args:
        name: of the importer.
        folder: with the owners' files.
        to: folder of suites; the suite's own is made in it.
        options: of the importer.
        called: name of the suite; '' for the importer's.
        progress: is told about pictures.

    Returns:
        The suite, as bench.suites.load reads it.

    Raises:
        UsageError: the folder is laid out otherwise, a file in it is missing or broken, or another suite is in the way.
        StorageFailed: the suite cannot be written.
    """
    found, asked = importer(name), options or Options()
    called = called or found.name
    if not suite_files.is_case_id(called):
        raise UsageError(f"a suite is called by letters, digits, '.', '_' or '-', not '{called}'")
    unknown = [each for each in asked.given() if each not in found.takes]
    if unknown:
        raise UsageError(f"{found.name} takes no --{unknown[0]}: leave it out")
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: give the one that holds {found.files}")
    return writing.write(found, found.drafts(folder, asked), to / called, asked, progress or Progress())
