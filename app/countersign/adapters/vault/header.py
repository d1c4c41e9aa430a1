"""The vault's header: what must be known before any key is, and the keys, wrapped once for each way in.

Each slot's sealing binds the vault, the format, the suite, the slot's name and its parameters; and the whole file
carries an HMAC under a key that every slot holds, so that opening one slot notices a change in the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from countersign.adapters.system.durable_file import write_durably
from countersign.adapters.vault import cryptography_suite as suite
from countersign.adapters.vault.cryptography_suite import Argon2Cost, VaultKeys
from countersign.domain.canonical import Fields, Json, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.governance import World

FORMAT: Final = 1
HEADER_FILE: Final = "vault.header"
HEADER_LIMIT: Final = 64 * 1024
PASSPHRASE_SLOT: Final = "passphrase"  # noqa: S105 - the slot's name
RECOVERY_SLOT: Final = "recovery"

_MAC_BYTES = 32
_SEALED_BYTES: Final = {
    PASSPHRASE_SLOT: 4 * suite.KEY_BYTES + suite.TAG_BYTES,
    RECOVERY_SLOT: 2 * suite.KEY_BYTES + suite.TAG_BYTES,
}


def damaged() -> SecurityError:
    """Return the error for a header that is not what was written."""
    return SecurityError("vault.damaged", part="header")


@dataclass(frozen=True, slots=True)
class Slot:
    """The keys, wrapped for one way in. ``cost`` is None where the secret needs no stretching."""

    name: str
    salt: bytes
    nonce: bytes
    sealed: bytes
    cost: Argon2Cost | None = None

    def parameters(self) -> dict[str, Json]:
        """Return what is bound when the keys are sealed."""
        stretched: dict[str, Json] = {"kdf": "hkdf-sha256", "salt": self.salt.hex()}
        if self.cost is not None:
            stretched |= {
                "kdf": "argon2id",
                "memory_kib": self.cost.memory_kib,
                "iterations": self.cost.iterations,
                "lanes": self.cost.lanes,
            }
        return stretched

    def canonical(self) -> dict[str, Json]:
        """Return the slot as a canonical object."""
        return self.parameters() | {"nonce": self.nonce.hex(), "sealed": self.sealed.hex()}

    @classmethod
    def read(cls, name: str, value: Json) -> Slot:
        """Read a slot; its parameters are held to floor and ceiling here, before anything is derived."""
        fields = Fields(value, name)
        cost = None
        kdf = fields.text("kdf")
        if name == PASSPHRASE_SLOT:
            cost = Argon2Cost(fields.integer("memory_kib"), fields.integer("iterations"), fields.integer("lanes"))
        if kdf != ("hkdf-sha256" if cost is None else "argon2id") or (cost and not cost.allowed):
            raise damaged()
        slot = cls(
            name,
            salt=_exactly(fields.text("salt"), suite.SALT_BYTES),
            nonce=_exactly(fields.text("nonce"), suite.NONCE_BYTES),
            sealed=_exactly(fields.text("sealed"), _SEALED_BYTES[name]),
            cost=cost,
        )
        fields.end()
        return slot


def _exactly(text: str, count: int) -> bytes:
    found = bytes.fromhex(text)
    if len(found) != count or found.hex() != text:
        raise damaged()
    return found


@dataclass(frozen=True, slots=True)
class VaultHeader:
    """What the header file says.

    Attributes:
        vault: 32 hex digits.
        device: This device's identifier, so that the kit, which has no signing key, knows whose chains these are.
        name: The member's name, shown beside the passphrase field.
        device_secret: Whether a device secret from the keyring goes into the passphrase slot's key, and an anchor is
            kept there.
        kit_proved: Whether the recovery kit was proved. The ledger has the event; this is for the locked program.
    """

    vault: str
    device: str
    name: str
    world: World
    device_secret: bool
    kit_proved: bool
    passphrase: Slot
    recovery: Slot
    mac: bytes = b""

    def _unsigned(self) -> dict[str, Json]:
        return {
            "format": FORMAT,
            "suite": suite.SUITE,
            "vault": self.vault,
            "device": self.device,
            "name": self.name,
            "world": self.world.value,
            "device_secret": self.device_secret,
            "kit_proved": self.kit_proved,
            "slots": {PASSPHRASE_SLOT: self.passphrase.canonical(), RECOVERY_SLOT: self.recovery.canonical()},
        }

    def signed(self, keys: VaultKeys) -> VaultHeader:
        """Return the header with its HMAC."""
        return replace(self, mac=suite.mac(keys.header, canonical_bytes(self._unsigned())))

    def require_authentic(self, keys: VaultKeys) -> None:
        """Check the HMAC over the whole header.

        Raises:
            SecurityError: ``vault.damaged``.
        """
        if not suite.mac_agrees(keys.header, canonical_bytes(self._unsigned()), self.mac):
            raise damaged()

    def content(self) -> bytes:
        """Return the file's bytes."""
        return canonical_bytes({**self._unsigned(), "mac": self.mac.hex()})

    @classmethod
    def parse(cls, content: bytes) -> VaultHeader:
        """Read the file's bytes.

        Raises:
            SecurityError: ``vault.damaged``; ``vault.format`` where a newer program wrote it.
        """
        try:
            return cls._read(Fields(parse_canonical(content), "header"))
        except (SecurityError, ValueError) as error:
            if isinstance(error, SecurityError) and error.code == "vault.format":
                raise
            raise damaged() from error

    @classmethod
    def _read(cls, fields: Fields) -> VaultHeader:
        written = fields.integer("format")
        if written != FORMAT:  # the HMAC covers the format that is read as, so an older one would go unnoticed
            raise SecurityError("vault.format") if written > FORMAT else damaged()
        slots = Fields(fields.mapping("slots"), "slots")
        header = cls(
            vault=_exactly(fields.text("vault"), suite.SALT_BYTES).hex(),
            device=_exactly(fields.text("device"), suite.KEY_BYTES).hex(),
            name=fields.text("name"),
            world=World(fields.text("world")),
            device_secret=fields.flag("device_secret"),
            kit_proved=fields.flag("kit_proved"),
            passphrase=Slot.read(PASSPHRASE_SLOT, slots.mapping(PASSPHRASE_SLOT)),
            recovery=Slot.read(RECOVERY_SLOT, slots.mapping(RECOVERY_SLOT)),
            mac=_exactly(fields.text("mac"), _MAC_BYTES),
        )
        if fields.text("suite") != suite.SUITE:
            raise damaged()
        slots.end()
        fields.end()
        return header


def slot_binding(vault: str, slot: Slot, *, device_secret: bool) -> bytes:
    """Return what a slot's sealing binds beside the keys."""
    return canonical_bytes(
        {
            "format": FORMAT,
            "suite": suite.SUITE,
            "vault": vault,
            "device_secret": device_secret,
            "slot": slot.name,
            "parameters": slot.parameters(),
        }
    )


def seal_slot(slot: Slot, key: bytes, content: bytearray, vault: str, *, device_secret: bool) -> Slot:
    """Wrap keys into a slot."""
    bound = slot_binding(vault, slot, device_secret=device_secret)
    return replace(slot, sealed=suite.seal(key, slot.nonce, bytes(content), bound))


def open_slot(header: VaultHeader, slot: Slot, key: bytes) -> VaultKeys | None:
    """Unwrap a slot's keys and check the whole header with them; None where the key is not the slot's.

    Raises:
        SecurityError: ``vault.damaged``: the slot opens, and another part of the header was changed.
    """
    bound = slot_binding(header.vault, slot, device_secret=header.device_secret)
    content = suite.unseal(key, slot.nonce, slot.sealed, bound)
    if content is None:
        return None
    keys = VaultKeys.unpack(content)
    try:
        header.require_authentic(keys)
    except SecurityError:
        keys.wipe()
        raise
    return keys


def passphrase_slot_key(stretched: bytes, device_secret: bytes, vault: str) -> bytes:
    """Combine the stretched passphrase with the device secret (empty where there is none)."""
    return suite.hkdf(stretched, salt=device_secret, purpose=b"passphrase-slot/1/" + bytes.fromhex(vault))


def read_header(folder: Path) -> VaultHeader | None:
    """Read the header of the vault in a folder; None where there is no vault.

    Raises:
        SecurityError: As ``VaultHeader.parse``.
    """
    try:
        with (folder / HEADER_FILE).open("rb") as file:
            content = file.read(HEADER_LIMIT + 1)
    except FileNotFoundError:
        return None
    return VaultHeader.parse(content)


def write_header(folder: Path, header: VaultHeader) -> None:
    """Replace the header file."""
    write_durably(folder / HEADER_FILE, header.content(), point="vault.header")
