"""The vault: the encrypted file that holds the ledger, its projections and working state.

Writers run in the VAULT lane, readers in the READ lane. ``Vault.transaction`` does things in the one order that is
safe: append and project, commit, anchor; only after it has returned may anything have an effect outside (LEDGER 16).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from countersign.application.ports.bank import BankEntry, Reach
from countersign.domain.canonical import Json, JsonObject
from countersign.domain.ledger.event import Chain, Event, EventDraft
from countersign.domain.ledger.governance import World
from countersign.domain.ledger.heads import SignedHead
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import OrderKey, Rules
from countersign.domain.money import Money
from countersign.domain.order_state import OrderState
from countersign.domain.payee import PayeeRecord
from countersign.domain.payment import AccountScheme


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose vault this is."""

    vault: str
    workspace: str
    world: World
    device: str
    member: str
    member_name: str


class LocalSpace(StrEnum):
    """Rooms for working state: mutable, encrypted, not part of the ledger (LEDGER 4)."""

    DRAFT = "draft"
    CREDENTIAL = "credential"  # a bank connection's certificate, key and profile
    COUNTER = "counter"
    SETTING = "setting"
    QUEUE = "queue"
    RELAY = "relay"  # how far others are known to have heard, and what a store did
    BATCH = "batch"  # lists of payments that are checked and requested, a slice of lines under each key
    DOCUMENT = "document"  # events whose documents have not arrived, and when to ask for them again
    JOINING = "joining"  # invitations that are out, and requests to join


class VaultTransaction(Protocol):
    """One atomic change."""

    def append(self, draft: EventDraft) -> Event:
        """Sign and append an event, and bring the projections up to date.

        Raises:
            LedgerError: The event would break a rule.
        """

    def put(self, space: LocalSpace, key: str, value: JsonObject) -> None:
        """Keep working state."""

    def drop(self, space: LocalSpace, key: str) -> None:
        """Forget working state; nothing happens where there is none."""

    def get(self, space: LocalSpace, key: str) -> dict[str, Json] | None:
        """Read working state as this transaction sees it."""

    def keep_blob(self, data: bytes) -> str:
        """Keep a document in the vault and return its SHA-256 in hex; an event names it by that."""

    def keep_for_draft(self, draft: str, data: bytes) -> str:
        """Keep a document for as long as a draft is kept, and return its SHA-256 in hex.

        It goes with the draft: ``drop`` of the draft erases it.
        """

    def drop_of_draft(self, draft: str, sha256: str) -> None:
        """Erase a draft's document; nothing happens where there is none, and an order's own copy stays."""

    def hand_on_document(self, draft: str, sha256: str) -> bool:
        """Keep a draft's document for good, as an event is about to name it; False where it is not here."""

    def take_up_document(self, draft: str, sha256: str) -> bool:
        """Keep a document that an event names for a draft, too; False where it is not here."""

    def documents_here(self, names: Sequence[str]) -> frozenset[str]:
        """Return those of these documents, by their SHA-256, that are kept for good."""

    def order(self, order: str) -> OrderRecord | None:
        """Read an order as this transaction sees it."""

    def payee(self, payee: str) -> PayeeRecord | None:
        """Read a payee as this transaction sees it."""

    def connections_of(self, number: str, agent_member: str) -> Sequence[str]:
        """Name the connections by which an own account is reached, as this transaction sees them; none if unknown."""

    @property
    def rules(self) -> Rules:
        """Governance and stops as this transaction sees them."""

    @property
    def now_ms(self) -> int:
        """The time that this transaction's events carry."""

    @property
    def place(self) -> OrderKey:
        """Where the next shared event will stand."""


class Vault(Protocol):
    """An unlocked vault. VAULT lane only."""

    @property
    def identity(self) -> Identity:
        """Whose vault this is."""

    @property
    def may_sign(self) -> bool:
        """Whether this device may append events: false for a restored, copied or rolled-back vault (LEDGER 17)."""

    def transaction(self) -> AbstractContextManager[VaultTransaction]:
        """Open a transaction. Leaving it commits, then anchors; an exception rolls everything back.

        Raises:
            SecurityError: ``vault.read_only`` where ``may_sign`` is false.
        """

    def local(self, space: LocalSpace) -> Mapping[str, dict[str, Json]]:
        """Read a whole room of working state."""

    def local_item(self, space: LocalSpace, key: str) -> dict[str, Json] | None:
        """Read one value of a room; None where there is none."""

    def local_keys(self, space: LocalSpace, beginning: str = "", *, after: str = "", most: int = -1) -> Sequence[str]:
        """Name the values of a room whose key begins so and comes after ``after``, sorted; ``most`` of them, or all."""

    def signed_head(self, chain: Chain) -> SignedHead:
        """Sign the present head of one of this device's chains."""

    def events(self, chain: Chain, start: int = 0, count: int = 1000) -> Sequence[Event]:
        """Read events of this device's chain from place ``start``."""

    def events_of(self, subject: str) -> Sequence[Event]:
        """Read all shared events about one subject, in folding order."""

    def event(self, event_id: str) -> Event | None:
        """Find an event."""

    def order(self, order: str) -> OrderRecord | None:
        """Read an order through the writing connection."""

    def blob(self, sha256: str) -> bytes | None:
        """Return a kept document; None where it is not in this copy of the vault."""

    def orders_known_as(self, end_to_end_id: str) -> Sequence[str]:
        """List the orders that carry an end-to-end identification."""

    def account(self, account: str) -> AccountRow | None:
        """Return an own account as it is on record, without its daily balances."""

    def entries(self, account: str, names: Sequence[str]) -> Mapping[str, BankEntry]:
        """Return, by the bank's names, those of an account's entries that are on record, as they stand.

        Their ``code`` is not on record; an end-to-end identification that says NOTPROVIDED is empty.
        """

    def inclusion_proof(self, event_id: str, size: int) -> tuple[int, tuple[bytes, ...]]:
        """Return an event's place and its audit path in the tree over the first ``size`` events of its chain."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An own account, as the bank last described it."""

    account: str  # the bank's resource identifier
    bank: str
    iban: str
    name: str
    balance: Money
    available: Money
    as_of: int  # 0: no statement was read yet, and the balances mean nothing
    scheme: AccountScheme = AccountScheme.IBAN
    agent: str = ""
    agent_member: str = ""
    reach: str = Reach.XS2A.value
    daily_balances: tuple[int, ...] = ()  # minor units at the end of each of the last 90 days, oldest first


@dataclass(frozen=True, slots=True)
class PayeeRow:
    """A payee in a list."""

    payee: str
    name: str
    account: str
    agent: str
    last_paid_at: int  # 0: never
    paid_count: int
    last_check: str  # VopOutcome
    checked_at: int
    created_at: int


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A line of history: an order of ours, or an entry of a statement."""

    row: str
    order: str  # empty for an entry that no order of ours made
    account: str
    at: int
    counterparty: str
    counterparty_account: str
    amount: Money  # negative: money that left
    reference: str
    state: str  # OrderState, or "booked"


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """A page of history: newest first, by keyset.

    Attributes:
        text: Searched in names, accounts and references, in any script; empty for all.
        before: Key of the last row of the page before; None for the first page.
        limit: Rows on a page.
        account: An own account, or empty for all.
        state: An order state, or empty for all.
        at_from: Not older than this (milliseconds since the epoch); 0 for no bound.
        at_to: Older than this; 0 for no bound.
        batch: Orders of this batch only; empty for what was made alone; None for all.
    """

    text: str = ""
    before: tuple[int, str] | None = None
    limit: int = 100
    account: str = ""
    state: str = ""
    at_from: int = 0
    at_to: int = 0
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Rows, and whether older ones follow."""

    rows: tuple[TransferRow, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A line of an order's timeline or of the audit trail."""

    event: str
    at: int
    kind: str
    body: JsonObject | None
    device: str = ""  # whose event it is


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch some of whose orders wait.

    Attributes:
        name: Of its file; empty until the batch itself is on record.
        first: One of the orders that wait.
        waiting: How many do.
        totals: Of those, one for each currency.
    """

    batch: str
    name: str
    first: str
    waiting: int
    totals: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """An order that was kept to be used again: the template's identifier, its name, and the order."""

    template: str
    name: str
    order: str
    at: int


@dataclass(frozen=True, slots=True)
class PaymentKey:
    """What tells one payment from another; ``reference`` and ``end_to_end_id`` may be empty."""

    account: str
    amount: Money
    reference: str
    end_to_end_id: str = ""


@dataclass(frozen=True, slots=True)
class InFlight:
    """Which of the orders that are not final are asked for.

    Attributes:
        states: Where they stand; empty for all.
        batch: Those of this batch; empty for those of none, None for all.
        to: Those to this account of a payee, or empty.
        minors: Those over one of these amounts in minor units, where ``to`` is empty; None for all.
        device: Those that were made on this device, or whose sending was handed over; empty for all.
        limit: The newest only; 0 for all.
    """

    states: frozenset[OrderState] = frozenset()
    batch: str | None = None
    to: str = ""
    minors: frozenset[int] | None = None
    device: str = ""
    limit: int = 0


ALL_IN_FLIGHT: Final = InFlight()


class Projections(Protocol):
    """What the ledger amounts to. READ lane."""

    def accounts(self) -> Sequence[AccountRow]:
        """List own accounts with their balances."""

    def payees(self, text: str = "") -> Sequence[PayeeRow]:
        """List payees, those paid last first; ``text`` narrows by name or account."""

    def payee(self, payee: str) -> PayeeRecord | None:
        """Read a payee."""

    def payee_by_account(self, iban: str) -> PayeeRecord | None:
        """Find the payee whose current version has this account."""

    def order(self, order: str) -> OrderRecord | None:
        """Read an order."""

    def orders_in_flight(self, wanted: InFlight = ALL_IN_FLIGHT) -> Sequence[OrderRecord]:
        """List orders that are not final, newest first. Each is folded: ask for no more than are needed."""

    def count_in_flight(self, wanted: InFlight = ALL_IN_FLIGHT) -> int:
        """Count them, whatever ``wanted.limit`` says."""

    def timeline(self, order: str) -> Sequence[LedgerEntry]:
        """List what happened to an order, oldest first."""

    def history(self, query: HistoryQuery) -> HistoryPage:
        """Read a page of history."""

    def outgoing_minor(self, currency: str, limit: int = 400) -> Sequence[tuple[int, int, str]]:
        """List past outgoing payments, newest first: (time, minor units as a positive number, counterparty account)."""

    def payments_to(self, accounts: Sequence[str], limit: int = 12) -> Sequence[TransferRow]:
        """List past payments to any of these accounts, of ours or on a statement, newest first."""

    def payments_to_each(self, accounts: Iterable[str], limit: int = 12) -> Mapping[str, Sequence[TransferRow]]:
        """List past payments to each of these accounts, as ``payments_to`` does."""

    def open_batches(self) -> Sequence[OpenBatch]:
        """List the batches of which orders wait for approvals."""

    def templates(self) -> Sequence[TemplateRow]:
        """List the templates that are kept, by name."""

    def alike(self, wanted: Sequence[PaymentKey]) -> Sequence[TransferRow | None]:
        """Return for each payment one that was made or ordered before: to this account, over this amount.

        It has the same reference, where one of the two has any, or the same end-to-end identification. Orders that
        ended without a payment don't count. None where there is none.
        """

    def rules(self) -> Rules:
        """Return governance and stops by all that is known."""

    def frozen(self) -> bool:
        """Tell whether an emergency stop is in force in the ledger."""

    def documents_here(self, names: Sequence[str]) -> frozenset[str]:
        """Return those of these documents, by their SHA-256, that are kept for good."""

    def lessons_finished(self) -> Mapping[str, int]:
        """Map finished lessons to the best score."""
