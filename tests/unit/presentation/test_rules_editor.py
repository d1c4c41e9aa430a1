"""The rules as sentences: written, tried out, read back, proposed; what could never be met is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.ports.vault import AccountRow
from countersign.application.use_cases.change_governance import open_changes
from countersign.domain.approval.rule import ApprovalRule, Need, PayeeStanding
from countersign.domain.money import Money
from countersign.domain.policy import Policy
from countersign.presentation.rules_editor import RulesPresenter
from countersign.presentation.rules_editor_forms import account_options, delegation_of, form_of, limit_of, rule_of
from countersign.presentation.rules_editor_state import DelegationForm, LimitForm, RuleForm, RulesState
from countersign.presentation.transfer_desk import Fault
from countersign.testing.fake_sharing import Colleague
from countersign.testing.fakes import START_MS, ZONE
from tests.unit.presentation.recorded import Seen
from tests.unit.presentation.team_desk import Routes, four, member_named


class RulesDesk:
    """The page of the rules, without a window."""

    def __init__(self, who: Colleague) -> None:
        self.seen, self.went = Seen[RulesState](), Routes()
        self.presenter = RulesPresenter(who.world.session, self.seen, self.went)
        self.presenter.start()

    @property
    def now(self) -> RulesState:
        return self.seen.now


@pytest.fixture
def mei() -> Colleague:
    return four()


@pytest.fixture
def page(mei: Colleague) -> RulesDesk:
    return RulesDesk(mei)


def test_a_rule_is_written_and_proposed(page: RulesDesk, mei: Colleague) -> None:
    assert page.now.unchanged
    page.presenter.write_rule()
    form = RuleForm(above="50000", count="1", group="Finance", second_count="1", ordered=True)
    page.presenter.edit_rule(form)
    assert page.now.preview == (
        "Above \u2066EUR 50,000.00\u2069, 1 of \u2066Finance\u2069, then 1 approver must approve, one after the other."
    )
    page.presenter.keep_rule(form)
    assert (page.now.rule_form, page.now.rules[0].chip, page.now.unchanged) == (None, "New", "")
    page.presenter.save()
    assert page.now.asked_lines[0].startswith("New rule: Above")
    page.presenter.withdraw()
    page.presenter.save()
    page.presenter.propose()
    assert page.went.to == [("team", "")]
    assert len(open_changes(mei.vault, mei.sharing.verify)) == 1


def test_a_rule_is_changed_and_dropped_and_kept(page: RulesDesk) -> None:
    page.presenter.keep_rule(RuleForm(above="0", count="1"))
    name = page.now.rules[0].key
    page.presenter.write_rule(name)
    assert page.now.rule_form == RuleForm(rule=name, above="0", count="1")
    page.presenter.keep_rule(RuleForm(rule=name, above="1000", count="1"))
    assert "1,000.00" in page.now.rules[0].sentence
    page.presenter.drop("rule", name)
    assert page.now.rules == ()
    page.presenter.leave()
    page.presenter.close()


def test_limits_and_delegations_are_written_and_dropped(page: RulesDesk, mei: Colleague) -> None:
    page.presenter.write_limit()
    assert page.now.limit_form is not None
    page.presenter.keep_limit(LimitForm(member=member_named(mei, "Tom Okoro"), order="x"))
    assert page.now.faults[0].field == "order"
    page.presenter.keep_limit(LimitForm(member=member_named(mei, "Tom Okoro"), order="20000", day="50000"))
    page.presenter.keep_limit(LimitForm(member=member_named(mei, "Tom Okoro"), order="30000"))
    assert [line.sentence for line in page.now.limits] == [
        "\u2066Tom Okoro\u2069 approves single payments up to \u2066EUR 30,000.00\u2069."
    ]
    page.presenter.write_delegation()
    form = page.now.delegation_form
    assert form is not None
    page.presenter.keep_delegation(DelegationForm(form.giver, form.giver, form.start, form.end))
    assert page.now.faults[0].field == "taker"
    page.presenter.keep_delegation(form)
    assert page.now.delegation_form is None
    assert "may sign in place of" in page.now.delegations[0].sentence
    page.presenter.drop("limit", page.now.limits[0].key)
    page.presenter.drop("delegation", page.now.delegations[0].key)
    assert page.now.unchanged
    page.presenter.write_rule()
    page.presenter.leave_form()
    assert page.now.rule_form is None


def test_what_is_in_force_drops_out_or_is_kept(mei: Colleague) -> None:
    page = RulesDesk(mei)
    page.presenter.keep_rule(RuleForm(above="0", count="1"))
    assert page.now.blocked == ""
    page.presenter.choose_approvals("2")
    assert page.now.approvals == "2"
    page.presenter.simulate()
    assert page.now.simulated[0].startswith("Nothing was ordered")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (RuleForm(above="12x"), "above"),
        (RuleForm(above="1.234"), "above"),
        (RuleForm(above="100", currency=""), "currency"),
        (RuleForm(above="0", count="5"), "count"),
        (RuleForm(above="0", count="1", second_count="1"), "second_group"),
        (RuleForm(above="0", count="2", group="Finance"), "count"),
    ],
)
def test_rules_that_could_never_be_met_are_said(mei: Colleague, form: RuleForm, field: str) -> None:
    found = rule_of(form, "r", mei.vault.rules.governance)
    assert isinstance(found, tuple)
    assert found[0].field == field


def test_a_rule_goes_through_its_form(mei: Colleague) -> None:
    rule = ApprovalRule(
        "r", "EUR", 5_000_000, (PayeeStanding.NEW,), ("DE1", "DE2"), (), (Need("", 1), Need("Finance", 1)), ordered=True
    )
    assert rule_of(form_of(rule), "r", mei.vault.rules.governance) == rule


def test_a_rule_is_for_one_own_account_and_says_so(page: RulesDesk) -> None:
    page.presenter.write_rule()
    assert page.now.accounts == (("", "All accounts"),)
    page.presenter.keep_rule(RuleForm(account="DE89370400440532013000", count="1", group="Finance"))
    assert "from \u2066DE89 3704 0044 0532 0130 00\u2069" in page.now.rules[0].sentence
    page.presenter.write_rule(page.now.rules[0].key)
    assert page.now.rule_form is not None
    assert page.now.rule_form.account == "DE89370400440532013000"
    assert page.now.accounts[-1] == ("DE89370400440532013000", "\u2066DE89 3704 0044 0532 0130 00\u2069")
    page.presenter.keep_rule(replace(page.now.rule_form, account=""))
    assert "from" not in page.now.rules[0].sentence


def test_own_accounts_are_offered_by_name_and_several_of_a_rule_together() -> None:
    money = Money(0, "EUR")
    own = AccountRow("acc", "bank", "DE1", "Payroll", money, money, 0)
    policy = Policy(rules=(ApprovalRule("r", accounts=("DE1", "DE2")), ApprovalRule("s", accounts=("DE1",))))
    assert account_options([own, own], policy) == (
        ("", "All accounts"),
        ("DE1", "\u2066Payroll\u2069, \u2066DE1\u2069"),
        ("DE1\nDE2", "\u2066DE1\u2069 or \u2066DE2\u2069"),
    )


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (LimitForm(), "member"),
        (LimitForm(member="m"), "order"),
        (LimitForm(member="m", order="100", day="50"), "day"),
    ],
)
def test_limits_that_mean_nothing_are_said(form: LimitForm, field: str) -> None:
    found = limit_of(form)
    assert isinstance(found, tuple)
    assert found[0].field == field


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (DelegationForm("a", "", "2026-11-22", "2026-11-23"), "taker"),
        (DelegationForm("a", "b", "2026-11-23", "2026-11-22"), "end"),
        (DelegationForm("a", "b", "2026-11-01", "2026-11-02"), "end"),
    ],
)
def test_delegations_that_can_not_be_are_said(form: DelegationForm, field: str) -> None:
    found = delegation_of(form, ZONE, START_MS)
    assert isinstance(found, tuple)
    assert isinstance(found[0], Fault)
    assert found[0].field == field
