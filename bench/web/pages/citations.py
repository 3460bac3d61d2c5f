"""BibTeX of the benchmark, and of the papers that its models and metrics come from, where they are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from bench.evaluators import catalogue
from bench.models.card_facts import card_of, paper_address

CFF = Path(__file__).parents[3] / "CITATION.cff"
"""How to cite the benchmark; a checkout has it, an installed package has the same in its metadata."""

ARXIV = re.compile(r"(?i)\barxiv[:/ ]*(?:abs/)?(\d{4}\.\d{4,5})")
UNSAFE = re.compile(r"[\\{}%#$&_~^]")


def bibtex(models: Iterable[str], metrics: Iterable[str]) -> str:
    """One entry for the benchmark and one per paper, in the order of first mention.

    Titles and authors of papers are not known here; the entries have their addresses.

    Args:
        models: names of adapters; those without a paper, or not known, are passed over.
        metrics: likewise.
    """
    mentioned: dict[str, list[str]] = {}
    for paper, why in [*_of_models(models), *_of_metrics(metrics)]:
        mentioned.setdefault(paper, []).append(why)
    papers = [_entry(paper, list(dict.fromkeys(whys))) for paper, whys in mentioned.items()]
    return "\n\n".join([benchmark(), *papers]) + "\n"


def benchmark(note: str = "") -> str:
    """The entry of the benchmark itself, with a note on what is cited, if any."""
    known = _cff() if CFF.is_file() else _installed()
    return _bibtex("software", "i2v-bench", {**known, **({"note": _safe(note)} if note else {})})


def _cff() -> dict[str, str]:
    """The fields of CITATION.cff that BibTeX has a place for."""
    text = CFF.read_text(encoding="utf-8")
    fields = dict(re.findall(r'^([a-z-]+): *"?([^"\n]+?)"?$', text, flags=re.MULTILINE))
    authors = re.findall(r'^ *- name: *"?([^"\n]+?)"?$', text, flags=re.MULTILINE)
    return {
        "title": fields["title"],
        "author": " and ".join(f"{{{_safe(author)}}}" for author in authors),
        "version": fields["version"],
        "year": fields["date-released"][:4],
    }


def _installed() -> dict[str, str]:
    try:
        known = metadata("i2v-bench")
    except PackageNotFoundError:
        return {"title": "I2V Bench"}
    return {"title": f"I2V Bench: {known['Summary']}", "version": known["Version"]}


def _of_models(models: Iterable[str]) -> Iterator[tuple[str, str]]:
    for model in models:
        known = card_of(model)
        if paper := paper_address(known.paper):
            yield paper, f"the model {known.title or model}"


def _of_metrics(metrics: Iterable[str]) -> Iterator[tuple[str, str]]:
    known = catalogue.registered()
    for metric in metrics:
        card = known.card(metric)
        for number in ARXIV.findall(card.source):
            yield f"https://arxiv.org/abs/{number}", f"the metric {card.name}"


def _entry(paper: str, whys: list[str]) -> str:
    found = re.search(r"arxiv\.org/abs/(.+)", paper)
    note = _safe(f"Paper of {', '.join(whys)}")
    if not found:
        key = re.sub(r"[^a-z0-9]+", "-", paper.lower().split("://")[-1]).strip("-")
        return _bibtex("misc", key, {"title": paper, "url": paper, "note": note})
    number = found[1]
    fields = {
        "title": f"arXiv {number}",
        "eprint": number,
        "archivePrefix": "arXiv",
        "url": paper,
        "note": note,
    }
    return _bibtex("misc", f"arxiv-{number}", fields)


def _bibtex(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items())
    return f"@{kind}{{{key},\n{lines}}}"


def _safe(text: str) -> str:
    r"""Text as TeX shows it: '\_' for '_'."""
    return UNSAFE.sub(lambda found: "\\" + found[0] if found[0] in "%#$&_{}" else " ", " ".join(text.split()))
