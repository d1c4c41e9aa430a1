"""Templates: an order that is used again. What is kept is its name and which order it was; the details stay there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import Projections, TemplateRow, TransferRow, Vault
from countersign.application.use_cases.relied_on import known_in
from countersign.application.use_cases.save_draft import save_draft
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.payee import DetailsSource, PayeeDetails, PayeeKind, PayeeRecord

NAME_LIMIT: Final = 140


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """A template with what became of its payee since.

    Attributes:
        record: The order that it was made from.
        payee: The payee as it is known now; None where it isn't any more.
        before: Past payments to the payee, newest first.
    """

    row: TemplateRow
    record: OrderRecord
    payee: PayeeRecord | None
    before: tuple[TransferRow, ...]

    @property
    def details(self) -> PayeeDetails | None:
        """The payee's details as they stand now; None where nobody can say."""
        return self.payee.version.details if self.payee is not None and not self.payee.in_conflict else None


def keep_template(vault: Vault, entropy: Entropy, order: str) -> str:
    """Keep an order as a template; return the template's identifier.

    Raises:
        UserFacingError: ``order.unknown``.
    """
    with vault.transaction() as change:
        record = known_in(change, order)
        payment, template = record.content.payment, new_identifier(entropy)
        name = f"{payment.creditor_name} · {payment.remittance}" if payment.remittance else payment.creditor_name
        body = {"name": name[:NAME_LIMIT], "order": order}
        change.append(EventDraft(kinds.TEMPLATE_KEPT, template, body, refs=(record.frozen_event,)))
    return template


def drop_template(vault: Vault, template: str) -> None:
    """Drop a template; the order that it was made from stays."""
    with vault.transaction() as change:
        change.append(EventDraft(kinds.TEMPLATE_DROPPED, template, {}))


def templates(reader: Projections) -> tuple[TemplateFacts, ...]:
    """List templates with what became of their payees. READ lane."""
    found = (_facts(reader, row) for row in reader.templates())
    return tuple(item for item in found if item is not None)


def _facts(reader: Projections, row: TemplateRow) -> TemplateFacts | None:
    record = reader.order(row.order)
    if record is None:
        return None
    payee = reader.payee(record.content.payee)
    accounts: Sequence[str] = [item.details.account for item in payee.versions] if payee else []
    before = tuple(reader.payments_to((*accounts, record.content.payment.creditor_account), 3))
    return TemplateFacts(row, record, payee, before)


def draft_of_template(vault: Vault, entropy: Entropy, facts: TemplateFacts) -> TransferDraft:
    """Save a draft filled with a template and the payee's details as they stand now. VAULT lane.

    Nothing that was checked then is taken over: the bank is asked about the name again, and the risk is judged anew.

    Raises:
        UserFacingError: ``template.unknown``: the payee's details contradict each other, or are gone.
    """
    details, payment = facts.details, facts.record.content.payment
    if details is None:
        raise UserFacingError("template.unknown")
    paid = any(row.counterparty_account == details.account for row in facts.before)
    draft = TransferDraft(
        draft=new_identifier(entropy),
        payee=facts.record.content.payee,
        name=details.name,
        account=details.account,
        agent=details.agent,
        kind=PayeeKind(details.kind),
        source=DetailsSource.BANK_RECORDS if paid else details.source,
        amount=payment.instructed_amount,
        product=payment.product,
        remittance=payment.remittance,
        debtor_account=payment.debtor_account,
        debtor_member=payment.debtor_agent_member,
        charge_bearer=payment.charge_bearer,
        purpose=payment.purpose,
        arrival=payment.arrival,
        scheme=details.scheme,
        agent_member=details.agent_member,
        town=details.town,
        country=details.country,
    )
    return save_draft(vault, draft)
