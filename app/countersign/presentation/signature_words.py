"""Words for an order for which the bank wants another signature: who signed, and what the bank says is missing."""

from __future__ import annotations

from countersign.domain.ledger.bank_signing import SigningState
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _
from countersign.presentation.order_words import StateWords, state_words


def words_of(record: OrderRecord) -> StateWords:
    """Say where an order stands: accepted only where the bank has all signatures that it wants."""
    if not record.awaits_signature:
        return state_words(record.state)
    return StateWords(
        _("Signature missing"),
        _("The bank has a first signature and waits for another one. No money has moved."),
        "warn",
    )


def missing_steps(record: OrderRecord, rules: Rules | None = None) -> tuple[str, ...]:
    """Say who signed here, whose signature is missing as far as the bank says, and how it is given."""
    steps = [_("{name} has signed at the bank.").format(name=name) for name in _signed(record, rules)]
    if record.missing:
        steps.append(_("The bank says: “{text}”").format(text=isolate(record.missing)))
    else:
        steps.append(_("The bank does not say whose signature is missing. It has signatories and limits of its own."))
    if record.by_hand:
        steps.append(_("Whoever signs does so in the bank's portal. Bring in a statement or a status file then."))
    else:
        steps.append(_("Whoever signs does so with a user ID and a password of their own, here or on their device."))
    return tuple(steps)


def _signed(record: OrderRecord, rules: Rules | None) -> tuple[str, ...]:
    """Name those behind the devices that signed, the sender first; nobody where a device served several people."""
    if rules is None:
        return ()
    devices = [record.sender, *(item.device for item in record.signings if item.state is SigningState.SIGNED)]
    if len(set(devices)) != len(devices):
        return ()
    members = (rules.governance.member_of(device) for device in devices)
    return tuple(dict.fromkeys(member.name for member in members if member is not None))
