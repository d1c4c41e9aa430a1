"""What takes its time to load is loaded in a worker: on the window's thread the window would stand still meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.timeout(180)
def test_nothing_is_loaded_on_the_window_s_thread_and_pages_are_there_when_wanted(tmp_path: Path) -> None:
    """In a process of its own: here other tests have loaded everything."""
    command = [sys.executable, "-m", "tests.gui.stalls.loading", str(tmp_path)]
    environment = os.environ | {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=170, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    told = orjson.loads(done.stdout)
    assert told["on_window"] == []
    assert told["missing"] == []
