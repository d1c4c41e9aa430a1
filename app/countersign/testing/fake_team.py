"""A workspace of several in one memory vault: the others' events are simply there, as if they had just arrived.

For tests of presenters and pages. What travels between real vaults is tested elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from countersign.application.ports.bank import BankEntry
from countersign.application.ports.clock import Clock, Entropy
from countersign.application.ports.tasks import Tasks
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.hand_in_order import hand_in_order
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.application.use_cases.refresh_accounts import fetch_statements, import_statements
from countersign.application.use_cases.reject_order import reject_order
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import SALT_BYTES, Body, Chain, Event, EventDraft, Header, device_identifier
from countersign.domain.ledger.governance import Device, Governance, Member, Role
from countersign.domain.ledger.governance import World as WorldKind
from countersign.domain.money import Money
from countersign.domain.order import Attachment, OrderContent, last_digits
from countersign.domain.payee import DetailsSource, NameCheck, PayeeDetails, PayeeKind, VopOutcome
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.domain.policy import Policy
from countersign.domain.risk import Assessment, Confidence, ConfidenceLevel, Reason
from countersign.testing import fakes
from countersign.testing.fake_vault import DEVICE, MEMBER, WORKSPACE, MemoryVault, fake_sign

ME: Final = "Mei Chen"
TOM: Final = "Tom Okoro"
RAVI: Final = "Ravi Singh"
ANNA: Final = "Anna Weiss"
ELSEWHERE: Final = "Mei Chen, elsewhere"
"""Mei's other device; she has one where a rule asks for that."""
HARTWELL: Final = "Hartwell & Stone Solicitors LLP"
SHANGHAI: Final = "上海张江精密制造有限公司"
_ROLES: Final = {
    ME: (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR),
    TOM: (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR),
    RAVI: (Role.REQUESTER, Role.APPROVER),
    ANNA: (Role.AUDITOR,),
}
QUIET: Final = Assessment(1, 0, (), (), (), Confidence(ConfidenceLevel.HIGH, 24), ())
"""A risk check that found nothing."""


def member_of(name: str) -> str:
    """Return a member's identifier."""
    return MEMBER if name in {ME, ELSEWHERE} else hashlib.sha256(name.encode()).hexdigest()[:32]


def _key_of(name: str) -> bytes:
    return bytes(range(32)) if name == ME else hashlib.sha256(b"key " + name.encode()).digest()


def device_of(name: str) -> str:
    """Return the identifier of a member's one device."""
    return device_identifier(_key_of(name))


class TeamVault(MemoryVault):
    """The vault of one of four persons; ``by`` writes what another one's device signed."""

    def __init__(
        self,
        clock: Clock,
        entropy: Entropy,
        policy: Policy,
        groups: dict[str, tuple[str, ...]],
        people: Sequence[str] = tuple(_ROLES),
    ) -> None:
        """Begin a workspace of four, or of some of them."""
        self._writer = DEVICE
        super().__init__(clock, entropy, name=ME)
        self._store.shared.clear()
        self._rules, self._orders = None, {}
        members = tuple(
            Member(
                member_of(name),
                name,
                roles,
                hashlib.sha256(b"recovery " + name.encode()).hexdigest(),
                groups=groups.get(name, ()),
            )
            for name, roles in _ROLES.items()
            if name in people
        )
        elsewhere = (ELSEWHERE,) if any(rule.second_device for rule in policy.rules) else ()
        devices = tuple(
            Device(device_of(name), member_of(name), _key_of(name).hex(), hashlib.sha256(name.encode()).hexdigest())
            for name in (*people, *elsewhere)
        )
        governance = Governance(epoch=0, world=WorldKind.PRACTICE, members=members, devices=devices, policy=policy)
        self.append(EventDraft(kinds.WORKSPACE_CREATED, WORKSPACE, governance.canonical()))

    @contextmanager
    def by(self, name: str) -> Iterator[None]:
        """Let another person's device sign."""
        mine = self.identity
        self._writer = device_of(name)
        called = ME if name == ELSEWHERE else name
        self.identity = replace(mine, device=self._writer, member=member_of(name), member_name=called)
        try:
            yield
        finally:
            self._writer, self.identity = DEVICE, mine

    def append(self, draft: EventDraft) -> Event:
        """Sign and append an event of the device whose turn it is."""
        if draft.kind in kinds.PRIVATE_KINDS or (self._writer == DEVICE and not self._store.shared):
            return super().append(draft)
        own = [event for event in self._store.shared if event.header.device == self._writer]
        newest = self._store.shared[-1]
        body = Body.of(draft.body, self._entropy.token_bytes(SALT_BYTES))
        others = newest.id if newest.header.device != self._writer else ""
        header = Header(
            workspace=WORKSPACE,
            device=self._writer,
            chain=Chain.SHARED,
            seq=len(own),
            prev=own[-1].id if own else "",
            seen=(others,) if others else (),
            lamport=newest.header.lamport + 1,
            at=max(self._clock.now_ms(), newest.header.at),
            kind=draft.kind,
            subject=draft.subject,
            refs=tuple(sorted(set(draft.refs))),
            body_hash=body.hash,
        )
        header.check_form()
        event = Event(header, fake_sign(bytes.fromhex(header.id)), body)
        self._store.shared.append(event)
        self._rules, self._orders = None, {}
        return event


@dataclass(slots=True)
class Team:
    """The world of the inbox's tests: Mei looks at it, the others have been at work.

    Attributes:
        batch: What the orders that are asked for belong to; empty for none.
        attachments: What is attached to the orders that are asked for.
    """

    world: fakes.World
    vault: TeamVault
    count: int = 0
    batch: str = ""
    attachments: tuple[Attachment, ...] = ()

    def payee(
        self,
        name: str,
        account: str,
        outcome: VopOutcome = VopOutcome.MATCH,
        source: DetailsSource = DetailsSource.CONTRACT,
        known: str = "",
    ) -> tuple[str, str]:
        """Keep a payee, or another version of one; return it and the version."""
        details = PayeeDetails(name, account, "", PayeeKind.COMPANY, source)
        check = NameCheck(outcome, name, account, "", self.world.clock.now_ms(), "vop-1")
        return keep_payee(self.vault, self.world.entropy, details, known, check)

    def paid(
        self, resource: str, name: str, account: str, minor: int, currency: str, months_ago: int, reference: str
    ) -> None:
        """Put an earlier payment on an own account's statement."""
        bank = self.world.bank
        entry = BankEntry(
            entry=f"paid-{resource}-{account[-4:]}-{months_ago}",
            booked=True,
            booked_at=fakes.START_MS - months_ago * 30 * fakes.DAY_MS,
            amount=Money(-minor, currency),
            counterparty=name,
            counterparty_account=account,
            end_to_end_id="",
            remittance=reference,
        )
        bank.own_entries.setdefault(resource, []).append(entry)
        import_statements(self.vault, self.world.entropy, self.world.session.bank_id, fetch_statements(bank, 0))

    def request(
        self,
        by: str,
        payee: tuple[str, str],
        minor: int,
        reference: str,
        currency: str = "EUR",
        *,
        debtor: str = fakes.MAIN,
        assessment: Assessment = QUIET,
        answers: tuple[tuple[str, str], ...] = (),
    ) -> str:
        """Have somebody ask for a payment, read it back and hand it in; return the order."""
        with self.vault.by(by):
            content = self._content(by, payee, Money(minor, currency), reference, debtor)
            body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
            with self.vault.transaction() as change:
                frozen = change.append(EventDraft(kinds.ORDER_FROZEN, content.order, body, refs=(payee[1],)))
                for intervention, answer in answers:
                    said: dict[str, Json] = {
                        "digest": content.digest,
                        "intervention": intervention,
                        "answer": answer,
                        "path": "continue",
                    }
                    change.append(EventDraft(kinds.ORDER_INTERVENTION_ANSWERED, content.order, said, refs=(frozen.id,)))
            digits = last_digits(content.payment.creditor_account)
            hand_in_order(self.vault, content.order, content.payment, content.digest, digits, assessment)
        return content.order

    def approve(self, by: str, order: str) -> None:
        """Have somebody sign an order."""
        record = self.vault.order(order)
        if record is None:
            raise LookupError(order)
        payment = record.content.payment
        with self.vault.by(by):
            approve_order(self.vault, order, payment, record.digest, last_digits(payment.creditor_account))

    def send_back(self, by: str, order: str, reason: str, note: str) -> None:
        """Have somebody reject an order, or return it."""
        record = self.vault.order(order)
        if record is None:
            raise LookupError(order)
        with self.vault.by(by):
            reject_order(self.vault, order, record.digest, reason, note)

    def _content(self, by: str, payee: tuple[str, str], amount: Money, reference: str, debtor: str) -> OrderContent:
        self.count += 1
        record = self.vault.payee(payee[0])
        if record is None:
            raise LookupError(payee)
        details = next(item.details for item in record.versions if item.event == payee[1])
        entropy, identity = self.world.entropy, self.vault.identity
        return OrderContent(
            workspace=WORKSPACE,
            world=WorldKind.PRACTICE,
            order=entropy.token_bytes(16).hex(),
            nonce=entropy.token_bytes(16).hex(),
            sender_device=identity.device,
            requester=member_of(by),
            payee=payee[0],
            payee_version=payee[1],
            debtor_name=identity.member_name,
            payment=PaymentFields(
                instructed_amount=amount,
                debtor_account=debtor,
                creditor_name=details.name,
                creditor_account=details.account,
                creditor_agent="",
                end_to_end_id=f"CSTEAM{self.count:06}",
                remittance=reference,
                requested_execution_date="",
                product=PaymentProduct.SEPA,
            ),
            attachments=self.attachments,
            batch=self.batch,
        )


def make_team(
    tasks: Tasks | None = None,
    policy: Policy | None = None,
    groups: dict[str, tuple[str, ...]] | None = None,
    *,
    populated: bool = True,
    people: Sequence[str] = tuple(_ROLES),
) -> Team:
    """Make a workspace of four in which two approvals are wanted, with two years of payments behind it."""
    clock = fakes.FakeClock(fakes.START_MS - 60 * fakes.DAY_MS)
    rule = policy or Policy(approvals=2, requester_may_approve=False)
    entropy = fakes.FakeEntropy()
    vault = TeamVault(clock, entropy, rule, groups or {}, people)
    return Team(fakes.world_around(vault, clock, entropy, tasks, populated=populated), vault)


def busy_team(tasks: Tasks | None = None) -> Team:
    """Make a workspace in which everything that the inbox can show is waiting."""
    team = make_team(tasks)
    old, new = "GB79SVVP99001731926819", "GB67SVVP99009310734522"
    for month, minor in enumerate((614_000, 598_000, 620_500, 601_000), 1):
        team.paid("acc-3", HARTWELL, old, minor, "GBP", month, f"HS/{4400 + month}")
    first = team.payee(HARTWELL, old)
    changed = team.payee(HARTWELL, new, source=DetailsSource.EMAIL, known=first[0])
    landlord = (team.world.payees[fakes.LANDLORD[0]], "")
    record = team.vault.payee(landlord[0])
    landlord = (landlord[0], record.version.event if record else "")
    shanghai = team.payee(SHANGHAI, "DE21999700200532013042", VopOutcome.CLOSE_MATCH)
    freight = team.payee("Pacific Freight Ltd", "FR5299992004100000000007851", VopOutcome.NO_MATCH)
    odd = Reason("far_above_usual", 30, {"times": 41, "usual_minor": 610_000})
    mailed = Reason("details_by_email", 20)
    risky = replace(QUIET, score=50, reasons=(odd, mailed))
    answers = (("invoice_redirection", "not_confirmed"),)
    team.request(
        TOM, changed, 25_000_000, "HS/4471 deposit", "GBP", debtor=fakes.POUNDS, assessment=risky, answers=answers
    )
    rent = team.request(TOM, landlord, 600_000, "Rent December")
    team.approve(RAVI, rent)
    team.request(RAVI, shanghai, 12_600_000, "Spindles, order 8812")
    team.request(TOM, freight, 3_890_000, "Bill of lading 77-104")
    for number, minor in enumerate((596_000, 603_500, 612_000, 588_000, 840_000), 1):
        team.request(RAVI if number % 2 else TOM, landlord, minor, f"Workshop rent {number}")
    team.request(ME, landlord, 580_000, "Storage rent")
    return team
