"""The approvals inbox: what is listed for whom, what a detail leads with, and what comes of pressing its buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

import pytest
from mnemonic import Mnemonic

from countersign.application.ports.tasks import Lane
from countersign.application.ports.workspace import ChainHead
from countersign.application.sharing import Sharing
from countersign.application.use_cases.look_at_order import looks_at
from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.money import Money
from countersign.domain.order import fingerprint_phrase
from countersign.domain.order_state import OrderState
from countersign.domain.payee import DetailsSource, VopOutcome
from countersign.domain.policy import Policy
from countersign.presentation.error_texts import sentence
from countersign.presentation.inbox import PAGE, InboxPresenter
from countersign.presentation.inbox_batch import outliers
from countersign.presentation.inbox_facts import SCANNED
from countersign.presentation.inbox_state import Detail, Filter, InboxRow, InboxState, Stage
from countersign.presentation.inbox_watch import InboxWatch, badge_of
from countersign.presentation.inbox_words import either, together
from countersign.testing import fakes
from countersign.testing.fake_door import PASSPHRASE, FakeDoor
from countersign.testing.fake_team import ANNA, HARTWELL, ME, RAVI, TOM, Team, busy_team, make_team
from tests.unit.presentation.recorded import Went

WORDS = tuple(Mnemonic("english").wordlist)


@dataclass
class Page:
    """A page that keeps what it was shown."""

    state: InboxState | None = None
    rows: list[InboxRow] = field(default_factory=list)
    more: bool = False
    said: list[str] = field(default_factory=list)

    def show_state(self, state: InboxState) -> None:
        self.state = state
        if state.said:
            self.said.append(state.said)

    def show_rows(self, rows: Sequence[InboxRow], *, more: bool) -> None:
        self.rows, self.more = list(rows), more

    def add_rows(self, rows: Sequence[InboxRow], *, more: bool) -> None:
        self.rows += rows
        self.more = more

    @property
    def now(self) -> InboxState:
        assert self.state is not None
        return self.state

    @property
    def detail(self) -> Detail:
        assert self.now.detail is not None
        return self.now.detail


@dataclass
class Opened:
    """An inbox and what it stands on."""

    team: Team
    page: Page
    presenter: InboxPresenter
    went: Went

    def choose(self, payee: str, place: int = 0) -> Detail:
        self.presenter.choose([row.order for row in self.page.rows if payee in row.payee][place])
        return self.page.detail


def opened(team: Team, wanted: Filter = Filter.MINE) -> Opened:
    page, went = Page(), Went()
    presenter = InboxPresenter(team.world.session, page, went, WORDS, FakeDoor(team.world))
    presenter.start()
    presenter.set_filter(wanted)
    return Opened(team, page, presenter, went)


def landlord(team: Team) -> tuple[str, str]:
    payee = team.world.payees[fakes.LANDLORD[0]]
    record = team.vault.payee(payee)
    assert record is not None
    return payee, record.version.event


# — the list —


def test_mine_is_what_i_can_sign_and_all_is_everything_handed_in() -> None:
    inbox = opened(busy_team())
    assert len(inbox.page.rows) == 9
    assert all(row.mine for row in inbox.page.rows)
    inbox.presenter.set_filter(Filter.ALL)
    assert len(inbox.page.rows) == 10
    (own,) = [row for row in inbox.page.rows if not row.mine]
    assert own.text == "Requested by you · 0 of 2 approvals"
    inbox.presenter.set_filter(Filter.FLAGGED)
    assert {row.payee for row in inbox.page.rows} == {HARTWELL, "上海张江精密制造有限公司", "Pacific Freight Ltd"}


@pytest.mark.parametrize(
    ("payee", "chips"),
    [
        (HARTWELL, [("Unusual amount", "warn"), ("Account changed", "warn")]),
        ("Pacific", [("Name check: no match", "danger"), ("First payment", "warn")]),
        ("上海", [("Name check: close", "warn"), ("First payment", "warn")]),
        (fakes.LANDLORD[0], [("Matches last 12", "ok")]),
    ],
)
def test_chips_say_what_is_to_be_seen_at_a_glance(payee: str, chips: list[tuple[str, str]]) -> None:
    inbox = opened(busy_team())
    row = next(row for row in inbox.page.rows if payee in row.payee)
    assert [(chip.text, chip.tone) for chip in row.chips] == chips
    assert row.flagged == any(tone != "ok" for _text, tone in chips)
    assert all(text in row.spoken for text, _tone in chips)


@pytest.mark.parametrize(
    ("text", "found"),
    [("hartwell", 1), ("8812", 1), ("250,000", 1), ("25000000", 1), ("张江", 1), ("workshop", 5), ("nobody", 0)],
)
def test_search_finds_payees_amounts_and_references(text: str, found: int) -> None:
    inbox = opened(busy_team())
    inbox.presenter.search(text)
    assert len(inbox.page.rows) == found
    assert inbox.page.now.summary == (f"{found} payment" if found == 1 else f"{found} payments")


def test_a_long_list_is_read_piece_by_piece() -> None:
    tasks = fakes.ManualTasks()
    team = make_team(tasks)
    payee = landlord(team)
    for number in range(PAGE + SCANNED + 5):
        team.request(TOM, payee, 600_000 + number, f"Rent {number}")
    page = Page()
    presenter = InboxPresenter(team.world.session, page, Went(), WORDS, FakeDoor(team.world))
    presenter.start()
    tasks.finish()
    assert len(page.rows) == PAGE
    assert page.now.summary == f"{PAGE}+ payments"
    presenter.fetch_more()
    presenter.fetch_more()  # once is enough
    tasks.finish()
    assert len(page.rows) == PAGE + SCANNED + 5
    assert not page.more
    assert len({row.order for row in page.rows}) == len(page.rows)


def test_an_older_answer_is_dropped() -> None:
    tasks = fakes.ManualTasks()
    team = busy_team(tasks)
    tasks.finish()
    page = Page()
    presenter = InboxPresenter(team.world.session, page, Went(), WORDS, FakeDoor(team.world))
    presenter.start()
    presenter.search("hartwell")
    tasks.finish()
    assert [row.payee for row in page.rows] == [HARTWELL]
    presenter.close()
    presenter.search("")
    tasks.finish()
    assert len(page.rows) == 1


def test_what_is_still_being_reviewed_is_in_nobodys_inbox() -> None:
    team = make_team()
    payee = landlord(team)
    with team.vault.by(TOM), team.vault.transaction() as change:
        content = team._content(TOM, payee, Money(1, "EUR"), "x", fakes.MAIN)  # noqa: SLF001 - the desk's own
        body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
        change.append(EventDraft(kinds.ORDER_FROZEN, content.order, body, refs=(payee[1],)))
    assert opened(team, Filter.ALL).page.rows == []


def test_who_works_alone_is_told_so() -> None:
    world = fakes.make_world()
    page = Page()
    InboxPresenter(world.session, page, Went(), WORDS, FakeDoor(world)).start()
    assert page.now.empty_title == "Nothing waits for you"
    assert page.now.empty_text.startswith("You work alone here")


# — one order —


def test_the_detail_leads_with_what_changed() -> None:
    detail = opened(busy_team()).choose(HARTWELL)
    assert detail.changes.title == "What changed since the last payment on 23 Oct 2026"
    changed = {row.key for row in detail.changes.rows if row.changed}
    assert changed == {"account", "amount", "source", "call_back"}
    account = next(row for row in detail.changes.rows if row.key == "account")
    assert (account.before, account.now) == ("GB79 SVVP 9900 1731 9268 19", "GB67 SVVP 9900 9310 7345 22")
    assert next(row for row in detail.changes.rows if row.key == "payee").now == "Same"
    assert detail.words == "two hundred and fifty thousand British pounds"
    assert detail.reasons == (
        "This is 41× your usual amount of \u2066GBP 6,100.00\u2069.",
        "The account details came by e-mail.",
    )
    labels = {fact.label for fact in detail.evidence}
    assert {"Name check", "Details from"} < labels
    assert any("How did you confirm" in label for label in labels)
    assert [fact.label for fact in detail.opened] == [ME]


def test_a_doubted_account_is_called_about_before_anybody_signs() -> None:
    inbox = opened(busy_team())
    detail = inbox.choose(HARTWELL)
    assert (detail.act, detail.primary) == ("call_back", "Record call-back first")
    inbox.presenter.open_stage(Stage.CALL_BACK)
    inbox.presenter.record_call_back(None)
    assert inbox.page.now.faults.reason
    inbox.presenter.record_call_back("called_known_number")
    assert inbox.page.said == ["Your call-back is on record."]
    detail = inbox.page.detail
    assert (detail.act, detail.primary) == ("approve", "Approve \u2066GBP 250,000.00\u2069")
    call = next(row for row in detail.changes.rows if row.key == "call_back")
    assert (call.now, call.changed) == ("Called on a known number", False)


def test_a_first_payment_has_nothing_to_compare_with() -> None:
    detail = opened(busy_team()).choose("上海")
    assert not detail.changes.has_before
    assert detail.changes.title == "Nothing was paid to this payee before"
    assert detail.chart is None


def test_who_signed_and_what_is_missing() -> None:
    team = make_team(policy=Policy(approvals=3, requester_may_approve=False))
    order = team.request(TOM, landlord(team), 600_000, "Rent")
    team.approve(RAVI, order)
    detail = opened(team).choose(fakes.LANDLORD[0])
    assert [fact.label for fact in detail.signed] == [RAVI]
    assert detail.missing == ("2 more signatures: nobody is left who can give it. Change the rules, or return it.",)
    assert detail.rules == ("3 people must approve.",)


def test_a_group_is_named_and_its_members_too() -> None:
    rule = ApprovalRule("finance", needs=(Need("Finance", 1), Need("", 1)))
    policy = Policy(approvals=1, requester_may_approve=False, rules=(rule,))
    team = make_team(policy=policy, groups={RAVI: ("Finance",)})
    team.request(TOM, landlord(team), 600_000, "Rent")
    detail = opened(team).choose(fakes.LANDLORD[0])
    assert "1 more signature of Finance: Ravi Singh." in detail.missing
    assert "Finance" in detail.rules[0]


def test_own_requests_say_who_must_act() -> None:
    inbox = opened(busy_team(), Filter.ALL)
    own = next(row.order for row in inbox.page.rows if not row.mine)
    inbox.presenter.choose(own)
    assert inbox.page.detail.blocked == "You requested this; ask Tom Okoro or Ravi Singh."
    assert inbox.page.detail.act == ""
    said = "You requested this. If it shall not be paid, stop it on its own page."
    assert (inbox.page.detail.reject_blocked, inbox.page.detail.return_blocked) == (said, said)
    assert inbox.presenter.toggle(own) == "You requested this; ask Tom Okoro or Ravi Singh."
    assert inbox.page.now.selected == frozenset()


def test_a_payee_that_was_changed_meanwhile_can_only_be_returned() -> None:
    team = make_team()
    payee = landlord(team)
    team.request(TOM, payee, 600_000, "Rent")
    team.payee(fakes.LANDLORD[0], "DE21999700200532013042", VopOutcome.MATCH, DetailsSource.EMAIL, payee[0])
    detail = opened(team).choose(fakes.LANDLORD[0])
    assert detail.blocked == "The payee was changed after this was written. Return it for repair."
    assert (detail.reject_blocked, detail.return_blocked) == ("", "")
    assert detail.warning


def test_while_payments_are_stopped_nobody_signs() -> None:
    team = busy_team()
    with team.vault.transaction() as change:
        change.append(EventDraft(kinds.WORKSPACE_FROZEN, "66" * 16, {"reason": "person"}))
    detail = opened(team).choose(HARTWELL)
    assert detail.blocked == detail.warning != ""


def test_a_copy_that_may_not_sign_says_so() -> None:
    team = busy_team()
    team.vault.may_sign = False
    detail = opened(team).choose(fakes.LANDLORD[0])
    assert detail.blocked.startswith("This copy of the vault can only be read.")
    assert detail.reject_blocked == detail.return_blocked == detail.blocked
    assert detail.opened == ()


def test_who_is_of_another_group_returns_and_does_not_reject() -> None:
    rule = ApprovalRule("finance", needs=(Need("Finance", 1),))
    policy = Policy(approvals=1, requester_may_approve=False, rules=(rule,))
    team = make_team(policy=policy, groups={RAVI: ("Finance",)})
    team.request(TOM, landlord(team), 600_000, "Rent")
    detail = opened(team, Filter.ALL).choose(fakes.LANDLORD[0])
    assert detail.reject_blocked == "Only those who could approve it reject it: Ravi Singh."
    assert detail.return_blocked == ""


def test_an_auditor_neither_rejects_nor_returns_and_is_told_by_whom() -> None:
    team = make_team()
    team.request(TOM, landlord(team), 600_000, "Rent")
    with team.vault.by(ANNA):
        detail = opened(team, Filter.ALL).choose(fakes.LANDLORD[0])
    assert detail.reject_blocked == detail.return_blocked != ""
    assert "administrator" in detail.reject_blocked


def test_what_was_sent_meanwhile_is_not_rejected() -> None:
    team = make_team()
    order = team.request(TOM, landlord(team), 600_000, "Rent")
    team.send_back(RAVI, order, "rejected.other", "No.")
    inbox = opened(team, Filter.ALL)
    inbox.presenter.choose(order)
    assert inbox.page.detail.reject_blocked == inbox.page.detail.return_blocked == sentence("order.not_open")


def test_the_account_after_it_counts_all_that_waits() -> None:
    detail = opened(busy_team()).choose("Pacific")
    texts = {fact.label: fact.text for fact in detail.liquidity}
    assert texts["Main account ••8901"] == "EUR 412,000.00"
    assert texts["After this"] == "EUR 373,100.00"
    assert any(label.startswith("After ") and label.endswith("that wait") for label in texts)
    short = opened(busy_team()).choose(HARTWELL)
    assert next(fact for fact in short.liquidity if fact.label == "After this").tone == "danger"


# — signing —


def sign(inbox: Opened, digits: str, passphrase: str) -> None:
    inbox.presenter.open_stage(Stage.APPROVE)
    inbox.presenter.approve(inbox.page.detail.read_back, digits, passphrase)


@pytest.mark.parametrize(
    ("digits", "passphrase", "fault"),
    [
        ("", PASSPHRASE, "digits"),
        ("3000", "", "passphrase"),
        ("9999", PASSPHRASE, "digits"),
        ("3000", "x", "passphrase"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(digits: str, passphrase: str, fault: str) -> None:
    inbox = opened(busy_team())
    order = inbox.choose(fakes.LANDLORD[0]).order
    sign(inbox, digits, passphrase)
    faults = inbox.page.now.faults
    assert bool(faults.digits) == (fault == "digits")
    assert bool(faults.passphrase) == (fault == "passphrase")
    record = inbox.team.vault.order(order)
    assert record is not None
    assert all(item.member != inbox.team.vault.identity.member for item in record.approvals)


def test_signing_takes_it_off_the_list_and_says_what_comes_next() -> None:
    inbox = opened(busy_team())
    order = inbox.choose(fakes.LANDLORD[0]).order
    sign(inbox, "3000", PASSPHRASE)
    assert order not in {row.order for row in inbox.page.rows}
    assert inbox.page.now.chosen == ""
    assert inbox.page.said == ["You approved it. It waits for the others."]
    half = next(row for row in inbox.page.rows if "1 of 2" in row.text)
    inbox.presenter.choose(half.order)
    sign(inbox, "3000", PASSPHRASE)
    assert inbox.page.said[-1] == "You approved it. Nothing more is missing: it can be sent."
    record = inbox.team.vault.order(half.order)
    assert record is not None
    assert record.state is OrderState.APPROVED


def test_what_others_did_meanwhile_is_a_problem_and_no_signature() -> None:
    inbox = opened(busy_team())
    order = inbox.choose(fakes.LANDLORD[0]).order
    inbox.team.send_back(RAVI, order, "rejected.twice", "Paid in October.")
    sign(inbox, "3000", PASSPHRASE)
    assert inbox.page.now.problem.text
    inbox.presenter.open_stage(Stage.DETAIL)
    assert not inbox.page.now.problem.text


@pytest.mark.parametrize(
    ("stage", "reason", "said"),
    [
        (Stage.REJECT, "rejected.suspicious", "Rejected. The requester sees why."),
        (Stage.REPAIR, "repair.account", "Returned for repair. The requester sees what to mend."),
    ],
)
def test_ending_it_wants_a_reason_and_words(stage: Stage, reason: str, said: str) -> None:
    inbox = opened(busy_team())
    order = inbox.choose(HARTWELL).order
    inbox.presenter.open_stage(stage)
    assert inbox.page.now.form is not None
    assert reason in {option.value for option in inbox.page.now.form.reasons}
    inbox.presenter.stop(None, " ")
    assert inbox.page.now.faults.reason
    assert inbox.page.now.faults.note
    inbox.presenter.stop(reason, "Call them first.")
    assert inbox.page.said == [said]
    record = inbox.team.vault.order(order)
    assert record is not None
    assert (record.state, record.reason) == (OrderState.STOPPED, reason)
    assert order not in {row.order for row in inbox.page.rows}


# — several —


def test_a_batch_leaves_out_what_is_flagged_and_lists_it() -> None:
    inbox = opened(busy_team())
    inbox.presenter.select_all()
    flagged = next(row.order for row in inbox.page.rows if "Pacific" in row.payee)
    assert inbox.presenter.toggle(flagged) == ""
    assert inbox.page.now.selection == "7 selected: \u2066EUR 77,295.00\u2069"
    inbox.presenter.open_stage(Stage.BATCH)
    batch = inbox.page.now.batch
    assert batch is not None
    assert batch.excluded == "1 of 7 needs opening first."
    assert [item.payee for item in batch.flagged] == ["Pacific Freight Ltd"]
    assert len(batch.items) == 6
    assert [fact.text for fact in batch.totals] == ["EUR 38,395.00"]
    assert batch.phrase == fingerprint_phrase(batch.digest, WORDS)
    (look,) = inbox.team.vault.events_of(looks_at("", batch.digest))  # who marks by hand names what was shown
    assert look.kind == kinds.BATCH_OPENED
    assert look.says()["orders"] == [item.order for item in batch.items]
    (chart,) = batch.charts
    assert [dot.text for dot in chart.dots if dot.outlier] == ["EUR 8,400.00"]
    assert "Unlike the others" in chart.sentence
    inbox.presenter.approve_batch(batch, "")
    assert inbox.page.now.faults.passphrase
    inbox.presenter.approve_batch(batch, PASSPHRASE)
    assert inbox.page.said == ["You approved 6 payments."]
    assert inbox.page.now.selected == frozenset()
    signed = [record for item in batch.items if (record := inbox.team.vault.order(item.order)) is not None]
    assert all(record.counted for record in signed)
    assert {row.payee for row in inbox.page.rows} == {HARTWELL, "上海张江精密制造有限公司", "Pacific Freight Ltd"}


def test_only_flagged_ones_are_no_batch() -> None:
    inbox = opened(busy_team(), Filter.FLAGGED)
    inbox.presenter.open_stage(Stage.BATCH)
    assert inbox.page.now.stage is Stage.DETAIL
    for row in inbox.page.rows:
        inbox.presenter.toggle(row.order)
    inbox.presenter.open_stage(Stage.BATCH)
    batch = inbox.page.now.batch
    assert batch is not None
    assert batch.blocked == "Nothing is left to sign together: open them one by one."
    assert batch.phrase == ()
    inbox.presenter.clear_selection()
    assert inbox.page.now.stage is Stage.DETAIL


def test_marks_go_with_what_goes() -> None:
    inbox = opened(busy_team())
    inbox.presenter.select_all()
    (first, *_rest) = inbox.page.now.selected
    inbox.team.send_back(RAVI, first, "rejected.twice", "Paid.")
    inbox.presenter.refresh()
    assert first not in inbox.page.now.selected
    assert inbox.page.now.selected


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ([5, 5, 5], set()),
        ([5, 5, 5, 5], set()),
        ([5, 6, 5, 6, 90], {4}),
        ([100, 101, 99, 102, 1], {4}),
        ([1, 2, 3, 4], set()),
    ],
)
def test_outliers_lie_far_beyond_the_quartiles(values: list[int], places: set[int]) -> None:
    assert outliers(values) == places


# — names —


@pytest.mark.parametrize(
    ("names", "one", "all_of"),
    [
        ([], "nobody in this workspace", "nobody in this workspace"),
        (["Mei"], "Mei", "Mei"),
        (["Mei", "Tom"], "Mei or Tom", "Mei and Tom"),
        (["A", "B", "C"], "A, B or C", "A, B and C"),
        (["A", "B", "C", "D", "E"], "A, B or 3 others", "A, B, C, D and E"),
    ],
)
def test_names_are_joined(names: list[str], one: str, all_of: str) -> None:
    assert (either(names), together(names)) == (one, all_of)


# — the watch —


def test_the_watch_counts_what_i_can_sign_and_tells_of_what_is_new() -> None:
    team = busy_team()
    told: list[tuple[int, bool]] = []
    watch = InboxWatch(team.world.session, lambda count, new: told.append((count, new)))
    watch.start()
    assert told == [(9, False)]
    order = team.request(TOM, landlord(team), 600_000, "Another rent")
    watch.look()
    assert told[-1] == (10, True)
    team.send_back(RAVI, order, "rejected.twice", "Paid.")
    watch.look()
    assert told[-1] == (9, False)
    watch.look()
    assert len(told) == 3
    watch.close()
    team.request(TOM, landlord(team), 600_000, "One more")
    watch.look()
    assert len(told) == 3


def test_the_watch_asks_nothing_in_a_workspace_of_one() -> None:
    world = fakes.make_world()
    watch = InboxWatch(world.session, lambda _count, _new: pytest.fail("nobody else is there"))
    watch.start()
    lanes = world.session.tasks
    assert isinstance(lanes, fakes.InlineTasks)
    asked = len(lanes.lanes)
    watch.look()
    assert len(lanes.lanes) == asked


@pytest.mark.parametrize(
    ("count", "badge"), [(0, ("", "")), (1, ("1", "Approvals, 1 waiting")), (120, ("99+", "Approvals, 99+ waiting"))]
)
def test_the_count_in_the_side_bar(count: int, badge: tuple[str, str]) -> None:
    assert badge_of(count) == badge


# — what arrives —


@dataclass
class Others:
    """The other devices, as a session knows of them: how far they reach, and who listens."""

    reach: int = 0
    told: int = 0
    admitted: bool = True
    listeners: list[Callable[[], None]] = field(default_factory=list)

    @property
    def vault(self) -> Others:
        return self

    def heads(self) -> dict[str, ChainHead]:
        return {"somebody": ChainHead(self.reach, "")}

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def tell_others(self) -> None:
        self.told += 1

    def arrive(self) -> None:
        self.reach += 1
        for listener in tuple(self.listeners):
            listener()


def test_what_arrives_is_listed_at_once_and_nothing_is_read_where_nothing_came() -> None:
    team = busy_team()
    others = Others()
    team.world.session.shared = cast("Sharing", others)
    inbox = opened(team)
    told: list[tuple[int, bool]] = []
    watch = InboxWatch(team.world.session, lambda count, new: told.append((count, new)))
    watch.start()
    lanes = team.world.session.tasks
    assert isinstance(lanes, fakes.InlineTasks)
    lanes.lanes.clear()
    inbox.presenter.refresh()
    watch.look()
    assert Lane.READ not in lanes.lanes
    team.request(TOM, landlord(team), 600_000, "Another rent")
    others.arrive()
    assert len(inbox.page.rows) == 10
    assert told[-1] == (10, True)
    inbox.choose(fakes.LANDLORD[0])
    sign(inbox, "3000", PASSPHRASE)
    assert others.told == 1
    inbox.presenter.close()
    watch.close()
    assert others.listeners == []


def test_before_it_is_admitted_a_device_counts_nothing() -> None:
    team = busy_team()
    team.world.session.shared = cast("Sharing", Others(admitted=False))
    watch = InboxWatch(team.world.session, lambda _count, _new: pytest.fail("nothing waits yet"))
    watch.start()
