"""The NextGenPSD2 connector keeps the contract, against the practice bank over real TLS."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.contract.bank_contract import DoorContract, Wired
from tests.contract.practice_fixture import Practice, challenged, executions, running_practice, some_payment


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with running_practice(tmp_path_factory.mktemp("contract") / "world") as found:
        yield found


class TestXs2aConnector(DoorContract):
    """``adapters.banks.xs2a``."""

    @pytest.fixture
    def wired(self, practice: Practice) -> Iterator[Wired]:
        bank = practice.connect()
        yield Wired(
            bank=bank,
            reconnect=practice.connect,
            payment=partial(some_payment, practice, bank),
            password=practice.bank.practice_password(),
            challenged=partial(challenged, practice, bank),
            code=practice.bank.code_for,
            executed=partial(executions, practice),
        )
        bank.close()
