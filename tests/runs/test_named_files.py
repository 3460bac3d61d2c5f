"""A run's folder may come from a stranger: nothing that only this machine has goes into a site because of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.base import files
from bench.errors import BadClip, BadResults, StorageFailed
from bench.media import pictures, video
from bench.runs import RunFolder, previews, publishing, stored_values
from bench.suites import cases, recalling
from bench.types import ClipRecord, Suite
from bench.web.static import suites_here
from tests import made
from tests.leaderboard import boards
from tests.web import sites


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return made.suite(tmp_path, cases=1)


@pytest.fixture
def folder(tmp_path: Path, suite: Suite) -> RunFolder:
    of = boards.run(suite, "theirs")
    return boards.write(tmp_path / "runs", of, suite, [boards.row(of, "c0", "ssim_mean", 0.5)])


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Private, outside of the run."""
    path = tmp_path / "private" / "film.mkv"
    video.write_clip(path, made.moving_clip(seed=7))
    return path


def _by_absolute_path(folder: RunFolder, film: Path) -> str:
    return str(film)


def _by_parent(folder: RunFolder, film: Path) -> str:
    return os.path.relpath(film, folder.path)


def _by_link(folder: RunFolder, film: Path) -> str:
    (folder.path / "clips" / "link.mkv").symlink_to(film)
    return "clips/link.mkv"


def _by_linked_folder(folder: RunFolder, film: Path) -> str:
    (folder.path / "more").symlink_to(film.parent)
    return "more/film.mkv"


@pytest.mark.parametrize("named", [_by_absolute_path, _by_parent, _by_link, _by_linked_folder])
def test_no_film_from_elsewhere_gets_into_a_site(
    folder: RunFolder, film: Path, tmp_path: Path, named: Callable[[RunFolder, Path], str]
) -> None:
    """Though its record knows digest and size."""
    about = {"sha256": files.sha256(film), "size": film.stat().st_size}
    made.edit(folder.path / "clips" / "c0-0.json", path=named(folder, film), **about)
    exported = sites.export(tmp_path / "site", folder.path.parent)
    assert exported.clips == 0
    assert not list((tmp_path / "site").rglob("*.mp4"))


def test_clips_that_were_made_elsewhere_are_shown_if_they_are_what_was_measured(
    folder: RunFolder, film: Path
) -> None:
    made.edit(folder.path / "run.json", model="clips")
    about = folder.path / "clips" / "c0-0.json"
    made.edit(about, path=str(film), sha256=files.sha256(film))
    record = folder.record("c0", 0)
    assert record
    assert previews.make(folder, record).is_file()
    with pytest.raises(BadClip, match="has changed since it was made"):
        previews.make(folder, replace(record, sha256="0" * 64))


@pytest.mark.parametrize("name", ["secret.png", "../private/secret.png"])
def test_no_picture_from_elsewhere_gets_into_a_site(folder: RunFolder, tmp_path: Path, name: str) -> None:
    secret = tmp_path / "private" / "secret.png"
    pictures.write(secret, made.photograph(seed=9))
    about = folder.path / "suite.json"
    cases = json.loads(about.read_text())["cases"]
    cases[0]["image"] = str(secret) if name == secret.name else str(tmp_path / "runs" / name)
    made.edit(about, cases=cases)
    sites.export(tmp_path / "site", folder.path.parent)
    assert not (tmp_path / "site" / "images").exists()
    assert recalling.recalled(folder.suite).cases[0].prompt == "prompt 0"


def test_pictures_that_are_what_they_were_are_shown(folder: RunFolder, suite: Suite, tmp_path: Path) -> None:
    sites.export(tmp_path / "site", folder.path.parent)
    assert len(list((tmp_path / "site" / "images").rglob("*.jpg"))) == 1
    assert recalling.recalled(folder.suite) == suite


def test_a_stranger_s_words_do_not_replace_a_suite_s(
    folder: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench import suites

    monkeypatch.chdir(tmp_path)
    shipped = suites.load(made.written_suite(tmp_path / "suites" / "pictures", 1))
    forged = replace(shipped, cases=(replace(shipped.cases[0], prompt="buy this"),))
    stored_values.write(folder.path / "suite.json", forged)
    found = suites_here.known(str(shipped), [folder])
    assert found
    assert found.cases[0].prompt == shipped.cases[0].prompt


def test_a_preview_that_was_not_made_here_is_made(folder: RunFolder, film: Path) -> None:
    record = folder.record("c0", 0)
    assert record
    theirs = folder.path / "previews" / previews.name(record)
    theirs.parent.mkdir()
    theirs.write_bytes(film.read_bytes())
    assert previews.existing(folder, theirs.name) is None
    own = previews.make(folder, record)
    assert own.read_bytes() != film.read_bytes()
    assert previews.existing(folder, own.name) == own


def test_previews_are_not_written_through_a_link(folder: RunFolder, film: Path) -> None:
    (folder.path / "previews").symlink_to(film.parent)
    record = folder.record("c0", 0)
    assert record
    assert previews.make(folder, record).is_relative_to(files.cache())
    assert [path.name for path in film.parent.iterdir()] == ["film.mkv"]


def test_a_lock_that_is_a_link_empties_no_other_file(folder: RunFolder, suite: Suite, film: Path) -> None:
    before = film.read_bytes()
    (folder.path / "lock").unlink()
    (folder.path / "lock").symlink_to(film)
    with pytest.raises(StorageFailed, match="cannot be written"), folder.working(folder.run, suite):
        pass
    assert film.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [{"case": "../../x"}, {"seed": 1}, {"sha256": "../../../features"}, {"path": "clips/../../x.mkv"}],
)
def test_a_record_of_another_clip_is_none(folder: RunFolder, change: dict[str, Any]) -> None:
    assert isinstance(folder.record("c0", 0), ClipRecord)
    made.edit(folder.path / "clips" / "c0-0.json", **change)
    assert folder.records() == []


@pytest.mark.parametrize("change", [{"suite": "../../x"}, {"suite_version": "a/b"}, {"id": ".."}])
def test_a_run_whose_names_are_paths_is_none(
    folder: RunFolder, tmp_path: Path, change: dict[str, Any]
) -> None:
    made.edit(folder.path / "run.json", **change)
    with pytest.raises(BadResults, match="no name of a file"):
        publishing.publish(folder, tmp_path / "results")


def test_a_case_whose_id_is_a_path_is_none(folder: RunFolder, suite: Suite) -> None:
    forged = replace(suite, cases=(replace(suite.cases[0], id="../../../x"),))
    stored_values.write(folder.path / "suite.json", forged)
    with pytest.raises(BadResults, match="no name of a case"):
        _ = folder.suite


def test_digests_know_an_unchanged_case_only(suite: Suite) -> None:
    (case,) = suite.cases
    assert cases.has_digest(case)
    assert not cases.has_digest(replace(case, image=case.image.with_name("gone.png")))
    assert not cases.has_digest(replace(case, prompt="another"))
