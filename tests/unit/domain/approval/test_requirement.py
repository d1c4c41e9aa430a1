"""Which rules an order meets, and how long its payee's details have stood."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.approval.requirement import STANDING_AFTER_MS, requirement, standing_of
from countersign.domain.approval.rule import DEFAULT_RULE, ApprovalRule, Need, OrderKind, PayeeStanding
from countersign.domain.money import Money
from countersign.domain.payee import DetailsSource, PayeeDetails, PayeeKind, PayeeRecord, PayeeVersion
from countersign.domain.policy import Policy
from tests.unit.domain.approval.team import firm
from tests.unit.domain.ledger.world import payment

DETAILS = PayeeDetails("Notariat", "FR14", "", PayeeKind.ESCROW, DetailsSource.CONTRACT)
MONTH = STANDING_AFTER_MS
S = PayeeStanding


def _payee(*versions: tuple[str, int, tuple[str, ...]]) -> PayeeRecord:
    return PayeeRecord("p", tuple(PayeeVersion(event, at, DETAILS, above) for event, at, above in versions))


@pytest.mark.parametrize(
    ("payee", "version", "at", "standing"),
    [
        (None, "a", 9 * MONTH, S.NEW),
        (_payee(("a", 0, ())), "b", 9 * MONTH, S.NEW),
        (_payee(("a", 10, ())), "a", 10 + MONTH - 1, S.NEW),
        (_payee(("a", 10, ())), "a", 10 + MONTH, S.STANDING),
        (_payee(("a", 10, ())), "a", 5, S.NEW),  # made before its payee, by some clock
        (_payee(("a", 0, ()), ("b", MONTH, ("a",))), "b", 2 * MONTH - 1, S.CHANGED),
        (_payee(("a", 0, ()), ("b", MONTH, ("a",))), "b", 2 * MONTH, S.STANDING),
        (_payee(("a", 0, ()), ("b", MONTH, ("a",))), "a", MONTH, S.STANDING),
        (_payee(("a", 0, ()), ("b", 5, ("a",))), "b", MONTH - 1, S.NEW),  # changed at once, and new all the same
        (_payee(("a", 0, ()), ("b", 9, ())), "b", MONTH, S.NEW),  # supersedes nothing: it stands alone
        (_payee(("a", 0, ()), ("b", 0, ()), ("c", MONTH, ("a", "b", "x"))), "c", MONTH, S.CHANGED),
        (_payee(("a", 0, ()), ("b", 1, ("a",)), ("c", 1, ("a",)), ("d", MONTH, ("b", "c"))), "d", MONTH, S.CHANGED),
    ],
)
def test_the_standing_follows_from_versions_and_the_orders_time(
    payee: PayeeRecord | None, version: str, at: int, standing: PayeeStanding
) -> None:
    assert standing_of(payee, version, at) is standing


@given(st.integers(0, 3 * MONTH), st.integers(0, 3 * MONTH))
def test_what_comes_after_the_version_changes_nothing(at: int, later: int) -> None:
    before = _payee(("a", 7, ()), ("b", MONTH, ("a",)))
    after = replace(before, versions=(*before.versions, PayeeVersion("c", later, DETAILS, ("b",))))
    assert standing_of(after, "b", at) is standing_of(before, "b", at)


ONE, TWO = (Need("", 1),), (Need("Finance", 2),)
RULES = (
    ApprovalRule("large", "EUR", 5_000_000, needs=TWO),
    ApprovalRule("huge", "EUR", 25_000_000, needs=TWO),
    ApprovalRule("yen", "JPY", 0, needs=TWO),
    ApprovalRule("new", payees=(S.NEW, S.CHANGED), needs=ONE),
    ApprovalRule("account", accounts=("DE89370400440532013000",), needs=ONE),
    ApprovalRule("batch", kinds=(OrderKind.BATCH,), needs=ONE),
    ApprovalRule("single", kinds=(OrderKind.SINGLE,), payees=(S.STANDING,), accounts=("GB1", "DE2"), needs=ONE),
)


@pytest.mark.parametrize(
    ("minor", "currency", "batch", "standing", "applying"),
    [
        (5_000_000, "EUR", "", S.STANDING, ["account"]),
        (5_000_001, "EUR", "", S.STANDING, ["large", "account"]),
        (25_000_000, "EUR", "", S.NEW, ["large", "new", "account"]),
        (25_000_001, "EUR", "0c" * 16, S.CHANGED, ["large", "huge", "new", "account", "batch"]),
        (1, "JPY", "", S.STANDING, ["yen", "account"]),
        (10**12, "USD", "", S.STANDING, ["account"]),
    ],
)
def test_all_rules_that_say_so_apply(
    minor: int, currency: str, batch: str, standing: PayeeStanding, applying: list[str]
) -> None:
    _, desk = firm()
    desk.add_payee()
    content = desk.content(payment=payment(instructed_amount=Money(minor, currency)), batch=batch)
    found = requirement(content, standing, Policy(rules=RULES))
    assert [rule.rule for rule in found.rules] == applying


NEEDS_TWO = (Need("", 2),)


@pytest.mark.parametrize(
    ("rule", "alone", "batched"),
    [
        (ApprovalRule("r", kinds=(OrderKind.SINGLE,), needs=NEEDS_TWO), ["r"], ["r"]),
        (ApprovalRule("r", kinds=(OrderKind.SINGLE, OrderKind.BATCH), needs=NEEDS_TWO), ["r"], ["r"]),
        (ApprovalRule("r", needs=NEEDS_TWO), ["r"], ["r"]),
        (ApprovalRule("r", kinds=(OrderKind.BATCH,), needs=ONE), [DEFAULT_RULE], [DEFAULT_RULE, "r"]),
    ],
)
def test_an_order_that_says_that_it_belongs_to_a_batch_escapes_no_rule(
    rule: ApprovalRule, alone: list[str], batched: list[str]
) -> None:
    _, desk = firm()
    desk.add_payee()
    policy = Policy(2, rules=(rule,))
    for batch, names in (("", alone), ("0c" * 16, batched)):
        found = requirement(desk.content(batch=batch), S.NEW, policy)
        assert [item.rule for item in found.rules] == names


def test_where_no_rule_applies_the_policys_own_count_does() -> None:
    _, desk = firm()
    desk.add_payee()
    policy = Policy(3, rules=(ApprovalRule("yen", "JPY"),))
    found = requirement(desk.content(), S.NEW, policy)
    assert [(rule.rule, rule.needs, rule.ordered) for rule in found.rules] == [(DEFAULT_RULE, (Need("", 3),), False)]
    assert found.groups == {""}


def test_terms_are_what_must_be_signed_whatever_the_rules_are_called() -> None:
    _, desk = firm()
    desk.add_payee()

    def terms(*rules: ApprovalRule) -> object:
        return requirement(desk.content(), S.NEW, Policy(rules=rules)).terms

    large = ApprovalRule("large", "EUR", 5, needs=TWO)
    assert terms(large) == terms(replace(large, rule="big", above_minor=7, payees=(S.NEW,)))
    assert terms(large) == terms(large, replace(large, rule="again"))
    assert terms(large) != terms(replace(large, ordered=True))
    assert terms(large) != terms(replace(large, needs=(Need("Finance", 1),)))
    assert terms(large) != terms(replace(large, needs=(Need("Board", 2),)))
    assert terms(large) != terms(large, ApprovalRule("more", needs=ONE))
    assert terms() == terms(ApprovalRule("any", needs=ONE))
