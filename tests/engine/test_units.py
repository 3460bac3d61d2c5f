"""Shards: every clip is of exactly one, and which one a process is comes from its words alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.engine.units import Shard, clip_key, samples_of, shard_named
from bench.errors import UsageError
from bench.types import Run

RUN = Run("svd-vbench-i2v-abc", "svd", "svd", "", "", 1, {}, "", "vbench-i2v", "1", True)
CLIPS = [(f"case-{number}", seed) for number in range(1118) for seed in range(5)]


@pytest.mark.parametrize("count", [1, 2, 7, 512])
def test_every_clip_is_of_exactly_one_shard(count: int) -> None:
    shares = [Shard(index, count).clips(RUN, CLIPS) for index in range(count)]
    assert sum(map(len, shares)) == len(CLIPS) == len(frozenset().union(*shares))


def test_shares_are_about_as_large() -> None:
    """A hash: 5,590 clips in 8 shares are 699 each, give or take 25 (one standard deviation)."""
    sizes = [len(Shard(index, 8).clips(RUN, CLIPS)) for index in range(8)]
    assert all(699 - 100 < size < 699 + 100 for size in sizes)


def test_a_shard_is_the_same_in_every_process_and_differs_by_run() -> None:
    """A golden share: machines with other versions of Python must agree."""
    keys = [clip_key(RUN, case, seed) for case, seed in CLIPS[:20]]
    assert [number for number, key in enumerate(keys) if Shard(0, 4).has(key)] == [6, 7, 13, 14, 19]
    other = replace(RUN, id="wan-vbench-i2v-def")
    assert Shard(0, 4).clips(RUN, CLIPS) != Shard(0, 4).clips(other, CLIPS)


def test_all_samples_without_a_shard() -> None:
    assert samples_of(None, RUN, []) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("8/8", "shards are counted from 0, as 0/8 to 7/8, not 8/8"),
        ("1/0", "there is at least one shard, not 0"),
        ("3", "a shard is as 0/8, the first of eight, or 'rank' or 'slurm', not '3'"),
        ("-1/8", "a shard is as 0/8"),
        ("1/8/2", "a shard is as 0/8"),
        ("١/٨", "a shard is as 0/8"),
        ("rank", "--shard rank reads RANK, which is '': state the shard, as 0/8"),
        ("slurm", "--shard slurm reads SLURM_ARRAY_TASK_MIN, which is ''"),
    ],
)
def test_what_is_no_shard_is_refused(words: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        shard_named(words, {})
    assert message in str(refused.value)


def test_launchers_are_asked_by_name_only() -> None:
    variables = {"RANK": "2", "WORLD_SIZE": "4", "SLURM_ARRAY_TASK_ID": "9"}
    variables |= {"SLURM_ARRAY_TASK_MIN": "5", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_STEP": "2"}
    assert shard_named("", variables) is None
    assert shard_named("3/8", variables) == Shard(3, 8)
    assert shard_named("rank", variables) == Shard(2, 4)
    assert shard_named("slurm", variables) == Shard(2, 3)
