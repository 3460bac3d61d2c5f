"""CSV files as pandas and spreadsheets write them: read as what is meant, or refused by what is wrong."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bench.errors import UsageError
from bench.suites import own_clips
from bench.types import LARGEST_SEED

PLAIN = "case,image,clip,prompt,seed\nduck,duck.png,duck.mp4,a duck,3\ngoose,goose.png,goose.mp4,swims,0\n"
EXPECTED = [("duck", 3, "duck.mp4", "a duck"), ("goose", 0, "goose.mp4", "swims")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("duck", "goose"):
        for suffix in (".png", ".mp4"):
            (tmp_path / f"{name}{suffix}").write_bytes(name.encode())
    return tmp_path


def read(folder: Path, content: str | bytes) -> list[tuple[str, int, str, str]]:
    """Case, seed, name of the clip and prompt of each line."""
    path = folder / "mine.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = own_clips.collect(path)
    prompts = {case.id: case.prompt for case in found.suite.cases}
    return [(clip.case, clip.seed, clip.path.name, prompts[clip.case]) for clip in found.clips]


def refused(folder: Path, content: str | bytes) -> str:
    with pytest.raises(UsageError) as error:
        read(folder, content)
    return str(error.value)


TABLES = {
    "semicolons": PLAIN.replace(",", ";"),
    "tabs": PLAIN.replace(",", "\t"),
    "bars": PLAIN.replace(",", "|"),
    "Excel's own line": "sep=;\r\n" + PLAIN.replace(",", ";").replace("\n", "\r\n"),
    "line ends of old Macs": PLAIN.replace("\n", "\r"),
    "a byte order mark": PLAIN.encode("utf-8-sig"),
    "two byte order marks": "\ufeff".encode() + PLAIN.encode("utf-8-sig"),
    "Excel's Unicode text": PLAIN.replace(",", "\t").replace("\n", "\r\n").encode("utf-16"),
    "UTF-16, the other order": b"\xfe\xff" + PLAIN.encode("utf-16-be"),
    "UTF-16 without a mark": PLAIN.encode("utf-16-le"),
    "UTF-16 without a mark, the other order": PLAIN.encode("utf-16-be"),
    "blank rows": "\n,,,,\n" + PLAIN.replace("goose,", " , ,,,\n\ngoose,", 1) + ",,,,\n , , , , \n\n",
    "spaces in the header": PLAIN.replace("case,image,clip", "case, image , clip"),
    "spaces before quotes": PLAIN.replace(",a duck", ', "a duck"').replace(",clip", ', "clip"'),
    "capitals in the header": PLAIN.replace("case,image,clip", "Case,IMAGE,Clip"),
    "columns without a name at the end": PLAIN.replace("\n", ",,\n"),
    "fields at the end": PLAIN.replace("3\n", "3,,\n"),
    "floats": PLAIN.replace(",3\n", ",3.0\n").replace(",0\n", ",0.\n"),
    "a seed left out": PLAIN.replace(",0\n", ",\n"),
    "decimal commas": PLAIN.replace(",", ";").replace(";3\n", ";3,0\n"),
    "paths of Windows": PLAIN.replace("duck.mp4", ".\\duck.mp4").replace("goose.png", ".\\goose.png"),
    "names in capitals": PLAIN.replace("duck.mp4", "DUCK.mp4"),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_is_read_as_what_is_meant(folder: Path, kind: str) -> None:
    if kind == "names in capitals":
        (folder / "duck.mp4").rename(folder / "duck.MP4")
        assert read(folder, PLAIN) == [("duck", 3, "duck.MP4", "a duck"), *EXPECTED[1:]]
        (folder / "duck.MP4").rename(folder / "duck.mp4")
    assert read(folder, TABLES[kind]) == EXPECTED


@pytest.mark.parametrize("again", [0, 1, 2])
def test_pandas_index_is_passed_over(folder: Path, again: int) -> None:
    """Written without index=False, and once more after it was read."""
    path = folder / "mine.csv"
    path.write_text(PLAIN)
    table = pd.read_csv(path)
    for _ in range(1 + again):
        table.to_csv(path)
        table = pd.read_csv(path)
    assert "Unnamed: 0" in table
    assert read(folder, path.read_bytes()) == EXPECTED


def test_seeds_have_64_bits(folder: Path) -> None:
    text = PLAIN.replace(",3\n", f",{LARGEST_SEED}\n").replace(",0\n", f",{2**63}\n")
    assert [seed for _, seed, *_ in read(folder, text)] == [LARGEST_SEED, 2**63]


@pytest.mark.parametrize(
    ("seed", "why"),
    [
        ("18446744073709551616", ""),
        ("99999999999999999999", ""),
        ("123456789012345678901", ""),
        ("-1", ""),
        ("0.5", ""),
        ("٣", ""),
        ("1.8446744073709552e+19", "was rounded"),
        ("1.84467E+19", "was rounded"),
        ("9007199254740994.0", "was rounded"),
    ],
)
def test_what_is_no_seed_is_named(folder: Path, seed: str, why: str) -> None:
    said = refused(folder, PLAIN.replace(",3\n", f",{seed}\n"))
    assert f"mine.csv:2: seed '{seed}' is not a whole number from 0 to 18446744073709551615" in said
    assert ("write seeds as text" in said) == bool(why)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (PLAIN.replace("a duck", "ein Bär").encode("cp1252"), "mine.csv:2: not UTF-8 text; .*'CSV UTF-8'"),
        (
            PLAIN.replace("seed", "").replace(",3\n", ",swims\n"),
            "'swims' stands in column 5, which has no name",
        ),
        (
            PLAIN.replace("case,", ",case,").replace("duck,", "x1,duck,", 1),
            "'x1' stands in column 1, which has",
        ),
        (
            PLAIN.replace(",3\n", ",3,7\n"),
            "mine.csv:2: the line has not as many fields as the header: 6, not 5",
        ),
        ("sep=;\n" + PLAIN.replace(",", ";").replace(";3\n", ";x\n"), "mine.csv:3: seed 'x'"),
        (PLAIN.replace("duck,d", "a/duck,d"), "mine.csv:2: case 'a/duck' is not"),
        (PLAIN.replace("case,image", "case;image"), "unknown column 'case;image'"),
    ],
)
def test_what_is_not_meant_is_named(folder: Path, content: str | bytes, message: str) -> None:
    assert re.search(message, refused(folder, content))


ODDITIES = ["\0", '"', ",,,", ";", "\t", "\r", "\n\n", "\ufeff", "\\", "/", "1e400", "9" * 30, "٣"]

MUTATED = {
    "encoding": st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252"]),
    "cut": st.integers(0, len(PLAIN)),
    "inside": st.one_of(st.text(max_size=20), st.sampled_from(ODDITIES)),
}


def _read_or_refused(folder: Path, encoding: str, cut: int, inside: str) -> None:
    """In our words: no other exception comes through."""
    try:
        read(folder, (PLAIN[:cut] + inside + PLAIN[cut:]).encode(encoding, errors="replace"))
    except UsageError as error:
        assert str(error)


def _checked(examples: int) -> settings:
    return settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples, deadline=None
    )


@_checked(40)
@given(**MUTATED)
def test_whatever_stands_in_a_table_it_is_read_or_refused(
    folder: Path, encoding: str, cut: int, inside: str
) -> None:
    _read_or_refused(folder, encoding, cut, inside)


@pytest.mark.long
@_checked(3000)
@given(**MUTATED)
def test_every_table_is_read_or_refused(folder: Path, encoding: str, cut: int, inside: str) -> None:
    _read_or_refused(folder, encoding, cut, inside)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_file_is_found_however_its_accents_are_stored(folder: Path, form: str) -> None:
    """As where a CSV of Linux names files of a Mac, or the reverse."""
    other = {"NFC": "NFD", "NFD": "NFC"}[form]
    here, there = (unicodedata.normalize(each, "grün/Bär é.mp4") for each in (form, other))
    (folder / here).parent.mkdir()
    (folder / here).write_bytes(b"")
    path = folder / "mine.csv"
    path.write_text(PLAIN.replace("duck.mp4", there).replace("duck.png", there), encoding="utf-8")
    found = own_clips.collect(path)
    assert found.clips[0].path == folder / here
    assert found.suite.cases[0].image == folder / here


def test_a_name_that_several_files_could_mean_is_left_as_it_is(folder: Path) -> None:
    """A clip that does not exist, which is said where it is measured."""
    for name in ("a.MP4", "A.mp4"):
        (folder / name).write_bytes(b"")
    if len(list(folder.glob("[aA].*"))) < 2:
        pytest.skip("one file on this system")
    assert read(folder, PLAIN.replace("duck.mp4", "a.mp4"))[0][2] == "a.mp4"


def test_a_case_with_spaces_and_accents_has_an_id(folder: Path) -> None:
    path = folder / "mine.csv"
    path.write_text(PLAIN.replace("duck,d", "a duck,d").replace("goose,g", "Gänse,g"), encoding="utf-8")
    found = own_clips.collect(path)
    assert [case.id for case in found.suite.cases] == ["a_duck", "Ganse-e4b4d891"]
    assert found.remarks == (
        "names that are no ids: 'a duck' is case a_duck, 'Gänse' is case Ganse-e4b4d891",
    )
    path.write_text(unicodedata.normalize("NFD", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert own_clips.collect(path).suite.version == found.suite.version
