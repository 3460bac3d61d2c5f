"""The catalogue of metrics: every card, who measures it, its group, and the grammar of `metric[setting=value]`.

What a page or a table says of a metric, it asks here: the title for people, unit, range, direction, group and place
among the others. Cards are those of the evaluators that are registered on this machine, and those that files of rows
brought along: rows of somebody's plug-in read the same where the plug-in is not installed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import evaluators
from bench.base import settings
from bench.base.wording import number
from bench.errors import UnknownName
from bench.evaluators import Evaluator
from bench.types import MetricCard

GROUPS: Mapping[str, str] = {
    "Motion": "How much moves, how smoothly, and where it was told to?",
    "Input image": "Does the clip begin as the input image, and keep what it was given?",
    "Consistency": "Do neighbouring frames belong together, without drift?",
    "Flicker": "Does it flicker, jump or repeat frames?",
    "Text": "Does it do what the prompt says?",
    "Distance": "How far are all clips together from real ones?",
    "Cost": "What does a clip take?",
}
"""Group -> the question that its metrics answer, in the order in which groups stand."""

OTHER = "Other"
"""The group of metrics whose cards name none."""

MOTION = "motion_share"
"""The metric that says whether anything moves: it stands first, since most others are best where nothing does."""


@dataclass(frozen=True)
class Catalogue:
    """Cards by name, and what follows from them.

    Attributes:
        cards: metric -> its card.
        owners: metric -> the evaluator that measures it; only of those that are registered here.
        stored: (metric, version) -> the card that rows of this version were stored with.
    """

    cards: Mapping[str, MetricCard]
    owners: Mapping[str, str]
    stored: Mapping[tuple[str, int], MetricCard]

    def knows(self, metric: str) -> bool:
        """Whether there is a card."""
        return bare(metric) in self.cards

    def card(self, metric: str, version: str = "") -> MetricCard:
        """The card of a metric, measured with whatever settings; one that claims nothing where there is none.

        Args:
            metric: its name.
            version: of the rows that are asked about; '' for whichever is known.
        """
        name = bare(metric)
        own = self.cards.get(name) or unknown(name)
        return self.stored.get((name, card_version(version)), own) if version else own

    def owner(self, metric: str) -> str:
        """The evaluator that measures it; '' where none here does."""
        return self.owners.get(bare(metric), "")

    def heading(self, metric: str) -> str:
        """'First frame matches image ↑', with the settings that it was measured with, if any."""
        words = ",".join(words_of_settings(metric))
        card = self.card(metric)
        return replace(card, title=f"{card.title or card.name} [{words}]").heading if words else card.heading

    def group(self, metric: str) -> str:
        """The name of its group."""
        return self.card(metric).group or OTHER

    def groups(self, metrics: Iterable[str]) -> dict[str, list[str]]:
        """Group -> its metrics; ours in the order of GROUPS, then those of other people's cards, then OTHER."""
        found: dict[str, list[str]] = {}
        for metric in dict.fromkeys(metrics):
            found.setdefault(self.group(metric), []).append(metric)
        order = [*GROUPS, *sorted(set(found) - {*GROUPS, OTHER}), OTHER]
        return {name: self._leads_first(found[name]) for name in order if name in found}

    def ordered(self, metrics: Iterable[str]) -> list[str]:
        """Each once: the metric of motion, then by group; in a group those that lead it, then main ones."""
        found = [metric for members in self.groups(metrics).values() for metric in members]
        return sorted(found, key=lambda metric: bare(metric) != MOTION)

    def main(self, metrics: Iterable[str]) -> list[str]:
        """Those that tables show when nobody chose; one without a card is shown, too."""
        return [metric for metric in metrics if not self.knows(metric) or self.card(metric).is_main]

    def essential(self, measured: Collection[str]) -> list[str]:
        """A few metrics per group, of those that somebody has a value of; the metric of motion first."""
        found = []
        for members in self.groups(measured).values():
            leads = [metric for metric in members if self.card(metric).is_lead]
            found += leads or self.main(members) or members
        return self.ordered(found)

    def with_motion(self, metrics: Sequence[str], there: Collection[str]) -> list[str]:
        """Metrics in their order, the metric of motion before them, if it is there."""
        motion = [metric for metric in there if bare(metric) == MOTION]
        return motion + [metric for metric in metrics if metric not in motion]

    def chosen(self, names: Sequence[str], measured: Sequence[str]) -> list[str]:
        """The metrics that words mean, of those that somebody has a value of.

        Args:
            names: metrics, measured with whatever settings, or evaluators for their main ones (for all where none is
                main); none for all main metrics, 'all' for all.
            measured: what there is.

        Raises:
            UnknownName: neither here nor among the measured is there such a metric.
        """
        measured = list(dict.fromkeys(measured))
        if not names or "all" in names:
            return measured if names else self.main(measured)
        return list(dict.fromkeys(metric for name in names for metric in self._named(name, measured)))

    def _named(self, name: str, measured: Sequence[str]) -> list[str]:
        own = [metric for metric in measured if self.owner(metric) == name]
        known = {*self.cards, *self.owners.values(), *measured}
        if name not in known:
            raise UnknownName("metric", name, known)
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
        stored: cards that came with rows; for rows of their version they say more than those of this machine.
    """
    owners = {card.name: name for name in evaluators.registry for card in evaluators.registry[name].cards}
    here = {card.name: card for name in evaluators.registry for card in evaluators.registry[name].cards}
    came = {(card.name, card.version): card for card in stored}
    newest = {name: card for (name, _), card in sorted(came.items(), key=lambda item: item[0])}
    return Catalogue({**newest, **here}, owners, came)


def unknown(name: str) -> MetricCard:
    """The card of a metric of which nothing is known: no unit, no range, no better direction."""
    return MetricCard(name, 0, "none", "", None, None, definition="", source="", blind_to="")


def span(card: MetricCard) -> str:
    """The range of possible values: '0 … 1', '≥ 0', 'any'."""
    if card.low is None:
        return "any" if card.high is None else f"≤ {number(card.high)}"
    return f"≥ {number(card.low)}" if card.high is None else f"{number(card.low)} … {number(card.high)}"


# Names and versions of what was measured: 'clipsim[model=ViT-L-14]' at '1+40d36571'


def full_name(card: MetricCard, evaluator: Evaluator) -> str:
    """The metric's name; settings other than the default make it another metric: 'clipsim[model=ViT-L-14]'."""
    changed = settings.changed(evaluator.settings)
    words = [f"{name}={_short(value)}" for name, value in changed.items() if name not in evaluator.neutral]
    return f"{card.name}[{','.join(words)}]" if words else card.name


def full_version(card: MetricCard, evaluator: Evaluator) -> str:
    """The metric's version and the weights it looks through: '1', or '1+40d36571'."""
    return "+".join([str(card.version), *(weights.sha256[:8] for weights in evaluator.weights())])


def bare(metric: str) -> str:
    """'clipsim' of 'clipsim[model=ViT-L-14]'."""
    return metric.partition("[")[0]


def words_of_settings(metric: str) -> list[str]:
    """['model=ViT-L-14'] of 'clipsim[model=ViT-L-14]'; none for the default settings."""
    return [words for words in metric.removesuffix("]").partition("[")[2].split(",") if words]


def card_version(version: str) -> int:
    """1 of '1+40d36571'; 0 of what is no version."""
    digits = version.partition("+")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 0  # a stranger's may have thousands


def _short(value: Any) -> str:
    """A path by its last part: where it lies is not what it is (its digest stands in the version)."""
    return value.name if isinstance(value, Path) else str(value)
