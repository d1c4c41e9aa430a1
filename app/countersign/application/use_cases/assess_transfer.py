"""Assess a transfer against the person's own history: the facts are gathered here, the judgement is the domain's."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta, tzinfo

from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.vault import InFlight, Projections
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.names import look_alike, same_name
from countersign.domain.order_state import BEGUN
from countersign.domain.payee import PayeeRecord, VopOutcome
from countersign.domain.risk import Assessment, RiskFacts, assess

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_USUAL_HOUR_SHARE = 20  # an hour is usual where at least one payment in twenty was made in it


def assess_transfer(reader: Projections, draft: TransferDraft, now_ms: int, zone: tzinfo, own_name: str) -> Assessment:
    """Assess a draft. READ lane.

    Args:
        reader: The person's own history.
        draft: With payee, source and amount.
        now_ms: The time.
        zone: The person's zone, for the hour of the day.
        own_name: The member's own name.

    Raises:
        UserFacingError: ``transfer.incomplete``.
    """
    if draft.amount is None or draft.source is None:
        raise UserFacingError("transfer.incomplete")
    history = reader.outgoing_minor(draft.amount.currency)
    known = reader.payees()
    record = reader.payee(draft.payee) if draft.payee else None
    to_account = [minor for _, minor, account in history if account == draft.account]
    source = (draft.debtor_account, draft.debtor_member)
    own = next((row for row in reader.accounts() if (row.iban, row.agent_member) == source), None)
    balance = own.available.minor if own is not None and own.as_of else None  # no statement yet: nobody knows
    others = [row for row in known if row.account != draft.account]
    alike = look_alike(draft.name, [row.name for row in others])
    hours = Counter(_hour(at, zone) for at, _, _ in history)
    sent_there = InFlight(states=BEGUN, to=draft.account)
    check = draft.check.outcome if draft.check and draft.checked else VopOutcome.NOT_DONE
    return assess(
        RiskFacts(
            amount=draft.amount,
            payee_is_new=not to_account,
            account_changed_hours=_changed_hours(record, draft.account, now_ms),
            details_source=draft.source,
            name_check=check,
            paid_before_count=len(to_account),
            max_to_payee_minor=max(to_account, default=None),
            history_minor=tuple(minor for _, minor, _ in history),
            balance_minor=balance,
            look_alike_of=alike[0].name if alike else "",
            same_name_other_account=any(same_name(row.name, draft.name) for row in others),
            same_account_other_name=any(
                row.account == draft.account and not same_name(row.name, draft.name) for row in known
            ),
            remittance=draft.remittance,
            own_name_payee=same_name(draft.name, own_name),
            local_hour=_hour(now_ms, zone),
            usual_hours=tuple(sorted(h for h, n in hours.items() if n * _USUAL_HOUR_SHARE >= len(history))),
            payments_last_24h=sum(1 for at, _, _ in history if at > now_ms - _DAY_MS),
            called_back=draft.call_back,
            on_its_way=any(_is_like(record, draft) for record in reader.orders_in_flight(sent_there)),
        )
    )


def _is_like(record: OrderRecord, draft: TransferDraft) -> bool:
    """Tell whether an order that was sent, or laid out to be carried, pays what the draft would pay once more."""
    payment = record.content.payment
    return (
        record.intent_event != ""
        and record.content.order != draft.order
        and (payment.creditor_account, payment.creditor_agent_member) == (draft.account, draft.agent_member)
        and payment.instructed_amount == draft.amount
    )


def _hour(at_ms: int, zone: tzinfo) -> int:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(zone).hour


def _changed_hours(record: PayeeRecord | None, account: str, now_ms: int) -> int | None:
    """Return how many hours ago this payee's account became this one; None where it never was another."""
    if record is None:
        return None
    others = [version for version in record.versions if version.details.account != account]
    if not others:
        return None
    own = [version.at for version in record.versions if version.details.account == account]
    return max(now_ms - min(own, default=now_ms), 0) // _HOUR_MS
