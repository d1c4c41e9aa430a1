"""What files and doors say of orders, held against them: nothing forged, repeated or merely alike moves an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from countersign.application.ports.bank import BankAccount, BankEntry, Reach
from countersign.application.ports.bank_files import (
    EntryDetail,
    FileHead,
    FileKind,
    FilePart,
    GroupStatus,
    Party,
    StatementEnd,
    StatementEntry,
    StatementHead,
    StatusReason,
)
from countersign.application.ports.vault import LocalSpace
from countersign.application.use_cases.differences import SAME, close_difference, open_differences
from countersign.application.use_cases.import_bank_file import ImportReport, import_bank_file
from countersign.application.use_cases.refresh_accounts import Statement
from countersign.application.use_cases.settle_entries import settle_statements
from countersign.domain.errors import UserFacingError
from countersign.domain.money import Money
from countersign.domain.order_state import DUPLICATES, OrderState, TransactionStatus
from countersign.domain.settlement import Code, Rule
from countersign.testing.fake_files import ListedFiles
from tests.unit.application.orders import Desk
from tests.unit.application.running import run
from tests.unit.application.test_by_hand import DAY, FILE, NAMED, ByHand

S = OrderState
AMOUNT = Money(600_000, "EUR")


@pytest.fixture
def hand() -> ByHand:
    desk = ByHand()
    desk.laid_out()
    return desk


@pytest.fixture
def sent(hand: ByHand) -> ByHand:
    hand.submission.handed_over("")
    return hand


def refused(*codes: str) -> dict[str, object]:
    return {"reasons": tuple(StatusReason(code) for code in codes)}


def close(desk: ByHand, key: str, answer: str = SAME, reason: str = "") -> None:
    close_difference(desk.world.vault, desk.world.entropy, key, answer, reason)


def codes(desk: Desk) -> list[Code]:
    return [item.code for item in open_differences(desk.world.vault)]


def unnamed(desk: ByHand, **changes: object) -> StatementEntry:
    detail = EntryDetail(None, Party("Landlord", desk.payment.creditor_account))
    return replace(desk.entry(details=(detail,)), **changes)  # type: ignore[arg-type]  # tests name the fields


def back(desk: ByHand, **changes: object) -> StatementEntry:
    return desk.entry(minor=AMOUNT.minor, references=(("AcctSvcrRef", "BACK"),), **changes)


# — status reports —


@pytest.mark.parametrize("code", sorted(DUPLICATES))
def test_a_refused_copy_rejects_nothing_and_says_that_the_bank_holds_another(sent: ByHand, code: str) -> None:
    sent.report(sent.status("ACSP"))
    report = sent.report(sent.status("RJCT", **refused("NARR", code)))
    assert ([item.code for item in report.differences], report.orders) == ([Code.HELD_ALREADY], ())
    assert (sent.state, sent.record.status) == (S.ACCEPTED, TransactionStatus.ACSP)
    assert sent.world.vault.events_of(sent.order)[-1].says()["reason"] == code


def test_a_refused_message_that_is_a_copy_rejects_nothing(hand: ByHand) -> None:
    message = hand.payment.end_to_end_id
    report = hand.report(GroupStatus(message, "", "RJCT", (StatusReason("DU01"),)))
    assert [item.code for item in report.differences] == [Code.HELD_ALREADY]
    assert (hand.state, hand.record.carried_by_hand) == (S.INITIATED, False)
    hand.submission.not_handed_over()
    assert (hand.state, hand.error) == (S.INITIATED, "carried.not_waiting"), "the bank has it"


@pytest.mark.parametrize("status", ["RCVD", "PDNG"])
def test_not_handed_over_is_not_believed_once_the_bank_has_it(hand: ByHand, status: str) -> None:
    hand.report(hand.status(status))
    hand.submission.not_handed_over()
    assert (hand.state, hand.error) == (S.INITIATED, "carried.not_waiting")


@pytest.mark.parametrize("changes", [{"original_message": "OTHER"}, {"original_message": ""}])
def test_a_report_on_another_message_moves_nothing(sent: ByHand, changes: dict[str, object]) -> None:
    for status in ("RJCT", "CANC", "ACSC"):
        report = sent.report(sent.status(status, **changes))
        assert (report.skipped, report.orders, report.differences) == (1, (), ())
    assert sent.kinds()[-1] == "handed_over"


def test_what_was_typed_has_no_message_that_a_report_could_be_about() -> None:
    desk = ByHand(Reach.MANUAL)
    desk.laid_out()
    desk.submission.handed_over("")
    assert desk.report(desk.status("RJCT")).skipped == 1
    assert desk.state is S.INITIATED


@pytest.mark.parametrize("status", ["RJCT", "CANC"])
def test_a_refusal_of_what_nobody_is_known_to_have_handed_over_is_a_task(hand: ByHand, status: str) -> None:
    report = hand.report(hand.status(status, **refused("AC01")))
    (found,) = report.differences
    assert (found.code, found.entry_text, hand.state) == (Code.REFUSED_UNSENT, f"{status} · AC01", S.INITIATED)
    hand.submission.handed_over("")
    assert [news.status for news in hand.report(hand.status(status, **refused("AC01"))).orders] == [status]
    assert hand.record.final
    assert codes(hand) == [], "it is known now"


def test_an_earlier_word_of_the_bank_is_as_good_as_the_persons(hand: ByHand) -> None:
    hand.report(hand.status("RCVD"), hand.status("RJCT", **refused("AC01")))
    assert (hand.state, codes(hand)) == (S.REJECTED, [])


def test_a_file_moves_no_order_that_has_a_door(desk: Desk) -> None:
    desk.to_accepted()
    end_to_end = desk.payment.end_to_end_id
    other = ByHand()
    for status in ("RJCT", "ACSC"):
        said = replace(other.status(status), original_message=end_to_end, end_to_end_id=end_to_end)
        report = bring(desk, FileHead(FileKind.PAIN_002, "pain.002.001.12", "R1", ""), said)
        assert [(news.status, news.rule) for news in report.orders] == [(status, "pain.002.told")]
        assert report.differences == ()
    assert (desk.state, desk.kinds()[-1]) == (S.ACCEPTED, "status_changed")


def test_a_contradiction_of_a_report_is_recorded_once(sent: ByHand) -> None:
    sent.bring(sent.entry())
    for _ in range(3):
        sent.report(sent.status("RJCT", **refused("AC01")))
    assert (sent.state, len(sent.record.contradictions)) == (S.SETTLED, 1)


def test_a_status_that_was_said_before_turns_nothing_back(sent: ByHand) -> None:
    for status in ("ACTC", "ACSP", "ACTC"):
        sent.report(sent.status(status))
    assert sent.record.status is TransactionStatus.ACSP


# — one entry, one payment —


def bring(desk: Desk, *parts: FilePart) -> ImportReport:
    files = desk.world.session.files
    assert isinstance(files, ListedFiles)
    files.files[FILE.name] = parts
    return run(desk.world.session, import_bank_file(desk.world.session, FILE, None, lambda: False))


def test_the_place_of_a_line_is_no_part_of_its_name(sent: ByHand) -> None:
    line = sent.entry(entry="7", references=())
    sent.bring(line)
    assert sent.state is S.SETTLED
    others = [sent.entry(minor=-cents, references=()) for cents in (11, 12)]
    moved = sent.bring(*others, replace(line, entry="9"))
    assert ([item.code for item in moved.differences], moved.accounts[0].new) == ([Code.AMOUNT_DIFFERS] * 2, 2)


def test_two_lines_that_say_the_same_are_two_payments(sent: ByHand) -> None:
    line = sent.entry(references=())
    report = sent.bring(line, line)
    assert ([item.code for item in report.differences], report.accounts[0].new) == ([Code.PAID_TWICE], 2)
    assert sent.bring(line, line).accounts[0].new == 0


def test_one_reference_with_two_amounts_or_days_is_two_bookings(sent: ByHand) -> None:
    later = sent.entry(booked_on="2026-11-24", value_on="2026-11-24")
    report = sent.bring(sent.entry(), later, sent.entry(minor=-150))
    assert report.accounts[0].new == 3
    assert sorted(item.code for item in report.differences) == [Code.AMOUNT_DIFFERS, Code.PAID_TWICE]
    assert sent.record.settled_by == NAMED


@pytest.mark.parametrize("kind", [FileKind.CAMT_052, FileKind.CAMT_053, FileKind.CAMT_054])
def test_one_booking_has_one_name_in_every_kind_of_file(sent: ByHand, kind: FileKind) -> None:
    sent.bring(sent.entry())
    head = StatementHead("S9", sent.payment.debtor_account, "IBAN", "EUR", "", "", "4", "", "", "")
    again = sent.entry(entry="1", value_on="2026-11-25", text="other words", code="PMNT")
    report = bring(sent, FileHead(kind, f"{kind.value}.001.08", "M2", ""), head, again, StatementEnd("S9", 1))
    assert (report.orders, report.differences) == ((), ())


def test_a_line_without_the_banks_reference_waits_for_a_person(sent: ByHand) -> None:
    (found,) = sent.bring(unnamed(sent, references=())).differences
    assert (found.code, found.entry.unreferenced, sent.state) == (Code.PERHAPS_OURS, True, S.INITIATED)
    assert open_differences(sent.world.vault) == (found,)


def test_nobody_handed_it_over_so_a_person_says_whether_it_is_this_one(hand: ByHand) -> None:
    assert [item.code for item in hand.bring(unnamed(hand)).differences] == [Code.PERHAPS_OURS]
    assert hand.state is S.INITIATED


def test_a_difference_keeps_all_that_the_entry_says(sent: ByHand) -> None:
    detail = EntryDetail(None, Party("L", sent.payment.creditor_account), return_reason="AC04")
    (found,) = sent.bring(sent.entry(details=(detail,), reversal=True)).differences
    assert (found.entry.return_reason, found.entry.reversal) == ("AC04", True)
    assert open_differences(sent.world.vault) == (found,)


def test_a_row_that_an_earlier_version_wrote_is_read(sent: ByHand) -> None:
    (found,) = sent.bring(unnamed(sent, references=())).differences
    later = {"return_reason", "reversal", "agent_member", "unreferenced", "together", "evidence"}
    with sent.world.vault.transaction() as change:
        body = change.get(LocalSpace.QUEUE, found.key)
        assert body is not None
        change.put(LocalSpace.QUEUE, found.key, {name: value for name, value in body.items() if name not in later})
    (read,) = open_differences(sent.world.vault)
    assert read.entry == replace(found.entry, unreferenced=False)
    close(sent, read.key)
    assert sent.state is S.SETTLED


def test_an_answer_is_kept_with_the_file_that_said_it(sent: ByHand) -> None:
    (found,) = sent.bring(sent.entry(details=())).differences
    close(sent, found.key)
    said = sent.world.vault.events_of(sent.order)[-1].says()
    assert (said["rule"], said["file"]) == (Rule.PERSON.value, {"name": FILE.name, "sha256": SHA, "version": CAMT})


SHA = ListedFiles.fingerprint(FILE)
CAMT = "camt.053.001.08"


def test_one_entry_can_not_be_given_to_two_orders(sent: ByHand) -> None:
    line = unnamed(sent, references=(("AcctSvcrRef", "REF9"),))
    (waiting,) = sent.bring(replace(line, details=())).differences
    sent.bring(line)
    assert sent.state is S.SETTLED
    with pytest.raises(UserFacingError, match=r"difference\.shown"):
        close(sent, waiting.key)
    close(sent, waiting.key, "another")
    assert codes(sent) == []


def test_another_amount_is_the_orders_where_a_person_says_why(sent: ByHand) -> None:
    (found,) = sent.bring(sent.entry(minor=-600_150)).differences
    with pytest.raises(UserFacingError, match=r"difference\.reason"):
        close(sent, found.key)
    close(sent, found.key, SAME, "The fee is in it")
    assert (sent.state, sent.record.settled_rule, codes(sent)) == (S.SETTLED, Rule.PERSON.value, [])


def test_a_batch_without_amounts_asks_for_the_order_that_it_names(sent: ByHand) -> None:
    mine = EntryDetail(None, Party("L", sent.payment.creditor_account), sent.payment.end_to_end_id)
    other = EntryDetail(None, Party("M"), "OTHER-1")
    batch = sent.entry(minor=-900_000, details=(other, mine))
    report = sent.bring(batch)
    (found,) = report.differences
    assert (found.code, found.entry.together, report.accounts[0].new) == (Code.PERHAPS_OURS, True, 1)
    close(sent, found.key)
    assert sent.state is S.SETTLED
    assert sent.bring(batch).differences == ()


# — money that comes back —


def test_a_return_that_is_read_before_its_debit_is_judged_again(sent: ByHand) -> None:
    detail = replace(sent.entry().details[0], return_reason="AC04")
    (found,) = sent.bring(back(sent, details=(detail,))).differences
    assert (found.code, sent.state) == (Code.RETURN_WAITS, S.INITIATED)
    report = sent.bring(sent.entry())
    assert [(news.status, news.reason) for news in report.orders] == [("ACSC", ""), ("RETURNED", "AC04")]
    assert (sent.record.returned, codes(sent)) == ("AC04", [])


def test_a_part_that_came_back_before_its_debit_becomes_its_own_difference(sent: ByHand) -> None:
    sent.bring(replace(back(sent), amount=Money(5, "EUR")))
    assert codes(sent) == [Code.RETURN_WAITS]
    report = sent.bring(sent.entry())
    assert [item.code for item in report.differences] == [Code.RETURNED_IN_PART]
    assert codes(sent) == [Code.RETURNED_IN_PART]


def test_a_return_is_judged_again_where_a_report_or_a_person_settles(sent: ByHand) -> None:
    sent.bring(back(sent))
    assert [news.status for news in sent.report(sent.status("ACSC")).orders] == ["ACSC", "RETURNED"]
    other = ByHand()
    other.laid_out()
    (waits,) = other.bring(back(other)).differences
    (found,) = other.bring(other.entry(details=())).differences
    assert waits.code is Code.RETURN_WAITS
    close(other, found.key)
    assert (other.state, other.record.returned_at > 0, codes(other)) == (S.SETTLED, True, [])


@pytest.mark.parametrize("together", [True, False])
def test_a_credit_from_the_payee_is_perhaps_what_was_paid_by_hand(sent: ByHand, together: bool) -> None:
    debit, credit = sent.entry(), unnamed(sent, amount=AMOUNT, references=(("AcctSvcrRef", "IN1"),))
    if together:
        (found,) = sent.bring(debit, credit).differences
    else:
        sent.bring(debit)
        (found,) = sent.bring(credit).differences
    assert (found.code, sent.record.returned_at) == (Code.PERHAPS_RETURNED, 0)
    close(sent, found.key)
    assert sent.record.returned_at > 0
    again = sent.bring(credit)
    assert (again.differences, again.orders) == ((), ())


def test_what_came_back_once_does_not_come_back_by_an_answer(sent: ByHand) -> None:
    credit = unnamed(sent, amount=AMOUNT, references=(("AcctSvcrRef", "IN1"),))
    (found,) = sent.bring(sent.entry(), credit).differences
    sent.bring(back(sent))
    with pytest.raises(UserFacingError, match=r"difference\.shown"):
        close(sent, found.key)


# — a door —


def listed(desk: Desk, entries: Sequence[BankEntry]) -> None:
    account = BankAccount("r1", desk.payment.debtor_account, "Main", Money(0, "EUR"), Money(0, "EUR"))
    run(desk.world.session, settle_statements(desk.world.session, [Statement(account, entries)]))


def line(desk: Desk, name: str = "D1", minor: int = -AMOUNT.minor, *, booked: bool = True) -> BankEntry:
    payment, at = desk.payment, desk.world.clock.now_ms()
    return BankEntry(
        name, booked, at, Money(minor, "EUR"), "L", payment.creditor_account, payment.end_to_end_id, "rent"
    )


def test_what_a_door_lists_about_an_order_that_ended_is_seen(desk: Desk) -> None:
    desk.submission.begin()
    desk.submission.abandon("changed_mind")
    assert desk.state is S.ABANDONED
    listed(desk, [line(desk, booked=False)])
    assert codes(desk) == []
    listed(desk, [line(desk)])
    assert (desk.state, codes(desk), len(desk.record.contradictions)) == (S.ABANDONED, [Code.CONTRADICTION], 1)


@pytest.mark.parametrize(("code", "found"), [("ACMT-MDOP-CHRG", []), ("PMNT-ICDT-ESCT", [Code.AMOUNT_DIFFERS])])
def test_the_banks_own_fee_that_names_the_payment_is_no_difference(desk: Desk, code: str, found: list[Code]) -> None:
    desk.to_accepted()
    listed(desk, [line(desk), replace(line(desk, "FEE", -35), code=code)])
    assert (desk.state, codes(desk)) == (S.SETTLED, found)


def test_a_door_that_lists_a_second_debit_or_a_return_is_believed(desk: Desk) -> None:
    desk.to_accepted()
    desk.bank.settles_after = 0
    desk.submission.reconcile()
    assert desk.state is S.SETTLED
    before = desk.kinds()
    listed(desk, [line(desk)])
    assert desk.record.settled_by == "D1"
    assert desk.kinds() == (*before, "status_changed")
    listed(desk, [line(desk), line(desk, "D2"), line(desk, "C1", AMOUNT.minor)])
    assert (codes(desk), desk.record.returned_at > 0) == ([Code.PAID_TWICE], True)
    assert desk.kinds() == (*before, "status_changed", "returned")


# — the file —


def test_a_file_that_changes_while_it_is_read_is_not_recorded(sent: ByHand, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = iter(["aa" * 32, "bb" * 32])
    monkeypatch.setattr(ListedFiles, "fingerprint", lambda _files, _path: next(hashes))
    with pytest.raises(UserFacingError, match=r"file\.changed"):
        sent.bring(sent.entry())
    assert sent.state is S.INITIATED


def test_a_file_that_changes_before_it_is_recorded_is_not_recorded(sent: ByHand) -> None:
    session = sent.world.session
    sent.bring()
    files = session.files
    assert isinstance(files, ListedFiles)
    before = files.files[FILE.name]
    told = 0

    def swap(_done: int, _total: int) -> None:
        nonlocal told
        told += 1
        if told == len(before):
            files.files[FILE.name] = (*before[:-1], sent.entry(), before[-1])

    with pytest.raises(UserFacingError, match=r"file\.changed"):
        run(session, import_bank_file(session, Path(FILE.name), swap, lambda: False))
    assert (sent.state, DAY) == (S.INITIATED, "2026-11-23")
