"""Words become settings, and what is wrong with them is said."""

from dataclasses import asdict, dataclass
from typing import Annotated, Literal

import pytest
from annotated_types import Ge, Gt, Interval, Le, MultipleOf
from hypothesis import given, strategies

from bench.base import settings
from bench.base.settings import Setting
from bench.errors import UnknownName, UsageError


@dataclass(frozen=True)
class Settings:
    steps: Annotated[int, Ge(1), Le(1000)] = 25
    strength: Annotated[float, Interval(ge=0, le=1)] = 0.5
    rate: Annotated[float, Gt(0)] = 8.0
    height: Annotated[int, Ge(8), MultipleOf(8)] | None = None
    fit: Literal["cover", "contain", "stretch"] = "cover"
    is_quick: bool = False
    name: str = "plain"


def parse(*assignments: str) -> Settings:
    return settings.parse(Settings, assignments, "model 'svd'")


def test_nothing_assigned_is_the_default() -> None:
    assert parse() == Settings()


def test_words_become_values_of_the_declared_types() -> None:
    parsed = parse(
        "steps=10", "strength = 0.25", "height=64", "fit=stretch", "is_quick=true", "name=a=b", "rate=5"
    )
    assert parsed == Settings(10, 0.25, 5.0, 64, "stretch", True, "a=b")
    assert isinstance(parsed.rate, float)


def test_none_is_none_where_it_may_be_and_text_where_not() -> None:
    assert parse("height=none").height is None
    assert parse("height=None").height is None
    assert parse("name=none").name == "none"


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("steps=0", "setting steps is a whole number (>= 1, <= 1000), not '0'"),
        ("steps=1.5", "setting steps is a whole number (>= 1, <= 1000), not '1.5'"),
        ("steps=none", "setting steps is a whole number (>= 1, <= 1000), not 'none'"),
        ("steps=", "setting steps is a whole number (>= 1, <= 1000), not ''"),
        ("strength=1.01", "setting strength is a number (>= 0, <= 1), not '1.01'"),
        ("strength=nan", "setting strength is a number (>= 0, <= 1), not 'nan'"),
        ("rate=inf", "setting rate is a number (> 0), not 'inf'"),
        ("rate=0", "setting rate is a number (> 0), not '0'"),
        ("height=60", "setting height is a whole number or none (>= 8, multiple of 8), not '60'"),
        ("fit=zoom", "setting fit is cover, contain or stretch, not 'zoom'"),
        ("is_quick=perhaps", "setting is_quick is true or false, not 'perhaps'"),
        ("steps", "a setting is written name=value, not 'steps'"),
        ("=3", "a setting is written name=value, not '=3'"),
    ],
)
def test_what_is_wrong_is_said(assignment: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(assignment)
    assert str(caught.value) == f"model 'svd': {message}"


def test_unknown_settings_are_answered_with_the_nearest() -> None:
    with pytest.raises(
        UnknownName, match=r"unknown setting 'stpes': did you mean steps\? \(of model 'svd'\)"
    ):
        parse("stpes=3")


def test_a_setting_twice_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="setting steps is given twice, as '3' and as '4'"):
        parse("steps=3", "steps=4")


def test_values_by_name_are_checked_alike() -> None:
    assert settings.build(Settings, {"steps": 3, "height": None}, "svd") == Settings(steps=3)
    with pytest.raises(UsageError, match="setting steps is"):
        settings.build(Settings, {"steps": 0}, "svd")


def test_an_instance_made_in_python_is_held_to_its_bounds() -> None:
    settings.check(Settings(), "svd")
    for wrong in (Settings(steps=0), Settings(steps="3"), Settings(rate=float("nan")), Settings(height=9)):  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="svd: setting"):
            settings.check(wrong, "svd")


def test_settings_describe_themselves() -> None:
    assert settings.describe(Settings) == [
        Setting("steps", "a whole number", 25, ">= 1, <= 1000"),
        Setting("strength", "a number", 0.5, ">= 0, <= 1"),
        Setting("rate", "a number", 8.0, "> 0"),
        Setting("height", "a whole number or none", None, ">= 8, multiple of 8"),
        Setting("fit", "cover, contain or stretch", "cover", ""),
        Setting("is_quick", "true or false", False, ""),
        Setting("name", "text", "plain", ""),
    ]


some_settings = strategies.builds(
    Settings,
    steps=strategies.integers(1, 1000),
    strength=strategies.floats(0, 1),
    rate=strategies.floats(0, exclude_min=True, allow_infinity=False),
    height=strategies.none() | strategies.integers(1, 500).map(lambda eighth: 8 * eighth),
    fit=strategies.sampled_from(["cover", "contain", "stretch"]),
    is_quick=strategies.booleans(),
    name=strategies.text("abc=", max_size=4),
)


@given(some_settings)
def test_what_is_changed_parses_back_to_the_same(chosen: Settings) -> None:
    changed = settings.changed(chosen)
    assert parse(*(f"{name}={value}" for name, value in changed.items())) == chosen
    assert all(asdict(Settings())[name] != value for name, value in changed.items())


def test_nothing_is_changed_in_the_defaults() -> None:
    assert settings.changed(Settings()) == {}
    assert settings.changed(Settings(rate=9.0)) == {"rate": 9.0}
