"""What the ledger amounts to, asked of a real database."""

from __future__ import annotations

import pytest

from countersign.adapters.vault import projections
from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.ports.vault import HistoryQuery
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import LedgerError
from countersign.domain.money import Money
from countersign.domain.order_state import OrderState
from countersign.testing.fakes import DAY_MS, MAIN, SOLICITORS, START_MS
from tests.integration.vault.story import Story, entry


def test_an_order_from_approval_to_settlement(door: FileVaultDoor, story: Story) -> None:
    content = story.approved()
    asked = door.projections()
    assert [item.state for item in asked.orders_in_flight()] == [OrderState.APPROVED]
    story.intent(content)
    story.settled(content)
    record = asked.order(content.order)
    assert record is not None
    assert record.state is OrderState.SETTLED
    assert record.digest == content.digest
    assert not asked.orders_in_flight()
    assert [line.kind for line in asked.timeline(content.order)] == [
        kinds.ORDER_FROZEN,
        kinds.ORDER_ASSESSED,
        kinds.ORDER_APPROVED,
        kinds.ORDER_SUBMISSION_INTENDED,
        kinds.ORDER_INITIATED,
        kinds.ORDER_STATUS_CHANGED,
    ]
    (payee,) = asked.payees("hartwell")
    assert (payee.account, payee.paid_count, payee.last_paid_at) == (SOLICITORS[1], 1, START_MS)
    assert asked.payees("nobody") == ()
    assert asked.outgoing_minor("EUR") == ((START_MS, 2_500_000_00, SOLICITORS[1]),)
    found = asked.payee_by_account(SOLICITORS[1])
    assert found is not None
    assert found.payee == content.payee


def test_a_second_intent_is_refused_and_leaves_nothing(door: FileVaultDoor, story: Story) -> None:
    content = story.approved()
    story.intent(content)
    before = len(story.vault.events_of(content.order))
    with pytest.raises(SecurityError) as refused:
        story.intent(content)
    assert refused.value.code in {"intent.not_the_first", "intent.not_approved"}
    assert len(story.vault.events_of(content.order)) == before
    assert door.verify(lambda _done, _total: True).faults == ()


def test_an_intent_is_refused_once_the_payee_has_changed(story: Story) -> None:
    content = story.approved()
    body: dict[str, Json] = {
        "name": SOLICITORS[0],
        "account": "GB33BUKB20201555555555",
        "agent": "",
        "kind": "escrow",
        "source": "email",
        "supersedes": [content.payee_version],
    }
    story.add(kinds.PAYEE_CHANGED, content.payee, body, (content.payee_version,))
    with pytest.raises(LedgerError, match=r"intent\.payee_changed"):
        story.intent(content)


def test_a_settled_order_and_its_entry_appear_once_but_a_second_entry_is_seen(
    door: FileVaultDoor, story: Story
) -> None:
    content = story.approved("CS-ONCE")
    twin = {"counterparty": SOLICITORS[0], "counterparty_account": SOLICITORS[1], "end_to_end_id": "CS-ONCE"}
    story.statement([entry("e1", -2_500_000_00, START_MS, **twin)])
    # The order was never sent, so the entry is somebody else's and both are shown.
    assert len(door.projections().history(HistoryQuery()).rows) == 2
    story.intent(content)
    story.settled(content)
    rows = door.projections().history(HistoryQuery()).rows
    assert [(row.order, row.state, row.account) for row in rows] == [(content.order, "settled", "resource-1")]
    story.statement([entry("e2", -2_500_000_00, START_MS + 1, **twin)])
    states = sorted(row.state for row in door.projections().history(HistoryQuery()).rows)
    assert states == ["booked", "settled"], "an order that was executed twice must be seen"


def test_pending_becomes_booked_and_the_same_again_changes_nothing(door: FileVaultDoor, story: Story) -> None:
    story.statement([entry("e1", -100, START_MS, booked=False), entry("e2", -200, START_MS)])
    assert [row.state for row in door.projections().history(HistoryQuery()).rows].count("pending") == 1
    story.statement([entry("e1", -100, START_MS + 5), entry("e2", -200, START_MS)])
    rows = door.projections().history(HistoryQuery()).rows
    assert [(row.at, row.state, row.amount) for row in rows] == [
        (START_MS + 5, "booked", Money(-100, "EUR")),
        (START_MS, "booked", Money(-200, "EUR")),
    ]
    assert door.verify(lambda _done, _total: True).projections_equal


@pytest.mark.parametrize("rare", [0, 5000])
def test_search_finds_letters_ideographs_and_accounts(
    door: FileVaultDoor, story: Story, monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    monkeypatch.setattr(projections, "_RARE", rare)
    story.statement(
        [
            entry("e1", -100, START_MS, counterparty="工商银行上海分行", remittance="购房定金"),
            entry("e2", -200, START_MS + 1, counterparty="Jürgen Groß", remittance="Rent for May"),
            entry("e3", -300, START_MS + 2, counterparty="Müller 商业", counterparty_account="DE28999700200532013000"),
        ]
    )

    def found(text: str) -> set[int]:
        return {-row.amount.minor for row in door.projections().history(HistoryQuery(text=text)).rows}

    assert found("工商") == {100}
    assert found("银行上海") == {100}
    assert found("行") == {100}
    assert found("定金") == {100}
    assert found("商业 mul") == {300}
    assert found("jürg") == {200}
    assert found("jurg") == {200}
    assert found("Groß") == {200}
    assert found("gro") == {200}
    assert found("re") == {200}
    assert found("r") >= {200}
    assert found("0532013") == {300}
    assert found("rent may") == {200}
    assert found("rent j") == {200}
    assert found("rent jü fo") == {200}
    assert found("rent xx") == set()
    assert found("rent 工商") == set()
    assert found('"') == set()
    assert found("AND OR NOT (") == set()
    assert found("nothing") == set()


def test_pages_follow_one_another_without_gap_or_overlap(door: FileVaultDoor, story: Story) -> None:
    at = [START_MS + (number // 7) * 1000 for number in range(250)]  # many in the same millisecond
    story.statement([entry(f"e{number}", -number - 1, at[number]) for number in range(250)])
    for text in ("", "invoice"):
        seen: list[int] = []
        before = None
        while True:
            page = door.projections().history(HistoryQuery(text=text, before=before, limit=30))
            seen += [-row.amount.minor for row in page.rows]
            if not page.more:
                break
            before = (page.rows[-1].at, page.rows[-1].row)
        assert sorted(seen) == list(range(1, 251))
        assert [at[number - 1] for number in seen] == sorted(at, reverse=True)


def test_history_is_narrowed_by_account_state_and_time(door: FileVaultDoor, story: Story) -> None:
    content = story.approved()
    story.statement([entry("e1", -100, START_MS - DAY_MS), entry("e2", 200, START_MS + DAY_MS)])
    asked = door.projections()

    def found(query: HistoryQuery) -> set[int]:
        return {row.amount.minor for row in asked.history(query).rows}

    order = -content.payment.instructed_amount.minor
    assert found(HistoryQuery(account="resource-1")) == {-100, 200, order}
    assert found(HistoryQuery(account="other")) == set()
    assert found(HistoryQuery(state="approved")) == {order}
    assert found(HistoryQuery(at_from=START_MS)) == {200, order}
    assert found(HistoryQuery(at_to=START_MS)) == {-100}
    assert found(HistoryQuery(text="invoice", at_to=START_MS)) == {-100}


def test_balances_of_the_last_ninety_days_follow_from_the_booked_entries(door: FileVaultDoor, story: Story) -> None:
    story.statement(
        [
            entry("e1", -100, START_MS),
            entry("e2", -50, START_MS - DAY_MS),
            entry("e3", 7, START_MS - DAY_MS, booked=False),
            entry("e4", -1, START_MS - 200 * DAY_MS),
        ],
        balance=1000,
        as_of=START_MS,
    )
    (account,) = door.projections().accounts()
    assert len(account.daily_balances) == 90
    assert account.daily_balances[-3:] == (1150, 1100, 1000)
    assert account.daily_balances[0] == 1150
    assert (account.account, account.iban, account.balance) == ("resource-1", MAIN, Money(1000, "EUR"))


def test_lessons_keep_their_best_score(door: FileVaultDoor, story: Story) -> None:
    subject = story.identifier()
    for score in (3, 5, 4):
        story.add(kinds.LESSON_FINISHED, subject, {"lesson": "invoices", "score": score, "of": 5})
    assert door.projections().lessons_finished() == {"invoices": 5}


def test_a_statement_that_is_none_is_refused(story: Story) -> None:
    with pytest.raises(SecurityError):
        story.add(kinds.STATEMENT_IMPORTED, story.identifier(), {"account": "a"})
