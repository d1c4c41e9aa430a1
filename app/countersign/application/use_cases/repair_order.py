"""Take up an order that was returned: a new draft with all that was typed, and another order with its own digest."""

from __future__ import annotations

from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import LocalSpace, Vault
from countersign.application.use_cases.relied_on import known_in
from countersign.application.use_cases.save_draft import save_draft
from countersign.domain.errors import UserFacingError
from countersign.domain.order_state import OrderState
from countersign.domain.payee import DetailsSource, PayeeKind, PayeeRecord

RETURNED = "returned."


def repair_order(vault: Vault, entropy: Entropy, order: str) -> TransferDraft:
    """Save a draft filled with an ended order, and remember that its return was dealt with.

    Raises:
        UserFacingError: ``order.unknown``; ``order.not_open``: it was not stopped, so it may still be paid.
    """
    with vault.transaction() as change:
        record = known_in(change, order)
        if record.state is not OrderState.STOPPED:
            raise UserFacingError("order.not_open")
        content, payment = record.content, record.content.payment
        payee = change.payee(content.payee)
        kind, source = _known(payee, content.payee_version)
        change.put(LocalSpace.SETTING, RETURNED + order, {"dealt_with": change.now_ms})
        made = new_identifier(entropy)
        documents = tuple(item for item in content.attachments if change.take_up_document(made, item.sha256))
    draft = TransferDraft(
        draft=made,
        payee=content.payee,
        name=payment.creditor_name,
        account=payment.creditor_account,
        agent=payment.creditor_agent,
        kind=kind,
        source=source,
        check=payee.check_of(content.payee_version) if payee else None,
        amount=payment.instructed_amount,
        product=payment.product,
        remittance=payment.remittance,
        debtor_account=payment.debtor_account,
        debtor_member=payment.debtor_agent_member,
        execution_date=payment.requested_execution_date,
        charge_bearer=payment.charge_bearer,
        purpose=payment.purpose,
        arrival=payment.arrival,
        scheme=payment.creditor_account_scheme,
        agent_member=payment.creditor_agent_member,
        town=payment.creditor_town,
        country=payment.creditor_country,
        documents=documents,
    )
    return save_draft(vault, draft)


def dismiss_return(vault: Vault, order: str) -> None:
    """Remember that a rejected or returned order needs nothing more."""
    with vault.transaction() as change:
        change.put(LocalSpace.SETTING, RETURNED + order, {"dealt_with": change.now_ms})


def dealt_with(vault: Vault) -> frozenset[str]:
    """Name the ended orders that need nothing more. VAULT lane."""
    return frozenset(key.removeprefix(RETURNED) for key in vault.local(LocalSpace.SETTING) if key.startswith(RETURNED))


def _known(payee: PayeeRecord | None, version: str) -> tuple[PayeeKind, DetailsSource | None]:
    found = next((item.details for item in payee.versions if item.event == version), None) if payee else None
    return (found.kind, found.source) if found else (PayeeKind.COMPANY, None)
