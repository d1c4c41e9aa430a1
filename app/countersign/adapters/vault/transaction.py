"""One atomic change of the vault. ``open_vault.OpenVault.transaction`` commits it, then anchors: in that order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import orjson

from countersign.adapters.vault.book import Book
from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.on_record import documents_on_record
from countersign.adapters.vault.projector import Projector
from countersign.adapters.vault.touched import Touched
from countersign.adapters.vault.writer import LedgerPosition, Signer
from countersign.application.ports.vault import LocalSpace
from countersign.domain.canonical import Json, JsonObject, canonical_bytes
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import LedgerError
from countersign.domain.ledger.event import Chain, Event, EventDraft
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import OrderKey, Rules, read_rules
from countersign.domain.ledger.several_devices import RULE_KINDS
from countersign.domain.payee import PayeeRecord

_BEGINNINGS = frozenset(
    {
        kinds.BANK_CONNECTED,
        kinds.STATEMENT_IMPORTED,
        kinds.PAYEE_ADDED,
        kinds.PAYEE_CHANGED,
        kinds.ORDER_FROZEN,
        kinds.ORDER_SUBMISSION_INTENDED,
        kinds.ORDER_START_INTENDED,
        kinds.ORDER_ANSWER_INTENDED,
        kinds.ORDER_SIGNING_START_INTENDED,
        kinds.ORDER_TYING_INTENDED,
        kinds.ORDER_SIGNING_INTENDED,
        kinds.ORDER_CALL_OFF_INTENDED,
        kinds.ORDER_CANCELLATION_INTENDED,
        kinds.ORDER_PROOF_ADDED,  # up to 10 MB each: the reserve is for outcomes
    }
)


class LedgerTransaction:
    """A transaction under way: see the port. Made by ``OpenVault.transaction`` only."""

    def __init__(
        self,
        connection: Connection,
        book: Book,
        position: LedgerPosition,
        signer: Signer,
        now_ms: int,
        *,
        scarce: bool = False,
        may_append: bool = True,
    ) -> None:
        """Begin to record.

        Args:
            connection: In a transaction of its own.
            book: The ledger on that connection.
            position: A copy, which this transaction moves on.
            signer: Makes the events.
            now_ms: The time that they carry.
            scarce: Whether the disk is nearly full: then only outcomes are recorded, and nothing new is begun.
            may_append: Whether the ledger knows this device as an open one; else only working state is kept.
        """
        self._connection, self._position, self._signer, self._now_ms = connection, position, signer, now_ms
        self._scarce, self._may_append = scarce, may_append
        self._book = book
        self._projector = Projector(connection, book)
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
        if not self._may_append:
            raise SecurityError("vault.read_only")
        if self._scarce and draft.kind in _BEGINNINGS:
            raise UserFacingError("vault.disk_full")
        event = self._signer.make(draft, self._position, self._book.tables, self._now_ms)
        touched = Touched(self._connection, self._book) if event.kind in RULE_KINDS else None
        self._follow_rules(event)
        if self._position.several and event.header.chain is Chain.SHARED:
            self._book.history.place(event)  # as what others send is held to the past
        else:
            self._book.tables.keep(event, {})
        self._book.meet(event)
        if touched is not None:
            self._position.rules = self._book.ledger.rules()
            self._projector.follow(touched.by([event], self._position.rules))
        self._projector.apply(event)
        self._appended.append(event.kind)
        return event

    def _follow_rules(self, event: Event) -> None:
        if event.kind not in RULE_KINDS:
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
        """Forget working state; what was kept for a draft goes with it."""
        self._connection.execute("DELETE FROM local_items WHERE space = ? AND key = ?", (space.value, key))
        if space is LocalSpace.DRAFT:
            self._connection.execute("DELETE FROM draft_documents WHERE draft = ?", (key,))

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

    def keep_for_draft(self, draft: str, data: bytes) -> str:
        """Keep a document for as long as a draft is kept."""
        if self._scarce:
            raise UserFacingError("vault.disk_full")
        named = hashlib.sha256(data).hexdigest()
        self._connection.execute(
            "INSERT INTO draft_documents VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (draft, named, data)
        )
        return named

    def drop_of_draft(self, draft: str, sha256: str) -> None:
        """Erase a draft's document."""
        self._connection.execute("DELETE FROM draft_documents WHERE draft = ? AND sha256 = ?", (draft, sha256))

    def hand_on_document(self, draft: str, sha256: str) -> bool:
        """Keep a draft's document for good."""
        self._connection.execute(
            "INSERT INTO documents SELECT sha256, content FROM draft_documents WHERE draft = ? AND sha256 = ?"
            " ON CONFLICT DO NOTHING",
            (draft, sha256),
        )
        return bool(self.documents_here((sha256,)))

    def take_up_document(self, draft: str, sha256: str) -> bool:
        """Keep a document that an event names for a draft, too."""
        self._connection.execute(
            "INSERT INTO draft_documents SELECT ?, sha256, content FROM documents WHERE sha256 = ?"
            " ON CONFLICT DO NOTHING",
            (draft, sha256),
        )
        return bool(self.documents_here((sha256,)))

    def documents_here(self, names: Sequence[str]) -> frozenset[str]:
        """Return those of these documents that are kept for good."""
        return documents_on_record(self._connection, names)

    def order(self, order: str) -> OrderRecord | None:
        """Read an order as this transaction sees it; what waits and may forbid sending it is unread, too."""
        record = self._book.ledger.order(order)
        held_up = self._book.held_up_by(record, self.rules) if record is not None else ()
        return replace(record, unread=(*record.unread, *held_up)) if record is not None and held_up else record

    def payee(self, payee: str) -> PayeeRecord | None:
        """Read a payee as this transaction sees it."""
        return self._book.ledger.payee(payee)

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
