"""A bank for each test module's needs: shared while nothing is broken, fresh where something is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.practicebank.running_bank import Client, RunningBank
from tests.practicebank.standard import Standard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def standard(real_input: Path) -> Standard:
    """Give the judge that has read the standard's OpenAPI file."""
    return Standard(real_input / "psd2" / "psd2-api-1.3.11.yaml")


@pytest.fixture(scope="session")
def judge(project_root: Path) -> Standard | None:
    """Give the judge, or nobody where the file is absent: then ``test_standard`` says so by skipping."""
    path = project_root.parent / "shared" / "data" / "psd2" / "psd2-api-1.3.11.yaml"
    return Standard(path) if path.exists() else None


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    """Give one RSA key for all clients of a run: making one takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def ec_key() -> ec.EllipticCurvePrivateKey:
    """Give an elliptic curve key."""
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RunningBank]:
    """Give a fresh bank."""
    with RunningBank(tmp_path / "world") as running:
        yield running


@pytest.fixture
def client(bank: RunningBank, tmp_path: Path, rsa_key: rsa.RSAPrivateKey, judge: Standard | None) -> Iterator[Client]:
    """Give a client of the fresh bank, every reply judged by the standard."""
    enrolled = Client(bank, tmp_path, rsa_key, judge)
    yield enrolled
    enrolled.close()


@pytest.fixture(scope="module")
def shared_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    """Give one bank to all of a module's tests that leave it as they found it."""
    with RunningBank(tmp_path_factory.mktemp("bank") / "world") as running:
        yield running


@pytest.fixture(scope="module")
def shared_client(
    shared_bank: RunningBank,
    tmp_path_factory: pytest.TempPathFactory,
    rsa_key: rsa.RSAPrivateKey,
    judge: Standard | None,
) -> Iterator[Client]:
    """Give a client of the module's bank."""
    enrolled = Client(shared_bank, tmp_path_factory.mktemp("client"), rsa_key, judge)
    yield enrolled
    enrolled.close()
