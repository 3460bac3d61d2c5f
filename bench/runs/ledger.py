"""The ledger of a run: what services were asked for, one file per case and seed.

    <run>/tasks/<case>-<seed>.json

A run that is resumed polls the tasks in it, and does not pay for them again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from bench.base import files
from bench.errors import BadResults
from bench.runs import stored_values
from bench.types import RemoteTask


@dataclass(frozen=True)
class Ledger:
    """The tasks of a run.

    Attributes:
        path: of its folder; made with the first entry.
    """

    path: Path

    def tasks(self, case: str, seed: int) -> tuple[RemoteTask, ...]:
        """The tasks for a clip, the oldest first.

        Raises:
            BadResults: the file is broken; going on without it might pay twice.
            StorageFailed: it cannot be read now.
        """
        path = self._file(case, seed)
        return _tasks(path) if path.exists() else ()

    def pending(self, case: str, seed: int) -> RemoteTask | None:
        """The newest task that a clip can still come of."""
        return next((task for task in reversed(self.tasks(case, seed)) if not task.is_over), None)

    def note(self, case: str, seed: int, task: RemoteTask) -> None:
        """Stores a task, in place of its earlier state.

        Args:
            case, seed: of the clip.
            task: a new one, or one of the same id in its present state.

        Raises:
            BadResults: the file of earlier tasks is broken.
            StorageFailed: it cannot be read now.
        """
        known = {each.id: each for each in self.tasks(case, seed)} | {task.id: task}
        files.write_json(self._file(case, seed), [asdict(each) for each in known.values()])

    def spent(self) -> dict[tuple[str, int], float]:
        """US dollars by case and seed: every task counts, failed ones with what is known of their cost."""
        named = {stored_values.case_and_seed(path): path for path in self.path.glob("*.json")}
        return {key: sum(task.cost or 0.0 for task in _tasks(path)) for key, path in named.items() if key}

    def _file(self, case: str, seed: int) -> Path:
        return self.path / f"{case}-{seed}.json"


def _tasks(path: Path) -> tuple[RemoteTask, ...]:
    try:
        return stored_values.read(tuple[RemoteTask, ...], path)
    except BadResults as error:
        raise BadResults(f"{error}; delete it to have the clip made anew") from error
