"""How soon, how often and as how many voters votes may come; and what is forgotten."""

from __future__ import annotations

from bench.votes import limits
from bench.votes.limits import Caller, Limits


def _refused(of: Limits, voter: str, now: float, session: str = "s", address: str = "") -> str:
    return of.refused(Caller(voter, session, address), 5.0, now)


def test_nobody_has_looked_at_two_clips_in_a_second() -> None:
    of = Limits()
    assert "look at both clips first, for 1.5 s" in of.refused(Caller("v", "s", ""), 1.4, 0.0)
    assert of.refused(Caller("v", "s", ""), 1.5, 0.0) == ""


def test_a_session_votes_twenty_times_per_minute() -> None:
    of = Limits()
    taken = [now for now in range(120) if not _refused(of, "v", float(now))]
    assert {sum(start <= now <= start + 60 for now in taken) for start in (0, 61)} == {20}
    assert max(sum(start <= now <= start + 60 for now in taken) for start in range(120)) == 20


def test_new_sessions_of_one_address_share_its_limit() -> None:
    of = Limits(voters=2)
    taken = [n for n in range(100) if not _refused(of, "v", n / 100, session=f"s{n}")]
    assert len(taken) == 2 * limits.MOST_PER_MINUTE


def test_an_address_has_a_few_voters_per_day() -> None:
    of = Limits(voters=3)
    refused = [_refused(of, f"v{n}", 60.0 * n, f"s{n}", "10.0.0.1") for n in range(5)]
    assert [bool(each) for each in refused] == [False, False, False, True, True]
    assert refused[3].startswith("3 voters have come from this address today")
    assert "--voters" in refused[3]
    assert _refused(of, "v1", 400.0, "another", "10.0.0.1") == ""  # who is known goes on
    assert _refused(of, "v9", 400.0, "s9", "10.0.0.2") == ""
    assert _refused(of, "v9", limits.DAY + 200.0, "s9", "10.0.0.1") == ""


def test_what_is_over_is_forgotten() -> None:
    of = Limits()
    for n in range(50):
        _refused(of, "v", n * 2 * limits.DAY, f"s{n}", f"10.0.0.{n}")
    assert (len(of._votes), len(of._voters)) == (2, 1)
