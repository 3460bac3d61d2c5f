"""python -m tests.tiny_checkpoints MODEL OUT."""

import sys
from pathlib import Path

from tests import tiny_checkpoints

if len(sys.argv) != 3 or sys.argv[1] not in tiny_checkpoints.builders():
    sys.exit(f"usage: python -m tests.tiny_checkpoints {'|'.join(tiny_checkpoints.builders())} OUT")
sys.stdout.write(f"{tiny_checkpoints.write(sys.argv[1], Path(sys.argv[2]))}\n")
