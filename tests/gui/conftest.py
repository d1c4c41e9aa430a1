"""What holds for every test with windows."""

from __future__ import annotations

from pathlib import Path

import pytest

from countersign.testing.plugin import ground, program, window
from tests.gui.stall_watch import no_stalls, planted, stall_watch

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bear with what the platform without a display says of every window and tool tip."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.qt_log_ignore(r"This plugin does not support (propagateSizeHints|raise)\(\)"))


__all__ = ["ground", "no_stalls", "planted", "program", "stall_watch", "window"]
