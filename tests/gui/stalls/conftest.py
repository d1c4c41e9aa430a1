"""Here stalls are planted on purpose: they are no findings about the program, and are counted apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from countersign.testing.stalls import Stall, StallWatch


@pytest.fixture(autouse=True)
def no_stalls(stall_watch: StallWatch, planted: list[Stall]) -> Iterator[None]:
    """Stand in for the fixture that fails every other test with windows."""
    stalls, beats = len(stall_watch.stalls), len(stall_watch.beats)
    yield
    planted.extend(stall_watch.stalls[stalls:])
    del stall_watch.stalls[stalls:], stall_watch.beats[beats:]
