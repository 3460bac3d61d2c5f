"""Protocols of papers: a suite, its metrics and their settings under one name, as `ucf101@1`.

The suite is made by `bench suite import` of the dataset as its owners ship it; how clips, frames and prompts are chosen
is documented there. A run whose suite is missing is refused before a clip is made. A protocol whose rules change gets
another version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bench import suites
from bench.engine.requests import MetricRequest, Selection
from bench.errors import UsageError, meant


@dataclass(frozen=True)
class Protocol:
    """What a paper's protocol fixes, as far as it says so; docs/protocols.md has what we decided.

    Attributes:
        name, version: as in `ucf101@1`.
        suite: that `bench suite import` makes.
        cases: how many it has.
        metrics: names of evaluators; all of them are measured.
        settings: of these, as 'evaluator.name=value'.
        left_out: what papers report beside, and why it is not part of this.
    """

    name: str
    version: int
    suite: str
    cases: int
    metrics: tuple[str, ...]
    settings: tuple[str, ...]
    left_out: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


FVD = ("fvd.fps=8", "fvd.resize=videogpt")
"""16 frames at 8 per second, resized as VideoGPT and TATS do, whose code ConsistI2V used."""

PROTOCOLS: Mapping[str, Protocol] = MappingProxyType(
    {
        str(each): each
        for each in (
            Protocol(
                "ucf101", 1, "ucf101", 2048, ("fvd",), FVD,
                "IS: its network is a program (TorchScript) whose digest nobody has published. FID of frames.",
            ),
            Protocol("msrvtt", 1, "msrvtt", 2990, ("fvd", "clipsim"), FVD, ""),
        )
    }
)  # fmt: skip
"""Name and version -> protocol."""


def chosen(
    name: str, selection: Selection, metrics: MetricRequest, default: MetricRequest
) -> tuple[Selection, MetricRequest]:
    """The cases and metrics of a protocol, or those that were asked for, if there is none.

    Args:
        name: 'ucf101@1'; '' for no protocol.
        selection: as it was asked for; its suite may be another name of the protocol's.
        metrics: as they were asked for.
        default: as they are if nothing is asked for.

    Raises:
        UnknownName: there is no such protocol.
        UsageError: cases, seeds, metrics, settings or views are asked for beside it; the suite is not here, or not the
            one that the protocol is about.
    """
    if not name:
        return selection, metrics
    protocol = PROTOCOLS[meant("protocol", name, PROTOCOLS)]
    if replace(selection, suite=Selection.suite) != Selection() or metrics != default:
        raise UsageError(
            f"{protocol} fixes cases, seeds, metrics, their settings and views: leave those options out, or say"
            f" --suite {protocol.suite} in place of --protocol"
        )
    suite = protocol.suite if selection.suite == Selection.suite else selection.suite
    _check(protocol, suite)
    return Selection(suite), MetricRequest(protocol.metrics, protocol.settings, (None,))


def _check(protocol: Protocol, name: str) -> None:
    command = f"bench suite import {protocol.suite}"
    if name == protocol.suite and name not in suites.names():
        raise UsageError(
            f"{protocol} needs suite {protocol.suite}: {command} DIR makes it of the dataset in DIR"
        )
    suite = suites.load(name)
    made_by = suite.made_by.partition(", from ")[0]
    if made_by.split()[:4] != command.split() or len(suite.cases) != protocol.cases:
        raise UsageError(
            f"{protocol} is about the {protocol.cases} cases that `{command} DIR` makes; {suite} has {len(suite.cases)}"
            f" and was made by {made_by or 'hand'}"
        )
