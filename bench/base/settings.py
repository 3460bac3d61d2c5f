"""Settings of models and evaluators: words from the command line become a checked, frozen dataclass.

    @dataclass(frozen=True)
    class Settings:
        steps: Annotated[int, Ge(1)] = 25

    parse(Settings, ["steps=10"], "model svd")  # Settings(steps=10)

The dataclass is the only declaration: its types and Annotated bounds are checked, listed and recorded.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, GroupedMetadata, Gt, Le, Lt, MultipleOf

from bench.errors import UsageError, meant

S = TypeVar("S")

NONE = "none"
"""How the command line writes None."""

_TYPES: Mapping[type[Any], str] = {
    int: "a whole number", float: "a number", bool: "true or false", str: "text", Path: "a path", type(None): NONE,
}  # fmt: skip
_BOUNDS: Mapping[type[Any], tuple[str, str]] = {
    Ge: (">=", "ge"), Gt: (">", "gt"), Le: ("<=", "le"), Lt: ("<", "lt"), MultipleOf: ("multiple of", "multiple_of"),
}  # fmt: skip


@dataclass(frozen=True)
class NoSettings:
    """For a model or evaluator that has nothing to set."""


@dataclass(frozen=True)
class Setting:
    """One setting, for listings.

    Attributes:
        name: as in name=value.
        type: in words: 'a whole number', 'a number or none', 'cover, contain or stretch'.
        default: its value unless set.
        bounds: '>= 0, <= 1'; '' if every value of the type will do.
    """

    name: str
    type: str
    default: Any
    bounds: str


def parse(cls: type[S], assignments: Sequence[str], what: str) -> S:
    """An instance of cls with what is assigned; the rest keeps its default.

    Args:
        cls: a frozen dataclass; every field has a default.
        assignments: 'name=value'; the value 'none' means None for a setting that takes it.
        what: whose settings these are, for messages: 'model svd'.

    Returns:
        The settings, checked.

    Raises:
        UnknownName: a setting that cls does not have.
        UsageError: no '=', a setting twice, or a value that its type or bounds refuse (NaN and infinity always).
    """
    words: dict[str, str] = {}
    for assignment in assignments:
        name, equals, value = (part.strip() for part in assignment.partition("="))
        if not equals or not name:
            raise UsageError(f"{what}: a setting is written name=value, not '{assignment}'")
        if name in words:
            raise UsageError(f"{what}: setting {name} is given twice, as '{words[name]}' and as '{value}'")
        words[name] = value
    return build(cls, words, what)


def build(cls: type[S], values: Mapping[str, Any], what: str) -> S:
    """An instance of cls, as by parse, from values by name, as text or of the right type.

    Raises:
        UnknownName, UsageError: as parse.
    """
    hints = _hints(cls)
    found: dict[str, Any] = {}
    for written, value in values.items():
        name = meant("setting", written, hints, hint=f"of {what}")
        if name in found:
            raise UsageError(f"{what}: setting {name} is given twice, as '{found[name]}' and as '{value}'")
        found[name] = _value(name, hints[name], value, what)
    return cls(**found)


def check(settings: Any, what: str) -> None:
    """Checks an instance that was made in Python against its own types and bounds.

    Raises:
        UsageError: as parse.
    """
    for name, hint in _hints(type(settings)).items():
        _value(name, hint, getattr(settings, name), what, is_strict=True)


def describe(cls: type[Any]) -> list[Setting]:
    """Every setting of cls, in its order."""
    defaults = cls()
    return [
        Setting(name, _type_words(hint), getattr(defaults, name), _bound_words(hint))
        for name, hint in _hints(cls).items()
    ]


def changed(settings: Any) -> dict[str, Any]:
    """The settings that differ from their defaults, in their order; empty for the defaults themselves."""
    defaults = asdict(type(settings)())
    return {name: value for name, value in asdict(settings).items() if value != defaults[name]}


def _hints(cls: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(cls, include_extras=True)
    return {field.name: hints[field.name] for field in fields(cls)}


def _value(name: str, hint: Any, value: Any, what: str, is_strict: bool = False) -> Any:
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    if isinstance(value, str) and value.lower() == NONE and _takes_none(hint):
        value = None
    try:
        return TypeAdapter(hint, config=ConfigDict(allow_inf_nan=False)).validate_python(
            value, strict=is_strict
        )
    except ValidationError:
        bounds = _bound_words(hint)
        allowed = _type_words(hint) + (f" ({bounds})" if bounds else "")
        raise UsageError(f"{what}: setting {name} is {allowed}, not '{value}'") from None


def _takes_none(hint: Any) -> bool:
    return any(base is type(None) for base, _ in _parts(hint))


def _parts(hint: Any) -> list[tuple[Any, list[Any]]]:
    """The types that a hint allows, each with its bounds: Annotated[int, Ge(1)] | None: (int, [Ge(1)]), (None, [])."""
    if get_origin(hint) is Annotated:
        inner, *metadata = get_args(hint)
        bounds = [bound for entry in metadata for bound in _ungrouped(entry)]
        return [(base, [*own, *bounds]) for base, own in _parts(inner)]
    if get_origin(hint) in (Union, types.UnionType):
        return [part for choice in get_args(hint) for part in _parts(choice)]
    return [(hint, [])]


def _ungrouped(entry: Any) -> list[Any]:
    return list(entry) if isinstance(entry, GroupedMetadata) else [entry]


def _type_words(hint: Any) -> str:
    words: list[str] = []
    for base, _ in _parts(hint):
        choices = map(str, get_args(base)) if get_origin(base) is Literal else [_TYPES.get(base, str(base))]
        words += [word for word in choices if word not in words]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _bound_words(hint: Any) -> str:
    words = [
        _bound_text(bound) for base, bounds in _parts(hint) for bound in bounds if base is not type(None)
    ]
    return ", ".join(dict.fromkeys(word for word in words if word))


def _bound_text(bound: Any) -> str:
    if type(bound) not in _BOUNDS:
        return ""
    sign, attribute = _BOUNDS[type(bound)]
    return f"{sign} {getattr(bound, attribute)}"
