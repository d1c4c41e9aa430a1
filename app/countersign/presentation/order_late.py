"""Words for an order of which too much is known: what came too late to keep it from being sent, and contradictions."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.application.ports.vault import Identity, LedgerEntry
from countersign.domain.ledger import kinds
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.presentation.formats import isolate
from countersign.presentation.inbox_words import reason_title
from countersign.presentation.messages import _


def late_words(record: OrderRecord, rules: Rules, me: Identity, entries: Sequence[LedgerEntry]) -> str:
    """Say what was not known when an order was sent, and what to do now; empty where nothing was missed.

    Args:
        record: The order.
        rules: Governance: whose device said it, and whose sends.
        me: Who looks.
        entries: The order's events.
    """
    if not record.sent_before_known:
        return ""
    said = [_said(entry, rules) for entry in entries if entry.event in record.sent_before_known]
    if record.final:
        todo = _("It is over with the bank. Look what became of the money, and talk to each other.")
    elif record.sender == me.device:
        todo = _("The money may have left: ask your bank at once to take it back.")
    else:
        sender = rules.governance.member_of(record.sender)
        name = isolate(sender.name) if sender else _("somebody unknown")
        todo = _("The money may have left: call {name}, whose device sent it, to have the bank take it back.").format(
            name=name
        )
    return " ".join((*dict.fromkeys(said), todo))


def contradicted_text() -> str:
    """Say that the bank contradicted itself, and what to do."""
    return _(
        "The bank has said things about this order that contradict each other. Presume that the money is "
        "gone, and call your bank on a number you already have."
    )


def _said(entry: LedgerEntry, rules: Rules) -> str:
    member = rules.governance.member_of(entry.device)
    name = isolate(member.name) if member else _("somebody unknown")
    if entry.kind != kinds.ORDER_STOPPED:
        return _("{name} assessed it anew before the device that sent it knew of that.").format(name=name)
    body = entry.body or {}
    reason, note = reason_title(str(body.get("reason", ""))), str(body.get("note", ""))
    if not note:
        return _("{name} stopped it before the device that sent it knew of that.").format(name=name)
    text = _("{name} stopped it before the device that sent it knew of that. {reason}: “{note}”")
    return text.format(name=name, reason=reason, note=note)
