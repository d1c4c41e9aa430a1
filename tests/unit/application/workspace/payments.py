"""An order in a workspace of several: requested, approved and intended as the use cases put it on record."""

from __future__ import annotations

from typing import Protocol

from countersign.application.ports.vault import Vault
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import World
from countersign.domain.ledger.order_record import OrderRecord, judge_intent
from countersign.domain.money import Money
from countersign.domain.order import Attachment, OrderContent
from countersign.domain.payment import PaymentFields, PaymentProduct

PAYEE, ORDER = "aa" * 16, "bb" * 16
HOUR = 3_600_000


class Desk(Protocol):
    """Whoever has a vault."""

    @property
    def vault(self) -> Vault:
        """The vault."""

    @property
    def device(self) -> str:
        """Its device."""


def request(
    desk: Desk,
    order: str = ORDER,
    *,
    sender: str = "",
    purpose: str = "",
    batch: str = "",
    attachments: tuple[Attachment, ...] = (),
) -> None:
    """Put a payee and an order for it on record."""
    vault = desk.vault
    details: dict[str, Json] = {
        "name": "Notariat Beispiel",
        "account": "FR1420041010050500013M02606",
        "agent": "",
        "kind": "escrow",
        "source": "contract",
        "supersedes": [],
    }
    with vault.transaction() as change:
        payee = change.append(EventDraft(kinds.PAYEE_ADDED, order[::-1], details))
        content = OrderContent(
            workspace=vault.identity.workspace,
            world=World.PRACTICE,
            order=order,
            nonce="cc" * 16,
            sender_device=sender or desk.device,
            requester=vault.identity.member,
            payee=order[::-1],
            payee_version=payee.id,
            debtor_name="Ada Example",
            payment=PaymentFields(
                instructed_amount=Money(25_000_000, "EUR"),
                debtor_account="DE89370400440532013000",
                creditor_name="Notariat Beispiel",
                creditor_account="FR1420041010050500013M02606",
                creditor_agent="",
                end_to_end_id="CS0123456789",
                remittance="Flat 12",
                requested_execution_date="",
                product=PaymentProduct.SEPA,
                purpose=purpose,
            ),
            batch=batch,
            attachments=attachments,
        )
        body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
        frozen = change.append(EventDraft(kinds.ORDER_FROZEN, order, body, refs=(payee.id,)))
        assessed: dict[str, Json] = {"digest": content.digest, "assessment": {"score": 10, "stops": []}}
        change.append(EventDraft(kinds.ORDER_ASSESSED, order, assessed, refs=(frozen.id,)))


def approve(desk: Desk, order: str = ORDER) -> None:
    """Approve an order, once."""
    record = known(desk, order)
    if any(item.member == desk.vault.identity.member for item in record.counted):
        return
    with desk.vault.transaction() as change:
        body: dict[str, Json] = {
            "digest": record.digest,
            "epoch": change.rules.governance.epoch,
            "assessment": record.assessment_event,
            "expires_at": change.now_ms + 24 * HOUR,
        }
        refs = tuple(sorted({record.frozen_event, record.assessment_event}))
        change.append(EventDraft(kinds.ORDER_APPROVED, order, body, refs=refs))


def faults(desk: Desk, order: str = ORDER) -> tuple[str, ...]:
    """Tell why this device could not submit the order now."""
    with desk.vault.transaction() as change:
        record = change.order(order)
        assert record is not None
        payee = change.payee(record.content.payee)
        return judge_intent(record, change.rules, desk.device, change.place, change.now_ms, payee)


def intend(desk: Desk, order: str = ORDER) -> None:
    """Put the single intent on record, where it may be."""
    record = known(desk, order)
    if record.intent_event:
        return
    assert faults(desk, order) == ()
    with desk.vault.transaction() as change:
        approvals = sorted(item.event for item in record.counted)
        body: dict[str, Json] = {
            "digest": record.digest,
            "epoch": change.rules.governance.epoch,
            "approvals": list[Json](approvals),
            "end_to_end_id": record.content.payment.end_to_end_id,
            "request_id": "11111111-2222-4333-8444-555555555555",
            "bank": "practice",
            "never_executes_unauthorised": True,
        }
        refs = tuple(sorted({record.frozen_event, record.assessment_event, *approvals}))
        change.append(EventDraft(kinds.ORDER_SUBMISSION_INTENDED, order, body, refs=refs))


def known(desk: Desk, order: str = ORDER) -> OrderRecord:
    """Read an order."""
    found = desk.vault.order(order)
    assert found is not None
    return found
