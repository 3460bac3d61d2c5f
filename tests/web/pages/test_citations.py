"""BibTeX of the benchmark and of the papers behind models and metrics."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.web.pages import citations


def test_the_benchmark_is_cited_as_its_file_says() -> None:
    entry = citations.benchmark()
    text = citations.CFF.read_text()
    assert entry.startswith("@software{i2v-bench,\n")
    for value in re.findall(r'^(?:title|version): "?(.*?)"?$', text, flags=re.MULTILINE):
        assert f"{{{value}}}" in entry
    assert "author = {{The I2V Bench authors}}" in entry
    assert "year = {2026}" in entry


def test_an_installed_package_says_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(citations, "CFF", tmp_path / "gone")
    assert "I2V Bench" in citations.benchmark()


def test_papers_are_cited_once_with_all_that_they_are_behind() -> None:
    text = citations.bibtex(
        ["svd", "svd-xt", "still", "no such"], ["warping_error", "ssim_mean", "theirs[a=b]"]
    )
    entries = re.findall(r"@(\w+)\{([^,]+),", text)
    assert len(entries) == len(set(entries))
    assert ("misc", "arxiv-2311.15127") in entries  # SVD
    assert ("misc", "arxiv-1808.00449") in entries  # warping error
    assert r"warping\_error" in text
    assert text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}")
    svd = next(part for part in text.split("\n\n") if "2311.15127," in part)
    assert "the model Stable Video Diffusion, the model Stable Video Diffusion" in svd


def test_a_note_says_what_is_cited() -> None:
    assert "  note = {Suites: demo@1; 5 \\% of it},\n" in citations.benchmark("Suites: demo@1; 5 % of it")
