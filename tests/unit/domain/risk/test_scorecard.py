"""The scorecard adds up, explains itself, and can't be talked down by adding a risk."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.canonical import Json, NotCanonicalError, canonical_bytes, parse_canonical
from countersign.domain.guidance import INTERVENTIONS
from countersign.domain.money import Money
from countersign.domain.payee import DetailsSource, VopOutcome
from countersign.domain.risk import (
    SCORECARD,
    Assessment,
    Confidence,
    ConfidenceLevel,
    HardStop,
    Reason,
    RiskFacts,
    assess,
)

CALM = RiskFacts(
    amount=Money(50_000, "GBP"),
    payee_is_new=False,
    account_changed_hours=None,
    details_source=DetailsSource.BANK_RECORDS,
    name_check=VopOutcome.MATCH,
    paid_before_count=12,
    max_to_payee_minor=60_000,
    history_minor=(40_000, 50_000, 60_000) * 12,
    balance_minor=1_000_000,
    usual_hours=(9, 10, 14),
    local_hour=10,
)
REDIRECTED = replace(
    CALM,
    amount=Money(25_000_000, "GBP"),
    payee_is_new=True,
    account_changed_hours=20,
    details_source=DetailsSource.EMAIL,
    name_check=VopOutcome.CLOSE_MATCH,
    paid_before_count=0,
    max_to_payee_minor=None,
    history_minor=(600_000,) * 12,
    balance_minor=40_000_000,
)


def codes(facts: RiskFacts) -> dict[str, int]:
    return {reason.code: reason.points for reason in assess(facts).reasons}


def points(facts: RiskFacts) -> int:
    return sum(reason.points for reason in assess(facts).reasons)


def test_an_ordinary_payment_fires_nothing() -> None:
    assert assess(CALM) == Assessment(SCORECARD, 0, (), (), (), Confidence(ConfidenceLevel.HIGH, 36), ())


def test_a_redirected_invoice() -> None:
    found = assess(REDIRECTED)
    assert found.score == 100
    assert found.reasons[:2] == (
        Reason("account_changed", 30, {"hours": 20}),
        Reason("far_above_usual", 30, {"times": 41, "usual_minor": 600_000, "n": 12}),
    )
    assert found.lowers[0] == "call_back"
    assert found.interventions == ("invoice_redirection",)
    assert not found.must_stop
    assert list(found.reasons) == sorted(found.reasons, key=lambda each: (-each.points, each.code))


@pytest.mark.parametrize(
    ("change", "code", "weight"),
    [
        ({"name_check": VopOutcome.CLOSE_MATCH}, "close_match", 20),
        ({"name_check": VopOutcome.NOT_POSSIBLE}, "name_check_not_possible", 10),
        ({"name_check": VopOutcome.NOT_DONE}, "name_check_not_done", 12),
        ({"details_source": DetailsSource.EMAIL}, "details_by_email", 15),
        ({"details_source": DetailsSource.MESSAGE}, "details_by_message", 15),
        ({"details_source": DetailsSource.PHONE_CALL}, "details_by_phone", 10),
        ({"payee_is_new": True}, "first_payment", 15),
        ({"paid_before_count": 0}, "first_payment", 15),
        ({"account_changed_hours": 0}, "account_changed", 30),
        ({"account_changed_hours": 25}, "account_changed", 25),
        ({"account_changed_hours": 73}, "account_changed", 20),
        ({"account_changed_hours": 720}, "account_changed", 10),
        ({"look_alike_of": "Acme Ltd"}, "look_alike", 25),
        ({"same_name_other_account": True}, "same_name_new_account", 20),
        ({"same_account_other_name": True}, "same_account_other_name", 20),
        ({"max_to_payee_minor": 25_000}, "above_payee_usual", 8),
        ({"max_to_payee_minor": 10_000}, "above_payee_usual", 12),
        ({"balance_minor": 100_000}, "drains_account", 5),
        ({"balance_minor": 62_500}, "drains_account", 10),
        ({"balance_minor": 50_000}, "drains_account", 15),
        ({"balance_minor": -1}, "drains_account", 15),
        ({"remittance": "Transfer to SAFE  account"}, "remittance_script", 20),
        ({"local_hour": 3}, "odd_hour", 5),
        ({"local_hour": 17}, "odd_hour", 5),
        ({"local_hour": 3, "usual_hours": ()}, "odd_hour", 5),
        ({"on_its_way": True}, "on_its_way", 20),
        ({"payments_last_24h": 3}, "velocity", 5),
        ({"payments_last_24h": 6}, "velocity", 10),
        ({"amount": Money(140_000, "GBP"), "max_to_payee_minor": None}, "far_above_usual", 10),
        ({"amount": Money(190_000, "GBP"), "max_to_payee_minor": None}, "far_above_usual", 20),
        ({"amount": Money(900_000, "GBP"), "max_to_payee_minor": None, "balance_minor": None}, "far_above_usual", 30),
    ],
)
def test_each_rule_alone(change: dict[str, object], code: str, weight: int) -> None:
    facts = replace(CALM, **change)  # type: ignore[arg-type]
    assert codes(facts) == {code: weight}
    assert assess(facts).score == weight


@pytest.mark.parametrize(
    "change",
    [
        {"account_changed_hours": 721},
        {"local_hour": 12},
        {"local_hour": 23, "usual_hours": (1,)},
        {"local_hour": 12, "usual_hours": ()},
        {"payments_last_24h": 2},
        {"balance_minor": None},
        {"max_to_payee_minor": 0},
        {"own_name_payee": True},
        {"remittance": "Cryptography course, invoice 7"},
        {"amount": Money(90_000, "GBP")},
        {"amount": Money(0, "GBP")},
    ],
)
def test_what_fires_nothing(change: dict[str, object]) -> None:
    assert codes(replace(CALM, **change)) == {}  # type: ignore[arg-type]


def test_no_match_stops_whatever_the_score() -> None:
    found = assess(replace(CALM, name_check=VopOutcome.NO_MATCH))
    assert found.stops == (HardStop("name_check_no_match"),)
    assert found.must_stop
    assert found.score == 40
    assert "invoice_redirection" in found.interventions


@pytest.mark.parametrize(
    ("n", "level"),
    [(0, ConfidenceLevel.LOW), (4, ConfidenceLevel.LOW), (5, ConfidenceLevel.MEDIUM), (30, ConfidenceLevel.HIGH)],
)
def test_confidence_is_told_with_its_number(n: int, level: ConfidenceLevel) -> None:
    assert assess(replace(CALM, history_minor=(50_000,) * n)).confidence == Confidence(level, n)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"details_source": DetailsSource.EMAIL}, ("invoice_redirection",)),
        ({"remittance": "new IBAN, see letter"}, ("invoice_redirection",)),
        ({"remittance": "转入安全账户"}, ("safe_account",)),
        ({"remittance": "usdt"}, ("safe_account",)),
        ({"own_name_payee": True, "payee_is_new": True}, ("safe_account",)),
        ({"payee_is_new": True, "details_source": DetailsSource.PHONE_CALL}, ("safe_account",)),
        ({"payee_is_new": True, "balance_minor": 50_000}, ("safe_account",)),
        ({"payee_is_new": True, "balance_minor": 90_000}, ()),
        ({"payee_is_new": True}, ()),
        ({"balance_minor": 50_000}, ()),
        (
            {"same_name_other_account": True, "own_name_payee": True, "payee_is_new": True},
            ("invoice_redirection", "safe_account"),
        ),
    ],
)
def test_interventions_match_the_pattern(change: dict[str, object], expected: tuple[str, ...]) -> None:
    found = assess(replace(CALM, **change)).interventions  # type: ignore[arg-type]
    assert found == expected
    assert set(found) <= set(INTERVENTIONS)


facts_of_any_kind = st.builds(
    RiskFacts,
    amount=st.integers(1_000, 10**10).map(lambda minor: Money(minor, "GBP")),
    payee_is_new=st.booleans(),
    account_changed_hours=st.none() | st.integers(0, 1000),
    details_source=st.sampled_from(DetailsSource),
    name_check=st.sampled_from(VopOutcome),
    paid_before_count=st.integers(0, 50),
    max_to_payee_minor=st.none() | st.integers(0, 10**8),
    history_minor=st.lists(st.integers(-5, 10**8), max_size=12).map(tuple),
    balance_minor=st.none() | st.integers(-100, 0) | st.integers(1_000, 10**9),
    look_alike_of=st.sampled_from(["", "Acme"]),
    same_name_other_account=st.booleans(),
    same_account_other_name=st.booleans(),
    remittance=st.sampled_from(["", "Invoice 7", "safe account", "比特币", "customs fee"]),
    own_name_payee=st.booleans(),
    local_hour=st.integers(0, 23),
    usual_hours=st.lists(st.integers(0, 23), max_size=4).map(tuple),
    payments_last_24h=st.integers(0, 10),
    called_back=st.booleans(),
)
WORSE = [
    {"payee_is_new": True},
    {"paid_before_count": 0},
    {"account_changed_hours": 0},
    {"details_source": DetailsSource.EMAIL},
    {"details_source": DetailsSource.MESSAGE},
    {"name_check": VopOutcome.NO_MATCH},
    {"max_to_payee_minor": 1},
    {"balance_minor": 0},
    {"look_alike_of": "Acme Ltd"},
    {"same_name_other_account": True},
    {"same_account_other_name": True},
    {"remittance": "sicheres Konto"},
    {"own_name_payee": True},
    {"local_hour": 3, "usual_hours": (12,)},
    {"payments_last_24h": 10},
    {"called_back": False},
]


@given(facts_of_any_kind, st.lists(st.sampled_from(WORSE), min_size=1, max_size=4))
def test_adding_a_risk_never_lowers_the_score(facts: RiskFacts, changes: list[dict[str, object]]) -> None:
    worse = facts
    for change in changes:
        worse = replace(worse, **change)  # type: ignore[arg-type]
    assert assess(worse).score >= assess(facts).score
    assert points(worse) >= points(facts)


@given(facts_of_any_kind, st.integers(0, 10**10), st.integers(0, 500), st.integers(0, 10))
def test_more_money_sooner_and_oftener_never_weighs_less(
    facts: RiskFacts, more: int, sooner: int, oftener: int
) -> None:
    hours = facts.account_changed_hours
    worse = replace(
        facts,
        amount=Money(facts.amount.minor + more, "GBP"),
        account_changed_hours=None if hours is None else max(hours - sooner, 0),
        payments_last_24h=facts.payments_last_24h + oftener,
    )
    assert points(worse) >= points(facts)


@given(facts_of_any_kind)
def test_an_assessment_survives_the_ledger(facts: RiskFacts) -> None:
    found = assess(facts)
    assert Assessment.from_canonical(parse_canonical(canonical_bytes(found.canonical()))) == found
    assert 0 <= found.score <= 100
    assert found.score == min(100, sum(reason.points for reason in found.reasons))
    assert all(reason.points > 0 for reason in found.reasons)
    assert len({reason.code for reason in found.reasons}) == len(found.reasons)
    assert found.must_stop == (facts.name_check is VopOutcome.NO_MATCH)


BETTER: dict[str, dict[str, object]] = {
    "call_back": {"called_back": True},
    "wait": {"account_changed_hours": 10**6, "payments_last_24h": 0},
    "use_bank_name": {"name_check": VopOutcome.MATCH},
    "check_name": {"name_check": VopOutcome.MATCH},
    "use_known_payee": {
        "look_alike_of": "",
        "same_name_other_account": False,
        "same_account_other_name": False,
    },
    "usual_time": {"usual_hours": (12,), "local_hour": 12},
    "smaller_amount": {"amount": Money(1, "GBP")},
}


@given(facts_of_any_kind)
def test_whatever_is_said_to_lower_the_score_does(facts: RiskFacts) -> None:
    for code in assess(facts).lowers:
        assert points(replace(facts, **BETTER[code])) < points(facts), code  # type: ignore[arg-type]


def test_a_call_back_answers_for_how_the_details_came() -> None:
    called = replace(REDIRECTED, called_back=True)
    assert codes(called)["account_changed"] == 15
    assert "details_by_email" not in codes(called)
    assert "call_back" not in assess(called).lowers


def changed(**members: Json) -> dict[str, Json]:
    return {**assess(REDIRECTED).canonical(), **members}


@pytest.mark.parametrize(
    "value",
    [
        changed(v=2),
        changed(confidence="certain"),
        changed(extra=1),
        changed(score=True),
        changed(stops=[{"code": "x"}]),
        changed(stops=[{"code": "x", "params": {"a": []}}]),
        changed(reasons=[{"code": "x", "points": 1, "params": {"a": True}}]),
        changed(reasons=[{"code": "x", "points": 1, "params": {}, "more": 1}]),
        {},
        [],
    ],
)
def test_reading_is_strict(value: Json) -> None:
    with pytest.raises(NotCanonicalError):
        Assessment.from_canonical(value)


def test_stops_and_params_read_back() -> None:
    stop: dict[str, Json] = {"code": "x", "params": {"name": "Acme", "n": 1}}
    assert Assessment.from_canonical(changed(stops=[stop])).stops == (HardStop("x", {"name": "Acme", "n": 1}),)
    assert isinstance(hash(assess(REDIRECTED)), int)
