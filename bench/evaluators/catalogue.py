"""The catalogue of metrics: every card, its evaluator and group, and the grammar of `metric[setting=value]`.

Pages and tables take from here everything they say about a metric: title, unit, range, direction, group and place among
the others. Cards come from the evaluators that are registered on this machine and from files of rows, so that a
plug-in's rows read the same where the plug-in is not installed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import evaluators
from bench.base import settings, weights
from bench.base.wording import number
from bench.errors import meant
from bench.evaluators import Evaluator
from bench.types import MetricCard

GROUPS: Mapping[str, str] = {
    "Motion": "How much moves, how smoothly, and does it move as requested?",
    "Input image": "Does the clip start from the input image, and keep what it should?",
    "Consistency": "Do neighbouring frames belong together, without drift?",
    "Flicker": "Does it flicker, jump or repeat frames?",
    "Text": "Does it follow the prompt?",
    "Distance": "How far are the clips as a set from real ones?",
    "Cost": "What does a clip cost in time, memory and money?",
}
"""Group -> the question that its metrics answer, in the order of groups."""

OTHER = "Other"
"""The group of metrics whose cards name none."""

HEADLINE = (
    "motion_share", "motion_area", "first_frame_ssim", "ssim_mean", "motion_smoothness", "flicker_compensated",
    "colour_drift", "clipsim",
)  # fmt: skip
"""The metrics of a table that has room for eight: one per question that people ask first."""

MOTION = "motion_share"
"""The metric that says whether anything moves. It comes first, since most others are best if nothing does."""


@dataclass(frozen=True)
class Catalogue:
    """Cards by name, and what follows from them.

    Attributes:
        cards: metric -> its card.
        owners: metric -> the evaluator that measures it, for evaluators that are registered here.
        stored: (metric, version) -> the card that rows of this version were stored with.
    """

    cards: Mapping[str, MetricCard]
    owners: Mapping[str, str]
    stored: Mapping[tuple[str, int], MetricCard]

    def own(self) -> list[MetricCard]:
        """The cards of evaluators that are registered here."""
        return [card for name, card in self.cards.items() if name in self.owners]

    def names(self) -> set[str]:
        """What metrics are asked for by: their own names, and those of their evaluators."""
        return {*self.cards, *self.owners.values()}

    def knows(self, metric: str) -> bool:
        """Whether there is a card."""
        return bare(metric) in self.cards

    def card(self, metric: str, version: str = "") -> MetricCard:
        """The card of a metric, with any settings; `unknown` if there is none.

        Args:
            metric: its name, with settings if any.
            version: of the rows that the card is for; '' for any.
        """
        name = bare(metric)
        own = self.cards.get(name) or unknown(name)
        return self.stored.get((name, card_version(version)), own) if version else own

    def owner(self, metric: str) -> str:
        """The evaluator that measures it; '' if none here does."""
        return self.owners.get(bare(metric), "")

    def heading(self, metric: str) -> str:
        """'First frame matches image ↑', with the settings in its name, if any."""
        words = ",".join(words_of_settings(metric))
        card = self.card(metric)
        return replace(card, title=f"{card.title or card.name} [{words}]").heading if words else card.heading

    def group(self, metric: str) -> str:
        """The name of its group."""
        return self.card(metric).group or OTHER

    def groups(self, metrics: Iterable[str]) -> dict[str, list[str]]:
        """Group -> its metrics: the groups of GROUPS in their order, then plug-ins' own by name, then OTHER."""
        found: dict[str, list[str]] = {}
        for metric in dict.fromkeys(metrics):
            found.setdefault(self.group(metric), []).append(metric)
        order = [*GROUPS, *sorted(set(found) - {*GROUPS, OTHER}), OTHER]
        return {name: self._leads_first(found[name]) for name in order if name in found}

    def ordered(self, metrics: Iterable[str]) -> list[str]:
        """Each metric once: that of motion, then by group; within a group leads first, then main metrics."""
        found = [metric for members in self.groups(metrics).values() for metric in members]
        return sorted(found, key=lambda metric: bare(metric) != MOTION)

    def main(self, metrics: Iterable[str]) -> list[str]:
        """Those that tables show by default; metrics without a card are among them."""
        return [metric for metric in metrics if not self.knows(metric) or self.card(metric).is_main]

    def headline(self, measured: Collection[str]) -> list[str]:
        """At most eight metrics, among those that have values: those of HEADLINE, or else a few per group."""
        found = [metric for name in HEADLINE for metric in measured if bare(metric) == name]
        return (found or self.essential(measured))[: len(HEADLINE)]

    def essential(self, measured: Collection[str]) -> list[str]:
        """A few metrics per group, among those that have values; the metric of motion first."""
        found = []
        for members in self.groups(measured).values():
            leads = [metric for metric in members if self.card(metric).is_lead]
            found += leads or self.main(members) or members
        return self.ordered(found)

    def with_motion(self, metrics: Sequence[str], there: Collection[str]) -> list[str]:
        """The metric of motion, if it is among those that are there, then the others in their order."""
        motion = [metric for metric in there if bare(metric) == MOTION]
        return motion + [metric for metric in metrics if metric not in motion]

    def chosen(self, names: Sequence[str], measured: Sequence[str]) -> list[str]:
        """The metrics that names stand for, among those that have values.

        Args:
            names: metrics, with settings or for any settings, or evaluators for their main metrics (for all of them if
                none is main); empty for all main metrics, 'all' for all.
            measured: metrics that have values, with settings.

        Raises:
            UnknownName: a name is neither a metric nor an evaluator of this machine, nor measured.
        """
        measured = list(dict.fromkeys(measured))
        if not names or "all" in names:
            return measured if names else self.main(measured)
        return list(dict.fromkeys(metric for name in names for metric in self._named(name, measured)))

    def _named(self, name: str, measured: Sequence[str]) -> list[str]:
        name = meant("metric", name, {*self.names(), *measured})
        own = [metric for metric in measured if self.owner(metric) == name]
        exact = [metric for metric in measured if name in (metric, bare(metric))]
        of_owner = self.main(own) or own
        return (
            exact + of_owner or [metric for metric, owner in self.owners.items() if owner == name] or [name]
        )

    def _leads_first(self, metrics: Sequence[str]) -> list[str]:
        cards = {metric: self.card(metric) for metric in metrics}
        return sorted(metrics, key=lambda metric: (not cards[metric].is_lead, not cards[metric].is_main))


def registered(stored: Iterable[MetricCard] = ()) -> Catalogue:
    """The catalogue of this machine.

    Args:
        stored: cards that came with rows; for rows of their version they take precedence over those of this machine,
            but none turns a metric's direction around.
    """
    owners = {card.name: name for name in evaluators.registry for card in evaluators.registry[name].cards}
    here = {card.name: card for name in evaluators.registry for card in evaluators.registry[name].cards}
    came = {(card.name, card.version): card for card in stored}
    for card in here.values():
        theirs = came.get((card.name, card.version), card)
        if theirs.direction != card.direction:
            came[card.name, card.version] = card
    newest = {name: card for (name, _), card in sorted(came.items(), key=lambda item: item[0])}
    return Catalogue({**newest, **here}, owners, came)


def unknown(name: str) -> MetricCard:
    """The card of a metric without one: no unit, no range, no better direction."""
    return MetricCard(name, 0, "none", "", None, None, definition="", source="", blind_to="")


def span(card: MetricCard) -> str:
    """The range of possible values: '0 … 1', '≥ 0', 'any'.

    >>> span(replace(unknown("ssim_mean"), low=-1.0, high=1.0))
    '-1 … 1'
    """
    if card.low is None:
        return "any" if card.high is None else f"≤ {number(card.high)}"
    return f"≥ {number(card.low)}" if card.high is None else f"{number(card.low)} … {number(card.high)}"


# Names and versions of measured metrics: 'clipsim[model=ViT-L-14]' at '1+40d36571'


def full_name(card: MetricCard, evaluator: Evaluator) -> str:
    """The metric's name; settings other than the default make it another metric: 'clipsim[model=ViT-L-14]'."""
    changed = settings.changed(evaluator.settings)
    words = [f"{name}={_short(value)}" for name, value in changed.items() if name not in evaluator.neutral]
    return f"{card.name}[{','.join(words)}]" if words else card.name


def full_version(card: MetricCard, evaluator: Evaluator) -> str:
    """The metric's version and the identities of the weights it uses, and of texts: '1', or '1+40d36571'."""
    identities = filter(None, map(weights.identity, evaluator.weights()))
    return "+".join([str(card.version), *identities, *evaluator.marks()])


def bare(metric: str) -> str:
    """The name without settings.

    >>> bare("clipsim[model=ViT-L-14]")
    'clipsim'
    """
    return metric.partition("[")[0]


def words_of_settings(metric: str) -> list[str]:
    """The settings in a name; none for the defaults.

    >>> words_of_settings("clipsim[model=ViT-L-14,weights=openai]")
    ['model=ViT-L-14', 'weights=openai']
    """
    return [words for words in metric.removesuffix("]").partition("[")[2].split(",") if words]


def card_version(version: str) -> int:
    """The version of the card that a measured version is based on; 0 for a text that is no version.

    >>> card_version("1+40d36571")
    1
    """
    digits = version.partition("+")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 0  # files may have thousands of digits


def _short(value: Any) -> str:
    """A setting as text; of a path only the last part, since the file's digest is in the version."""
    return value.name if isinstance(value, Path) else str(value)
