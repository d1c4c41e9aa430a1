"""A vault in memory: no encryption, no disk, but the ledger's own folds and judgements."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, cast

from countersign.application.ports.bank import BankEntry, Reach
from countersign.application.ports.clock import Clock, Entropy
from countersign.application.ports.vault import AccountRow, Identity, LocalSpace, VaultTransaction
from countersign.domain.canonical import Json, JsonObject, canonical_bytes
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import LedgerError
from countersign.domain.ledger.event import SALT_BYTES, Body, Chain, Event, EventDraft, Header, device_identifier
from countersign.domain.ledger.governance import Device, Governance, Member, Role, World
from countersign.domain.ledger.heads import Head, SignedHead
from countersign.domain.ledger.merkle import MerkleTree
from countersign.domain.ledger.order_fold import fold_order
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import OrderKey, Rules, read_rules
from countersign.domain.money import Money
from countersign.domain.payee import PayeeRecord, fold_payee
from countersign.domain.payment import AccountScheme
from countersign.domain.policy import Policy
from countersign.testing.fake_documents import MemoryDocuments

_KEY = bytes(range(32))
DEVICE = device_identifier(_KEY)
MEMBER = "11" * 16
WORKSPACE = "22" * 16
_OF_ACCOUNTS: Final = frozenset({kinds.ACCOUNT_ADDED, kinds.STATEMENT_IMPORTED})


def fake_sign(message: bytes) -> bytes:
    """Return 64 bytes that only look like a signature."""
    return hashlib.sha512(b"fake signature" + message).digest()


def fake_verify(_public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether ``fake_sign`` made the signature."""
    return signature == fake_sign(message)


@dataclass(slots=True)
class _Store:
    """What a transaction may change, and what is put back where it fails."""

    shared: list[Event] = field(default_factory=list)
    private: list[Event] = field(default_factory=list)
    local: dict[LocalSpace, dict[str, dict[str, Json]]] = field(default_factory=dict)

    def copy(self) -> _Store:
        rooms = {space: dict(room) for space, room in self.local.items()}
        return _Store(list(self.shared), list(self.private), rooms)


class MemoryVault(MemoryDocuments):
    """A workspace of one in memory; implements the ``Vault`` port and is its own transaction.

    Attributes:
        identity: Whose vault it is.
        may_sign: Set to false to play a restored or copied vault.
        before_commit: Called at the end of every transaction; an exception rolls it back (a full disk, say).
        commits: How many transactions were committed.
    """

    def __init__(
        self,
        clock: Clock,
        entropy: Entropy,
        *,
        name: str = "Mei Hartmann",
        world: World = World.PRACTICE,
        policy: Policy | None = None,
    ) -> None:
        self._clock = clock
        self._entropy = entropy
        self._store = _Store()
        self._rules: Rules | None = None
        self._orders: dict[str, OrderRecord | None] = {}
        self.identity = Identity("33" * 16, WORKSPACE, world, DEVICE, MEMBER, name)
        self.may_sign = True
        self.before_commit: Callable[[], None] = lambda: None
        self.commits = 0
        governance = Governance(
            epoch=0,
            world=world,
            members=(Member(MEMBER, name, tuple(Role), "44" * 32),),
            devices=(Device(DEVICE, MEMBER, _KEY.hex(), "55" * 32),),
            policy=policy or Policy(),
        )
        self.append(EventDraft(kinds.WORKSPACE_CREATED, WORKSPACE, governance.canonical()))

    # — transactions —

    @contextmanager
    def transaction(self) -> Iterator[VaultTransaction]:
        """Open a transaction; an exception rolls everything back."""
        if not self.may_sign:
            raise SecurityError("vault.read_only")
        before = self._store.copy()
        try:
            yield self
            self.before_commit()
        except BaseException:
            self._store, self._rules, self._orders = before, None, {}
            raise
        self.commits += 1

    def append(self, draft: EventDraft) -> Event:
        """Sign and append an event."""
        chain = Chain.PRIVATE if draft.kind in kinds.PRIVATE_KINDS else Chain.SHARED
        events = self._chain(chain)
        missing = set(draft.refs) - {event.id for event in self._store.shared}
        if missing:
            raise LedgerError("event.refs", missing=min(missing))
        last = events[-1] if events else None
        body = Body.of(draft.body, self._entropy.token_bytes(SALT_BYTES))
        header = Header(
            workspace=WORKSPACE,
            device=DEVICE,
            chain=chain,
            seq=len(events),
            prev=last.id if last else "",
            seen=(),
            lamport=last.header.lamport + 1 if last else 1,
            at=max(self._clock.now_ms(), last.header.at if last else 0),
            kind=draft.kind,
            subject=draft.subject,
            refs=tuple(sorted(set(draft.refs))),
            body_hash=body.hash,
        )
        header.check_form()
        event = Event(header, fake_sign(bytes.fromhex(header.id)), body)
        events.append(event)
        self._rules, self._orders = None, {}
        return event

    def put(self, space: LocalSpace, key: str, value: JsonObject) -> None:
        """Keep working state; refuses what isn't canonical, as the real vault does."""
        canonical_bytes(value)
        self._store.local.setdefault(space, {})[key] = dict(value)

    def drop(self, space: LocalSpace, key: str) -> None:
        """Forget working state."""
        self._store.local.get(space, {}).pop(key, None)
        if space is LocalSpace.DRAFT:
            self.forget_draft(key)

    def get(self, space: LocalSpace, key: str) -> dict[str, Json] | None:
        """Read working state."""
        return self._store.local.get(space, {}).get(key)

    # — reading —

    def orders_known_as(self, end_to_end_id: str) -> Sequence[str]:
        """List the orders that carry an end-to-end identification."""
        frozen = dict.fromkeys(e.header.subject for e in self._store.shared if e.kind == kinds.ORDER_FROZEN)
        known = [record for record in map(self.order, frozen) if record is not None]
        return tuple(i.content.order for i in known if i.content.payment.end_to_end_id == end_to_end_id)

    def order(self, order: str) -> OrderRecord | None:
        """Fold an order."""
        if order not in self._orders:
            self._orders[order] = fold_order(self.events_of(order), self.rules, self.payee)
        return self._orders[order]

    def payee(self, payee: str) -> PayeeRecord | None:
        """Fold a payee."""
        return fold_payee(self.events_of(payee))

    def connections_of(self, number: str, agent_member: str) -> Sequence[str]:
        """Name the connections by which an own account is reached: what a person added goes before a statement."""
        found: dict[str, tuple[str, str, str]] = {}
        for event in sorted(self._store.shared, key=lambda each: each.kind != kinds.ACCOUNT_ADDED):
            body = event.says() if event.kind in {kinds.ACCOUNT_ADDED, kinds.STATEMENT_IMPORTED} else {}
            if event.kind == kinds.ACCOUNT_ADDED:
                found[str(body["account"])] = (str(body["bank"]), str(body["number"]), str(body["agent_member"]))
            elif event.kind == kinds.STATEMENT_IMPORTED:
                found.setdefault(str(body["account"]), (str(body["bank"]), str(body["iban"]), ""))
        return tuple(bank for bank, *own in found.values() if own == [number, agent_member])

    def account(self, account: str) -> AccountRow | None:
        """Return an own account as the newest events describe it."""
        found: AccountRow | None = None
        for event in sorted(self._store.shared, key=lambda each: each.kind != kinds.ACCOUNT_ADDED):
            if event.kind in _OF_ACCOUNTS and (body := event.says())["account"] == account:
                found = added_account(body) if event.kind == kinds.ACCOUNT_ADDED else _told(found, body)
        return found

    def entries(self, account: str, names: Sequence[str]) -> Mapping[str, BankEntry]:
        """Return those of an account's entries that are on record, as the newest events describe them."""
        imported = (event.says() for event in self._store.shared if event.kind == kinds.STATEMENT_IMPORTED)
        told = [cast("Sequence[JsonObject]", body["entries"]) for body in imported if body["account"] == account]
        found = {str(item["entry"]): _entry(item) for items in told for item in items}
        return {name: found[name] for name in names if name in found}

    @property
    def rules(self) -> Rules:
        """Governance and stops."""
        if self._rules is None:
            wanted = kinds.GOVERNANCE_KINDS | {kinds.WORKSPACE_FROZEN, kinds.WORKSPACE_UNFROZEN}
            governing = [event for event in self._store.shared if event.kind in wanted]
            self._rules = read_rules(governing, fake_verify)[0]
        return self._rules

    @property
    def now_ms(self) -> int:
        """The time."""
        return self._clock.now_ms()

    @property
    def place(self) -> OrderKey:
        """Where the next shared event will stand."""
        count = len(self._store.shared)
        return (count + 1, DEVICE, Chain.SHARED.value, count)

    def local(self, space: LocalSpace) -> Mapping[str, dict[str, Json]]:
        """Read a whole room of working state."""
        return dict(self._store.local.get(space, {}))

    def local_item(self, space: LocalSpace, key: str) -> dict[str, Json] | None:
        """Read one value of a room."""
        return self.local(space).get(key)

    def local_keys(self, space: LocalSpace, beginning: str = "", *, after: str = "", most: int = -1) -> Sequence[str]:
        """Name the values of a room."""
        found = sorted(key for key in self.local(space) if key.startswith(beginning) and key > after)
        return tuple(found if most < 0 else found[:most])

    def events(self, chain: Chain, start: int = 0, count: int = 1000) -> Sequence[Event]:
        """Read a chain."""
        return tuple(self._chain(chain)[start : start + count])

    def events_of(self, subject: str) -> Sequence[Event]:
        """Read all shared events about one subject."""
        return tuple(event for event in self._store.shared if event.header.subject == subject)

    def event(self, event_id: str) -> Event | None:
        """Find an event."""
        both = (*self._store.shared, *self._store.private)
        return next((event for event in both if event.id == event_id), None)

    def signed_head(self, chain: Chain) -> SignedHead:
        """Sign the present head."""
        events = self._chain(chain)
        root = MerkleTree([bytes.fromhex(event.id) for event in events]).root().hex()
        head = Head(WORKSPACE, DEVICE, chain, len(events), root, self._clock.now_ms())
        return SignedHead(head, fake_sign(head.message))

    def inclusion_proof(self, event_id: str, size: int) -> tuple[int, tuple[bytes, ...]]:
        """Return an event's place and audit path."""
        identifiers = [event.id for event in self._chain(Chain.SHARED)[:size]]
        place = identifiers.index(event_id)
        return place, tuple(MerkleTree([bytes.fromhex(item) for item in identifiers]).inclusion_proof(place))

    def kinds_of(self, subject: str) -> tuple[str, ...]:
        """Name the kinds of events on record about a subject, oldest first: what tests look at."""
        return tuple(event.kind for event in self.events_of(subject))

    def _chain(self, chain: Chain) -> list[Event]:
        return self._store.shared if chain is Chain.SHARED else self._store.private


def added_account(body: JsonObject) -> AccountRow:
    """Read the body of ``account.added``."""
    nothing = Money(0, str(body["currency"]))
    return AccountRow(
        account=str(body["account"]),
        bank=str(body["bank"]),
        iban=str(body["number"]),
        name=str(body["name"]),
        balance=nothing,
        available=nothing,
        as_of=0,
        scheme=AccountScheme(str(body["scheme"])),
        agent=str(body["agent"]),
        agent_member=str(body["agent_member"]),
        reach=str(body["reach"]),
    )


def _told(known: AccountRow | None, body: JsonObject) -> AccountRow:
    """Return what a statement says; bank and name of an account that a person added stay."""
    bank, name, iban, as_of = str(body["bank"]), str(body["name"]), str(body["iban"]), cast("int", body["as_of"])
    money = (money_of(body["balance"]), money_of(body["available"]))
    if known is None or known.reach == Reach.XS2A.value:
        return AccountRow(str(body["account"]), bank, iban, name, *money, as_of)
    return replace(known, iban=iban, balance=money[0], available=money[1], as_of=as_of)


def _entry(item: JsonObject) -> BankEntry:
    said = [str(item[name]) for name in ("counterparty", "counterparty_account", "end_to_end_id", "remittance")]
    said[2] = "" if said[2] == "NOTPROVIDED" else said[2]
    booked, at = bool(item["booked"]), cast("int", item["booked_at"])
    return BankEntry(str(item["entry"]), booked, at, money_of(item["amount"]), *said)


def money_of(value: Json) -> Money:
    """Read an amount."""
    found = cast("JsonObject", value)
    return Money(cast("int", found["minor"]), str(found["currency"]))
