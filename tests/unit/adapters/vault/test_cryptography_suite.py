"""The calls that the vault uses, against Wycheproof's vectors and RFC 9106's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from countersign.adapters.vault import cryptography_suite as suite
from countersign.adapters.vault.cryptography_suite import CEILING, FLOOR, Argon2Cost, VaultKeys
from countersign.domain.secret import SecretText
from countersign.testing.fakes import FakeEntropy


def vectors(project_root: Path, name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Read a file of Wycheproof vectors: each group with each of its tests."""
    file = project_root.parent / "shared" / "data" / "vectors" / f"wycheproof-{name}_test.json"
    if not file.is_file():
        pytest.skip("the Wycheproof vectors are not here")
    for group in orjson.loads(file.read_bytes())["testGroups"]:
        for test in group["tests"]:
            yield group, test


def test_ed25519_verification(project_root: Path) -> None:
    count = 0
    for group, test in vectors(project_root, "ed25519"):
        key = bytes.fromhex(group["publicKey"]["pk"])
        found = suite.verify_ed25519(key, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
        assert found is (test["result"] == "valid"), test["tcId"]
        count += 1
    assert count > 100


def test_aes_256_gcm(project_root: Path) -> None:
    count = 0
    for group, test in vectors(project_root, "aes_gcm"):
        if (group["keySize"], group["ivSize"], group["tagSize"]) != (256, 96, 128):
            continue
        key, nonce, bound, content = (bytes.fromhex(test[name]) for name in ("key", "iv", "aad", "msg"))
        sealed = bytes.fromhex(test["ct"] + test["tag"])
        found = suite.unseal(key, nonce, sealed, bound)
        assert found == (content if test["result"] == "valid" else None), test["tcId"]
        if test["result"] == "valid":
            assert suite.seal(key, nonce, content, bound) == sealed
        count += 1
    assert count > 50


def test_hkdf_sha256(project_root: Path) -> None:
    count = 0
    for _, test in vectors(project_root, "hkdf_sha256"):
        if test["result"] != "valid":
            continue
        derivation = HKDF(SHA256(), test["size"], bytes.fromhex(test["salt"]), bytes.fromhex(test["info"]))
        assert derivation.derive(bytes.fromhex(test["ikm"])).hex() == test["okm"], test["tcId"]
        count += 1
    assert count > 50
    assert suite.hkdf(b"secret", salt=b"", purpose=b"a") != suite.hkdf(b"secret", salt=b"", purpose=b"b")


def test_argon2id_is_the_one_of_rfc_9106() -> None:
    # RFC 9106 §5.3: the library's Argon2id, asked as the suite asks it, with the secret and data of the vector.
    derivation = Argon2id(
        salt=b"\x02" * 16, length=32, iterations=3, lanes=4, memory_cost=32, ad=b"\x04" * 12, secret=b"\x03" * 8
    )
    tag = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    assert derivation.derive(b"\x01" * 32).hex() == tag
    ours = suite.argon2id(b"password", b"somesalt16bytes!", FLOOR)
    plain = Argon2id(salt=b"somesalt16bytes!", length=32, iterations=3, lanes=4, memory_cost=64 * 1024)
    assert ours == plain.derive(b"password")


class SlowClock:
    """A clock by which every stretching takes a set time."""

    def __init__(self, taken: int) -> None:
        self._taken, self._now = taken, 0

    def now_ms(self) -> int:
        """Return the time."""
        return self._now

    def monotonic_ms(self) -> int:
        """Return the time, which goes on by one stretching at each call."""
        self._now += self._taken
        return self._now


@pytest.mark.parametrize(
    ("taken", "memory"), [(1, CEILING.memory_kib), (139, 466_944), (1000, FLOOR.memory_kib), (9000, FLOOR.memory_kib)]
)
def test_calibration_aims_at_a_second_within_the_limits(taken: int, memory: int) -> None:
    def free(_passphrase: bytes, _salt: bytes, _cost: Argon2Cost) -> bytes:
        return b""

    assert suite.calibrated(SlowClock(taken), free) == Argon2Cost(memory, FLOOR.iterations, FLOOR.lanes)


def test_passphrases_are_compared_in_one_form() -> None:
    composed, decomposed = SecretText("caf\u00e9"), SecretText("cafe\u0301")
    assert suite.passphrase_bytes(composed) == suite.passphrase_bytes(decomposed)


def test_keys_show_nothing_and_are_wiped() -> None:
    keys = VaultKeys.new(FakeEntropy())
    packed = keys.pack(data_only=False)
    again = VaultKeys.unpack(packed)
    assert again.signing == keys.signing
    assert not any(packed), "what was unpacked is wiped"
    assert keys.signing.hex() not in repr(keys)
    keys.wipe()
    assert not any(keys.signing)
