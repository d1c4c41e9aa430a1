"""What is usual is robust, leans on others while little is known, and never decreases with the amount."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.currencies import EXPONENTS
from countersign.domain.money import Money
from countersign.domain.risk.usual import Distance, distance_from_usual

histories = st.lists(st.integers(1, 10**9), max_size=60)


def test_times_are_of_the_median() -> None:
    assert distance_from_usual(Money(25_000_000, "GBP"), [600_000] * 11 + [90_000_000]).times == 41
    assert distance_from_usual(Money(300, "GBP"), [100, 200]).usual_minor == 150


def test_without_history_people_at_large_are_the_measure() -> None:
    assert distance_from_usual(Money(50_000, "GBP"), []) == Distance(0, 1, 50_000)
    assert distance_from_usual(Money(60_000, "JPY"), []) == Distance(0, 1, 60_000)
    assert distance_from_usual(Money(50_000, "GBP"), [0, -5]) == Distance(0, 1, 50_000)


@pytest.mark.parametrize("currency", sorted(EXPONENTS))
def test_every_currency_has_a_typical_amount(currency: str) -> None:
    assert distance_from_usual(Money(1, currency), []).usual_minor > 0


def test_one_large_payment_does_not_make_large_ones_usual() -> None:
    plain = distance_from_usual(Money(5_000_000, "EUR"), [40_000, 50_000, 60_000] * 10)
    once = distance_from_usual(Money(5_000_000, "EUR"), [*[40_000, 50_000, 60_000] * 10, 5_000_000])
    assert plain.tenths >= once.tenths >= 50


def test_the_own_history_counts_more_the_longer_it_is() -> None:
    far = [distance_from_usual(Money(10_000_000, "EUR"), [10_000_000] * n).tenths for n in range(31)]
    assert far[0] >= far[10] > far[25] > far[30] == 0


@given(histories, st.integers(1, 10**12), st.integers(0, 10**12))
def test_distance_never_falls_as_the_amount_rises(history: list[int], amount: int, more: int) -> None:
    less, larger = (distance_from_usual(Money(minor, "EUR"), history) for minor in (amount, amount + more))
    assert less.tenths <= larger.tenths
    assert less.times <= larger.times


@given(histories.flatmap(st.permutations), st.integers(1, 10**12))
def test_order_of_the_history_is_nothing(history: list[int], amount: int) -> None:
    assert distance_from_usual(Money(amount, "EUR"), history) == distance_from_usual(
        Money(amount, "EUR"),
        sorted(history),
    )
