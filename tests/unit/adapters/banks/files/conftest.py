"""One plain order, for the tests that change one thing of it."""

from __future__ import annotations

import pytest

from tests.unit.adapters.banks.files.pain001_orders import Agreed, sepa_order


@pytest.fixture
def sepa() -> Agreed:
    """Give a SEPA order for a file of version .09."""
    return sepa_order()
