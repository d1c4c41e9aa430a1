"""Hand an order in for the approval of others: from then on it stands in their inboxes.

A frozen order without an assessment is still being reviewed by who asks for it: nobody's approval of it can count.
Handing in is what puts the assessment on record.
"""

from __future__ import annotations

from countersign.application.ports.vault import LocalSpace, Vault
from countersign.application.use_cases.approve_order import as_shown, require_digits
from countersign.domain.canonical import Json
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event, EventDraft
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.payment import PaymentFields
from countersign.domain.risk import Assessment


def approves_alone(governance: Governance, member: str) -> bool:
    """Tell whether a person's own approval of their own order can count: so it is in a workspace of one."""
    return governance.approves_own and governance.may_approve(member)


def signed_here_alone(record: OrderRecord, governance: Governance) -> bool:
    """Tell whether an order waits for no signature but the one that this device gives: nobody's, no other device's."""
    return approves_alone(governance, record.content.requester) and not record.requirement(governance).second_device


def one_device_signs(governance: Governance) -> bool:
    """Tell whether that is so of every order: one person works alone, and no rule asks for another device of theirs."""
    return governance.approves_own and not any(rule.second_device for rule in governance.policy.rules)


def hand_in_order(
    vault: Vault,
    order: str,
    shown: PaymentFields,
    shown_digest: str,
    typed_digits: str,
    assessment: Assessment,
    draft: str = "",
) -> Event:
    """Put an order that was read back before those who approve it.

    Args:
        vault: The unlocked vault.
        order: The frozen order.
        shown: The payment as the screen showed it.
        shown_digest: The digest that the screen was made from.
        typed_digits: The last digits of the payee's account, typed from the source document.
        assessment: What was found when the order was frozen.
        draft: What the order was made from; it has served.

    Raises:
        UserFacingError: ``review.digits_differ``; ``order.not_open``; ``transfer.stopped`` where a hard stop fired.
        BindingError: ``binding.screen``.
    """
    if assessment.must_stop:
        raise UserFacingError("transfer.stopped")
    with vault.transaction() as change:
        record = as_shown(change, order, shown, shown_digest)
        require_digits(record, typed_digits)
        body: dict[str, Json] = {"digest": record.digest, "assessment": assessment.canonical()}
        event = change.append(EventDraft(kinds.ORDER_ASSESSED, order, body, refs=(record.frozen_event,)))
        if draft:
            change.drop(LocalSpace.DRAFT, draft)
        return event
