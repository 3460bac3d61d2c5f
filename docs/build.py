"""Builds the documentation as a site: `./x python docs/build.py`.

Pages are the documents of this repository as they lie here, and a reference that is made from the code: the command
line's help, the public names, every metric, the columns of rows. A link that leads nowhere ends the build.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import get_args, get_type_hints

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "build" / "docs" / "pages"
SITE = ROOT / "build" / "docs" / "site"

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff", "docs", "suites/demo/LICENCE")
"""What is published, and what its pages link to, each in its place."""

WIDTH = 80
"""Characters per line of the command line's help."""


def main() -> None:
    """Gathers the pages, writes the reference, builds."""
    shutil.rmtree(PAGES, ignore_errors=True)
    for name in DOCUMENTS:
        _copy(ROOT / name, PAGES / name)
    reference = PAGES / "docs" / "reference"
    reference.mkdir()
    for name, text in (
        ("command-line", command_line()),
        ("names", names()),
        ("metrics", metrics()),
        ("columns", columns()),
    ):
        (reference / f"{name}.md").write_text(text, encoding="utf-8")
    built = subprocess.run(
        ["zensical", "build", "--clean", "--strict"], cwd=ROOT, env=_environment(), check=False
    )
    if built.returncode:
        sys.exit("The site was not built: see above.")
    sys.stdout.write(f"{SITE / 'index.html'}\n")


def command_line() -> str:
    """The help of every command, as the terminal shows it."""
    parts = ["# Command line\n\nThe help of every command, as `--help` prints it.\n"]
    for command in ("", *_commands()):
        words = ["bench", *command.split()]
        parts.append(f"## {' '.join(words)}\n\n```text\n{_help(words)}\n```\n")
    return "\n".join(parts)


def names() -> str:
    """The public names, module by module, from their docstrings."""
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    parts = ["# Names\n\nWhat may be imported; [Python](../python.md) shows how it is used.\n"]
    for module, about in re.findall(r"^\| `(bench[\w.]*)` \| ([^|]*) \|", text, flags=re.MULTILINE):
        listed = ", ".join(name for name in import_module(module).__all__ if not name.startswith("__"))
        parts.append(
            f"## {module}\n\n{_sentence(about.strip())}\n\n::: {module}\n    options:\n"
            f"      members: [{listed}]\n      show_root_heading: false\n      heading_level: 3\n"
        )
    return "\n".join(parts)


def metrics() -> str:
    """Every metric's card, group by group."""
    from bench.evaluators import catalogue

    known = catalogue.registered()
    parts = ["# Each metric\n\nFrom the cards of the metrics; `bench ls metrics ID` prints the same.\n"]
    for group, listed in known.groups([card.name for card in known.own()]).items():
        parts.append(f"## {group}\n\n{catalogue.GROUPS.get(group, '')}\n")
        for card in map(known.card, listed):
            facts = {
                "Metric": f"`{card.name}`, version {card.version}, of the evaluator `{known.owner(card.name)}`",
                "Better": {"higher": "higher", "lower": "lower"}.get(
                    card.direction, "depends on what was asked for"
                ),
                "Values": catalogue.span(card),
                "Source": _escaped(card.source),
                "Blind to": _escaped(card.blind_to),
                "Series": _escaped(card.series),
            }
            lines = "\n".join(f"- **{name}:** {said}" for name, said in facts.items() if said)
            parts.append(f"### {card.title or card.name}\n\n{_escaped(card.definition)}\n\n{lines}\n")
    return "\n".join(parts)


def columns() -> str:
    """The columns of a row."""
    from bench.runs import parquet
    from bench.types import Measurement

    hints = get_type_hints(Measurement, include_extras=True)
    lines = [
        f"| `{field.name}` | {parquet.schema().field(field.name).type} | {_escaped(get_args(hints[field.name])[1])} |"
        for field in fields(Measurement)
    ]
    about = (
        "One row per number, in `results.parquet` of a run, in `results/`, and in what `bench export --format parquet`"
        f" and `bench.run` give; schema {parquet.SCHEMA_VERSION}."
    )
    return (
        f"# Columns of rows\n\n{about}\n\n| Column | Type | Meaning |\n|---|---|---|\n"
        + "\n".join(lines)
        + "\n"
    )


def _commands() -> Iterator[str]:
    """Every command, in the order of the help."""
    from bench.cli.commands import COMMANDS, GROUPS

    yield from (command.__name__ for commands in COMMANDS.values() for command in commands)
    for word, (_, _, second_words) in GROUPS.items():
        yield from (word, *(f"{word} {second}" for second in second_words))


def _help(words: list[str]) -> str:
    from typer.testing import CliRunner

    from bench.cli.commands import app

    wide = {"COLUMNS": str(WIDTH), "NO_COLOR": "1", "TERMINAL_WIDTH": str(WIDTH)}
    printed = CliRunner(env=wide).invoke(app, [*words[1:], "--help"], prog_name="bench").stdout
    return "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())


def _sentence(about: str) -> str:
    """What the page's table says of a module; nothing of `bench`, whose functions stand above the table."""
    moved = re.sub(r"\[(.*?)\]\((?!http)(.*?)\)", r"[\1](../\2)", about)
    return "" if about == "the functions above" else f"For {moved}."


def _escaped(text: str) -> str:
    """Words as Markdown that says just them."""
    return re.sub(r"([\\`*_{}\[\]<>|])", r"\\\1", text)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)


def _environment() -> dict[str, str]:
    """The programs of this environment come first."""
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }


if __name__ == "__main__":
    main()
