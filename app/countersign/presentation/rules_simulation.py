"""Try rules out on last month: what they would have asked for, in sentences. READ lane."""

from __future__ import annotations

from typing import Final

from countersign.application.ports.vault import HistoryQuery, InFlight
from countersign.application.session import Session
from countersign.domain.approval.simulate import SimulatedOrder, simulate_policy
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.policy import Policy
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.rule_words import requirement_sentences
from countersign.presentation.team_words import day_text

MONTH_MS: Final = 30 * 86_400_000
ORDERS_LIMIT: Final = 500
_SHOWN: Final = 3


def simulate_last_month(session: Session, state: Governance, policy: Policy) -> tuple[str, ...]:
    """Say what other rules would have asked for.

    Args:
        session: Where past orders are read.
        state: The epoch in force.
        policy: The rules to try.
    """
    found = simulate_policy(_orders(session), state, policy)
    if not found:
        return (_("Nothing was ordered in the last 30 days: there is nothing to try the rules on."),)
    changed = [item for item in found if item.changed]
    stuck = [item for item in found if item.impossible]
    text = ngettext("{count} order of the last 30 days:", "{count} orders of the last 30 days:", len(found))
    lines = [text.format(count=len(found))]
    if not changed:
        lines.append(_("Each of them would have needed the same approvals as now."))
    else:
        text = ngettext(
            "{count} would have needed other approvals.", "{count} would have needed other approvals.", len(changed)
        )
        lines.append(text.format(count=len(changed)))
    lines += [_line(session, item) for item in changed[:_SHOWN]]
    if len(changed) > _SHOWN:
        rest = len(changed) - _SHOWN
        lines.append(_("And {count} more.").format(count=rest))
    if stuck:
        text = ngettext(
            "{count} could not have been approved by anybody: too few people may sign.",
            "{count} could not have been approved by anybody: too few people may sign.",
            len(stuck),
        )
        lines.append(text.format(count=len(stuck)))
    alone = sum(item.lacks_device for item in found)
    if alone:
        text = ngettext(
            "{count} could not have been sent: whoever asked has no other device to confirm it on.",
            "{count} could not have been sent: whoever asked has no other device to confirm them on.",
            alone,
        )
        lines.append(text.format(count=alone))
    return tuple(lines)


def _line(session: Session, item: SimulatedOrder) -> str:
    payment = item.record.content.payment
    return _("{amount} to {payee} on {day}: {rule}").format(
        amount=isolate(money_text(payment.instructed_amount, language())),
        payee=isolate(payment.creditor_name),
        day=day_text(item.record.created_at, session.zone),
        rule=" ".join(requirement_sentences(item.after)),
    )


def _orders(session: Session) -> list[OrderRecord]:
    since = session.clock.now_ms() - MONTH_MS
    page = session.reader.history(HistoryQuery(limit=ORDERS_LIMIT, at_from=since))
    names = [row.order for row in page.rows if row.order]
    names += [record.content.order for record in session.reader.orders_in_flight(InFlight(limit=ORDERS_LIMIT))]
    records = [session.reader.order(name) for name in dict.fromkeys(names)]
    return [record for record in records if record is not None and record.created_at >= since]
