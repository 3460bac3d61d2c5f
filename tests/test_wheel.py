"""The wheel in a clean environment elsewhere: `pytest -m wheel -n0`, which needs uv and a package index."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UV = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")

RUN = ("run", "-m", "still", "-m", "drift", "--limit", "1", "--view", "native", "--metrics", "ssim,motion")

pytestmark = [
    pytest.mark.wheel,
    pytest.mark.skipif(not Path(UV).exists(), reason="there is no uv: ./x fetches one where it needs it"),
]


class Installed:
    """An environment of its own, and a folder to work in, far from the checkout."""

    def __init__(self, folder: Path) -> None:
        self.environment, self.home = folder / "environment", folder / "home"
        self.home.mkdir()
        self.run(UV, "venv", "--quiet", self.environment)

    def install(self, *words: object) -> None:
        self.run(UV, "pip", "install", "--quiet", "--python", self.program("python"), *words)

    def program(self, name: str) -> Path:
        return self.environment / "bin" / name

    def run(self, *words: object) -> str:
        """What a command prints, on both streams; fails where it does."""
        answer = self.answer(*words)
        assert answer.returncode == 0, answer.stdout
        return answer.stdout

    def answer(self, *words: object) -> subprocess.CompletedProcess[str]:
        clean = {
            name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")
        }
        return subprocess.run(
            [*map(str, words)], cwd=self.home, env=clean, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel without extras, and a run in the folder."""
    made = Installed(tmp_path_factory.mktemp("elsewhere"))
    made.install(wheel)
    made.run(made.program("bench"), *RUN)
    return made


def test_the_core_is_small(installed: Installed) -> None:
    sizes = [path.stat().st_size for path in installed.environment.rglob("*") if path.is_file()]
    assert sum(sizes) < 1e9


@pytest.mark.parametrize("words", ["show still", "compare still drift", "publish still", "export site"])
def test_it_works_elsewhere(words: str, installed: Installed) -> None:
    installed.run(installed.program("bench"), *words.split())


@pytest.mark.parametrize(
    ("kind", "name"), [("model", "slow-fade"), ("metric", "sparkle"), ("suite", "my-pictures")]
)
def test_what_is_begun_installs_passes_and_is_listed(kind: str, name: str, installed: Installed) -> None:
    installed.run(installed.program("bench"), "new", kind, name)
    installed.install("--editable", f"./{name}", "pytest")
    installed.run(installed.program("python"), "-m", "pytest", "-q", name)
    assert name in installed.run(
        installed.program("bench"), "ls", f"{kind}s", *([] if kind == "suite" else [name])
    )


def test_the_line_that_a_message_has_installs_the_board_which_then_serves(installed: Installed) -> None:
    refused = installed.answer(installed.program("bench"), "board")
    assert refused.returncode == 2
    line = refused.stdout.strip().partition("; ")[2]
    assert line == 'pip install "i2v-bench[board]"'
    installed.install(line.split()[-1].strip('"'))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [installed.program("bench"), "board", "--no-browser", "--host", "0.0.0.0", "--port", port]
    server = subprocess.Popen([*map(str, words)], cwd=installed.home, start_new_session=True)
    try:
        assert _answers(f"http://127.0.0.1:{port}/_stcore/health", server)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def test_uvx_runs_it_without_installing(wheel: Path, tmp_path: Path) -> None:
    answer = subprocess.run(
        [UV, "tool", "run", "--from", str(wheel), "bench", "ls", "suites"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert "demo" in answer.stdout


def _answers(address: str, server: subprocess.Popen[bytes], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return True
        except OSError:
            time.sleep(0.2)
    return False
