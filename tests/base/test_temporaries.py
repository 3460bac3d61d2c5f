"""Temporary files: names of their own, held while they are filled, swept when nobody holds them."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from bench.base import files, temporaries


def test_two_writers_of_one_number_have_two_names(tmp_path: Path) -> None:
    """Two containers that share a folder have processes of the same number."""
    target = tmp_path / "shared"
    with temporaries.file(target) as one, temporaries.file(target) as other:
        assert one != other
        assert one.exists() and other.exists()
    assert not list(tmp_path.iterdir())


def test_what_is_being_written_is_not_swept(tmp_path: Path) -> None:
    left = [tmp_path / f"{temporaries.PREFIX}12-file", tmp_path / f"{temporaries.PREFIX}13-folder"]
    left[0].write_text("half")
    left[1].mkdir()
    (left[1] / "index.html").write_text("half")
    with temporaries.file(tmp_path / "file") as file, temporaries.folder(tmp_path / "folder") as folder:
        files.sweep(tmp_path)
        assert sorted(tmp_path.iterdir()) == sorted((file, folder))


def test_what_a_killed_process_held_is_swept(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, sys; from bench.base import temporaries\n"
        "with temporaries.file(pathlib.Path(sys.argv[1])), temporaries.folder(pathlib.Path(sys.argv[1])):\n"
        f"    os.kill(os.getpid(), {int(signal.SIGKILL)})"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "site")], check=False)
    assert len(temporaries.left_beside(tmp_path / "site")) == 2
    temporaries.sweep(temporaries.left_beside(tmp_path / "site"))
    assert not list(tmp_path.iterdir())


def test_only_what_was_to_become_a_file_lies_beside_it(tmp_path: Path) -> None:
    left = [f"{temporaries.PREFIX}{name}" for name in ("0a1-site", "0a1-site-old", "site-77", "site-77-old")]
    others = [
        f"{temporaries.PREFIX}{name}" for name in ("0a1-my-site", "0a1-site2", "site2-77", "0a1-site-new")
    ]
    for name in (*left, *others):
        (tmp_path / name).mkdir()
    assert sorted(path.name for path in temporaries.left_beside(tmp_path / "site")) == sorted(left)


def test_files_have_the_rights_that_others_have(tmp_path: Path) -> None:
    """A cache is shared: a file that only its writer may read would be none to the others."""
    (tmp_path / "plain").write_text("")
    files.write_text(tmp_path / "written", "")
    assert (tmp_path / "written").stat().st_mode == (tmp_path / "plain").stat().st_mode
