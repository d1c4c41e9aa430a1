"""Freeze a draft: from here on there is one content, one digest, and nothing about it changes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from countersign.application.flows.transfer import Step, TransferDraft
from countersign.application.ports.bank import Bank, Reach
from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import AccountRow, Identity, LocalSpace, Vault
from countersign.application.use_cases.attach_documents import hand_on_documents
from countersign.application.use_cases.hand_in_order import approves_alone
from countersign.application.use_cases.require_requester import require_requester
from countersign.domain.canonical import Json
from countersign.domain.errors import UserFacingError
from countersign.domain.guidance import path_after
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order import OrderContent
from countersign.domain.order_state import OrderState
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.domain.policy import Policy
from countersign.domain.risk import Assessment

_END_TO_END_BYTES = 12
TRACKED = frozenset({PaymentProduct.CROSS_BORDER, PaymentProduct.TARGET})  # SWIFT gpi: a UETR is wanted
_NOT_PAID = frozenset({OrderState.REJECTED, OrderState.CANCELLED, OrderState.ABANDONED})


@dataclass(frozen=True, slots=True)
class FrozenOrder:
    """An order that is ready for its review, and the rule that its approval follows.

    ``assessment_event`` is empty where others approve (``alone`` is false): it comes when the order is handed in.
    """

    draft: TransferDraft
    content: OrderContent
    assessment_event: str
    policy: Policy
    alone: bool = True


@dataclass(frozen=True, slots=True)
class PaidFrom:
    """The account that pays, and its bank."""

    account: AccountRow
    bank: Bank


def freeze_order(
    vault: Vault,
    entropy: Entropy,
    draft: TransferDraft,
    payee_version: str,
    assessment: Assessment,
    paid_from: PaidFrom | None = None,
) -> FrozenOrder:
    """Make the draft an order and record the assessment and the answers that led here, in one transaction.

    An order that an earlier review froze from the same draft is stopped: its approvals are void. Texts are spelt in the
    letters that the account's bank carries: what is read back and signed is what will be sent.

    Raises:
        UserFacingError: ``transfer.incomplete``; ``transfer.stopped`` where a hard stop fired; ``order.already_sent``
            where the order of an earlier review is at the bank, so that a second one might pay twice.
        UserFacingError: ``bank.not_carried`` (``field``): this way to pay has no place for a detail;
            ``document.gone`` (``name``): a document that is attached is not here any more.
        SecurityError: ``author.*``: this person may not ask for payments.
        OrderContentError: A field has a form that no order may have.
    """
    if assessment.must_stop:
        raise UserFacingError("transfer.stopped")
    content = _content(vault.identity, entropy, draft, payee_version)
    if paid_from is not None:
        content = replace(content, payment=_as_carried(content.payment, paid_from, entropy))
    content.check_form()
    with vault.transaction() as change:
        require_requester(change.rules, vault.identity.device, change.now_ms)
        hand_on_documents(change, draft)
        earlier = change.order(draft.order) if draft.order else None
        if earlier is not None and earlier.intent_event and (earlier.state not in _NOT_PAID or earlier.contradictions):
            raise UserFacingError("order.already_sent")
        if earlier is not None and not earlier.final:
            stop = {"digest": earlier.digest, "reason": "edited"}
            change.append(EventDraft(kinds.ORDER_STOPPED, draft.order, stop, refs=(earlier.frozen_event,)))
        frozen_body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
        frozen = change.append(EventDraft(kinds.ORDER_FROZEN, content.order, frozen_body, refs=(payee_version,)))
        about = {"digest": content.digest}
        for intervention, answer in sorted(draft.answers.items()):
            path = path_after(intervention, answer).effect.value
            answered = {**about, "intervention": intervention, "answer": answer, "path": path}
            change.append(EventDraft(kinds.ORDER_INTERVENTION_ANSWERED, content.order, answered, refs=(frozen.id,)))
        assessed, alone = "", approves_alone(change.rules.governance, content.requester)
        if alone:  # else it is handed in once it was read back
            assessed_body: dict[str, Json] = {**about, "assessment": assessment.canonical()}
            draft_of_it = EventDraft(kinds.ORDER_ASSESSED, content.order, assessed_body, refs=(frozen.id,))
            assessed = change.append(draft_of_it).id
        saved = replace(draft, step=Step.REVIEW, order=content.order, saved_at=change.now_ms)
        change.put(LocalSpace.DRAFT, saved.draft, saved.canonical())
        policy = change.rules.governance.policy
    return FrozenOrder(saved, content, assessed, policy, alone)


def _as_carried(payment: PaymentFields, paid_from: PaidFrom, entropy: Entropy) -> PaymentFields:
    """Name the account's own bank, and write everything as it will be carried."""
    account, bank = paid_from.account, paid_from.bank
    own = replace(
        payment,
        debtor_account_scheme=account.scheme,
        debtor_agent=account.agent,
        debtor_agent_member=account.agent_member,
    )
    spelt = bank.in_its_letters(own)
    tracked = replace(spelt, uetr=str(uuid.UUID(bytes=entropy.token_bytes(16), version=4)))
    if payment.product in TRACKED and bank.reach is not Reach.MANUAL and not bank.not_carried(tracked):
        return tracked
    unfit = bank.not_carried(spelt)
    if unfit:
        raise UserFacingError("bank.not_carried", field=unfit)
    return spelt


def _content(identity: Identity, entropy: Entropy, draft: TransferDraft, payee_version: str) -> OrderContent:
    if draft.amount is None or not draft.payee or not draft.debtor_account:
        raise UserFacingError("transfer.incomplete")
    return OrderContent(
        workspace=identity.workspace,
        world=identity.world,
        order=new_identifier(entropy),
        nonce=new_identifier(entropy),
        sender_device=identity.device,
        requester=identity.member,
        payee=draft.payee,
        payee_version=payee_version,
        debtor_name=identity.member_name,
        attachments=draft.documents,
        payment=PaymentFields(
            instructed_amount=draft.amount,
            debtor_account=draft.debtor_account,
            creditor_name=draft.name,
            creditor_account=draft.account,
            creditor_agent=draft.agent,
            end_to_end_id="CS" + entropy.token_bytes(_END_TO_END_BYTES).hex().upper(),
            remittance=draft.remittance,
            requested_execution_date=draft.execution_date,
            product=draft.product,
            charge_bearer=draft.charge_bearer,
            purpose=draft.purpose,
            arrival=draft.arrival,
            creditor_account_scheme=draft.scheme,
            creditor_agent_member=draft.agent_member,
            creditor_town=draft.town,
            creditor_country=draft.country,
        ),
    )
