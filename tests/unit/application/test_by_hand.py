"""A payment that the person carries to the bank: laid out once, their word kept as such, and only facts settle it."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest

from countersign.application.flows.submission import Phase
from countersign.application.ports.bank import Reach
from countersign.application.ports.bank_files import (
    EntryDetail,
    FileHead,
    FileKind,
    FilePart,
    GroupStatus,
    Party,
    PaymentStatus,
    StatementBalance,
    StatementEnd,
    StatementEntry,
    StatementHead,
    StatusReason,
)
from countersign.application.use_cases.add_account import NewAccount, add_account, require_unknown
from countersign.application.use_cases.assess_transfer import assess_transfer
from countersign.application.use_cases.differences import SAME, close_difference, open_differences
from countersign.application.use_cases.freeze_order import freeze_order
from countersign.application.use_cases.import_bank_file import ImportReport, import_bank_file
from countersign.application.use_cases.record_by_hand import PROOF_LIMIT, record_proof, require_waiting
from countersign.application.use_cases.record_elsewhere import Channel, Elsewhere, record_elsewhere
from countersign.domain.errors import FailureKind, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.money import Money
from countersign.domain.order import BindingError
from countersign.domain.order_state import OrderState, TransactionStatus
from countersign.domain.payment import AccountScheme
from countersign.domain.settlement import Code, Rule
from countersign.testing import fakes
from countersign.testing.fake_files import CarriedByHand, ListedFiles
from tests.unit.application.orders import Desk, draft_of, freeze_workspace, reach_by_hand
from tests.unit.application.running import run

FILE = Path("statement.xml")
DAY = "2026-11-23"
NAMED = "REF1@2026-11-23-600000EUR"


class ByHand(Desk):
    """A desk whose account is reached by hand."""

    def __init__(self, how: Reach = Reach.FILES) -> None:
        super().__init__()
        session = self.world.session
        self.carried = CarriedByHand(self.world.clock, how=how)
        session.banks["own"] = self.carried
        session.accounts[self.payment.debtor_account, ""] = "own"
        reach_by_hand(self.world, self.payment.debtor_account, how)

    def laid_out(self) -> None:
        self.submission.begin()
        assert (self.phase, self.state) == (Phase.CARRYING, OrderState.INITIATED)

    def entry(self, minor: int = 0, **changes: object) -> StatementEntry:
        """An entry as the bank would write it for this order."""
        amount = Money(minor or -self.payment.instructed_amount.minor, "EUR")
        party = Party(self.payment.creditor_name, self.payment.creditor_account)
        detail = EntryDetail(None, party, self.payment.end_to_end_id, self.payment.remittance)
        found = StatementEntry(
            "REF1", "BOOK", amount, False, DAY, DAY, "PMNT", "", (detail,), (("AcctSvcrRef", "REF1"),)
        )
        return replace(found, **changes)  # type: ignore[arg-type]  # tests name the fields

    def bring(self, *entries: StatementEntry, account: str = "", closing: int = 100) -> ImportReport:
        """Bring a statement in."""
        head = StatementHead("S1", account or self.payment.debtor_account, "IBAN", "EUR", "", "", "1", "", "", "")
        balances = StatementBalance("OPBD", Money(0, "EUR"), DAY), StatementBalance("CLBD", Money(closing, "EUR"), DAY)
        file = FileHead(FileKind.CAMT_053, "camt.053.001.08", "M1", "")
        return self.read(file, head, *balances, *entries, StatementEnd("S1", len(entries)))

    def read(self, *parts: FilePart) -> ImportReport:
        files = self.world.session.files
        assert isinstance(files, ListedFiles)
        files.files[FILE.name] = parts
        return run(self.world.session, import_bank_file(self.world.session, FILE, None, lambda: False))

    def status(self, status: str, **changes: object) -> PaymentStatus:
        """A line of a status report about this order."""
        end_to_end = self.payment.end_to_end_id
        said = PaymentStatus(end_to_end, end_to_end, "", end_to_end, status, (), None, Party(), Party())
        return replace(said, **changes)  # type: ignore[arg-type]  # as above

    def report(self, *said: PaymentStatus | GroupStatus) -> ImportReport:
        return self.read(FileHead(FileKind.PAIN_002, "pain.002.001.12", "R1", ""), *said)


@pytest.fixture
def hand() -> ByHand:
    return ByHand()


# — laying out —


@pytest.mark.parametrize("how", [Reach.FILES, Reach.MANUAL])
def test_it_is_laid_out_once_and_waits(how: Reach) -> None:
    desk = ByHand(how)
    desk.laid_out()
    handover = desk.submission.progress.handover
    assert handover is not None
    assert (handover.path is not None) is (how is Reach.FILES)
    assert desk.record.by_hand
    assert desk.record.carried_by_hand
    desk.submission.begin()  # does nothing in this phase
    desk.submission.reconcile()
    assert desk.phase is Phase.CARRYING
    assert [call for call in desk.carried.calls if call == "initiate"] == ["initiate"]


def test_a_restart_before_it_could_be_seen_goes_on_with_the_same_intent(hand: ByHand) -> None:
    hand.carried.fail("initiate", FailureKind.RETRYABLE, "bank.file_not_written")
    hand.submission.begin()
    assert (hand.phase, hand.error) == (Phase.NOT_SENT, "bank.file_not_written")
    request = hand.record.request_id
    hand.restart()
    hand.submission.resume()
    assert (hand.phase, hand.error) == (Phase.NOT_SENT, "bank.nothing_handed_over")
    hand.submission.begin()
    assert hand.phase is Phase.CARRYING
    assert hand.record.request_id == request
    assert hand.kinds().count("submission_intended") == 1


def test_a_restart_after_it_could_be_seen_lays_nothing_out_again(hand: ByHand) -> None:
    hand.carried.lost_replies.append("initiate")
    hand.submission.begin()
    assert (hand.phase, hand.state) == (Phase.UNKNOWN, OrderState.UNKNOWN)


def test_a_crash_after_it_could_be_seen_finds_it_again(hand: ByHand) -> None:
    hand.laid_out()
    hand.restart()
    hand.submission.resume()
    assert (hand.phase, hand.state) == (Phase.CARRYING, OrderState.INITIATED)
    assert hand.carried.calls.count("initiate") == 1


def test_a_restart_whose_note_can_not_be_read_shows_that_it_is_carried(hand: ByHand) -> None:
    hand.laid_out()
    hand.restart()
    hand.carried.failures["recall_initiation"] = deque([UserFacingError("bank.closed")])
    hand.submission.resume()
    assert (hand.phase, hand.error) == (Phase.CARRYING, "bank.closed")
    assert hand.carried.calls.count("initiate") == 1


def test_a_crash_between_note_and_record_is_found_and_recorded(hand: ByHand) -> None:
    hand.carried.fail("initiate", FailureKind.RETRYABLE, "bank.file_not_written")
    hand.submission.begin()
    hand.carried.laid_out[hand.payment.end_to_end_id] = hand.payment  # as if it had been seen
    hand.restart()
    hand.submission.resume()
    assert (hand.phase, hand.state) == (Phase.CARRYING, OrderState.INITIATED)
    assert hand.carried.calls.count("initiate") == 1


@pytest.mark.parametrize("intended", [True, False])
def test_what_cannot_be_found_again_is_not_known(hand: ByHand, intended: bool) -> None:
    if intended:
        hand.carried.fail("initiate", FailureKind.RETRYABLE, "bank.file_not_written")
        hand.submission.begin()
    else:
        hand.laid_out()
        hand.carried.laid_out.clear()
    hand.restart()
    if intended:
        hand.carried.fail("recall_initiation", FailureKind.RETRYABLE, "bank.closed")
    hand.submission.resume()
    assert hand.phase is Phase.UNKNOWN


def test_something_else_that_was_laid_out_under_its_name_stops_it(hand: ByHand) -> None:
    hand.laid_out()
    hand.restart()
    error = BindingError("binding.reply", field="creditor_account", count=1)
    hand.carried.failures.setdefault("recall_initiation", deque()).append(error)
    hand.submission.resume()
    assert hand.phase is Phase.UNKNOWN
    assert "reply_refused" in hand.kinds()


def test_what_the_way_can_not_carry_is_refused_before_the_intent(hand: ByHand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CarriedByHand, "not_carried", staticmethod(lambda _payment: "remittance"))
    hand.submission.begin()
    assert (hand.phase, hand.error) == (Phase.IDLE, "bank.not_carried")
    assert "submission_intended" not in hand.kinds()


# — what the person says —


def test_the_persons_word_moves_nothing_on(hand: ByHand) -> None:
    hand.laid_out()
    hand.submission.handed_over(" ALD-77 ")
    record = hand.record
    assert (record.state, record.bank_reference, record.handed_over_at > 0) == (OrderState.INITIATED, "ALD-77", True)
    assert hand.phase is Phase.CARRYING
    hand.submission.not_handed_over()
    assert (hand.state, hand.error) == (OrderState.INITIATED, "carried.not_waiting")
    hand.submission.handed_over("again")
    assert hand.error == "carried.not_waiting"


def test_a_payment_that_was_never_carried_ends_and_a_statement_that_shows_it_contradicts(hand: ByHand) -> None:
    hand.laid_out()
    hand.submission.not_handed_over()
    assert (hand.phase, hand.state, hand.record.reason) == (Phase.ENDED, OrderState.ABANDONED, "not_handed_over")
    report = hand.bring(hand.entry())
    assert [item.code for item in report.differences] == [Code.CONTRADICTION]
    assert len(hand.record.contradictions) == 1


def test_a_reference_has_an_end(hand: ByHand) -> None:
    hand.laid_out()
    hand.submission.handed_over("x" * 71)
    assert hand.error == "carried.reference_long"


def test_documents_are_kept_with_their_hash(hand: ByHand) -> None:
    vault = hand.world.vault
    with pytest.raises(UserFacingError, match=r"carried\.not_waiting"):
        record_proof(vault, hand.order, "early.pdf", b"x")
    with pytest.raises(UserFacingError, match=r"order\.unknown"):
        record_proof(vault, "ff" * 16, "early.pdf", b"x")
    hand.laid_out()
    hand.submission.prove("confirmation.pdf", b"%PDF")
    ((name, named, size),) = hand.record.proofs
    assert (name, size, vault.blob(named)) == ("confirmation.pdf", 4, b"%PDF")
    assert vault.blob("00" * 32) is None
    for data in (b"", b"x" * (PROOF_LIMIT + 1)):
        hand.submission.prove("odd", data)
        assert hand.error == "carried.proof_size"


def test_nothing_is_said_of_an_order_that_is_not_carried(desk: Desk) -> None:
    desk.submission.handed_over("x")
    assert desk.phase is Phase.IDLE
    assert "handed_over" not in desk.kinds()


# — settling —


def test_a_statement_settles_by_the_end_to_end_number(hand: ByHand) -> None:
    hand.laid_out()
    hand.submission.handed_over("")
    report = hand.bring(hand.entry())
    assert [(news.status, news.rule) for news in report.orders] == [("ACSC", "end_to_end")]
    record = hand.record
    assert (record.state, record.settled_by, record.settled_rule) == (OrderState.SETTLED, NAMED, "end_to_end")
    assert report.accounts[0].new == 1
    assert report.accounts[0].closing == Money(100, "EUR")
    again = hand.bring(hand.entry())
    assert (again.orders, again.differences, again.accounts[0].new) == ((), (), 0)


def test_an_unknown_outcome_is_resolved_by_a_statement(hand: ByHand) -> None:
    hand.carried.lost_replies.append("initiate")
    hand.submission.begin()
    assert hand.state is OrderState.UNKNOWN
    hand.bring(hand.entry())
    assert hand.record.state is OrderState.SETTLED


def test_without_a_number_both_accounts_amount_and_days_settle(hand: ByHand) -> None:
    hand.laid_out()
    hand.submission.handed_over("")
    detail = EntryDetail(None, Party("Landlord", hand.payment.creditor_account))
    report = hand.bring(hand.entry(details=(detail,)))
    assert [news.rule for news in report.orders] == ["account_amount_date"]


def test_a_payment_that_perhaps_is_this_one_waits_for_a_person(hand: ByHand) -> None:
    hand.laid_out()
    report = hand.bring(hand.entry(details=()))
    (found,) = report.differences
    assert (found.code, hand.state) == (Code.PERHAPS_OURS, OrderState.INITIATED)
    vault, entropy = hand.world.vault, hand.world.entropy
    assert open_differences(vault) == (found,)
    assert found.amount == -hand.payment.instructed_amount
    assert found.entry_text == ""
    with pytest.raises(UserFacingError, match=r"difference\.answer"):
        close_difference(vault, entropy, found.key, " ")
    close_difference(vault, entropy, found.key, SAME)
    assert (hand.state, hand.record.settled_rule) == (OrderState.SETTLED, Rule.PERSON.value)
    assert open_differences(vault) == ()
    with pytest.raises(UserFacingError, match=r"difference\.unknown"):
        close_difference(vault, entropy, found.key, SAME)


def test_another_amount_is_a_difference_and_settles_nothing(hand: ByHand) -> None:
    hand.laid_out()
    report = hand.bring(hand.entry(minor=-1))
    (found,) = report.differences
    assert (found.code, found.expected, hand.state) == (
        Code.AMOUNT_DIFFERS,
        hand.payment.instructed_amount,
        OrderState.INITIATED,
    )
    close_difference(hand.world.vault, hand.world.entropy, found.key, "The bank took its fee from it")
    assert hand.state is OrderState.INITIATED


def test_a_second_entry_is_paid_twice(hand: ByHand) -> None:
    hand.laid_out()
    second = replace(hand.entry(), references=(("AcctSvcrRef", "REF2"),))
    report = hand.bring(hand.entry(), second)
    assert [item.code for item in report.differences] == [Code.PAID_TWICE]
    assert hand.state is OrderState.SETTLED


def test_money_that_comes_back_is_told_with_its_reason(hand: ByHand) -> None:
    hand.laid_out()
    back = hand.entry(minor=hand.payment.instructed_amount.minor)
    returned = replace(back, details=(replace(back.details[0], return_reason="AC04"),))
    report = hand.bring(returned, hand.entry())
    assert [(news.status, news.reason) for news in report.orders] == [("ACSC", ""), ("RETURNED", "AC04")]
    record = hand.record
    assert (record.state, record.returned, record.returned_at > 0) == (OrderState.SETTLED, "AC04", True)
    assert hand.bring(returned).orders == ()


def test_a_part_that_comes_back_is_a_difference(hand: ByHand) -> None:
    hand.laid_out()
    report = hand.bring(hand.entry(), hand.entry(minor=5, reversal=True))
    assert [item.code for item in report.differences] == [Code.RETURNED_IN_PART]


def test_entries_of_a_batch_are_told_apart(hand: ByHand) -> None:
    hand.laid_out()
    mine = replace(hand.entry().details[0], amount=hand.payment.instructed_amount)
    other = EntryDetail(Money(5, "EUR"), Party("Other"), "OTHER-1")
    batch = replace(hand.entry(minor=-hand.payment.instructed_amount.minor - 5), details=(other, mine))
    assert [news.order for news in hand.bring(batch).orders] == [hand.order]
    assert hand.record.settled_by == "REF1@2026-11-23-600005EUR/2"


def test_entries_that_are_not_booked_say_nothing(hand: ByHand) -> None:
    hand.laid_out()
    assert hand.bring(hand.entry(status="PDNG", references=(), booked_on="", value_on="soon")).orders == ()
    assert hand.state is OrderState.INITIATED


def test_a_statement_of_another_account_is_not_recorded(hand: ByHand) -> None:
    report = hand.bring(hand.entry(), account="DE89370400440532013000")
    assert (report.unknown_accounts, report.accounts) == (("DE89370400440532013000",), ())


def test_an_older_statement_does_not_turn_the_balance_back(hand: ByHand) -> None:
    before = next(row for row in hand.world.reader.accounts() if row.iban == hand.payment.debtor_account)
    head = StatementHead("S0", before.iban, "IBAN", "EUR", "", "", "", "", "", "")
    old = StatementBalance("CLBD", Money(1, "EUR"), "2020-01-01")
    hand.read(FileHead(FileKind.CAMT_053, "camt.053.001.08", "M0", ""), head, old, StatementEnd("S0", 0))
    after = next(row for row in hand.world.reader.accounts() if row.iban == before.iban)
    assert (after.balance, after.as_of) == (before.balance, before.as_of)


# — status reports —


def test_a_status_report_moves_the_order_on(hand: ByHand) -> None:
    hand.laid_out()
    report = hand.report(hand.status("ACTC"))
    assert (report.orders[0].rule, hand.state) == ("pain.002", OrderState.ACCEPTED)
    hand.report(hand.status("ACTC"))
    assert hand.kinds().count("status_changed") == 1
    hand.report(hand.status("ACSC"))
    assert hand.state is OrderState.SETTLED
    settled = hand.bring(hand.entry())  # the statement says so too: that is the better proof, and no second payment
    assert (settled.differences, hand.record.settled_by) == ((), NAMED)


def test_a_refusal_has_its_reason(hand: ByHand) -> None:
    hand.laid_out()
    hand.submission.handed_over("")
    report = hand.report(hand.status("RJCT", reasons=(StatusReason("AC01"),)))
    assert report.orders[0].reason == "AC01"
    assert (hand.state, hand.record.reason) == (OrderState.REJECTED, "AC01")


def test_a_whole_file_that_is_refused_refuses_its_payment(hand: ByHand) -> None:
    hand.laid_out()
    hand.submission.handed_over("")
    block = GroupStatus(hand.payment.end_to_end_id, "P1", "RJCT")
    group = GroupStatus(hand.payment.end_to_end_id, "", "RJCT", (StatusReason("FF01"),))
    hand.report(block)
    assert hand.state is OrderState.INITIATED
    hand.report(group)
    assert (hand.state, hand.record.reason) == (OrderState.REJECTED, "FF01")


def test_a_name_check_is_kept_beside_the_status(hand: ByHand) -> None:
    hand.laid_out()
    hand.report(hand.status("PDNG", name_check="RVMC", checked_name="Landlord Ltd"))
    event = hand.world.vault.events_of(hand.order)[-1].says()
    assert (event["name_check"], event["checked_name"]) == ("RVMC", "Landlord Ltd")
    assert hand.state is OrderState.INITIATED


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Money(1, "EUR")},
        {"creditor": Party(account="DE89370400440532013000")},
        {"debtor": Party(account="DE89370400440532013000")},
        {"end_to_end_id": "UNKNOWN"},
    ],
)
def test_a_status_about_something_else_changes_nothing(hand: ByHand, changes: dict[str, object]) -> None:
    hand.laid_out()
    report = hand.report(hand.status("RJCT", **changes))
    assert (report.skipped, hand.state) == (1, OrderState.INITIATED)


def test_a_code_that_nobody_knows_changes_nothing(hand: ByHand) -> None:
    hand.laid_out()
    report = hand.report(hand.status("BLCK"))
    assert [news.status for news in report.orders] == ["BLCK"]
    assert hand.state is OrderState.INITIATED


def test_a_status_of_an_order_that_was_never_sent_changes_nothing(hand: ByHand) -> None:
    assert hand.report(hand.status("ACSC")).skipped == 1
    assert hand.state is OrderState.APPROVED


# — reading —


def test_a_file_of_another_kind_is_refused(hand: ByHand) -> None:
    with pytest.raises(UserFacingError, match=r"file\.not_from_bank"):
        hand.read(FileHead(FileKind.PAIN_001, "pain.001.001.09", "M", ""))
    with pytest.raises(UserFacingError, match=r"file\.unknown_kind"):
        hand.read()


@pytest.mark.parametrize("after", [0, 4])
def test_a_reading_can_be_cancelled(hand: ByHand, after: int) -> None:
    hand.laid_out()
    asked = iter(range(100))
    session = hand.world.session
    hand.bring(hand.entry(details=()))  # lists the file
    told: list[int] = []
    script = import_bank_file(session, FILE, lambda done, _total: told.append(done), lambda: next(asked) > after)
    report = run(session, script)
    assert report.cancelled
    assert len(told) <= after + 1


# — accounts and payments elsewhere —

NEW = NewAccount(
    "12345678", AccountScheme.BBAN, "", "GBDSC:200415", "Old savings", "GBP", Reach.MANUAL, "A building society", {}
)


def test_an_account_is_added_once() -> None:
    world = fakes.make_world()
    connection, settings = add_account(world.vault, world.entropy, NEW)
    world.session.attach(connection, settings)
    world.session.accounts[NEW.number, NEW.agent_member] = connection
    bank = world.session.bank_of_account(NEW.number, NEW.agent_member)
    assert bank is not None
    assert bank.reach is Reach.MANUAL
    assert world.session.connections()[connection]["name"] == "A building society"
    with pytest.raises(UserFacingError, match=r"account\.known"):
        add_account(world.vault, world.entropy, NEW)
    other, _ = add_account(world.vault, world.entropy, replace(NEW, reach=Reach.FILES))
    assert other != connection
    rows = tuple(world.reader.accounts())
    require_unknown(rows, replace(NEW, number="87654321"))
    with pytest.raises(UserFacingError, match=r"account\.known"):
        require_unknown(rows, replace(NEW, number=fakes.MAIN, agent_member=""))


@pytest.mark.parametrize("changes", [{"number": ""}, {"name": ""}, {"bank_name": ""}, {"reach": Reach.XS2A}])
def test_an_account_needs_all_its_parts(changes: dict[str, object]) -> None:
    world = fakes.make_world()
    with pytest.raises(UserFacingError, match=r"account\.incomplete"):
        add_account(world.vault, world.entropy, replace(NEW, **changes))  # type: ignore[arg-type]


def test_a_payment_elsewhere_is_recorded() -> None:
    world = fakes.make_world()
    now = world.clock.now_ms()
    paid = Elsewhere(fakes.MAIN, now - 1, Money(100, "EUR"), "Market hall", "", "Stall", Channel.BRANCH)
    row = record_elsewhere(world.vault, world.entropy, paid)
    assert world.vault.kinds_of(row) == (kinds.PAYMENT_ELSEWHERE,)
    with pytest.raises(UserFacingError, match=r"elsewhere\.future"):
        record_elsewhere(world.vault, world.entropy, replace(paid, at=now + 1))
    for changes in ({"account": ""}, {"counterparty": ""}, {"amount": Money(0, "EUR")}, {"reference": "x" * 141}):
        with pytest.raises(UserFacingError, match=r"elsewhere\.incomplete"):
            record_elsewhere(world.vault, world.entropy, replace(paid, **changes))


def test_the_status_that_a_contradiction_gets_is_the_banks(hand: ByHand) -> None:
    hand.laid_out()
    hand.submission.not_handed_over()
    hand.bring(hand.entry())
    assert hand.record.status in {None, TransactionStatus.ACSC}
    assert hand.state is OrderState.ABANDONED


def test_a_charge_that_names_the_payment_is_no_second_payment(hand: ByHand) -> None:
    hand.laid_out()
    fee = hand.entry(minor=-35, code="ACMT-MDOP-CHRG")
    report = hand.bring(fee, hand.entry(), fee)
    assert (report.differences, hand.state) == ((), OrderState.SETTLED)
    assert report.accounts[0].new == 3, "two charges that say the same are two"


# — nothing is shown or given up that must not be —


def test_nothing_is_shown_while_new_payments_are_stopped(hand: ByHand) -> None:
    hand.laid_out()
    freeze_workspace(hand)
    hand.restart()
    hand.submission.resume()
    assert (hand.phase, hand.error) == (Phase.CARRYING, "intent.frozen")
    assert hand.submission.progress.handover is None
    assert "recall_initiation" not in hand.carried.calls
    hand.submission.handed_over("ALD-1")  # what was done is still said
    assert hand.record.handed_over_at


def test_a_stop_between_intent_and_laying_out_lays_nothing_out(hand: ByHand) -> None:
    hand.carried.fail("initiate", FailureKind.RETRYABLE, "bank.file_not_written")
    hand.submission.begin()
    freeze_workspace(hand)
    hand.restart()
    hand.submission.resume()
    assert (hand.phase, hand.error) == (Phase.UNKNOWN, "intent.frozen")
    assert hand.carried.laid_out == {}


def test_a_copy_that_may_not_sign_shows_nothing_to_carry(hand: ByHand) -> None:
    hand.laid_out()
    hand.world.vault.may_sign = False
    hand.restart()
    hand.submission.resume()
    assert (hand.phase, hand.error) == (Phase.UNKNOWN, "vault.read_only")
    assert hand.submission.progress.handover is None


def test_what_is_gone_from_its_place_does_not_end_by_a_word(hand: ByHand) -> None:
    hand.laid_out()
    hand.carried.taken = True
    hand.submission.not_handed_over()
    assert (hand.state, hand.error) == (OrderState.INITIATED, "bank.perhaps_handed_over")


def test_a_word_that_comes_too_late_changes_nothing(hand: ByHand) -> None:
    hand.laid_out()
    with hand.world.vault.transaction() as change:
        change.append(EventDraft(kinds.ORDER_HANDED_OVER, hand.order, {"reference": ""}))
    hand.submission.not_handed_over()
    assert hand.error == "carried.not_waiting"
    assert "withdraw" not in hand.carried.calls
    with pytest.raises(UserFacingError, match=r"carried\.not_waiting"):
        require_waiting(hand.world.vault, "ff" * 16)


def test_it_is_given_up_only_where_nothing_was_laid_out(hand: ByHand) -> None:
    hand.carried.fail("initiate", FailureKind.RETRYABLE, "bank.file_not_written")
    hand.submission.begin()
    hand.carried.laid_out[hand.payment.end_to_end_id] = hand.payment  # it could be seen all the same
    hand.submission.abandon("given_up")
    assert (hand.state, hand.error) == (OrderState.INTENDED, "bank.already_laid_out")
    hand.carried.laid_out.clear()
    hand.restart()
    hand.submission.resume()
    assert hand.phase is Phase.NOT_SENT
    hand.carried.fail("recall_initiation", FailureKind.RETRYABLE, "bank.closed")
    hand.submission.abandon("given_up")
    assert (hand.state, hand.error) == (OrderState.INTENDED, "bank.closed")
    hand.submission.abandon("given_up")
    assert (hand.phase, hand.state) == (Phase.ENDED, OrderState.ABANDONED)


def test_only_the_person_can_ask_the_bank_to_cancel(hand: ByHand) -> None:
    hand.laid_out()
    hand.submission.handed_over("")
    hand.submission.cancel()
    assert hand.error == "bank.cancel_at_the_bank"
    assert "cancellation_intended" not in hand.kinds()


def test_an_order_that_the_bank_showed_after_all_is_not_made_again(hand: ByHand) -> None:
    hand.laid_out()
    hand.submission.not_handed_over()
    hand.bring(hand.entry())
    assert hand.record.contradictions
    draft, version = draft_of(hand.world, order=hand.order)
    assessment = assess_transfer(
        hand.world.reader, draft, hand.world.clock.now_ms(), hand.world.session.zone, "Mei Hartmann"
    )
    with pytest.raises(UserFacingError, match=r"order\.already_sent"):
        freeze_order(hand.world.vault, hand.world.entropy, draft, version, assessment)
