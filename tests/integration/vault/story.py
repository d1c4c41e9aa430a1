"""Tells a ledger what happens to a payee and an order, one transaction a step, on a real vault."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from countersign.adapters.system.keyring_store import FolderStore, SecretStore
from countersign.adapters.vault.cryptography_suite import FLOOR, Argon2Cost, argon2id
from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.ports.vault import Vault
from countersign.application.ports.vault_door import NewVault
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event, EventDraft
from countersign.domain.ledger.governance import World
from countersign.domain.money import Money
from countersign.domain.order import OrderContent, money_object
from countersign.domain.payee import DetailsSource, NameCheck, PayeeDetails, PayeeKind, VopOutcome
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.domain.secret import SecretText
from countersign.testing.fakes import MAIN, SOLICITORS, FakeClock, FakeEntropy

PASSPHRASE = "fragile squeeze bronze sentence fox"
BANK = "practice"
AMOUNT = Money(2_500_000_00, "EUR")


class RememberingStretch:
    """Argon2id that derives once for the same passphrase, salt and cost."""

    def __init__(self) -> None:
        self.derived = 0
        self._known: dict[bytes, bytes] = {}

    def __call__(self, passphrase: bytes, salt: bytes, cost: Argon2Cost) -> bytes:
        """Stretch, or remember."""
        asked = hashlib.sha256(repr((passphrase, salt, cost)).encode()).digest()
        if asked not in self._known:
            self._known[asked] = argon2id(passphrase, salt, cost)
            self.derived += 1
        return self._known[asked]


@dataclass
class Place:
    """A profile's folder with a door before it.

    Attributes:
        home: Holds ``vault`` and, instead of a keyring, ``keyring``.
    """

    home: Path
    clock: FakeClock = field(default_factory=FakeClock)
    entropy: FakeEntropy = field(default_factory=FakeEntropy)
    stretch: RememberingStretch = field(default_factory=RememberingStretch)
    kit: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """The vault's folder."""
        return self.home / "vault"

    @property
    def keyring(self) -> FolderStore:
        """The stand-in for a keyring."""
        return FolderStore(self.home / "keyring")

    def door(self, secrets: SecretStore | None = None) -> FileVaultDoor:
        """Stand before the vault, as a program that was just started."""
        return FileVaultDoor(
            self.folder,
            clock=self.clock,
            entropy=self.entropy,
            secrets=secrets or self.keyring,
            cost=FLOOR,
            stretch=self.stretch,
        )

    def create(self, door: FileVaultDoor, world: World = World.PRACTICE) -> Vault:
        """Make a vault."""
        self.kit = door.new_kit()
        return door.create(NewVault("Mei Hartmann", world, SecretText(PASSPHRASE), self.kit))


class Story:
    """What happens, step by step."""

    def __init__(self, vault: Vault, entropy: FakeEntropy) -> None:
        self.vault, self._entropy = vault, entropy

    def identifier(self) -> str:
        """Return a new subject."""
        return self._entropy.token_bytes(16).hex()

    def add(self, kind: str, subject: str, body: dict[str, Json], refs: Sequence[str] = ()) -> Event:
        """Append one event in a transaction of its own."""
        with self.vault.transaction() as transaction:
            return transaction.append(EventDraft(kind, subject, body, refs=tuple(refs)))

    def payee(self, name: str = SOLICITORS[0], account: str = SOLICITORS[1]) -> tuple[str, str]:
        """Add a payee; returns it and its version."""
        payee = self.identifier()
        details = PayeeDetails(name, account, SOLICITORS[2], PayeeKind.ESCROW, DetailsSource.CONTRACT)
        event = self.add(kinds.PAYEE_ADDED, payee, {**details.canonical(), "supersedes": []})
        check = NameCheck(VopOutcome.MATCH, name, account, "", event.header.at, "ref")
        self.add(kinds.PAYEE_VERIFIED, payee, {"version": event.id, "check": check.canonical()}, (event.id,))
        return payee, event.id

    def content(self, payee: str, version: str, end_to_end_id: str, amount: Money = AMOUNT) -> OrderContent:
        """Return what an order says."""
        identity = self.vault.identity
        return OrderContent(
            workspace=identity.workspace,
            world=identity.world,
            order=self.identifier(),
            nonce=self.identifier(),
            sender_device=identity.device,
            requester=identity.member,
            payee=payee,
            payee_version=version,
            debtor_name=identity.member_name,
            payment=PaymentFields(
                instructed_amount=amount,
                debtor_account=MAIN,
                creditor_name=SOLICITORS[0],
                creditor_account=SOLICITORS[1],
                creditor_agent=SOLICITORS[2],
                end_to_end_id=end_to_end_id,
                remittance="Deposit, 12 Linden Row",
                requested_execution_date="",
                product=PaymentProduct.SEPA,
            ),
        )

    def approved(self, end_to_end_id: str = "CS0001", amount: Money = AMOUNT) -> OrderContent:
        """Freeze, assess and approve an order to a new payee."""
        content = self.content(*self.payee(), end_to_end_id, amount)
        frozen = self.add(
            kinds.ORDER_FROZEN,
            content.order,
            {"content": content.canonical(), "digest": content.digest},
            (content.payee_version,),
        )
        assessed = self.add(
            kinds.ORDER_ASSESSED,
            content.order,
            {"digest": content.digest, "assessment": {"score": 10, "stops": []}},
            (frozen.id,),
        )
        self.add(
            kinds.ORDER_APPROVED,
            content.order,
            {
                "digest": content.digest,
                "epoch": 0,
                "assessment": assessed.id,
                "expires_at": assessed.header.at + 86_400_000,
            },
            (frozen.id, assessed.id),
        )
        return content

    def intent(self, content: OrderContent) -> Event:
        """Record the intent to submit."""
        with self.vault.transaction() as transaction:
            record = transaction.order(content.order)
            assert record is not None
            approvals = sorted(item.event for item in record.counted)
            body: dict[str, Json] = {
                "digest": content.digest,
                "epoch": 0,
                "approvals": approvals,
                "end_to_end_id": content.payment.end_to_end_id,
                "request_id": "request-1",
                "bank": BANK,
                "never_executes_unauthorised": True,
            }
            refs = tuple(sorted({record.frozen_event, record.assessment_event, *approvals}))
            return transaction.append(EventDraft(kinds.ORDER_SUBMISSION_INTENDED, content.order, body, refs=refs))

    def settled(self, content: OrderContent) -> None:
        """Let the bank take the order and settle it."""
        reply: dict[str, Json] = {"status": 200, "request_id": "request-1", "body": "", "received_at": 0}
        self.add(kinds.ORDER_INITIATED, content.order, {"payment_id": "P1", "reply": reply})
        self.add(
            kinds.ORDER_STATUS_CHANGED,
            content.order,
            {
                "payment_id": "P1",
                "transaction_status": "ACSC",
                "authorised": True,
                "reason": "",
                "source": "status",
                "reply": reply,
            },
        )

    def carried(self, content: OrderContent) -> None:
        """Lay an order out for the person, who types it into the bank's page."""
        with self.vault.transaction() as transaction:
            record = transaction.order(content.order)
            assert record is not None
            approvals = sorted(item.event for item in record.counted)
            payment_id = content.payment.end_to_end_id
            body: dict[str, Json] = {
                "digest": content.digest,
                "epoch": 0,
                "approvals": list(approvals),
                "end_to_end_id": payment_id,
                "request_id": "request-1",
                "bank": BANK,
                "never_executes_unauthorised": False,
                "by_hand": True,
            }
            refs = tuple(sorted({record.frozen_event, record.assessment_event, *approvals}))
            transaction.append(EventDraft(kinds.ORDER_SUBMISSION_INTENDED, content.order, body, refs=refs))
            transaction.append(EventDraft(kinds.ORDER_INITIATED, content.order, {"payment_id": payment_id}))

    def handed_over(self, content: OrderContent) -> None:
        """Let the person say that they did."""
        self.add(kinds.ORDER_HANDED_OVER, content.order, {"reference": ""})

    def shown_by(self, content: OrderContent, name: str) -> Event:
        """Let an entry of a statement show the order."""
        return self.add(
            kinds.ORDER_STATUS_CHANGED,
            content.order,
            {
                "payment_id": "",
                "transaction_status": "ACSC",
                "authorised": False,
                "reason": "",
                "source": "statement",
                "entry": name,
                "rule": "payee_and_amount",
            },
        )

    def statement(self, entries: Sequence[dict[str, Json]], balance: int = 900_000_00, as_of: int = 0) -> Event:
        """Import a statement of the main account."""
        body: dict[str, Json] = {
            "account": "resource-1",
            "bank": BANK,
            "iban": MAIN,
            "name": "Everyday",
            "balance": money_object(Money(balance, "EUR")),
            "available": money_object(Money(balance, "EUR")),
            "as_of": as_of or self.now(),
            "entries": list(entries),
        }
        return self.add(kinds.STATEMENT_IMPORTED, self.identifier(), body)

    def now(self) -> int:
        """Return the time of the next event."""
        with self.vault.transaction() as transaction:
            return transaction.now_ms


def entry(name: str, minor: int, at: int, **other: Json) -> dict[str, Json]:
    """Return an entry of a statement: booked, to a supplier, unless said otherwise."""
    return {
        "entry": name,
        "booked": True,
        "booked_at": at,
        "amount": money_object(Money(minor, "EUR")),
        "counterparty": "Atelier Verhoeven B.V.",
        "counterparty_account": "NL47AMSP0417164300",
        "end_to_end_id": "NOTPROVIDED",
        "remittance": f"Invoice {name}",
        **other,
    }


def elsewhere(minor: int, at: int, **other: Json) -> dict[str, Json]:
    """Return a payment that was made from the main account in a branch."""
    return {
        "number": MAIN,
        "at": at,
        "amount": money_object(Money(minor, "EUR")),
        "counterparty": "Market hall",
        "counterparty_account": "",
        "reference": "Stall",
        "channel": "branch",
        **other,
    }


def added(which: int, **other: Json) -> dict[str, Json]:
    """Return one of some accounts as a person adds it: two of them are one that is reached in different ways."""
    account, number, scheme, member = (
        ("resource-1", MAIN, "IBAN", ""),
        ("own:GBDSC:200415:12345678", "12345678", "BBAN", "GBDSC:200415"),
    )[which // 2]
    return {
        "account": account,
        "bank": f"files.{which}",
        "number": number,
        "scheme": scheme,
        "agent": "",
        "agent_member": member,
        "name": f"Account {which}",
        "currency": ("EUR", "GBP")[which % 2],
        "reach": ("files", "manual")[which % 2],
        **other,
    }


def go_on(_done: int, _total: int) -> bool:
    """Let a verification go on."""
    return True


def code_of(action: Callable[[], object]) -> str:
    """Return the code that an action is refused with."""
    with pytest.raises((UserFacingError, SecurityError)) as refused:
        action()
    return refused.value.code
