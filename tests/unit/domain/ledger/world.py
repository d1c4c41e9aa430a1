"""Practice devices that write real, signed events: keys and salts follow from names, the clock is a counter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from countersign.domain.canonical import Json, JsonObject
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import History
from countersign.domain.ledger.event import Body, Chain, Event, Header, device_identifier
from countersign.domain.ledger.governance import Device, Governance, Member, Role, World, change_message
from countersign.domain.ledger.rules import Rules, read_rules
from countersign.domain.ledger.several_devices import EventList, Ledger
from countersign.domain.money import Money
from countersign.domain.order import OrderContent
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.domain.policy import Policy

WORKSPACE = "0a" * 16
START = 1_700_000_000_000
RULE_KINDS = kinds.GOVERNANCE_KINDS | {kinds.WORKSPACE_FROZEN, kinds.WORKSPACE_UNFROZEN}
ALL_ROLES = (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR)


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def identifier(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


@cache
def key_of(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"key " + name.encode()).digest())


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


@dataclass
class Pen:
    """One device's two chains."""

    name: str
    member: str
    events: dict[Chain, list[Event]] = field(default_factory=lambda: {chain: [] for chain in Chain})

    @property
    def key(self) -> Ed25519PrivateKey:
        return key_of(self.name)

    @cached_property
    def device(self) -> str:
        return device_identifier(public(self.key))

    @property
    def entry(self) -> Device:
        exchange = hashlib.sha256(b"exchange " + self.name.encode()).hexdigest()
        return Device(self.device, self.member, public(self.key).hex(), exchange)

    def sign(self, header: Header, body: Body | None) -> Event:
        return Event(header, self.key.sign(bytes.fromhex(header.id)), body)

    def draft(
        self,
        kind: str,
        subject: str,
        body: JsonObject,
        *,
        refs: Iterable[str] = (),
        seen: Iterable[Event] = (),
        chain: Chain = Chain.SHARED,
        after: Event | None = None,
        at: int | None = None,
    ) -> Event:
        """Make an event that follows ``after`` (the chain's end, if not given), without adding it to the chain."""
        known = tuple(seen)
        before = after or (self.events[chain][-1] if self.events[chain] else None)
        seq = before.header.seq + 1 if before else 0
        parents = [item.header.lamport for item in (*known, *((before,) if before else ()))]
        salt = hashlib.sha256(f"{self.name} {chain} {seq} {kind}".encode()).digest()[:16]
        content = Body.of(body, salt)
        header = Header(
            workspace=WORKSPACE,
            device=self.device,
            chain=chain,
            seq=seq,
            prev=before.id if before else "",
            seen=tuple(sorted(item.id for item in known)),
            lamport=1 + max(parents, default=0),
            at=at if at is not None else (before.header.at + 1000 if before else START),
            kind=kind,
            subject=subject,
            refs=tuple(sorted(refs)),
            body_hash=content.hash,
        )
        return self.sign(header, content)

    def write(
        self,
        kind: str,
        subject: str,
        body: JsonObject,
        *,
        refs: Iterable[str] = (),
        seen: Iterable[Event] = (),
        chain: Chain = Chain.SHARED,
        at: int | None = None,
    ) -> Event:
        event = self.draft(kind, subject, body, refs=refs, seen=seen, chain=chain, at=at)
        self.events[chain].append(event)
        return event

    @property
    def shared(self) -> list[Event]:
        return self.events[Chain.SHARED]


def resign(pen: Pen, event: Event, **changes: object) -> Event:
    """Change header fields and sign again: what a dishonest device could write."""
    header = replace(event.header, **changes)  # type: ignore[arg-type]  # tests name the fields
    return pen.sign(header, event.body)


@dataclass
class Workspace:
    """A workspace of some persons, each with devices; the first device wrote the genesis."""

    pens: list[Pen]
    policy: Policy = field(default_factory=Policy)
    roles: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.genesis = self.pens[0].write(kinds.WORKSPACE_CREATED, identifier("workspace"), self.state().canonical())

    def state(self, **changes: object) -> Governance:
        names = sorted({pen.member for pen in self.pens})
        members = tuple(
            Member(name, name.title(), self.roles.get(name, ALL_ROLES), public(key_of(f"recovery {name}")).hex())
            for name in names
        )
        found = Governance(0, World.PRACTICE, members, tuple(pen.entry for pen in self.pens), self.policy)
        return replace(found, **changes)  # type: ignore[arg-type]  # tests name the fields

    @property
    def keys(self) -> dict[str, bytes]:
        return {pen.device: public(pen.key) for pen in self.pens}

    @property
    def events(self) -> list[Event]:
        return [event for pen in self.pens for event in pen.shared]

    def history(self, events: Iterable[Event] | None = None) -> History:
        found = History(WORKSPACE, self.keys, verify)
        found.extend(self.events if events is None else events)
        return found

    def ledger(self, events: Iterable[Event] | None = None) -> Ledger:
        given = list(self.events if events is None else events)
        return Ledger(self.history(given), EventList(given), self.genesis.id, verify)

    def rules(self) -> Rules:
        found = sorted((item for item in self.events if item.kind in RULE_KINDS), key=lambda each: each.order_key)
        return read_rules(found, verify)[0]

    def change(
        self, parents: Iterable[str], state: Governance, signers: Iterable[Pen], expires_at: int = 0
    ) -> dict[str, Json]:
        """Return the body of a change of governance."""
        named = sorted(parents)
        message = change_message(named, state, expires_at)
        signatures: list[Json] = [
            {"device": item.device, "signature": item.key.sign(message).hex()} for item in signers
        ]
        end: dict[str, Json] = {"expires_at": expires_at} if expires_at else {}
        return {"parents": list[Json](named), "state": state.canonical(), "signatures": signatures, **end}


def payment(**changes: object) -> PaymentFields:
    found = PaymentFields(
        instructed_amount=Money(25_000_000, "EUR"),
        debtor_account="DE89370400440532013000",
        creditor_name="Notariat Beispiel",
        creditor_account="FR1420041010050500013M02606",
        creditor_agent="",
        end_to_end_id="CS0123456789",
        remittance="Flat 12",
        requested_execution_date="",
        product=PaymentProduct.SEPA,
    )
    return replace(found, **changes)  # type: ignore[arg-type]  # tests name the fields


@dataclass
class OrderDesk:
    """Writes an order's events as the use cases do."""

    workspace: Workspace
    sender: Pen
    name: str = "order 1"
    payee_name: str = "payee 1"

    def __post_init__(self) -> None:
        self.order, self.payee = identifier(self.name), identifier(self.payee_name)

    def add_payee(self) -> Event:
        details: dict[str, Json] = {
            "name": "Notariat Beispiel",
            "account": "FR1420041010050500013M02606",
            "agent": "",
            "kind": "escrow",
            "source": "contract",
            "supersedes": [],
        }
        self.version = self.sender.write(kinds.PAYEE_ADDED, self.payee, details)
        return self.version

    def content(self, **changes: object) -> OrderContent:
        found = OrderContent(
            workspace=WORKSPACE,
            world=World.PRACTICE,
            order=self.order,
            nonce=identifier("nonce " + self.name),
            sender_device=self.sender.device,
            requester=self.sender.member,
            payee=self.payee,
            payee_version=self.version.id,
            debtor_name="Ada Example",
            payment=payment(),
        )
        return replace(found, **changes)  # type: ignore[arg-type]  # tests name the fields

    def freeze(self, **changes: object) -> Event:
        self.frozen_content = self.content(**changes)
        self.digest = self.frozen_content.digest
        body: dict[str, Json] = {"content": self.frozen_content.canonical(), "digest": self.digest}
        self.frozen = self.sender.write(kinds.ORDER_FROZEN, self.order, body, refs=(self.version.id,))
        return self.frozen

    def assess(self, stops: tuple[str, ...] = (), **more: Json) -> Event:
        body: dict[str, Json] = {
            "digest": self.digest,
            "assessment": {"score": 10, "stops": [{"code": code} for code in stops]},
            **more,
        }
        self.assessed = self.sender.write(kinds.ORDER_ASSESSED, self.order, body, refs=(self.frozen.id,))
        return self.assessed

    def approval_body(self, **changes: Json) -> dict[str, Json]:
        return {
            "digest": self.digest,
            "epoch": 0,
            "assessment": self.assessed.id,
            "expires_at": START + 86_400_000,
            **changes,
        }

    def approve(self, pen: Pen | None = None, **changes: Json) -> Event:
        """Approve with a device that has seen everything of the sender."""
        who = pen or self.sender
        refs = (self.frozen.id, self.assessed.id)
        body = self.approval_body(**changes)
        return who.write(kinds.ORDER_APPROVED, self.order, body, refs=refs, seen=self._seen(pen))

    def intend(
        self,
        approvals: Iterable[Event],
        *,
        pen: Pen | None = None,
        seen: Iterable[Event] = (),
        refs: Iterable[str] | None = None,
        at: int | None = None,
        changes: JsonObject | None = None,
        **more: Json,
    ) -> Event:
        named = sorted(item.id for item in approvals)
        body: dict[str, Json] = {
            "digest": self.digest,
            "epoch": 0,
            "approvals": list[Json](named),
            "end_to_end_id": "CS0123456789",
            "request_id": "11111111-2222-4333-8444-555555555555",
            "bank": "practice",
            "never_executes_unauthorised": True,
            **(changes or {}),
            **more,
        }
        rests = refs if refs is not None else (self.frozen.id, self.assessed.id, *named)
        who = pen or self.sender
        return who.write(kinds.ORDER_SUBMISSION_INTENDED, self.order, body, refs=rests, seen=seen, at=at)

    def say(self, kind: str, pen: Pen | None = None, **body: Json) -> Event:
        return (pen or self.sender).write(kind, self.order, body, seen=self._seen(pen))

    def report(self, status: str, pen: Pen | None = None, **changes: Json) -> Event:
        body: dict[str, Json] = {
            "payment_id": "P1",
            "transaction_status": status,
            "authorised": False,
            "reason": "",
            **changes,
        }
        return self.say(kinds.ORDER_STATUS_CHANGED, pen, **body)

    def ready(self) -> Event:
        """Bring the order as far as its own approval."""
        self.add_payee()
        self.freeze()
        self.assess()
        return self.approve()

    def _seen(self, pen: Pen | None) -> tuple[Event, ...]:
        return (self.sender.shared[-1],) if pen is not None and pen is not self.sender else ()


def alone() -> tuple[Workspace, OrderDesk]:
    """Return a workspace of one, and its desk."""
    workspace = Workspace([Pen("ada 1", "ada")])
    return workspace, OrderDesk(workspace, workspace.pens[0])


def treasury(approvals: int = 1) -> tuple[Workspace, OrderDesk]:
    """Return three persons with four devices (Ben has two), where nobody approves what they asked for."""
    pens = [Pen("ada 1", "ada"), Pen("ben 1", "ben"), Pen("ben 2", "ben"), Pen("cho 1", "cho")]
    workspace = Workspace(pens, Policy(approvals=approvals, requester_may_approve=False))
    return workspace, OrderDesk(workspace, pens[0])
