"""Options from a file, `--config run.toml`, and back: `bench run --dry-run` prints the file of a run.

    model = ["svd", "wan2.1-i2v-480p"]
    suite = "demo"
    metrics = ["ssim", "flicker"]
    set = { steps = 10 }
    limit = 4

A key is the long name of an option, or the name of an argument as --help shows it. What the command line says wins.
Paths are relative to the current folder, as on the command line.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from bench.base import documents
from bench.errors import UsageError, meant

NOT_IN_FILES = {"config", "help", "dry-run", "json", "quiet", "verbose"}
"""What is about one call; a file may state all but the first two, and none is printed back."""


def read(path: Path, context: typer.Context) -> dict[str, Any]:
    """Values of a command's parameters, by their names in Python.

    Args:
        path: of the TOML file.
        context: of the command.

    Raises:
        UsageError: it cannot be read, is no TOML, or has a value that the option does not take; with the line.
        UnknownName: the command has no such option.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = documents.toml_table(text)
    except (OSError, ValueError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise UsageError(f"config file {path} cannot be read: {error}") from None
    known = {key: param for key, param in _params(context) if key not in ("config", "help")}
    found: dict[str, Any] = {}
    for written, value in content.items():
        where = f"{path}, line {documents.line_of(written, text)}"
        key = meant("option", written, known, hint=f"{where}; bench {context.info_name} --help")
        found[known[key].name] = _checked(known[key], value, f"{where}: {key}", context)
    logging.getLogger(__name__).info("options of %s: %s", path, ", ".join(content) or "none")
    return found


def overridden(context: typer.Context) -> list[str]:
    """Parameters of a file for which the command line has an argument: `bench run svd` wins over model = […]."""
    arguments = {
        key
        for key, param in _params(context)
        if param.param_type_name == "argument" and _source(context, param) == "COMMANDLINE"
    }
    return [
        str(param.name)
        for key, param in _params(context)
        if key in arguments and _source(context, param) == "DEFAULT_MAP"
    ]


def as_toml(context: typer.Context) -> str:
    """The file that gives a command the parameters that it has now, one line per option that has a value."""
    values: dict[str, Any] = {}
    for key, param in _params(context):
        value = context.params.get(str(param.name))
        if key in NOT_IN_FILES or param.name in overridden(context) or value in (None, "", [], ()):
            continue
        values[key] = [*values[key], *value] if isinstance(values.get(key), list) else value
    return "\n".join(f"{key} = {_toml(value)}" for key, value in values.items())


def _params(context: typer.Context) -> Iterator[tuple[str, Any]]:
    """Key of a file -> parameter, in the order of the help; an argument and an option may share a key."""
    for param in context.command.params:
        if param.param_type_name == "argument":
            yield str(param.metavar or param.name).lower(), param
        else:
            yield max(param.opts, key=len).lstrip("-"), param


def _source(context: typer.Context, param: Any) -> str:
    source = context.get_parameter_source(str(param.name))
    return source.name if source else ""


def _checked(param: Any, value: Any, where: str, context: typer.Context) -> Any:
    """A value as the command line would have it.

    Raises:
        UsageError: the option does not take it.
    """
    if getattr(param, "is_flag", False):
        if not isinstance(value, bool):
            raise UsageError(f"{where} is true or false, not {value!r}")
        return value
    words = [*_words(value)]
    is_list = bool(getattr(param, "multiple", False)) or param.nargs == -1
    given = words if is_list else ",".join(words)
    if isinstance(value, bool) or not words:
        raise UsageError(f"{where} is text, a number or a list of them, not {json.dumps(value)}")
    try:
        param.process_value(context, given)
    except typer.BadParameter as error:
        raise UsageError(f"{where}: {error.message}") from None
    return given


def _words(value: Any, name: str = "") -> Iterator[str]:
    """The words of a value: of a list one by one, of a table as name=value, of tables in it as name.name=value."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _words(each, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for each in value:
            yield from _words(each, name)
    else:
        text = json.dumps(value) if isinstance(value, bool) else str(value)
        yield f"{name}={text}" if name else text


def _toml(value: Any) -> str:
    """JSON's texts, numbers and lists are TOML's, but for the one control character that JSON leaves as it is."""
    words = [str(each) for each in value] if isinstance(value, (list, tuple)) else value
    shown = str(words) if isinstance(words, Path) else words
    return json.dumps(shown, ensure_ascii=False).replace("\x7f", "\\u007f")
