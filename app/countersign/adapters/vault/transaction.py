"""One atomic change of the vault. ``open_vault.OpenVault.transaction`` commits it, then anchors: in that order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import orjson

from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.event_store import EventStore
from countersign.adapters.vault.projector import Projector
from countersign.adapters.vault.writer import LedgerPosition, Signer
from countersign.application.ports.vault import LocalSpace
from countersign.domain.canonical import Json, JsonObject, canonical_bytes
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import LedgerError
from countersign.domain.ledger.event import Event, EventDraft
from countersign.domain.ledger.order_fold import fold_order
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import OrderKey, Rules, read_rules
from countersign.domain.payee import PayeeRecord, fold_payee

_BEGINNINGS = frozenset(
    {
        kinds.BANK_CONNECTED,
        kinds.STATEMENT_IMPORTED,
        kinds.PAYEE_ADDED,
        kinds.PAYEE_CHANGED,
        kinds.ORDER_FROZEN,
        kinds.ORDER_SUBMISSION_INTENDED,
        kinds.ORDER_ANSWER_INTENDED,
        kinds.ORDER_CANCELLATION_INTENDED,
        kinds.ORDER_PROOF_ADDED,  # up to 10 MB each: the reserve is for outcomes
    }
)
_RULE_KINDS = kinds.GOVERNANCE_KINDS | {kinds.WORKSPACE_FROZEN, kinds.WORKSPACE_UNFROZEN}


class LedgerTransaction:
    """A transaction under way: see the port. Made by ``OpenVault.transaction`` only."""

    def __init__(
        self, connection: Connection, position: LedgerPosition, signer: Signer, now_ms: int, *, scarce: bool = False
    ) -> None:
        """Begin to record.

        Args:
            connection: In a transaction of its own.
            position: A copy, which this transaction moves on.
            signer: Makes the events.
            now_ms: The time that they carry.
            scarce: Whether the disk is nearly full: then only outcomes are recorded, and nothing new is begun.
        """
        self._connection, self._position, self._signer, self._now_ms = connection, position, signer, now_ms
        self._scarce = scarce
        self._events = EventStore(connection)
        self._projector = Projector(connection, self._events)
        self._appended: list[str] = []

    @property
    def position(self) -> LedgerPosition:
        """Where the chains end once this transaction is committed."""
        return self._position

    @property
    def appended(self) -> tuple[str, ...]:
        """The kinds of the events that were appended."""
        return tuple(self._appended)

    def append(self, draft: EventDraft) -> Event:
        """Sign and append an event, and bring the projections up to date."""
        if self._scarce and draft.kind in _BEGINNINGS:
            raise UserFacingError("vault.disk_full")
        event = self._signer.make(draft, self._position, self._events, self._now_ms)
        self._follow_rules(event)
        self._events.add(event)
        self._projector.apply(event, self._position.required_rules())
        self._appended.append(event.kind)
        return event

    def _follow_rules(self, event: Event) -> None:
        if event.kind not in _RULE_KINDS:
            return
        try:
            if self._position.rules is None:
                self._position.rules, _ = read_rules([event], verify_ed25519)
            else:
                self._position.rules = self._position.rules.with_event(event, verify_ed25519)
        except LedgerError:
            raise
        except SecurityError as error:
            raise LedgerError(error.code) from error

    def put(self, space: LocalSpace, key: str, value: JsonObject) -> None:
        """Keep working state."""
        self._connection.execute(
            "INSERT INTO local_items VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (space.value, key, canonical_bytes(value)),
        )

    def drop(self, space: LocalSpace, key: str) -> None:
        """Forget working state."""
        self._connection.execute("DELETE FROM local_items WHERE space = ? AND key = ?", (space.value, key))

    def get(self, space: LocalSpace, key: str) -> dict[str, Json] | None:
        """Read working state as this transaction sees it."""
        row = self._connection.execute(
            "SELECT value FROM local_items WHERE space = ? AND key = ?", (space.value, key)
        ).fetchone()
        return orjson.loads(row[0]) if row else None

    def keep_blob(self, data: bytes) -> str:
        """Keep a document; the same one twice is kept once."""
        named = hashlib.sha256(data).hexdigest()
        self._connection.execute("INSERT INTO documents VALUES (?, ?) ON CONFLICT DO NOTHING", (named, data))
        return named

    def order(self, order: str) -> OrderRecord | None:
        """Read an order as this transaction sees it."""
        return fold_order(self._events.of_subject(order), self.rules)

    def payee(self, payee: str) -> PayeeRecord | None:
        """Read a payee as this transaction sees it."""
        return fold_payee(self._events.of_subject(payee))

    def connections_of(self, number: str, agent_member: str) -> Sequence[str]:
        """Name the connections by which an own account is reached."""
        found = self._connection.execute(
            "SELECT bank FROM p_accounts WHERE iban = ? AND agent_member = ? ORDER BY account", (number, agent_member)
        )
        return tuple(bank for (bank,) in found.fetchall())

    @property
    def rules(self) -> Rules:
        """Governance and stops as this transaction sees them."""
        return self._position.required_rules()

    @property
    def now_ms(self) -> int:
        """The time that this transaction's events carry."""
        return self._now_ms

    @property
    def place(self) -> OrderKey:
        """Where the next shared event will stand."""
        return self._position.next_place(self._signer.device)
