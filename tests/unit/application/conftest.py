"""One approved order for every test of the flows."""

from __future__ import annotations

import pytest

from tests.unit.application.orders import Desk


@pytest.fixture
def desk() -> Desk:
    """Give a world with one approved order."""
    return Desk()
