"""What a person may put on record around an order, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.progress import Phase
from countersign.application.ports.bank import PaymentReport, RawReply
from countersign.application.ports.vault import LocalSpace
from countersign.application.use_cases import record_submission as record
from countersign.application.use_cases.approve_order import approve_order, stop_order
from countersign.application.use_cases.assess_transfer import assess_transfer
from countersign.application.use_cases.connect_bank import connect_bank, keep_consent
from countersign.application.use_cases.enrol_authenticator import authenticator_enrolled, record_authenticator
from countersign.application.use_cases.freeze_order import freeze_order
from countersign.application.use_cases.gather_evidence import gather_evidence
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.application.use_cases.save_draft import drop_draft, save_draft, saved_drafts
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.guidance import INTERVENTIONS
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order import BindingError, last_digits
from countersign.domain.order_state import OrderState, TransactionStatus
from countersign.domain.payee import DetailsSource, NameCheck, PayeeDetails, PayeeKind, VopOutcome
from countersign.domain.risk import HardStop
from countersign.testing import fakes
from countersign.testing.fakes import World
from tests.unit.application.orders import Desk, draft_of, freeze


@pytest.fixture
def world() -> World:
    return fakes.make_world()


def assessed_and_frozen(world: World) -> tuple[str, str]:
    frozen = freeze(world)
    return frozen.content.order, frozen.content.digest


# — freezing —


def test_an_incomplete_draft_is_not_frozen(world: World) -> None:
    draft, version = draft_of(world)
    assessment = assess_transfer(world.reader, draft, world.clock.now_ms(), fakes.ZONE, "Mei")
    for changes in ({"amount": None}, {"payee": ""}, {"debtor_account": ""}):
        with pytest.raises(UserFacingError, match=r"transfer\.incomplete"):
            freeze_order(world.vault, world.entropy, replace(draft, **changes), version, assessment)


def test_a_hard_stop_freezes_nothing(world: World) -> None:
    draft, version = draft_of(world)
    assessment = assess_transfer(world.reader, draft, world.clock.now_ms(), fakes.ZONE, "Mei")
    stopped = replace(assessment, stops=(HardStop("no_match"),))
    with pytest.raises(UserFacingError, match=r"transfer\.stopped"):
        freeze_order(world.vault, world.entropy, draft, version, stopped)


def test_answers_are_on_record_with_what_they_did(world: World) -> None:
    going_on = next(answer.code for answer in INTERVENTIONS["safe_account"].answers)
    draft, _ = draft_of(world, answers={"safe_account": going_on})
    frozen = freeze(world, draft)
    record_now = world.vault.order(frozen.content.order)
    assert record_now is not None
    assert [(name, answer) for name, answer, _ in record_now.interventions] == [("safe_account", going_on)]


def test_freezing_again_ends_the_order_before(world: World) -> None:
    first = freeze(world)
    second = freeze(world, first.draft)
    earlier = world.vault.order(first.content.order)
    assert earlier is not None
    assert (earlier.state, earlier.reason) == (OrderState.STOPPED, "edited")
    third = freeze(world, replace(second.draft, order=first.content.order))
    assert third.content.order != first.content.order


def test_a_draft_whose_order_is_at_the_bank_cannot_become_a_second_order() -> None:
    desk = Desk()
    desk.to_password()
    with pytest.raises(UserFacingError, match=r"order\.already_sent"):
        freeze(desk.world, desk.frozen.draft)
    desk.submission.abandon("given_up")
    assert freeze(desk.world, desk.frozen.draft).content.order != desk.order


def test_a_settled_order_cannot_become_a_second_order() -> None:
    desk = Desk()
    desk.bank.settles_after = 0
    desk.to_code()
    desk.answer()
    assert desk.state is OrderState.SETTLED
    with pytest.raises(UserFacingError, match=r"order\.already_sent"):
        freeze(desk.world, desk.frozen.draft)


# — approving, stopping —


def test_an_approval_is_held_to_what_was_shown(world: World) -> None:
    order, digest = assessed_and_frozen(world)
    known = world.vault.order(order)
    assert known is not None
    payment = known.content.payment
    digits = last_digits(payment.creditor_account)
    with pytest.raises(BindingError, match=r"binding\.screen"):
        approve_order(world.vault, order, replace(payment, remittance="other"), digest, digits)
    with pytest.raises(SecurityError, match=r"binding\.screen"):
        approve_order(world.vault, order, payment, "00" * 32, digits)
    with pytest.raises(UserFacingError, match=r"review\.digits_differ"):
        approve_order(world.vault, order, payment, digest, "0000")
    with pytest.raises(UserFacingError, match=r"order\.not_open"):
        approve_order(world.vault, "00" * 16, payment, digest, digits)
    approve_order(world.vault, order, payment, digest, f" {digits[:2]} {digits[2:].lower()} ")
    with pytest.raises(UserFacingError, match=r"order\.not_open"):
        approve_order(world.vault, order, payment, digest, digits)


def test_an_approval_that_would_not_count_is_not_recorded(world: World) -> None:
    draft, version = draft_of(world)
    assessment = assess_transfer(world.reader, draft, world.clock.now_ms(), fakes.ZONE, "Mei")
    frozen = freeze_order(world.vault, world.entropy, draft, version, assessment)
    order, payment = frozen.content.order, frozen.content.payment
    told: dict[str, Json] = {**assessment.canonical(), "stops": [{"code": "x"}]}
    stopped: dict[str, Json] = {"digest": frozen.content.digest, "assessment": told}
    with world.vault.transaction() as change:
        change.append(EventDraft(kinds.ORDER_ASSESSED, order, stopped))
    before = world.vault.kinds_of(order)
    with pytest.raises(SecurityError, match=r"approval\.hard_stop"):
        approve_order(world.vault, order, payment, frozen.content.digest, last_digits(payment.creditor_account))
    assert world.vault.kinds_of(order) == before


def test_an_order_can_be_stopped_until_it_is_sent(world: World) -> None:
    frozen = freeze(world)
    stop_order(world.vault, frozen.content.order, "changed_mind", draft=frozen.draft.draft)
    assert saved_drafts(world.vault) == []
    with pytest.raises(UserFacingError, match=r"order\.not_open"):
        stop_order(world.vault, frozen.content.order, "changed_mind")
    with pytest.raises(UserFacingError, match=r"order\.not_open"):
        stop_order(world.vault, "00" * 16, "changed_mind")


# — records of a submission —


def test_nothing_is_recorded_about_an_order_that_nobody_knows(world: World) -> None:
    with pytest.raises(UserFacingError, match=r"order\.unknown"):
        record.record_unknown(world.vault, "00" * 16, "answer", "x")
    with pytest.raises(UserFacingError, match=r"order\.unknown"):
        world.session.read_order("00" * 16)


def test_what_the_fold_would_leave_out_is_not_recorded() -> None:
    desk = Desk()
    before = desk.kinds()
    with pytest.raises(SecurityError, match=r"order\.illegal_move"):
        record.record_cancellation_intent(desk.world.vault, desk.order, "r")
    assert desk.kinds() == before


def test_a_report_is_recorded_once() -> None:
    desk = Desk()
    desk.to_accepted()
    reply = RawReply(200, "r", b"x" * 70_000, 1)
    report = PaymentReport("pay-1", TransactionStatus.ACSP, "", None, reply)
    before = desk.kinds()
    record.record_report(desk.world.vault, desk.order, report, "status")
    assert desk.kinds() == before
    record.record_report(desk.world.vault, desk.order, replace(report, status=TransactionStatus.ACSC), "status")
    assert desk.state is OrderState.SETTLED


def test_an_intent_for_a_changed_payee_is_refused() -> None:
    desk = Desk()
    name, _, agent = fakes.LANDLORD
    details = PayeeDetails(name, fakes.STRANGER_ACCOUNT, agent, PayeeKind.COMPANY, DetailsSource.CONTRACT)
    keep_payee(desk.world.vault, desk.world.entropy, details, desk.frozen.draft.payee, None)
    desk.submission.begin()
    assert desk.error == "intent.payee_changed"
    assert desk.sent == ()


# — payees, drafts, connections —


def test_a_payee_is_kept_once_and_changed_by_versions(world: World) -> None:
    details = PayeeDetails("New Payee", fakes.STRANGER_ACCOUNT, "", PayeeKind.COMPANY, DetailsSource.CONTRACT)
    payee, first = keep_payee(world.vault, world.entropy, details, "", None)
    check = NameCheck(VopOutcome.MATCH, details.name, details.account, "", 5, "vop")
    assert keep_payee(world.vault, world.entropy, details, payee, check) == (payee, first)
    assert keep_payee(world.vault, world.entropy, details, payee, check) == (payee, first)
    assert world.vault.kinds_of(payee).count("payee.verified") == 1
    _, second = keep_payee(world.vault, world.entropy, replace(details, name="Renamed"), payee, None)
    assert second != first
    with pytest.raises(UserFacingError, match=r"payee\.incomplete"):
        keep_payee(world.vault, world.entropy, replace(details, name=""), "", None)


def test_a_conflict_of_versions_is_settled_by_a_new_one(world: World) -> None:
    details = PayeeDetails("New Payee", fakes.STRANGER_ACCOUNT, "", PayeeKind.COMPANY, DetailsSource.CONTRACT)
    payee, _ = keep_payee(world.vault, world.entropy, details, "", None)
    with world.vault.transaction() as change:
        body = {**replace(details, name="Other").canonical(), "supersedes": []}
        change.append(EventDraft(kinds.PAYEE_CHANGED, payee, body))
    known = world.vault.payee(payee)
    assert known is not None
    assert known.in_conflict
    keep_payee(world.vault, world.entropy, details, payee, None)
    settled = world.vault.payee(payee)
    assert settled is not None
    assert not settled.in_conflict


def test_drafts_are_kept_newest_first_and_what_cannot_be_read_is_left_out(world: World) -> None:
    draft, _ = draft_of(world)
    save_draft(world.vault, draft)
    world.clock.advance(1_000)
    save_draft(world.vault, replace(draft, draft="ee" * 16))
    with world.vault.transaction() as change:
        change.put(LocalSpace.DRAFT, "dd" * 16, {"v": 99})
        change.put(LocalSpace.DRAFT, "ff" * 16, {**draft.canonical(), "step": "of another version"})
    assert [found.draft for found in saved_drafts(world.vault)] == ["ee" * 16, "aa" * 16]
    drop_draft(world.vault, "ee" * 16)
    assert [found.draft for found in saved_drafts(world.vault)] == ["aa" * 16]


def test_a_connection_and_its_consent_are_kept(world: World) -> None:
    connect_bank(world.vault, world.entropy, "second", {"certificate": "x"}, world.bank.profile())
    keep_consent(world.vault, "second", "consent-1")
    keep_consent(world.vault, "nobody", "consent-2")
    kept = world.vault.local(LocalSpace.CREDENTIAL)
    assert kept["second"]["consent_id"] == "consent-1"
    assert "nobody" not in kept


def test_a_proved_authenticator_is_remembered(world: World) -> None:
    assert not authenticator_enrolled(world.vault)
    record_authenticator(world.vault, world.entropy)
    assert authenticator_enrolled(world.vault)


def test_evidence_discloses_the_order_and_its_ground() -> None:
    desk = Desk()
    evidence = gather_evidence(desk.world.vault, desk.order)
    kinds_shown = {shown.event.kind for shown in evidence.disclosed}
    assert {"workspace.created", "payee.added", "order.frozen", "order.approved"} <= kinds_shown
    with pytest.raises(UserFacingError, match=r"order\.unknown"):
        gather_evidence(desk.world.vault, "00" * 16)


# — assessing —


def test_only_a_complete_draft_is_assessed(world: World) -> None:
    draft, _ = draft_of(world)
    for changes in ({"amount": None}, {"source": None}):
        with pytest.raises(UserFacingError, match=r"transfer\.incomplete"):
            assess_transfer(world.reader, replace(draft, **changes), 0, fakes.ZONE, "Mei")  # type: ignore[arg-type]


def test_a_changed_account_is_seen(world: World) -> None:
    draft, _ = draft_of(world)
    name, _, agent = fakes.LANDLORD
    details = PayeeDetails(name, fakes.STRANGER_ACCOUNT, agent, PayeeKind.COMPANY, DetailsSource.CONTRACT)
    payee, _ = keep_payee(world.vault, world.entropy, details, draft.payee, None)
    changed = replace(draft, payee=payee, account=fakes.STRANGER_ACCOUNT, check=None)
    usual = assess_transfer(world.reader, draft, world.clock.now_ms(), fakes.ZONE, "Mei")
    found = assess_transfer(world.reader, changed, world.clock.now_ms(), fakes.ZONE, "Mei")
    unknown = assess_transfer(world.reader, replace(changed, payee=""), world.clock.now_ms(), fakes.ZONE, "Mei")
    assert found.score > usual.score
    assert unknown.score > usual.score


# — the session's submissions —


def test_a_session_keeps_one_submission_of_an_order_and_tells_all_who_listen() -> None:
    desk = Desk()
    session = desk.world.session
    assert session.submission(desk.order) is desk.submission
    heard: list[str] = []
    stop = session.submissions.listen(desk.order, lambda progress: heard.append(progress.phase.value))
    desk.submission.resume()
    assert heard == ["working", "idle"]
    stop()
    stop()
    desk.submission.resume()
    assert heard == ["working", "idle"]


def test_quiet_is_told_when_the_last_exchange_is_on_record() -> None:
    tasks = fakes.ManualTasks()
    desk = Desk(tasks)
    calls: list[str] = []
    desk.world.session.submissions.when_quiet(lambda: calls.append("at once"))
    desk.submission.begin()
    desk.world.session.submissions.when_quiet(lambda: calls.append("later"))
    assert calls == ["at once"]
    tasks.finish()
    assert calls == ["at once", "later"]


def test_a_closed_session_lets_go_of_the_bank() -> None:
    desk = Desk()
    assert desk.world.session.credential() is not None
    desk.world.session.close()
    assert desk.world.practice.closed
    with pytest.raises(UserFacingError, match=r"bank\.not_connected"):
        desk.world.session.connected()
    submission = desk.world.session.submission(desk.order)
    submission.begin()
    assert (submission.progress.phase, submission.progress.error) == (Phase.IDLE, "bank.not_connected")
