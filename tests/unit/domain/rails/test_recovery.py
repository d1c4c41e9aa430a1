"""What can be got back, from whom, until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from countersign.domain.money import Money
from countersign.domain.payment import Arrival, PaymentProduct
from countersign.domain.rails.rail import GetBackAction, UntilKind
from countersign.domain.rails.recovery import GetBack, months_after, recovery
from countersign.domain.rails.ways import journey
from tests.unit.domain.rails.pack import CALENDARS, at, rail

P, A = PaymentProduct, GetBackAction


def found(
    product: PaymentProduct,
    sent: datetime,
    arrival: Arrival = Arrival.NONE,
    requested: date | None = None,
    amount: Money | None = None,
) -> dict[GetBackAction, GetBack]:
    trip = journey(rail(product), arrival, amount, requested, CALENDARS, sent)
    later = requested is not None
    return {item.action: item for item in recovery(rail(product), arrival, trip, sent, CALENDARS, dated=later)}


def test_an_ordinary_payment_can_be_cancelled_until_it_leaves_and_recalled_after() -> None:
    back = found(P.SEPA, at(2026, 12, 18, 10))
    assert (back[A.CANCEL].kind, back[A.CANCEL].at) == (UntilKind.EXECUTION, at(2026, 12, 18, 16))
    assert back[A.RECALL].day == date(2027, 1, 5)  # ten TARGET days; 25 December and 1 January are none
    assert back[A.RECALL].reasons == ("DUPL", "TECH", "FRAD")
    assert back[A.REQUEST].day == date(2028, 1, 18)
    assert not back[A.REQUEST].verified
    assert back[A.TRACE].day is None


def test_an_instant_payment_can_only_be_asked_for_again() -> None:
    back = found(P.SEPA_INSTANT, at(2026, 11, 22, 10))
    assert A.CANCEL not in back
    assert back[A.RECALL].day == date(2026, 12, 4)


def test_an_order_for_a_later_day_can_be_taken_back_until_the_banking_day_before() -> None:
    back = found(P.SEPA, at(2026, 11, 23, 10), requested=date(2026, 11, 30))
    assert (back[A.CANCEL].kind, back[A.CANCEL].day) == (UntilKind.EVE_OF_DATE, date(2026, 11, 27))


def test_a_chinese_ordinary_transfer_can_be_cancelled_for_two_hours() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    sent = at(2026, 11, 23, 23, zone=shanghai)
    ordinary = found(P.CN_DOMESTIC, sent, Arrival.ORDINARY, amount=Money(1, "CNY"))
    assert ordinary[A.CANCEL].at == at(2026, 11, 24, 1, zone=shanghai)
    assert A.CANCEL not in found(P.CN_DOMESTIC, sent, Arrival.REAL_TIME, amount=Money(1, "CNY"))


def test_a_chinese_next_day_transfer_can_be_cancelled_until_that_day() -> None:
    sent = at(2026, 11, 23, 9, zone=ZoneInfo("Asia/Shanghai"))
    next_day = found(P.CN_DOMESTIC, sent, Arrival.NEXT_DAY, amount=Money(1, "CNY"))
    assert (next_day[A.CANCEL].day, next_day[A.CANCEL].at) == (date(2026, 11, 24), None)


def test_without_a_cut_off_only_the_day_is_told() -> None:
    open_late = replace(rail(P.SEPA), cut_off=None)
    sent = at(2026, 11, 23, 23)
    trip = journey(open_late, Arrival.NONE, None, None, CALENDARS, sent)
    cancel = recovery(open_late, Arrival.NONE, trip, sent, CALENDARS, dated=False)[0]
    assert (cancel.day, cancel.at) == (date(2026, 11, 23), None)


def test_an_end_beyond_the_calendar_is_told_without_a_day() -> None:
    assert found(P.SEPA, at(2027, 12, 27, 10))[A.RECALL].day is None


def test_a_british_payer_is_told_of_the_refund_for_scams() -> None:
    back = found(P.UK_CHAPS, at(2026, 11, 23, 10, zone=ZoneInfo("Europe/London")))
    assert back[A.SCAM_REFUND].day == date(2027, 12, 23)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 1, 29), 13, date(2028, 2, 29)),
        (date(2026, 11, 22), 13, date(2027, 12, 22)),
    ],
)
def test_months_end_with_the_month(day: date, count: int, expected: date) -> None:
    assert months_after(day, count) == expected
