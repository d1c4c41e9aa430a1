"""An order as it is known: whose approvals count, and who may send it now (LEDGER rules 11 to 13).

``order_fold`` makes the record from events; ``judge_intent`` is asked before an intent is recorded, and by the fold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from countersign.domain.approval.authority import authorities, basis_of
from countersign.domain.approval.confirmation import Confirmation, device_fault
from countersign.domain.approval.limits import Spent, day_of, nothing_spent
from countersign.domain.approval.requirement import Requirement, pays_current, requirement
from countersign.domain.approval.rule import PayeeStanding
from countersign.domain.approval.signature import Approval, fill, is_met
from countersign.domain.canonical import JsonObject
from countersign.domain.ledger.bank_signing import BankSigning
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.rules import OrderKey, Rules
from countersign.domain.order import OrderContent
from countersign.domain.order_state import FINAL, OrderState, TransactionStatus
from countersign.domain.payee import PayeeRecord

__all__ = [
    "Approval",
    "Confirmation",
    "OrderRecord",
    "counts_under",
    "judge_intent",
    "standing_approvals",
    "standing_confirmations",
    "standing_under",
]

_RECALLABLE = frozenset({OrderState.INITIATED, OrderState.ACCEPTED, OrderState.UNKNOWN, OrderState.SETTLED})


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order as the ledger has it.

    Attributes:
        frozen_event: The event that froze the content.
        assessment_event: The newest assessment; approvals refer to it.
        confirmations: What devices signed as the requester's other one, in folding order.
        intent_event: The single valid intent, or empty.
        request_id: X-Request-ID of the initiation.
        never_executes_unauthorised: What the bank declared just before the intent.
        payment_id: The bank's name for the payment; empty until the bank has answered.
        authorisation_id: The open authorisation.
        purpose: ``payment`` or ``cancellation``: what the open authorisation is for.
        starting: The same of one whose start is on record as intended, and what came of that isn't: from then on the
            bank's own app may ask. ``authorisation_id`` is the one before it.
        begun: The bank's names for all authorisations that its sender began, in folding order.
        attempts: How many answers were intended for the open authorisation.
        answered: Whether an answer to a payment's authorisation was ever intended, or nobody knows what became of a
            step, upon which its own app may ask: from then on only the bank can say that nothing was executed, and the
            order can't be abandoned.
        by_hand: Whether the person carries the payment to the bank, as the connector declared before the intent.
        file: SHA-256 of the payment file that was laid out, hex; empty where the payment is typed.
        handed_over_at: When the person said that they carried it there; 0 before.
        bank_reference: The bank's own reference, as the person read it.
        proofs: Documents of the bank's: name, SHA-256 in hex, bytes.
        settled_by: The statement's entry that shows the payment; empty where only a status told so far.
        settled_rule: How that entry was found, see ``domain.settlement``.
        recall_reason: Why the bank was to be asked for the money back, the last time (ISO 20022
            ExternalCancellationReason1Code).
        recall_file: The name of that request's file.
        recalled_at: When it was written; 0 where none was.
        returned: Why the money came back (ISO 20022 ExternalReturnReason1Code), where the bank said so.
        returned_at: When that was put on record; 0 where the money did not come back.
        status: The newest status that the bank gave.
        reason: Code of the newest refusal, stop or loss, in the bank's or our own words.
        fee: Canonical money, or empty.
        contradictions: Facts that came after a final state and disagree with it: tasks for a person.
        faults: Events left out of the fold, with the reason.
        doubted: Intents that count no more, since the sender's device signed two events for one place (LEDGER rule 9).
            The payment may have been sent all the same, and sent twice: a task for a person.
        sent_before_known: Events that would have stopped the intent, had its device known of them (LEDGER rule 13):
            tasks for a person.
        standing: How long the payee's details had stood when the order was made: some rules ask for it.
        partly_signed: Whether the bank ever said that it wants another signature.
        missing: What the bank said of whose signature is missing, in its own words; empty where it said nothing.
        signings: Further signatures at the bank, by whoever gave them, in folding order.
        basket: The bank's name for the signing basket that it is tied in; empty where it is in none.
        tying: The bank was asked to tie it with others (X-Request-ID), and what it answered is not on record; or empty.
        tied: The bank's names for all payments in that basket, its own among them.
        together: The orders of those payments, itself among them.
        frozen_device: The device that froze the content: the requester's.
        released_to: The device that the sending was handed over to (LEDGER rule 12); empty where it wasn't.
        opened: Who looked at it, and when (milliseconds since the epoch), in folding order.
        unread: Events about it that came without what they say, though it may forbid sending: a rejection, say. Nothing
            is sent before they are read.
        last_key: Place of the newest event that was folded or left out.
    """

    content: OrderContent
    frozen_event: str
    state: OrderState
    last_key: OrderKey
    created_at: int
    changed_at: int
    assessment_event: str = ""
    assessment: JsonObject | None = None
    interventions: tuple[tuple[str, str, str], ...] = ()
    approvals: tuple[Approval, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    intent_event: str = ""
    bank: str = ""
    request_id: str = ""
    never_executes_unauthorised: bool = False
    by_hand: bool = False
    file: str = ""
    handed_over_at: int = 0
    bank_reference: str = ""
    proofs: tuple[tuple[str, str, int], ...] = ()
    settled_by: str = ""
    settled_rule: str = ""
    recall_reason: str = ""
    recall_file: str = ""
    recalled_at: int = 0
    returned: str = ""
    returned_at: int = 0
    payment_id: str = ""
    authorisation_id: str = ""
    purpose: str = ""
    starting: str = ""
    begun: tuple[str, ...] = ()
    attempts: int = 0
    answered: bool = False
    status: TransactionStatus | None = None
    reason: str = ""
    fee: JsonObject | None = None
    contradictions: tuple[str, ...] = ()
    sent_before_known: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    standing: PayeeStanding = PayeeStanding.NEW
    partly_signed: bool = False
    missing: str = ""
    signings: tuple[BankSigning, ...] = ()
    tying: str = ""
    basket: str = ""
    tied: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    frozen_device: str = ""
    released_to: str = ""
    opened: tuple[tuple[str, int], ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def sender(self) -> str:
        """The one device that may send it: the content's, unless that one handed it over."""
        return self.released_to or self.content.sender_device

    @property
    def used_devices(self) -> frozenset[str]:
        """The devices that wrote it down and that may send it: another one of the requester's is neither."""
        return frozenset({self.frozen_device, self.sender})

    def requirement(self, governance: Governance) -> Requirement:
        """Return what it requires under an epoch."""
        return requirement(self.content, self.standing, governance.policy)

    @property
    def digest(self) -> str:
        """The digest that everything refers to."""
        return self.content.digest

    @property
    def counted(self) -> tuple[Approval, ...]:
        """The approvals that count."""
        return tuple(item for item in self.approvals if not item.fault)

    @property
    def abandonable(self) -> bool:
        """Whether a lost initiation may be given up: the bank never executes what nobody authorised (LEDGER 19)."""
        return self.never_executes_unauthorised and not (self.answered or self.starting)

    @property
    def awaits_signature(self) -> bool:
        """Whether this side's authorisation is done and the bank wants another: no money has moved (ISO 20022, PATC).

        No state of its own: it can be called off like any order that the bank took, and only the bank ends it.
        """
        return self.state is OrderState.ACCEPTED and self.status is TransactionStatus.PATC

    @property
    def authorisations(self) -> frozenset[str]:
        """The bank's names for all authorisations that are on record, whoever began them."""
        return frozenset(self.begun) | {item.authorisation for item in self.signings}

    def signing_of(self, device: str) -> BankSigning | None:
        """Return the newest further signature that a device began."""
        return next((item for item in reversed(self.signings) if item.device == device), None)

    @property
    def carried_by_hand(self) -> bool:
        """Whether it was laid out for the person to carry, and nobody has said yet that the bank has it."""
        waits = self.state is OrderState.INITIATED and self.status is None
        return self.by_hand and waits and not self.handed_over_at

    @property
    def recallable(self) -> bool:
        """Whether its bank can be asked by file for the money back: it took a payment file that may still count."""
        taken = self.handed_over_at > 0 or self.status is not None
        return self.by_hand and bool(self.file) and taken and self.state in _RECALLABLE

    @property
    def final(self) -> bool:
        """Whether nothing more can happen."""
        return self.state in FINAL


def is_own_request(record: OrderRecord, governance: Governance, approval: Approval) -> bool:
    """Tell whether a signature is the requester's own, by person or by key, or has the requester's authority."""
    persons = governance.persons
    requester = record.content.requester
    own = {persons.get(item, item) for item in (approval.member, approval.authority)}
    return persons.get(requester, requester) in own or approval.device == record.frozen_device


def counts_under(approval: Approval, record: OrderRecord, governance: Governance, at: int) -> bool:
    """Tell whether an approval counts in an epoch, at a time.

    The rule of this order and the approver's authority are those that it was signed under (LEDGER rule 11), its time is
    not over, and the device, the access and the delegation that it rests on still stand.
    """
    device = governance.device(approval.device)
    return (
        approval.expires_at > at
        and approval.epoch <= governance.epoch
        and device is not None
        and not device.is_expired(at)  # of a closed one, what it signed up to its last accepted event stands (rule 9)
        and (governance.approves_own or not is_own_request(record, governance, approval))
        and approval.authority in authorities(governance, approval.member, at)
        and approval.basis == basis_of(governance, record.content, record.standing, approval.authority)
    )


def standing_under(record: OrderRecord, governance: Governance, at: int) -> tuple[Approval, ...]:
    """Return the approvals that count in an epoch, at a time, and fill a need: no person and no authority twice.

    Where what came first in an ordered rule lapsed, what came after it fills nothing any more and is signed again.
    """
    found: list[Approval] = []
    for item in record.counted:
        if counts_under(item, record, governance, at) and not repeats(item, found, governance):
            found.append(item)
    filling = {one.event for rule in record.requirement(governance).rules for need in fill(rule, found) for one in need}
    return tuple(item for item in found if item.event in filling)


def repeats(approval: Approval, others: Iterable[Approval], governance: Governance) -> bool:
    """Tell whether the person or the authority of a signature is among those of others."""
    persons = governance.persons
    signer, authority = (persons.get(item, item) for item in (approval.member, approval.authority))
    return any(persons[item.member] == signer or persons[item.authority] == authority for item in others)


def standing_approvals(record: OrderRecord, rules: Rules, place: OrderKey, at: int) -> tuple[Approval, ...]:
    """Return the approvals that count at a place and a time."""
    return standing_under(record, rules.governance_before(place), at)


def standing_confirmations(record: OrderRecord, governance: Governance, at: int) -> tuple[Confirmation, ...]:
    """Return the confirmations that count in an epoch, at a time: by the same rules as approvals (LEDGER rule 11).

    The order's terms are those that it was signed under, its time is not over, and its device is still the requester's
    and still neither the one that wrote the order down nor the one that sends it.
    """
    terms, content = record.requirement(governance).terms, record.content
    return tuple(
        item
        for item in record.confirmations
        if not item.fault
        and item.expires_at > at
        and item.epoch <= governance.epoch
        and item.terms == terms
        and not device_fault(governance, item.device, content.requester, record.used_devices, at)
    )


def is_confirmed(record: OrderRecord, governance: Governance, at: int) -> bool:
    """Tell whether no rule asks for the requester's other device, or it has confirmed the order."""
    asked = record.requirement(governance).second_device
    return not asked or bool(standing_confirmations(record, governance, at))


def judge_intent(
    record: OrderRecord,
    rules: Rules,
    author: str,
    place: OrderKey,
    at: int,
    payee: PayeeRecord | None = None,
    spent: Spent = nothing_spent,
) -> tuple[str, ...]:
    """Return why an intent would not be valid here; empty where it is (LEDGER rule 13).

    Args:
        record: The order, folded from what lies in the intent's past.
        rules: Governance and stops.
        author: The device that signs the intent.
        place: Where the intent stands, or would stand.
        at: The intent's time, milliseconds since the epoch.
        payee: Who is paid, from what lies in the intent's past; None leaves the payee unjudged.
        spent: What was approved beside this order, by what lies in the intent's past; asked with an empty event.
    """
    governance = rules.governance_before(place)
    device = governance.device(author)
    member = governance.member_of(author)
    good = standing_under(record, governance, at)
    faults = {
        "intent.not_the_sender": author != record.sender,
        "intent.device_closed": device is None or device.closed,
        "intent.device_expired": device is not None and device.is_expired(at),
        "intent.no_role": member is not None and not member.signs,
        "intent.access_lapsed": member is not None and not member.has_access(at),
        "intent.not_the_first": bool(record.intent_event),
        "intent.governance_contested": bool(rules.contested),
        "intent.frozen": rules.frozen_before(place),
        "intent.rule_not_met": not is_met(record.requirement(governance), good),
        "intent.not_confirmed": not is_confirmed(record, governance, at),
        "intent.not_approved": record.state is not OrderState.APPROVED,
        "intent.other_world": record.content.world is not governance.world,
        "intent.payee_conflict": payee is not None and payee.in_conflict,
        "intent.payee_changed": payee is not None and not pays_current(payee, record.content),
        "intent.over_daily_limit": any(_is_over_day(record, item, spent) for item in good),
        "intent.unread": bool(record.unread) or (payee is not None and bool(payee.unread)),
    }
    return tuple(code for code, fault in faults.items() if fault)


def _is_over_day(record: OrderRecord, approval: Approval, spent: Spent) -> bool:
    """Tell whether a signature and all others of that day are more than its authority carries (see ``Spent``)."""
    limit = approval.basis.limit if approval.basis else None
    if limit is None or not limit.day_minor:
        return False
    amount = record.content.payment.instructed_amount
    return spent(approval.authority, amount.currency, day_of(approval.at), "") + amount.minor > limit.day_minor
