"""A practice bank, and a hostile one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.adapters.system.clock import SystemClock, SystemEntropy
from tests.contract.practice_fixture import HASTY, QUICK, Practice, running_practice
from tests.integration.xs2a.hostile_bank import HostileBank, Pki, credentials_for, hostile_bank


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"), "Trusted")


@pytest.fixture(scope="session")
def client(pki: Pki) -> tuple[str, str]:
    return pki.client()


@pytest.fixture
def hostile(pki: Pki) -> Iterator[HostileBank]:
    with hostile_bank(pki) as found:
        yield found


@pytest.fixture
def connected(hostile: HostileBank, pki: Pki, client: tuple[str, str]) -> Iterator[Xs2aBank]:
    """Give the connector, connected to the hostile bank."""
    bank = Xs2aBank(credentials_for(hostile, pki, client), SystemClock(), SystemEntropy(), QUICK)
    yield bank
    bank.close()


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with running_practice(tmp_path_factory.mktemp("practice") / "world") as found:
        yield found


@pytest.fixture
def practice(running: Practice) -> Iterator[Practice]:
    """Give the practice bank, with nothing wrong and nothing decided."""
    running.reset()
    yield running
    running.reset()


@pytest.fixture(scope="package")
def patient(running: Practice) -> Iterator[Xs2aBank]:
    found = running.connect()
    yield found
    found.close()


@pytest.fixture(scope="package")
def impatient(running: Practice) -> Iterator[Xs2aBank]:
    found = running.connect(HASTY)
    yield found
    found.close()


@pytest.fixture
def bank(practice: Practice, patient: Xs2aBank) -> Xs2aBank:
    """Give the connector, connected to the practice bank."""
    return patient


@pytest.fixture
def hasty(practice: Practice, impatient: Xs2aBank) -> Xs2aBank:
    """Give one that soon loses its patience."""
    return impatient
