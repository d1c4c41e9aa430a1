"""Here stalls are planted on purpose: nobody else watches."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_stalls() -> None:
    """Stand in for the watch over every other test with windows."""
