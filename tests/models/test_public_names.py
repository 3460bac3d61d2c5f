"""What docs/add-a-model.md says that authors of models may import is what the modules export."""

import importlib
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "add-a-model.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(bench[\w.]+)` \| (`.*?`) \|", PAGE, flags=re.MULTILINE)
WHOLE = ("bench.models", "bench.models.diffusers", "bench.models.hosted.polling")


@pytest.mark.parametrize(("module", "names"), ROWS)
def test_documented_names_are_exported(module: str, names: str) -> None:
    found, documented = importlib.import_module(module), set(re.findall(r"`(\w+)`", names))
    assert all(hasattr(found, name) for name in documented)
    if module in WHOLE:
        assert documented == set(found.__all__)


def test_every_door_is_documented() -> None:
    assert set(WHOLE) <= {module for module, _ in ROWS}
