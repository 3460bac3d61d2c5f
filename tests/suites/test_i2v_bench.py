"""I2V-Bench: clips by category, their texts beside them or in lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import suites
from bench.errors import UsageError
from bench.media import pictures, video
from tests.suites import others
from tests.suites.others import imported


class TestI2VBench:
    def test_first_frames_texts_and_references(self, here: Path) -> None:
        suite = imported("i2v-bench", others.i2v_bench(here / "theirs"))
        assert {case.id: (case.prompt, case.category) for case in suite.cases} == {
            "Food-0001": ("Soup, steaming.", "Food"), "Pet-cat": ("A cat yawns.", "Pet"),
        }  # fmt: skip
        for case in suite.cases:
            assert case.reference is not None
            assert (pictures.read(case.image) == video.read_clip(case.reference).frames[0]).all()
        assert suite.reference_note

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("list.json", '{"0001.mp4": "Soup."}'),
            ("list.json", '[{"video_path": "Food/0001.mp4", "prompt": "Soup."}]'),
            ("list.jsonl", '{"videoid": "0001", "name": "Soup."}\n'),
            ("list.csv", "Video;Caption\n0001.mp4;Soup.\n"),
        ],
    )
    def test_lists_of_captions(self, name: str, content: str, here: Path) -> None:
        folder = others.i2v_bench(here / "theirs")
        (folder / "Food" / "captions.csv").unlink()
        (folder / name).write_text(content)
        (folder / "._list.csv").write_bytes(b"\0\5\26\7")
        assert suites.load(imported("i2v-bench", folder).folder or "").cases[0].prompt == "Soup."

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("list.csv", 'video,caption\n0001.mp4,"Soup', r"list\.csv:2: not CSV"),
            (
                "list.csv",
                "video,caption\n0001.mp4,Soup, hot\n",
                r"list\.csv:2: the line has not as many fields",
            ),
            ("list.json", '["Soup"]', r"list\.json is a list of JSON objects"),
            ("list.jsonl", '{"id": "a", "text": "b\u2028c"}\n\n{"id"', r"list\.jsonl:3 is not JSON"),
        ],
    )
    def test_broken_lists(self, name: str, content: str, said: str, here: Path) -> None:
        (others.i2v_bench(here / "theirs") / name).write_text(content)
        with pytest.raises(UsageError, match=said):
            imported("i2v-bench", here / "theirs")

    def test_what_is_no_such_folder(self, here: Path) -> None:
        folder = others.i2v_bench(here / "theirs")
        (folder / "Food" / "captions.csv").unlink()
        with pytest.raises(
            UsageError, match=r"1 of 2 clips have no text, such as .*0001.mp4: put 0001.txt beside"
        ):
            imported("i2v-bench", folder)
        (folder / "Food" / "0001.txt").write_text("Soup.")
        (folder / "Food" / "0001.mp4").write_bytes(b"no clip")
        with pytest.raises(UsageError, match="download it again"):
            imported("i2v-bench", folder)
        (here / "empty").mkdir()
        with pytest.raises(UsageError, match="has no clip"):
            imported("i2v-bench", here / "empty")
