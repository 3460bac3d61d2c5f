"""What keeps one visitor from being many voters: how soon a vote may come, and how many votes and voters may.

Known to one board, in its memory, for a day: nothing of it is written beside the votes, and a board that is started
anew begins to count anew.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

MIN_SECONDS = 1.5
"""Shortest time from the showing of a pair to a vote on it: in less, nobody has looked at two clips."""

MOST_PER_MINUTE = 20
"""Votes per session; per address, that many for each voter that it may have."""

VOTERS = 5
"""Voters per address and day, if the board's owner says nothing else."""

MINUTE, DAY = 60.0, 86_400.0


@dataclass(frozen=True)
class Caller:
    """Who votes.

    Attributes:
        voter: the id in the file of votes.
        session: of a visit, from the opening of a page to its end.
        address: that the visit comes from, '' for this machine; several people may share one.
    """

    voter: str
    session: str
    address: str


class Limits:
    """The votes of the last minute and the voters of the last day, counted for all visitors.

    Attributes:
        voters: that one address may have per day.
    """

    def __init__(self, voters: int = VOTERS) -> None:
        self.voters = voters
        self._lock = threading.Lock()
        self._votes: dict[str, deque[float]] = {}
        self._voters: dict[str, dict[str, float]] = {}

    def refused(self, caller: Caller, seconds: float, now: float) -> str:
        """Why a vote is not taken; '' for one that is, which counts from now on.

        Args:
            caller: who votes.
            seconds: since the pair was shown.
            now: seconds of a clock that only goes forwards.
        """
        if seconds < MIN_SECONDS:
            return f"look at both clips first, for {MIN_SECONDS:g} s at least"
        with self._lock:
            self._forget(now)
            objection = self._objection(caller)
            if not objection:
                for name in (f"session {caller.session}", f"address {caller.address}"):
                    self._votes.setdefault(name, deque()).append(now)
                self._voters.setdefault(caller.address, {})[caller.voter] = now
            return objection

    def _objection(self, caller: Caller) -> str:
        voters = self._voters.get(caller.address, {})
        if caller.voter not in voters and len(voters) >= self.voters:
            return (
                f"{len(voters)} voters have come from this address today, and that is the limit: whoever started the "
                "board can raise it with --voters"
            )
        of_session = len(self._votes.get(f"session {caller.session}", ()))
        of_address = len(self._votes.get(f"address {caller.address}", ()))
        if of_session >= MOST_PER_MINUTE or of_address >= MOST_PER_MINUTE * self.voters:
            return f"more than {MOST_PER_MINUTE} votes per minute: wait a little"
        return ""

    def _forget(self, now: float) -> None:
        """What is older than a minute, or a day, so that memory does not grow."""
        for name, times in list(self._votes.items()):
            while times and now - times[0] > MINUTE:
                times.popleft()
            if not times:
                del self._votes[name]
        for address, voters in list(self._voters.items()):
            self._voters[address] = {each: then for each, then in voters.items() if now - then <= DAY}
            if not self._voters[address]:
                del self._voters[address]
