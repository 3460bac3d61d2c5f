"""The ledger of a run: what services were asked for, one file per case and seed.

    <run>/tasks/<case>-<seed>.json

A run that is resumed polls the tasks in it, and does not pay for them again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.base import files
from bench.errors import BadResults
from bench.runs.stored_values import case_and_seed
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
            BadResults: the file cannot be read; going on without it might pay twice.
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
            BadResults: the file of earlier tasks cannot be read.
        """
        known = {each.id: each for each in self.tasks(case, seed)} | {task.id: task}
        files.write_json(self._file(case, seed), [asdict(each) for each in known.values()])

    def spent(self) -> dict[tuple[str, int], float]:
        """US dollars by case and seed: every task counts, failed ones with what is known of their cost."""
        named = {case_and_seed(path): path for path in self.path.glob("*.json")}
        return {key: sum(task.cost or 0.0 for task in _tasks(path)) for key, path in named.items() if key}

    def _file(self, case: str, seed: int) -> Path:
        return self.path / f"{case}-{seed}.json"


def _tasks(path: Path) -> tuple[RemoteTask, ...]:
    try:
        return tuple(RemoteTask(**each) for each in json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BadResults(f"{path} cannot be read: {error}; delete it to have the clip made anew") from error
