"""Say what can be got back, from whom and until when: before it is sent, and on the order's page after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from countersign.application.ports.rails import RailBook
from countersign.domain.payment import PaymentFields
from countersign.domain.rails.calendar import BeyondCalendarError
from countersign.domain.rails.rail import Certainty, GetBackAction, Holder, Protection, UntilKind
from countersign.domain.rails.recovery import GetBack, recovery
from countersign.domain.rails.ways import journey
from countersign.presentation.formats import date_text, isolate, money_text, time_text
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.rail_words import doubted, joined, review_text
from countersign.presentation.transfer_desk import zone_name

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GetBackLine:
    """One way to get money back: what and until when, from whom, and how sure it is.

    Attributes:
        ends_at: When it ends, milliseconds since the epoch; 0 where that can't be told.
        before_settlement: Whether it ends with the settlement in any case.
    """

    what: str
    until: str
    text: str
    ends_at: int = 0
    before_settlement: bool = False

    def stands(self, now_ms: int, *, settled: bool) -> bool:
        """Tell whether it can still be asked for."""
        over = bool(self.ends_at) and now_ms > self.ends_at
        return not over and not (settled and self.before_settlement)


@dataclass(frozen=True, slots=True)
class RecoveryState:
    """What the card shows.

    Attributes:
        protection: What the law holds over the payer, a sentence each.
        note: That the rules are old; empty where they aren't.
    """

    lines: tuple[GetBackLine, ...] = ()
    protection: tuple[str, ...] = ()
    note: str = ""


def recovery_state(book: RailBook, payment: PaymentFields, sent_at_ms: int, zone: tzinfo) -> RecoveryState:
    """Say what can be got back of a payment.

    Args:
        book: What is known of rails.
        payment: As it was agreed.
        sent_at_ms: When it is confirmed, or was.
        zone: The person's own.
    """
    sent_at = (_EPOCH + timedelta(milliseconds=sent_at_ms)).astimezone(zone)
    rail = book.pack.rail(payment.product)
    asked = date.fromisoformat(payment.requested_execution_date) if payment.requested_execution_date else None
    note = review_text(rail) if rail.stale_on(sent_at.date()) else ""
    try:
        trip = journey(rail, payment.arrival, payment.instructed_amount, asked, book.calendars, sent_at)
    except BeyondCalendarError:  # sent long ago: nothing is told of days that aren't known
        return RecoveryState(note=note or review_text(rail))
    found = recovery(rail, payment.arrival, trip, sent_at, book.calendars, dated=asked is not None)
    return RecoveryState(
        lines=tuple(get_back_line(item, zone) for item in found),
        protection=tuple(doubted(protection_text(item), not item.basis.verified) for item in rail.protection),
        note=note,
    )


def get_back_line(item: GetBack, zone: tzinfo) -> GetBackLine:
    """Put one way into words."""
    text = joined(_from_whom(item.holder), _explained(item))
    return GetBackLine(
        _what(item.action),
        _until(item, zone),
        doubted(text, not item.verified),
        _ends_at(item, zone),
        item.action is GetBackAction.CANCEL,
    )


def _ends_at(item: GetBack, zone: tzinfo) -> int:
    if item.at is not None:
        return _milliseconds(item.at)
    return _milliseconds(datetime.combine(item.day + timedelta(days=1), time(), zone)) if item.day else 0


def _what(action: GetBackAction) -> str:
    return {
        GetBackAction.CANCEL: _("Cancel it"),
        GetBackAction.RECALL: _("Have it recalled: sent twice, a technical fault, or fraud"),
        GetBackAction.REQUEST: _("Ask for it back for another reason"),
        GetBackAction.REVERSAL: _("Have it reversed: sent twice, or a wrong amount or account"),
        GetBackAction.TRACE: _("Have it traced, where the account was wrong"),
        GetBackAction.UNAUTHORISED: _("Get it back, where you did not authorise it"),
        GetBackAction.SCAM_REFUND: _("Claim a refund, where you were tricked into it"),
        GetBackAction.POLICE_STOP: _("Have it stopped by the police"),
    }[action]


def _until(item: GetBack, zone: tzinfo) -> str:
    if item.at is not None:
        moment = isolate(time_text(_milliseconds(item.at), zone_name(zone), language(), "full"))
        if item.kind is UntilKind.EXECUTION:
            return _("Until your bank has sent it on, {moment} at the latest").format(moment=moment)
        return _("Until {moment}").format(moment=moment)
    if item.day is not None:
        day = isolate(date_text(item.day, language(), "full"))
        if item.kind is UntilKind.EXECUTION:
            return _("Until your bank has sent it on, on {day}").format(day=day)
        return _("Until {day}").format(day=day)
    if item.kind is UntilKind.BANKING_DAYS:
        return ngettext(
            "For {count} banking day after it was sent", "For {count} banking days after it was sent", item.count
        ).format(count=item.count)
    return _("No fixed end: each hour counts")


def _from_whom(holder: Holder) -> str:
    return {
        Holder.OWN_BANK: _("From your bank."),
        Holder.PAYEE_BANK: _("From the payee's bank, through your own."),
        Holder.POLICE: _("From the police, and from your bank at the same time."),
    }[holder]


def _explained(item: GetBack) -> str:
    if item.action is GetBackAction.SCAM_REFUND:
        return _("Private customers, the smallest companies and charities; its conditions have to be met.")
    if item.action is GetBackAction.POLICE_STOP:
        return _("Call at once: what has moved on can seldom be stopped.")
    return {
        Certainty.LAW: _("The law gives you this where its conditions are met."),
        Certainty.USUAL: _("Banks usually do this; some charge for it."),
        Certainty.CONSENT: _("It comes back only if the payee, or their bank, agrees."),
        Certainty.BEST_EFFORT: _("The bank has to try, and may not succeed."),
    }[item.certainty]


def protection_text(item: Protection) -> str:
    """Put a protection into words."""
    cap = isolate(money_text(item.cap, language())) if item.cap else ""
    excess = isolate(money_text(item.excess, language())) if item.excess else ""
    return {
        "vop_liability": _("Where a bank did not check the name as it must and you lost money by it, it has to pay."),
        "uk_reimbursement": _(
            "Victims of a scam within the United Kingdom are refunded up to {cap}, less {excess} at most."
        ),
        "reg_e_unauthorised": _("Private customers are refunded what they did not authorise and report in time."),
        "none": _("No law protects you once it has been accepted: it comes back only if the payee's bank agrees."),
    }[item.code].format(cap=cap, excess=excess)


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
