"""Making, opening and closing the one vault of a profile."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from countersign.adapters.system.durable_file import make_folder
from countersign.adapters.system.instance_lock import InstanceLock
from countersign.adapters.system.keyring_store import SecretStore, SecretStoreError
from countersign.adapters.vault import cryptography_suite as suite
from countersign.adapters.vault import database
from countersign.adapters.vault.anchor import device_secret_name
from countersign.adapters.vault.attempts import Throttle
from countersign.adapters.vault.cryptography_suite import Argon2Cost, Stretch, VaultKeys
from countersign.adapters.vault.emergency_stop import EmergencyStop
from countersign.adapters.vault.header import (
    HEADER_FILE,
    PASSPHRASE_SLOT,
    RECOVERY_SLOT,
    Slot,
    VaultHeader,
    open_slot,
    passphrase_slot_key,
    read_header,
    seal_slot,
    write_header,
)
from countersign.adapters.vault.projections import VaultProjections
from countersign.adapters.vault.recovery_kit import RecoveryKit, new_words, offered_passphrase
from countersign.adapters.vault.session import Session, Surroundings
from countersign.adapters.vault.ticket import Ticket
from countersign.adapters.vault.upgrade import bring_up_to_date
from countersign.application.ports.clock import Clock, Entropy
from countersign.application.ports.vault import Vault
from countersign.application.ports.vault_door import JoinTicket, NewVault, VaultSummary, VerificationReport
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.event import device_identifier
from countersign.domain.ledger.governance import World
from countersign.domain.secret import SecretText

LOCK_FILE: Final = "vault.lock"


class FileVaultDoor:
    """The vault in a folder: see the port."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock,
        entropy: Entropy,
        secrets: SecretStore,
        cost: Argon2Cost | None = None,
        stretch: Stretch = suite.argon2id,
    ) -> None:
        """Stand before the vault in ``folder``, open or not.

        Args:
            folder: The profile's vault folder.
            clock: For events and for the waits between attempts.
            entropy: For keys, salts and identifiers.
            secrets: Where the device secret and the anchor are kept.
            cost: Of the passphrase; by default calibrated to about a second when the vault is made.
            stretch: Argon2id; tests may remember its answers.
        """
        self._folder, self._clock, self._entropy, self._secrets = folder, clock, entropy, secrets
        self._cost, self._stretch = cost, stretch
        make_folder(folder)
        self._lock = InstanceLock(folder / LOCK_FILE)
        self._throttle = Throttle(folder, clock)
        self._stop = EmergencyStop(folder)
        self._surroundings = Surroundings(folder, clock, entropy, secrets, self._stop)
        self._session: Session | None = None

    def summary(self) -> VaultSummary:
        """Describe the vault without opening it."""
        header = read_header(self._folder)
        if header is None:  # no vault yet: what one would rest on
            return VaultSummary(
                exists=False,
                name="",
                world=World.PRACTICE,
                keyring=self._secrets.available(),
                wait_ms=0,
                failed_attempts=0,
                frozen=self._stop.set,
                kit_proved=False,
            )
        return VaultSummary(
            exists=True,
            name=header.name,
            world=header.world,
            keyring=header.device_secret,
            wait_ms=self._throttle.wait_ms(),
            failed_attempts=self._throttle.read().failed,
            frozen=self.frozen(),
            kit_proved=header.kit_proved,
        )

    def offer_passphrase(self) -> tuple[str, ...]:
        """Return six random words as an offer."""
        return offered_passphrase(self._entropy)

    def new_kit(self) -> tuple[str, ...]:
        """Return the twelve words of a new recovery kit."""
        return new_words(self._entropy)

    def create(self, new: NewVault) -> Vault:
        """Make a vault. Its header is written last: without one there is no vault."""
        return self._make(new, lambda session, key: session.write_genesis(new.member_name, key))

    def join(self, new: NewVault, invitation: JoinTicket) -> Vault:
        """Make a vault with keys and an empty ledger, which others will admit to their workspace."""
        if new.world is not invitation.world:
            raise ValueError("another world than the invitation's")

        def begin(session: Session, recovery_public_key: bytes) -> None:
            ticket = Ticket(invitation.workspace, invitation.genesis, invitation.world, recovery_public_key.hex())
            session.begin_joining(ticket)

        return self._make(new, begin)

    def _make(self, new: NewVault, begin: Callable[[Session, bytes], None]) -> Vault:
        kit = RecoveryKit.read(new.kit_words)
        self._lock.acquire()
        try:
            self._require_room_for(new)
            self._set_aside_leftovers()
            return self._create(new, kit, begin)
        except OSError as error:
            self.lock()
            raise UserFacingError("vault.disk_full") from error
        except BaseException:
            self.lock()
            raise

    def _require_room_for(self, new: NewVault) -> None:
        if (self._folder / HEADER_FILE).exists():
            raise UserFacingError("vault.exists")
        self._require_protected(new.world)

    def _require_protected(self, world: World) -> None:
        if world is World.REAL and not self._secrets.protected:
            raise SecurityError("vault.keyring_in_clear")

    def _create(self, new: NewVault, kit: RecoveryKit, begin: Callable[[Session, bytes], None]) -> Vault:
        vault = self._entropy.token_bytes(suite.SALT_BYTES).hex()
        device_secret = self._new_device_secret(vault)
        keys = VaultKeys.new(self._entropy)
        header = self._new_header(new, kit, vault, keys, device_secret)
        connection = database.create_database(self._folder, keys.database)
        self._session = Session(self._surroundings, header, keys, connection)
        begin(self._session, kit.public_key())
        write_header(self._folder, header)
        return self._session.vault

    def _new_device_secret(self, vault: str) -> bytes:
        """Put a device secret into the keyring; empty where there is none to be used."""
        if not self._secrets.available():
            return b""
        secret = self._entropy.token_bytes(suite.DEVICE_SECRET_BYTES)
        try:
            self._secrets.write(device_secret_name(vault), secret.hex())
        except SecretStoreError:
            return b""
        return secret

    def _new_header(
        self, new: NewVault, kit: RecoveryKit, vault: str, keys: VaultKeys, device_secret: bytes
    ) -> VaultHeader:
        cost = self._cost or suite.calibrated(self._clock, self._stretch)
        by_passphrase = self._new_slot(PASSPHRASE_SLOT, cost)
        by_kit = self._new_slot(RECOVERY_SLOT, None)
        stretched = self._stretch(suite.passphrase_bytes(new.passphrase), by_passphrase.salt, cost)
        has_secret = bool(device_secret)
        by_passphrase = seal_slot(
            by_passphrase,
            passphrase_slot_key(stretched, device_secret, vault),
            keys.pack(data_only=False),
            vault,
            device_secret=has_secret,
        )
        by_kit = seal_slot(
            by_kit, kit.slot_key(by_kit.salt), keys.pack(data_only=True), vault, device_secret=has_secret
        )
        device = device_identifier(suite.ed25519_public(keys.signing))
        header = VaultHeader(vault, device, new.member_name, new.world, has_secret, False, by_passphrase, by_kit)  # noqa: FBT003
        return header.signed(keys)

    def _new_slot(self, name: str, cost: Argon2Cost | None) -> Slot:
        salt, nonce = self._entropy.token_bytes(suite.SALT_BYTES), self._entropy.token_bytes(suite.NONCE_BYTES)
        return Slot(name, salt, nonce, b"", cost)

    def _set_aside_leftovers(self) -> None:
        """Move a database without a header out of the way: nobody can read it, but it isn't ours to destroy."""
        for name in database.DATABASE_FILES:
            left = self._folder / name
            if left.exists():
                left.rename(left.with_name(f"{name}.left-{self._clock.now_ms()}"))

    def unlock(self, passphrase: SecretText) -> Vault:
        """Open the vault."""
        with self._opening() as header:
            return self._enter(header, self._keys_by(passphrase, header))

    def _keys_by(self, passphrase: SecretText, header: VaultHeader) -> VaultKeys:
        """Open the passphrase's slot; a failure is counted."""
        secret = self._device_secret(header)
        attempts = self._throttle.begin()
        slot = header.passphrase
        stretched = self._stretch(suite.passphrase_bytes(passphrase), slot.salt, slot.cost or suite.FLOOR)
        keys = open_slot(header, slot, passphrase_slot_key(stretched, secret, header.vault))
        if keys is None:
            wait = self._throttle.wait_ms()
            raise UserFacingError("vault.passphrase_wrong", attempts=attempts.failed, wait_ms=wait)
        return keys

    def confirm(self, passphrase: SecretText) -> None:
        """Make sure that the person at the keyboard knows the passphrase of the open vault."""
        self._open_session()
        self._keys_by(passphrase, self._header()).wipe()
        self._throttle.succeeded()  # failures meanwhile stay to be recorded at the next unlock

    def unlock_with_kit(self, words: Sequence[str]) -> Vault:
        """Open the vault's data with the recovery kit."""
        kit = RecoveryKit.read(words)
        with self._opening() as header:
            self._throttle.begin()
            keys = open_slot(header, header.recovery, kit.slot_key(header.recovery.salt))
            if keys is None:
                raise UserFacingError("vault.kit_wrong")
            return self._enter(header, keys)

    def kit_signature(self, words: Sequence[str], message: bytes) -> bytes:
        """Sign with the recovery key that a kit's words hold, whether or not the kit opens this vault."""
        self._open_session()
        return RecoveryKit.read(words).sign(message)

    @contextlib.contextmanager
    def _opening(self) -> Iterator[VaultHeader]:
        if self._session is not None:
            raise UserFacingError("vault.in_use")
        self._lock.acquire()
        try:
            header = self._header()  # only now: who held the lock may have written it
            self._require_protected(header.world)
            yield header
        except BaseException:
            self.lock()
            raise

    def _header(self) -> VaultHeader:
        header = read_header(self._folder)
        if header is None:
            raise UserFacingError("vault.none")
        return header

    def _device_secret(self, header: VaultHeader) -> bytes:
        if not header.device_secret:
            return b""
        try:
            text = self._secrets.read(device_secret_name(header.vault)) or ""
            found = bytes.fromhex(text)
        except (SecretStoreError, ValueError) as error:
            raise UserFacingError("vault.device_secret_missing") from error
        if len(found) != suite.DEVICE_SECRET_BYTES or found.hex() != text:
            raise UserFacingError("vault.device_secret_missing")
        return found

    def _enter(self, header: VaultHeader, keys: VaultKeys) -> Vault:
        """Open what the keys belong to, and record that it was opened and how often that had failed."""
        failures = self._throttle.succeeded()
        connection = None
        try:
            connection = database.open_writer(self._folder, keys.database)
            with database.translated():
                bring_up_to_date(connection)
        except BaseException:
            if connection is not None:
                connection.close()
            keys.wipe()
            raise
        self._session = Session(self._surroundings, header, keys, connection)
        self._session.resume()
        if self._session.vault.may_sign:
            self._session.record_unlock(failures)
            self._throttle.recorded()
        return self._session.vault

    def _open_session(self) -> Session:
        if self._session is None:
            raise UserFacingError("vault.locked")
        return self._session

    def projections(self) -> VaultProjections:
        """Return the READ lane's view of the unlocked vault."""
        return self._open_session().projections

    def verify(self, progress: Callable[[int, int], bool]) -> VerificationReport:
        """Verify every event against chains, signatures and anchor, and rebuild the projections to the same hashes."""
        return self._open_session().verify(progress)

    def freeze(self) -> None:
        """Block every new intent of this workspace, durably, without a key."""
        self._stop.raise_()

    def unfreeze(self) -> None:
        """Allow intents again: unlocked only."""
        self._open_session().vault.lift_stop()

    def frozen(self) -> bool:
        """Tell whether intents are blocked."""
        session = self._session
        return self._stop.set or (session is not None and session.vault.frozen_in_ledger)

    def lock(self) -> None:
        """Close the connections, wipe the keys, and let another instance in."""
        session, self._session = self._session, None
        try:
            if session is not None:
                session.close()
        finally:
            self._lock.release()
