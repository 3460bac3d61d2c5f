"""A bit that flips on the disk never changes a number: the file is refused, or reads as it was."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench.errors import BadResults
from bench.models.card_facts import card_of
from bench.runs import checksums, parquet
from bench.runs.cards import Cards
from tests.made import measurement

ROWS = [
    measurement(
        case=f"c{number % 12}",
        seed=number // 12,
        value=number / 7,
        series=(number / 3, 1.0),
        clip_sha256=str(number),
    )
    for number in range(96)
]
CARDS = Cards((), (card_of("still"),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    parquet.write(tmp_path / "rows.parquet", ROWS, CARDS)
    return tmp_path / "rows.parquet"


def _outcomes(path: Path, flips: int) -> Counter[str]:
    """What reading gives after each of so many flips, spread over the file at random."""
    content, found = path.read_bytes(), Counter[str]()
    draw = np.random.default_rng(0)
    for _ in range(flips):
        place, bit = int(draw.integers(len(content))), int(draw.integers(8))
        flipped = bytearray(content)
        flipped[place] ^= 1 << bit
        path.write_bytes(flipped)
        try:
            is_same = parquet.read(path) == ROWS and parquet.cards([parquet.read_table(path)]) == CARDS
        except BadResults:
            found["refused"] += 1
        else:
            found["same" if is_same else "other"] += 1
    path.write_bytes(content)
    return found


def test_no_flip_reads_as_other_content(path: Path) -> None:
    """Without any checksum, 113 of 400 flips did, with those of pages only, 10."""
    found = _outcomes(path, 40)
    assert found["other"] == 0 and found["refused"] > 30


@pytest.mark.long
def test_of_400_flips_none_reads_as_other_content(path: Path) -> None:
    found = _outcomes(path, 400)
    print(dict(found))  # noqa: T201
    assert found["other"] == 0


@pytest.mark.long
def test_no_flip_of_footer_or_page_headers_reads_as_other_content(path: Path) -> None:
    """One bit of every byte of the footer, and of every seventh before it, where headers of pages are."""
    content = path.read_bytes()
    footer = content.index(checksums.MARK)
    other = []
    for place in (*range(0, footer, 7), *range(footer, len(content))):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        path.write_bytes(flipped)
        try:
            other += [place] if parquet.read(path) != ROWS else []
        except BadResults:
            continue
    assert not other


def test_anybody_reads_the_file(path: Path) -> None:
    assert pq.read_table(path).num_rows == len(ROWS)
    assert pq.ParquetFile(path, page_checksum_verification=True).read().num_rows == len(ROWS)


def test_a_page_that_flipped_is_refused_without_the_checksum_of_the_file_too(path: Path) -> None:
    """As where another program copied the pages and dropped what stands between them and the footer."""
    content = path.read_bytes()
    at = content.index(checksums.MARK)
    parts = bytearray(content[:at] + content[at + checksums.SIZE :])
    path.write_bytes(parts)
    assert parquet.read(path) == ROWS
    (begin, *_) = sorted(
        pq.read_metadata(io.BytesIO(bytes(parts))).row_group(0).column(number).data_page_offset
        for number in range(5)
    )
    parts[begin + 60] ^= 1
    path.write_bytes(parts)
    with pytest.raises(BadResults):
        parquet.read(path)


def test_an_older_file_has_no_checksum_and_is_read(path: Path) -> None:
    pq.write_table(parquet.read_table(path), path)
    assert checksums.MARK not in path.read_bytes()
    assert parquet.read(path) == ROWS


def test_a_file_in_memory_has_one_too() -> None:
    target = io.BytesIO()
    parquet.write_tables(target, [parquet.schema().empty_table()], CARDS)
    checksums.verify(Path("memory"), target.getvalue())
    assert checksums.MARK in target.getvalue()
