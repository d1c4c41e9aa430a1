"""All that is open while the vault is: keys, writing connection, reading connection, anchor."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from countersign.adapters.system.keyring_store import SecretStore
from countersign.adapters.vault import cryptography_suite as suite
from countersign.adapters.vault import database
from countersign.adapters.vault.anchor import Anchor, AnchorState
from countersign.adapters.vault.book import Book
from countersign.adapters.vault.cryptography_suite import VaultKeys
from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.emergency_stop import EmergencyStop
from countersign.adapters.vault.event_store import EventStore
from countersign.adapters.vault.header import VaultHeader, write_header
from countersign.adapters.vault.open_vault import OpenVault
from countersign.adapters.vault.projections import VaultProjections
from countersign.adapters.vault.reader import Reader
from countersign.adapters.vault.ticket import Ticket, signed_elsewhere
from countersign.adapters.vault.verification import Verification
from countersign.adapters.vault.writer import LedgerPosition, Signer
from countersign.application.ports.clock import Clock, Entropy, new_identifier
from countersign.application.ports.vault import Identity
from countersign.application.ports.vault_door import VerificationReport
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, EventDraft, device_identifier
from countersign.domain.ledger.governance import Device, Governance, Member, Role
from countersign.domain.policy import Policy

_MAY_SIGN = frozenset({AnchorState.AGREES, AnchorState.BEHIND, AnchorState.NONE})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a session needs of the world."""

    folder: Path
    clock: Clock
    entropy: Entropy
    secrets: SecretStore
    stop: EmergencyStop


class Session:
    """An open vault with everything that must be closed with it.

    Attributes:
        vault: The writer.
        projections: The READ lane's view.
    """

    vault: OpenVault
    projections: VaultProjections

    def __init__(self, around: Surroundings, header: VaultHeader, keys: VaultKeys, connection: Connection) -> None:
        self._around, self._header, self._keys, self._connection = around, header, keys, connection
        self._readers: list[Reader] = []
        self._opening, self._closed = threading.Lock(), False
        self._anchor = Anchor(around.secrets if header.device_secret else None, header.vault, keys.anchor_key())

    def write_genesis(self, member_name: str, recovery_public_key: bytes) -> None:
        """Begin the ledger: a workspace of one, epoch 0."""
        entropy = self._around.entropy
        workspace, member = new_identifier(entropy), new_identifier(entropy)
        roles = (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR)
        public_key = suite.ed25519_public(self._keys.signing)
        device = Device(self._header.device, member, public_key.hex(), suite.x25519_public(self._keys.exchange).hex())
        state = Governance(
            epoch=0,
            world=self._header.world,
            members=(Member(member, member_name, roles, recovery_public_key.hex()),),
            devices=(device,),
            policy=Policy(),
        )
        identity = Identity(self._header.vault, workspace, self._header.world, self._header.device, member, member_name)
        state_of_anchor = AnchorState.AGREES if self._header.device_secret else AnchorState.NONE
        self._begin(identity, LedgerPosition(), state_of_anchor)
        with self.vault.transaction() as transaction:
            transaction.append(EventDraft(kinds.WORKSPACE_CREATED, workspace, state.canonical()))

    def begin_joining(self, ticket: Ticket) -> None:
        """Begin with an empty ledger that another device's genesis will begin."""
        ticket.write(self._connection)
        state = AnchorState.AGREES if self._header.device_secret else AnchorState.NONE
        position = LedgerPosition()
        self._begin(self._identity(position, ticket), position, state, ticket)
        self._anchor.advance(position.reaches)

    def resume(self) -> None:
        """Open an existing ledger: check where it ends, and compare with the anchor.

        Raises:
            SecurityError: ``vault.damaged``: what is there isn't what this device signed.
        """
        device = self._header.device
        try:
            with database.translated():
                self._require_own_key()
                ticket = Ticket.read(self._connection)
                book = self._book(ticket)
                position = LedgerPosition.read(book, device)
                state = self._anchor.compare(
                    position.reaches, lambda chain, size: book.events.identifier_at(device, chain, size)
                )
                identity = self._identity(position, ticket)
        except SecurityError as error:
            if error.code == "vault.damaged":
                raise
            raise SecurityError("vault.damaged", part="ledger") from error
        self._begin(identity, position, state, ticket)

    def _book(self, ticket: Ticket | None) -> Book:
        return Book(self._connection, ticket.workspace, ticket.genesis) if ticket else Book(self._connection)

    def _require_own_key(self) -> None:
        signing = self._keys.signing
        if signing and device_identifier(suite.ed25519_public(signing)) != self._header.device:
            raise SecurityError("vault.damaged", part="header")

    def _identity(self, position: LedgerPosition, ticket: Ticket | None) -> Identity:
        header, rules = self._header, position.rules
        member = rules.governance.member_of(header.device) if rules else None
        begun = EventStore(self._connection).genesis()
        workspace = begun.header.workspace if begun else ticket.workspace if ticket else ""
        world = rules.governance.world if rules else ticket.world if ticket else None
        if not workspace or world is not header.world or (member is None and ticket is None):
            raise SecurityError("vault.damaged", part="ledger")
        named = (member.member, member.name) if member else ("", header.name)
        return Identity(header.vault, workspace, header.world, header.device, *named)

    def _begin(
        self, identity: Identity, position: LedgerPosition, state: AnchorState, ticket: Ticket | None = None
    ) -> None:
        around, signer = self._around, None
        if self._keys.may_sign and state in _MAY_SIGN and not signed_elsewhere(self._connection):
            public_key = suite.ed25519_public(self._keys.signing)
            signer = Signer(identity.workspace, identity.device, self._keys, public_key, around.entropy)
        self.vault = OpenVault(
            folder=around.folder,
            connection=self._connection,
            book=self._book(ticket),
            identity=identity,
            keys=self._keys,
            signer=signer,
            position=position,
            ticket=ticket,
            anchor=self._anchor,
            anchor_state=state,
            stop=around.stop,
            clock=around.clock,
        )
        self.vault.committed = self._note_milestones
        self.projections = VaultProjections(self._lend(database.open_reader))

    def record_unlock(self, failures: int) -> None:
        """Write into the private chain that the vault was opened, and how often that had failed."""
        workspace = self.vault.identity.workspace
        with self.vault.transaction() as transaction:
            if failures:
                draft = EventDraft(kinds.UNLOCK_FAILED, workspace, {"count": failures}, chain=Chain.PRIVATE)
                transaction.append(draft)
            transaction.append(EventDraft(kinds.VAULT_UNLOCKED, workspace, {}, chain=Chain.PRIVATE))
        if self.vault.frozen_in_ledger and not self._around.stop.set:
            self._around.stop.raise_()  # so that the locked program and the command line see it too
        asked = "SELECT 1 FROM p_milestones WHERE kind = ?"
        with database.translated():
            found = self._connection.execute(asked, (kinds.RECOVERY_KIT_PROVED,)).fetchone()
        if found:
            self._note_milestones((kinds.RECOVERY_KIT_PROVED,))

    def _note_milestones(self, appended: Sequence[str]) -> None:
        """Let the locked program know that the kit was proved. What fails here is made up for at the next unlocking."""
        if kinds.RECOVERY_KIT_PROVED in appended and not self._header.kit_proved:
            self._header = replace(self._header, kit_proved=True).signed(self._keys)
            with contextlib.suppress(OSError):
                write_header(self._around.folder, self._header)

    def verify(self, progress: Callable[[int, int], bool]) -> VerificationReport:
        """Verify everything, on a connection of its own."""
        # Not a reader's connection: the full-text indexes are asked in a write transaction, which is rolled back.
        reader = self._lend(database.open_writer)
        try:
            with reader.use() as connection:
                run = Verification(connection, self.vault.identity.device, self._anchor).run
                return run(lambda done, total: not reader.closing() and progress(done, total))
        finally:
            self._readers.remove(reader)
            reader.close()

    def _lend(self, opened: Callable[[Path, bytearray], Connection]) -> Reader:
        """Open one more connection, which ``close`` closes: never with a key that is being wiped."""
        with self._opening:
            if self._closed:
                raise UserFacingError("vault.locked")
            reader = Reader(opened(self._around.folder, self._keys.database))
            self._readers.append(reader)
        return reader

    def close(self) -> None:
        """Close the connections and wipe the keys."""
        with self._opening:
            self._closed = True
        try:
            for reader in list(self._readers):
                reader.close()
            if hasattr(self, "vault"):
                self.vault.close()
            else:
                self._connection.close()
        finally:  # a disk that fails must not keep the keys in memory
            self._keys.wipe()
