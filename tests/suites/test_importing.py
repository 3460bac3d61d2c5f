"""Suites of others: small files of our own in their layout become suites; other layouts are refused in one line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import suites
from bench.errors import UnknownName, UsageError
from bench.suites import importing
from tests.command_line import bench
from tests.suites import others
from tests.suites.others import imported

WRITERS: dict[str, Callable[[Path], Path]] = {
    "vbench-i2v": others.vbench_i2v, "i2v-bench": others.i2v_bench, "vbvr": others.vbvr, "wbench": others.wbench,
    "ucf101": others.ucf101, "msrvtt": others.msrvtt,
}  # fmt: skip


@pytest.mark.parametrize("name", importing.names())
def test_every_suite_is_found_by_its_name_with_licence_source_and_digest(name: str, here: Path) -> None:
    made = imported(name, WRITERS[name](here / "theirs"))
    found = suites.load(name)
    assert (found.id, len(found.cases)) == (made.id, len(made.cases))
    assert found.title and found.licence and found.source
    assert found.made_by.startswith(f"bench suite import {name}, from files with digest ")
    assert all(case.image.is_file() and case.digest for case in found.cases)
    assert name in suites.names()


@pytest.mark.parametrize("name", importing.names())
def test_importing_again_writes_nothing_anew_and_goes_on_where_it_was_stopped(name: str, here: Path) -> None:
    folder = WRITERS[name](here / "theirs")
    first = imported(name, folder)
    place = here / "suites" / name
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*.*") if path.parent != place}
    lost = sorted(before)[0]
    lost.unlink()
    (place / "suite.toml").unlink()
    (place / "images" / "old.png").write_bytes(b"of an earlier version of these files")
    again = imported(name, folder)
    assert again.id == first.id
    after = {path: path.stat().st_mtime_ns for path in place.rglob("*.*") if path.parent != place}
    assert set(after) == set(before)
    assert {path: at for path, at in after.items() if path != lost} == {
        path: at for path, at in before.items() if path != lost
    }


def test_only_what_an_importer_wrote_is_replaced(here: Path) -> None:
    folder = others.wbench(here / "theirs")
    own = here / "suites" / "wbench"
    own.mkdir(parents=True)
    (own / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty, and no suite"):
        imported("wbench", folder)
    (own / "suite.toml").write_text('title = "Mine"')
    with pytest.raises(UsageError, match="is a suite that was made by hand"):
        imported("wbench", folder)
    assert (own / "notes.txt").read_text() == "mine"


def test_what_cannot_be_asked(here: Path) -> None:
    folder = others.wbench(here / "theirs")
    with pytest.raises(UnknownName, match="unknown suite 'wbensh': did you mean wbench"):
        importing.importer("wbensh")
    with pytest.raises(UsageError, match="wbench takes no --ratio: leave it out"):
        imported("wbench", folder, "16:9")
    with pytest.raises(UsageError, match="is no folder: give the one that holds cases/ and images/"):
        imported("wbench", here / "none")
    with pytest.raises(UsageError, match="a suite is called by letters"):
        imported("wbench", folder, called="../mine")


def test_names_that_differ_in_capitals_alone_are_two_cases(here: Path) -> None:
    folder = others.vbench_i2v(here / "theirs")
    entries = others.vbench_entries()[:1]
    both = [*entries, {**entries[0], "prompt_en": others.DUCK.title()}]
    others.write_json(folder / "vbench2_i2v_full_info.json", both)
    first, second = imported("vbench-i2v", folder).cases
    assert first.id == "a_duck_on_a_pond"
    assert second.id.startswith("A_Duck_On_A_Pond-")
    others.write_json(folder / "vbench2_i2v_full_info.json", [*entries, *entries])
    with pytest.raises(UsageError, match="two cases are called"):
        imported("vbench-i2v", folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read(here: Path) -> None:
    folder = others.wbench(here / "theirs")
    (folder / "images" / "case_1.jpg").chmod(0)
    with pytest.raises(UsageError, match="cannot be read"):
        imported("wbench", folder)


@pytest.mark.parametrize("name", importing.names())
def test_baselines_run_on_it_and_show_says_whose_it_is(name: str, here: Path) -> None:
    suite = imported(name, WRITERS[name](here / "theirs"))
    done = bench(
        "run", "still,drift", "--suite", name, "--limit", "1", "--metrics", "temporal_flickering", "-q"
    )
    assert done.exit_code == 0, done.stdout + done.stderr
    shown = bench("show", "still", columns=300).stdout
    assert f"suite {name} is from {suite.source}; licence: {suite.licence}" in shown


def test_the_command_says_what_it_made(here: Path) -> None:
    answer = bench("suite", "import", "vbench-i2v", others.vbench_i2v(here / "theirs"))
    assert answer.exit_code == 0, answer.stderr
    assert "9 cases, 45 clips per model, in " in answer.stdout
    assert "licence: code and lists Apache-2.0" in answer.stdout
    found = json.loads(bench("ls", "suites", "vbench-i2v", "--json").stdout)[0]
    assert found["source"].startswith("Vchitect/VBench")
    assert found["seeds"] == 5
    again = bench("suite", "import", "vbench-i2v", here / "theirs", "--json")
    assert json.loads(again.stdout)["version"] == found["version"]
