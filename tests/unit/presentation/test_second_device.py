"""A payment that its requester confirms on another device: what each of the two devices shows, and what others see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.use_cases.confirm_order import confirm_order
from countersign.application.use_cases.hand_over_sending import hand_over_sending
from countersign.application.use_cases.record_submission import record_intent
from countersign.application.use_cases.save_draft import saved_drafts
from countersign.domain.approval.confirmation import Confirmation
from countersign.domain.approval.progress import ApprovalProgress, ConfirmationStep
from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.errors import CountersignError, SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.order import last_digits
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy
from countersign.presentation.inbox_state import Filter
from countersign.presentation.inbox_watch import InboxWatch
from countersign.presentation.order_approvals import approvals_of
from countersign.presentation.rule_words import (
    confirmation_sentence,
    one_device_warning,
    progress_sentences,
    rule_sentence,
)
from countersign.presentation.rules_editor_state import RuleForm
from countersign.presentation.rules_simulation import simulate_last_month
from countersign.presentation.team_changes import change_sentences
from countersign.presentation.transfer_confirm import ScaState
from countersign.presentation.transfer_handed_in import HandedInState
from countersign.testing.fake_door import PASSPHRASE
from countersign.testing.fake_sharing import Colleague, Office
from countersign.testing.fake_team import ELSEWHERE, ME, RAVI, TOM, Team, device_of, make_team
from countersign.testing.fakes import ZONE
from tests.unit.presentation.test_inbox import Opened, landlord, opened
from tests.unit.presentation.test_order_team import home_of, page_of
from tests.unit.presentation.test_rules_editor import RulesDesk
from tests.unit.presentation.transfer_pages import TransferPage

LARGE = ApprovalRule("large", "EUR", 100_000, needs=(Need("", 1),), second_device=True)
OFFICE = Policy(requester_may_approve=False, rules=(LARGE,))
ALONE = Policy(rules=(LARGE,))


@pytest.fixture
def team() -> Team:
    """Four people, of whom Mei has two devices; this is one of them."""
    return make_team(policy=OFFICE)


@pytest.fixture
def alone() -> Team:
    """Mei alone, with two devices."""
    return make_team(policy=ALONE, people=(ME,))


def asked_elsewhere(team: Team, minor: int = 25_000_000, reference: str = "Workshop") -> str:
    """Have Mei ask for a payment on her other device."""
    return team.request(ELSEWHERE, landlord(team), minor, reference)


def state_of(team: Team, order: str) -> OrderState:
    record = team.vault.order(order)
    assert record is not None
    return record.state


def code_of(team: Team, order: str, *, digits: str = "") -> str:
    """Confirm an order on this device; return why not, empty where it was."""
    record = team.vault.order(order)
    assert record is not None
    payment = record.content.payment
    try:
        confirm_order(team.vault, order, payment, record.digest, digits or last_digits(payment.creditor_account))
    except CountersignError as error:
        return error.code
    return ""


def confirm_here(inbox: Opened) -> None:
    """Read the order that is shown back, and confirm it."""
    shown = inbox.page.detail.read_back
    inbox.presenter.approve(shown, last_digits(shown.shown.creditor_account), PASSPHRASE)


# — the other device's side —


def test_it_stands_in_this_devices_inbox_and_is_confirmed_there(team: Team) -> None:
    order = asked_elsewhere(team)
    inbox = opened(team)
    (row,) = inbox.page.rows
    assert (row.order, row.mine, row.confirms) == (order, True, True)
    assert row.text == "Requested by you on another device · confirm it here"
    inbox.presenter.choose(order)
    detail = inbox.page.detail
    assert (detail.act, detail.blocked) == ("confirm", "")
    assert detail.primary == "Confirm \u2066EUR 250,000.00\u2069"
    assert "another device" in detail.hint
    assert "A confirmation on another device: yours, on this one." in detail.missing
    assert "and whoever asks confirms on another device of theirs." in detail.rules[0]
    inbox.presenter.open_stage(inbox.page.now.stage.APPROVE)
    assert inbox.page.now.form is not None
    assert inbox.page.now.form.heading == "Read it back, then confirm"
    assert len(detail.read_back.phrase) == 6
    inbox.presenter.approve(detail.read_back, "", "")
    assert inbox.page.now.faults.digits
    assert inbox.page.now.faults.passphrase
    inbox.presenter.approve(detail.read_back, "0000", PASSPHRASE)
    assert inbox.page.now.faults.digits
    assert kinds.ORDER_CONFIRMED not in team.vault.kinds_of(order)
    confirm_here(inbox)
    assert inbox.page.said == ["You confirmed it. It waits for the others."]
    assert (inbox.page.rows, state_of(team, order)) == ([], OrderState.PREPARED)
    team.approve(TOM, order)
    assert state_of(team, order) is OrderState.APPROVED


def test_it_may_be_the_last_that_was_missing(team: Team) -> None:
    order = asked_elsewhere(team)
    team.approve(RAVI, order)
    inbox = opened(team)
    inbox.presenter.choose(order)
    confirm_here(inbox)
    assert inbox.page.said == ["You confirmed it. Nothing more is missing: it can be sent."]
    inbox.presenter.start(order)
    signed = inbox.page.detail.signed
    assert [fact.label for fact in signed] == [RAVI, "Mei Chen, on another device"]
    assert all(fact.text for fact in signed)


def test_each_is_confirmed_by_itself(team: Team) -> None:
    order = asked_elsewhere(team)
    inbox = opened(team)
    assert "one payment at a time" in inbox.presenter.toggle(order)
    inbox.presenter.select_all()
    assert inbox.page.now.selected == frozenset()


def test_others_are_told_whose_confirmation_is_missing_and_can_t_give_it(team: Team) -> None:
    order = asked_elsewhere(team)
    with team.vault.by(TOM):
        inbox = opened(team)
        inbox.presenter.choose(order)
        assert inbox.page.detail.act == "approve"
        assert "A confirmation on another device: by Mei Chen, who asked for it." in inbox.page.detail.missing
        assert code_of(team, order) == "confirmation.not_the_requester"
    with team.vault.by(ELSEWHERE):
        inbox = opened(team, Filter.ALL)
        (row,) = inbox.page.rows
        assert (row.mine, row.confirms) == (False, False)
        inbox.presenter.choose(order)
        assert "A confirmation on another device: yours. Open Approvals there." in inbox.page.detail.missing
        assert code_of(team, order) == "confirmation.same_device"


def test_a_list_is_confirmed_payment_by_payment(team: Team) -> None:
    team.batch = "0d" * 16
    order = asked_elsewhere(team)
    inbox = opened(team)
    (row,) = inbox.page.rows
    assert row.payee.startswith("Batch of")
    inbox.presenter.choose(row.order)
    inbox.presenter.open_batch()
    (row,) = inbox.page.rows
    assert (row.order, row.confirms) == (order, True)


def test_it_is_counted_and_home_leads_there(team: Team) -> None:
    asked_elsewhere(team)
    counted: list[tuple[int, bool]] = []
    watch = InboxWatch(team.world.session, lambda count, new: counted.append((count, new)))
    watch.start()
    assert counted == [(1, False)]
    state, _presenter, _went = home_of(team)
    (item,) = [item for item in state.waiting if item.kind == "inbox"]
    assert item.text.startswith("Others ask for it, or you did on another device.")


def test_its_page_leads_to_the_inbox_of_this_device(team: Team) -> None:
    order = asked_elsewhere(team)
    state, _presenter, _went = page_of(team, order)
    assert (state.may_sign, state.sign, state.may_stop) == (True, "Look and confirm", True)
    team.approve(TOM, order)
    assert code_of(team, order) == ""
    state, _presenter, _went = page_of(team, order)
    assert "You confirmed it on another device" in [line.title for line in state.timeline]
    assert not state.may_sign
    with team.vault.by(TOM):
        state, _presenter, _went = page_of(team, order)
        assert any("Mei Chen" in line.title and "confirmed it on" in line.title for line in state.timeline)


# — what is refused —


def test_what_would_not_count_is_not_recorded(team: Team) -> None:
    order = asked_elsewhere(team)
    assert code_of(team, order, digits="0000") == "review.digits_differ"
    small = asked_elsewhere(team, 99_999, "small")
    assert code_of(team, small) == "confirmation.not_asked"
    assert code_of(team, order) == ""
    assert code_of(team, order) == "confirmation.given"
    record = team.vault.order(order)
    assert record is not None
    other = replace(record.content.payment, remittance="other")
    with pytest.raises(SecurityError, match=r"binding\.screen"):
        confirm_order(team.vault, order, other, record.digest, "")
    team.send_back(TOM, order, "rejected.twice", "Paid")
    assert code_of(team, order) == "order.not_open"


def test_nothing_is_sent_without_it_and_the_intent_names_it(team: Team) -> None:
    order = asked_elsewhere(team)
    team.approve(TOM, order)
    profile = team.world.bank.profile()
    with team.vault.by(ELSEWHERE), pytest.raises(SecurityError, match=r"intent\.not_confirmed"):
        record_intent(team.vault, order, team.world.session.bank_id, profile, "11111111-2222-4333-8444-555555555555")
    assert code_of(team, order) == ""
    with team.vault.by(ELSEWHERE):
        record_intent(team.vault, order, team.world.session.bank_id, profile, "11111111-2222-4333-8444-555555555555")
    assert state_of(team, order) is OrderState.INTENDED
    (confirmed,) = [event for event in team.vault.events_of(order) if event.kind == kinds.ORDER_CONFIRMED]
    (intent,) = [event for event in team.vault.events_of(order) if event.kind == kinds.ORDER_SUBMISSION_INTENDED]
    assert confirmed.id in intent.header.refs


def test_the_device_that_confirmed_is_not_handed_the_sending(team: Team) -> None:
    order = asked_elsewhere(team)
    assert code_of(team, order) == ""
    mine = team.vault.identity.device
    with team.vault.by(ELSEWHERE), pytest.raises(UserFacingError, match=r"sending\.confirmed_there"):
        hand_over_sending(team.vault, order, mine)  # type: ignore[arg-type]  # of a workspace, as far as it is asked
    with team.vault.by(ELSEWHERE):
        hand_over_sending(team.vault, order, device_of(RAVI))  # type: ignore[arg-type]  # as above


def test_once_its_time_is_over_it_is_given_anew(team: Team) -> None:
    order = asked_elsewhere(team)
    assert code_of(team, order) == ""
    team.world.clock.jump(3_600_000)
    team.approve(TOM, order)
    assert state_of(team, order) is OrderState.APPROVED
    team.world.clock.jump(71 * 3_600_000)
    state, _presenter, _went = page_of(team, order)
    assert state.sentence.startswith("It was approved, and something is missing again.")
    assert (state.may_sign, state.sign) == (True, "Look and confirm")
    assert "A confirmation on another device: yours, on this one." in state.next_steps
    assert code_of(team, order) == ""
    state, _presenter, _went = page_of(team, order)
    assert not state.may_sign


# — alone, with two devices —


def test_who_works_alone_approves_here_and_confirms_there(alone: Team) -> None:
    page = TransferPage(alone.world)
    page.to_confirm()
    ended = page.page(HandedInState)
    assert ended.heading == "Now confirm it on another device of yours"
    assert ended.points[0] == "A confirmation on another device: yours. Open Approvals there."
    assert saved_drafts(alone.vault) == []
    (record,) = alone.world.reader.orders_in_flight()
    order = record.content.order
    assert (record.state, [item.fault for item in record.approvals]) == (OrderState.PREPARED, [""])
    state, _presenter, _went = page_of(alone, order)
    assert (state.chip, state.may_sign, state.may_go_on) == ("Waits for confirmation", False, False)
    home, _home, _where = home_of(alone)
    assert [item.chip for item in home.waiting if item.kind == "order"] == ["Waits for confirmation"]
    with alone.vault.by(ELSEWHERE):
        inbox = opened(alone)
        inbox.presenter.choose(order)
        confirm_here(inbox)
        assert inbox.page.said == ["You confirmed it. Nothing more is missing: it can be sent."]
        state, _presenter, _went = page_of(alone, order)
        assert not state.may_go_on
    state, _presenter, _went = page_of(alone, order)
    assert (state.may_go_on, state.go_on) == (True, "Send to the bank")


def test_below_the_rule_nothing_changes_for_who_works_alone() -> None:
    policy = replace(ALONE, rules=(replace(LARGE, above_minor=10**9),))
    page = TransferPage(make_team(policy=policy, people=(ME,)).world)
    page.to_confirm()
    assert isinstance(page.state.page, ScaState)


# — the rule —


@pytest.fixture
def mei() -> Colleague:
    return Office().begin()


def test_the_rule_is_one_sentence() -> None:
    confirms = "must approve, and whoever asks confirms on another device of theirs."
    assert rule_sentence(LARGE) == f"Above \u2066EUR 1,000.00\u2069, 1 approver {confirms}"
    ordered = replace(LARGE, needs=(Need("", 1), Need("Finance", 1)), ordered=True)
    assert rule_sentence(ordered).endswith(
        "must approve, one after the other, and whoever asks confirms on another device of theirs."
    )


def test_who_has_one_device_is_warned_before_the_rule_is_signed(mei: Colleague) -> None:
    desk = RulesDesk(mei)
    form = RuleForm(above="50000", count="1", second_device=True)
    desk.presenter.write_rule()
    assert desk.now.warning == ""
    desk.presenter.edit_rule(form)
    assert desk.now.warning.startswith("\u2066Mei Chen\u2069 has only one device:")
    assert "Add another device" in desk.now.warning
    desk.presenter.keep_rule(form)
    warning = desk.now.warning
    desk.presenter.save()
    assert (desk.now.asked_lines[-1], desk.now.warning) == (warning, "")
    desk.presenter.propose()
    assert mei.vault.rules.governance.policy.rules[0].second_device
    again = RulesDesk(mei)
    again.presenter.write_rule(again.now.rules[0].key)
    assert again.now.rule_form is not None
    assert again.now.rule_form.second_device
    again.presenter.edit_rule(replace(again.now.rule_form, second_device=False))
    assert again.now.warning  # what holds still asks for it


def test_nobody_is_warned_where_everybody_who_asks_has_two(alone: Team) -> None:
    state = alone.vault.rules.governance
    assert one_device_warning(state.policy.rules, state) == ""
    others = make_team(policy=OFFICE).vault.rules.governance
    assert "Tom Okoro\u2069 and \u2066Ravi Singh\u2069 have only one device each" in one_device_warning(
        others.policy.rules, others
    )


def test_trying_rules_out_says_what_could_not_have_been_sent(team: Team) -> None:
    team.request(TOM, landlord(team), 25_000_000, "Toms")
    asked_elsewhere(team)
    lines = simulate_last_month(team.world.session, team.vault.rules.governance, OFFICE)
    assert lines[-1] == "1 could not have been sent: whoever asked has no other device to confirm it on."


def test_how_far_it_has_come_is_one_sentence_more() -> None:
    def name(member: str) -> str:
        return member.title()

    confirmed = ConfirmationStep("mei", (), ("d",))
    assert confirmation_sentence(confirmed, name) == "Mei has still to confirm it on another device of theirs."
    assert confirmation_sentence(replace(confirmed, devices=()), name).endswith("and has none.")
    given = ApprovalProgress((), replace(confirmed, given=(Confirmation("e", "d", "", 0, "", 1),)))
    assert progress_sentences(given, name) == ("Mei confirmed it on another device of theirs.",)


def test_who_has_no_other_device_is_told_what_to_do() -> None:
    rule = replace(LARGE, second_device=False)
    team = make_team(policy=replace(OFFICE, rules=(rule,)))
    mine = team.request(ME, landlord(team), 25_000_000, "mine")
    toms = team.request(TOM, landlord(team), 25_000_000, "toms")
    rules = team.vault.rules
    epoch = replace(rules.governance, policy=OFFICE)
    there = replace(rules, epochs=(replace(rules.epochs[0], state=epoch, signed=epoch),))
    for order, said in (
        (mine, "yours, and you have none that neither made it nor sends it. Add one on Team, on your own page."),
        (toms, "by Tom Okoro, who has none."),
    ):
        record = team.vault.order(order)
        assert record is not None
        found = approvals_of(record, there, team.vault.identity, team.world.clock.now_ms())
        assert found.missing[-1] == f"A confirmation on another device: {said}"


def test_whoever_is_about_to_be_left_with_one_device_is_named_before_that_is_signed() -> None:
    before = make_team(policy=ALONE, people=(ME,)).vault.rules.governance
    closed = tuple(
        replace(item, closed=True, last_shared="ab" * 32) if item.device == device_of(ELSEWHERE) else item
        for item in before.devices
    )
    said = change_sentences(before, replace(before, devices=closed), ZONE)
    assert said[-1].startswith("\u2066Mei Chen\u2069 has only one device:")
    later = replace(before, devices=closed)
    assert change_sentences(later, replace(later, epoch=1), ZONE) == ()
