"""Rules, limits, delegations, requirements and progress read as plain sentences."""

from __future__ import annotations

import re
from datetime import UTC

import pytest

from countersign.domain.approval.progress import ApprovalProgress, ApprovalStep
from countersign.domain.approval.requirement import Requirement
from countersign.domain.approval.rule import (
    DEFAULT_RULE,
    ApprovalRule,
    Delegation,
    Need,
    OrderKind,
    PayeeStanding,
    SignatoryLimit,
)
from countersign.domain.approval.signature import Approval
from countersign.domain.policy import Policy
from countersign.presentation import rule_words
from countersign.presentation.formats import iban_text
from countersign.presentation.messages import language, set_language

FINANCE = (Need("Finance", 2),)
NEW, CHANGED, STANDING = PayeeStanding
ACCOUNT = "DE89370400440532013000"


def _plain(text: str) -> str:
    """Take out what only keeps directions apart."""
    return re.sub("[\u2066\u2069]", "", text)


def _name(member: str) -> str:
    return member.title()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            ApprovalRule("r", "EUR", 5_000_000, needs=FINANCE, ordered=True),
            "Above EUR 50,000.00, 2 of Finance must approve, one after the other.",
        ),
        (ApprovalRule("r", "JPY", 5_000_000), "Above JPY 5,000,000, 1 approver must approve."),
        (
            ApprovalRule("r", "GBP", needs=(Need("", 2),)),
            "For every payment in GBP, 2 approvers must approve.",
        ),
        (
            ApprovalRule("r", payees=(NEW, CHANGED), needs=FINANCE),
            "For every payment, to a new payee or a payee whose details changed, 2 of Finance must approve.",
        ),
        (
            ApprovalRule("r", payees=(NEW, CHANGED, STANDING), kinds=(OrderKind.SINGLE, OrderKind.BATCH)),
            (
                "For every payment, to a new payee, a payee whose details changed or a payee known for 30 days, "
                "1 approver must approve."
            ),
        ),
        (ApprovalRule("r", kinds=(OrderKind.SINGLE,)), "For every payment, 1 approver must approve."),
        (ApprovalRule("r", kinds=(OrderKind.BATCH,)), "For every payment, made in a batch, 1 approver must approve."),
        (
            ApprovalRule("r", accounts=(ACCOUNT,), needs=(Need("Finance", 1), Need("Board", 1))),
            f"For every payment, from {iban_text(ACCOUNT)}, 1 of Finance and 1 of Board must approve.",
        ),
        (
            ApprovalRule("r", needs=(Need("Finance", 1), Need("Board", 1)), ordered=True),
            "For every payment, 1 of Finance, then 1 of Board must approve, one after the other.",
        ),
    ],
)
def test_a_rule_is_one_sentence(rule: ApprovalRule, said: str) -> None:
    assert _plain(rule_words.rule_sentence(rule)) == said


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (SignatoryLimit("ben", "EUR", 100, 0), "Ben approves single payments up to EUR 1.00."),
        (SignatoryLimit("ben", "EUR", 0, 100_000), "Ben approves up to EUR 1,000.00 a day (UTC)."),
        (
            SignatoryLimit("ben", "JPY", 100, 1_000),
            "Ben approves single payments up to JPY 100, and up to JPY 1,000 a day (UTC).",
        ),
    ],
)
def test_a_limit_is_one_sentence(limit: SignatoryLimit, said: str) -> None:
    assert _plain(rule_words.limit_sentence(limit, _name)) == said


def test_a_delegation_says_whose_authority_and_until_when() -> None:
    found = rule_words.delegation_sentence(Delegation("ben", "cho", 0, 86_400_000), _name, UTC)
    assert _plain(found) == "Cho may sign in place of Ben, from 1 Jan 1970 00:00 (UTC) until 2 Jan 1970 00:00 (UTC)."


def test_a_policy_is_told_whole() -> None:
    assert rule_words.policy_sentences(Policy(), _name, UTC) == (
        "For every payment, 1 person must approve.",
        "Whoever asks for a payment may approve it: nobody else signs here.",
    )
    policy = Policy(
        2,
        requester_may_approve=False,
        rules=(ApprovalRule("r", "EUR", 5_000_000, needs=FINANCE),),
        limits=(SignatoryLimit("ben", "EUR", 100, 0),),
        delegations=(Delegation("ben", "cho", 0, 1),),
    )
    found = rule_words.policy_sentences(policy, _name, UTC)
    assert [_plain(item).split(",")[0] for item in found] == [
        "Above EUR 50",
        "Where no rule applies",
        "Nobody approves what they asked for.",
        "Ben approves single payments up to EUR 1.00.",
        "Cho may sign in place of Ben",
    ]
    assert found[1].endswith("2 people must approve.")


def test_what_an_order_requires_is_its_rules_or_the_count() -> None:
    default = ApprovalRule(DEFAULT_RULE, needs=(Need("", 2),))
    assert rule_words.requirement_sentences(Requirement((default,))) == ("2 people must approve.",)
    ruled = ApprovalRule("r", "EUR", 5_000_000)
    assert rule_words.requirement_sentences(Requirement((ruled,))) == (rule_words.rule_sentence(ruled),)


def _step(signed: str, missing: int, may_sign: str = "", *, waits: bool = False) -> ApprovalStep:
    given = tuple(Approval(item, item, "", 0, "", 0) for item in signed.split())
    need = Need("Finance", len(given) + missing)
    return ApprovalStep(ApprovalRule("r", needs=(need,)), need, given, missing, tuple(may_sign.split()), waits)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (_step("ben cho", 0), "2 of Finance: signed by Ben and Cho."),
        (_step("ben", 0), "1 of Finance: signed by Ben."),
        (_step("ben", 1, "cho dan eve"), "2 of Finance: 1 signed. Who can sign: Cho, Dan or Eve."),
        (_step("", 2, "cho dan"), "2 of Finance: 0 signed. Still to sign: Cho and Dan."),
        (
            _step("", 2, "cho dan eve", waits=True),
            "2 of Finance: 0 signed. Next, once it is their turn: Cho, Dan or Eve.",
        ),
        (_step("ben", 1), "2 of Finance: 1 signed. Nobody is left who could give what is missing."),
    ],
)
def test_a_step_says_who_signed_and_who_can(step: ApprovalStep, said: str) -> None:
    assert _plain(rule_words.step_sentence(step, _name)) == said
    assert rule_words.progress_sentences(ApprovalProgress((step,)), _name) == (rule_words.step_sentence(step, _name),)


@pytest.mark.parametrize("tag", ["zh_CN", "zh_TW"])
def test_amounts_and_times_are_written_in_the_readers_own_way(tag: str) -> None:
    before = language()
    set_language(tag)
    try:
        found = rule_words.delegation_sentence(Delegation("ben", "cho", 0, 86_400_000), _name, UTC)
        assert "1970年1月1日" in found
        assert "EUR 50,000.00" in _plain(rule_words.rule_sentence(ApprovalRule("r", "EUR", 5_000_000)))
    finally:
        set_language(before)
