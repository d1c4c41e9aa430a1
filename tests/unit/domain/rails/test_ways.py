"""Which ways there are, why not, and when a payment leaves and arrives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.money import Money
from countersign.domain.payment import AccountScheme, Arrival, PaymentProduct
from countersign.domain.rails.calendar import BankingDays, BeyondCalendarError
from countersign.domain.rails.rail import Rail
from countersign.domain.rails.ways import PaymentFacts, journey, ways_to_pay
from tests.unit.domain.rails.pack import BRUSSELS, CALENDARS, PACK, TARGET, at, euros, rail, ways, yuan

P = PaymentProduct
MONDAY = at(2026, 11, 23, 10)


def test_a_payment_in_euro_goes_by_sepa_at_once_or_urgently() -> None:
    found = ways(euros(), MONDAY)
    assert [name for name, way in found.items() if way.offered] == [P.SEPA, P.SEPA_INSTANT, P.TARGET]
    assert found[P.CROSS_BORDER].obstacle == "unneeded"
    assert not found[P.CROSS_BORDER].fits
    assert found[P.UK_FASTER].obstacle == "currency"


def test_where_sepa_does_not_reach_the_money_goes_through_correspondent_banks() -> None:
    found = ways(euros(to="TR"), MONDAY)
    assert [name for name, way in found.items() if way.offered] == [P.CROSS_BORDER]
    assert found[P.SEPA].obstacle == "country"
    pounds = ways(PaymentFacts(Money(1, "GBP"), "GBP", "LU", "LU"), MONDAY)
    assert pounds[P.CROSS_BORDER].offered


def test_what_the_bank_does_not_offer_is_named() -> None:
    found = ways(euros(), MONDAY, (P.SEPA,))
    assert found[P.SEPA_INSTANT].obstacle == "bank"
    assert found[P.SEPA_INSTANT].fits
    assert found[P.SEPA].offered


def test_where_the_bank_could_not_be_asked_only_the_ordinary_way_stands() -> None:
    found = {way.rail.product: way for way in ways_to_pay(euros(), PACK.rails, None, CALENDARS, MONDAY)}
    assert found[P.SEPA].offered
    assert found[P.TARGET].obstacle == "unknown"


def test_an_amount_above_the_ceiling_is_refused_by_name() -> None:
    assert ways(euros(99_999_999_999), MONDAY)[P.SEPA].offered
    assert ways(euros(100_000_000_000), MONDAY)[P.SEPA].obstacle == "ceiling"
    assert ways(euros(None), MONDAY)[P.SEPA].offered


def test_accounts_numbered_otherwise_do_not_go() -> None:
    facts = PaymentFacts(Money(1, "EUR"), "EUR", "LU", "DE", AccountScheme.BBAN, AccountScheme.IBAN)
    assert ways(facts, MONDAY)[P.SEPA].obstacle == "scheme"


def test_an_instant_payment_has_no_later_day() -> None:
    later = ways(euros(requested=date(2026, 11, 24)), MONDAY)
    assert later[P.SEPA_INSTANT].obstacle == "dated"
    assert later[P.SEPA_INSTANT].journey is None
    assert ways(euros(requested=date(2026, 11, 23)), MONDAY)[P.SEPA_INSTANT].offered


def test_a_day_beyond_every_known_calendar_is_not_offered() -> None:
    found = ways(euros(requested=date(2028, 1, 3)), MONDAY)
    assert found[P.SEPA].obstacle == "calendar"


@pytest.mark.parametrize(
    ("now", "leaves", "arrives", "delay"),
    [
        (at(2026, 11, 23, 10), date(2026, 11, 23), date(2026, 11, 24), ""),
        (at(2026, 11, 23, 15, 59), date(2026, 11, 23), date(2026, 11, 24), ""),
        (at(2026, 11, 23, 16), date(2026, 11, 24), date(2026, 11, 25), "cut_off"),
        (at(2026, 11, 22, 10), date(2026, 11, 23), date(2026, 11, 24), "weekend"),
        (at(2026, 12, 24, 17), date(2026, 12, 28), date(2026, 12, 29), "cut_off"),
        (at(2026, 12, 25, 9), date(2026, 12, 28), date(2026, 12, 29), "holiday"),
        (at(2026, 4, 2, 10), date(2026, 4, 2), date(2026, 4, 7), ""),
    ],
)
def test_an_ordinary_payment_arrives_by_the_next_banking_day(
    now: datetime, leaves: date, arrives: date, delay: str
) -> None:
    trip = ways(euros(), now)[P.SEPA].journey
    assert trip is not None
    assert (trip.leaves, trip.arrives, trip.delay, trip.at_once) == (leaves, arrives, delay, False)
    assert trip.delayed == (now.date() if delay else None)


def test_a_later_day_that_is_closed_moves_to_the_next_open_one() -> None:
    trip = journey(rail(P.SEPA), Arrival.NONE, None, date(2026, 11, 28), CALENDARS, at(2026, 11, 23, 23))
    assert (trip.leaves, trip.delay, trip.delayed) == (date(2026, 11, 30), "weekend", date(2026, 11, 28))


def test_the_cut_off_is_the_rails_own_and_not_the_persons() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    trip = journey(rail(P.TARGET), Arrival.NONE, None, None, CALENDARS, at(2026, 11, 23, 23, 59, zone=shanghai))
    assert trip.leaves == date(2026, 11, 23)  # 16:59 in Brussels
    assert journey(
        rail(P.TARGET), Arrival.NONE, None, None, CALENDARS, at(2026, 11, 24, 0, 1, zone=shanghai)
    ).leaves == date(2026, 11, 24)


@pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25)])
def test_the_cut_off_is_by_the_clock_on_the_wall_where_it_is_put_forward_or_back(day: tuple[int, int, int]) -> None:
    always = BankingDays(date(2026, 1, 1), date(2027, 1, 1), weekends=False)
    calendars = type(CALENDARS)({"TARGET": always}, CALENDARS.zones)
    before, after = at(*day, 15, 59).astimezone(UTC), at(*day, 16).astimezone(UTC)
    assert journey(rail(P.SEPA), Arrival.NONE, None, None, calendars, before).leaves == date(*day)
    assert journey(rail(P.SEPA), Arrival.NONE, None, None, calendars, after).leaves == date(*day) + timedelta(days=1)


def test_an_instant_payment_leaves_and_arrives_at_any_hour() -> None:
    trip = ways(euros(), at(2026, 12, 26, 23, 59))[P.SEPA_INSTANT].journey
    assert trip is not None
    assert (trip.at_once, trip.leaves, trip.arrives) == (True, date(2026, 12, 26), date(2026, 12, 26))


def test_chinese_arrival_modes_are_ways_of_their_own() -> None:
    found = ways(yuan(50_000_00), at(2026, 2, 17, 23, zone=ZoneInfo("Asia/Shanghai")))
    arrivals = {name: way.journey.arrives for name, way in found.items() if way.offered and way.journey}
    assert arrivals == {
        f"{P.CN_DOMESTIC}/real_time": date(2026, 2, 17),
        f"{P.CN_DOMESTIC}/ordinary": date(2026, 2, 18),
        f"{P.CN_DOMESTIC}/next_day": date(2026, 2, 18),
    }


def test_a_large_chinese_payment_waits_for_a_working_day() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    real_time = f"{P.CN_DOMESTIC}/real_time"
    saturday_at_work = ways(yuan(2_000_000_00), at(2026, 2, 14, 9, zone=shanghai))[real_time].journey
    holiday = ways(yuan(2_000_000_00), at(2026, 2, 16, 9, zone=shanghai))[real_time].journey
    assert saturday_at_work is not None
    assert holiday is not None
    assert saturday_at_work.leaves == date(2026, 2, 14)
    assert (holiday.leaves, holiday.delay) == (date(2026, 2, 18), "holiday")


def test_hours_of_a_later_day_are_counted_from_its_morning() -> None:
    late = at(2026, 3, 2, 23, zone=ZoneInfo("Asia/Shanghai"))
    trip = journey(rail(P.CN_DOMESTIC), Arrival.ORDINARY, Money(1, "CNY"), date(2026, 3, 5), CALENDARS, late)
    assert (trip.leaves, trip.arrives, trip.at_once) == (date(2026, 3, 5), date(2026, 3, 5), False)


def test_nothing_is_said_of_days_outside_a_calendar() -> None:
    with pytest.raises(BeyondCalendarError):
        TARGET.why_closed(date(2025, 12, 31))


ANY_MOMENT = st.datetimes(datetime(2026, 2, 1), datetime(2027, 9, 1), timezones=st.just(UTC))  # noqa: DTZ001
ANY_ZONE = st.sampled_from(["Europe/Brussels", "Asia/Shanghai", "America/New_York", "Pacific/Auckland", "UTC"])


@given(
    now=ANY_MOMENT,
    zone=ANY_ZONE,
    ahead=st.one_of(st.none(), st.integers(0, 60)),
    found=st.sampled_from(PACK.rails),
    minor=st.integers(1, 10**11),
)
def test_money_never_leaves_early_nor_on_a_closed_day(
    now: datetime, zone: str, ahead: int | None, found: Rail, minor: int
) -> None:
    local = now.astimezone(ZoneInfo(zone))
    requested = None if ahead is None else local.date() + timedelta(days=ahead)
    amount = Money(minor, found.currencies[0] if found.currencies else "EUR")
    arrival = found.arrivals[0].arrival if found.arrivals else Arrival.NONE
    trip = journey(found, arrival, amount, requested, CALENDARS, local)
    if requested is not None and requested > local.date():
        assert trip.leaves >= requested
    assert trip.arrives >= trip.leaves
    if not trip.at_once and found.open_always_up_to is None:
        days = CALENDARS.of(found.calendar)
        assert days.why_closed(trip.leaves) == ""
        if trip.speed.unit == "banking_days":
            assert days.why_closed(trip.arrives) == ""


@given(now=ANY_MOMENT, minutes=st.integers(0, 3 * 24 * 60))
def test_waiting_never_makes_a_payment_leave_sooner(now: datetime, minutes: int) -> None:
    def leaves(moment: datetime) -> date:
        return journey(rail(P.SEPA), Arrival.NONE, None, None, CALENDARS, moment.astimezone(BRUSSELS)).leaves

    assert leaves(now) <= leaves(now + timedelta(minutes=minutes))
