"""Parts of a static site, each alone: names of files, inlined JSON, links, which pairs are compared."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bench.web import html
from bench.web.static import folders, pairs
from tests.leaderboard import hostile


def test_slugs_are_safe_file_names_and_never_meet() -> None:
    texts = [*hostile.TEXTS, "svd", "SVD", "../svd", "..", "", "a/b", "a-b", ".hidden", "x" * 300, "é"]
    slugs = [folders.slug(text) for text in texts]
    assert len(set(slugs)) == len(texts)
    assert all(re.fullmatch(r"[a-z0-9_][a-z0-9._-]{0,99}", slug) for slug in slugs)
    assert folders.slug("svd-demo-1f2e3d4c5b") == "svd-demo-1f2e3d4c5b"


def test_what_a_killed_export_left_is_swept_once_the_new_site_is_there(tmp_path: Path) -> None:
    left = [tmp_path / ".tmp-0123456789ab-site", tmp_path / ".tmp-site-12-old"]
    for each in left:
        each.mkdir()
        (each / "index.html").write_text("half a site, or the only whole one")
    with pytest.raises(RuntimeError), folders.replacing(tmp_path / "site"):
        raise RuntimeError("this export fails, too")
    assert sorted(tmp_path.iterdir()) == sorted(left)
    with folders.replacing(tmp_path / "site") as first, folders.replacing(tmp_path / "site") as second:
        assert first != second
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_inlined_json_ends_no_element() -> None:
    text = html.inlined({"a": "</script><!--\u2028&", "b": float("nan"), "c": [float("inf")]})
    assert not re.search("[<>&\u2028]", text)
    assert json.loads(text) == {"a": "</script><!--\u2028&", "b": None, "c": [None]}


@pytest.mark.parametrize("address", [*hostile.LINKS, "", "ftp://x", "http:", "https://"])
def test_only_addresses_of_the_web_are_links(address: str) -> None:
    assert html.web_address(address) == ""


def test_addresses_of_the_web_are_links() -> None:
    assert html.web_address(" https://arxiv.org/abs/1 ") == "https://arxiv.org/abs/1"


def test_which_pairs_are_compared() -> None:
    few = pairs.wanted(["a", "b", "still"], ["still"])
    assert few == [("still", "a"), ("still", "b"), ("a", "b")]
    models = [f"m{n}" for n in range(30)]
    many = pairs.wanted([*models, "still", "noise"], ["still", "noise"])
    # the others with each of three, and these among themselves
    assert len(many) == len(set(many)) == 3 * 29 + 3
    assert all(a in {"m0", "still", "noise"} for a, _ in many)
    names = {**dict.fromkeys(models, "M"), "still": "Still"}
    assert "was compared with M, Still." in pairs.said([*models, "still"], ["still"], names)
    crowd = [f"m{n}" for n in range(300)]
    assert {a for a, _ in pairs.wanted([*crowd, "still"], ["still"])} == {"m0"}  # within the limit
