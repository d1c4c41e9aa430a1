"""Asking by file for the money back: written from the payment file, on record, and nothing moves by it."""

from __future__ import annotations

import pytest

from countersign.application.flows.submission import Phase
from countersign.application.ports.bank import Handover, Reach
from countersign.application.ports.bank_files import FileHead, FileKind, GroupStatus, StatusReason
from countersign.application.use_cases.record_recall import record_recall, require_recallable
from countersign.domain.errors import FailureKind, SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.order_state import OrderState
from tests.unit.application.test_by_hand import ByHand

ANSWER = FileHead(FileKind.CAMT_029, "camt.029.001.09", "A1", "")


@pytest.fixture
def hand() -> ByHand:
    desk = ByHand()
    desk.laid_out()
    return desk


@pytest.mark.parametrize(
    ("status", "state", "phase"),
    [
        ("", OrderState.INITIATED, Phase.CARRYING),
        ("ACTC", OrderState.ACCEPTED, Phase.ACCEPTED),
        ("ACSC", OrderState.SETTLED, Phase.ENDED),
    ],
)
@pytest.mark.parametrize("restarted", [True, False])
def test_it_is_written_and_put_on_record(
    hand: ByHand, status: str, state: OrderState, phase: Phase, *, restarted: bool
) -> None:
    hand.submission.handed_over("")
    if status:
        hand.report(hand.status(status))
    if restarted:
        hand.restart()
    else:
        hand.submission.reconcile()
    hand.submission.recall("FRAD")
    assert (hand.phase, hand.state, hand.error) == (phase, state, "")
    written = hand.submission.progress.recall
    assert written is not None
    assert hand.world.vault.events_of(hand.order)[-1].says() == {
        "reason": "FRAD",
        "file": {"name": written.name, "sha256": written.sha256},
    }
    assert (hand.record.recall_reason, hand.record.recall_file) == ("FRAD", written.name)
    assert hand.record.recalled_at


def test_nothing_is_written_before_the_bank_has_it(hand: ByHand) -> None:
    hand.submission.recall("FRAD")
    assert (hand.phase, hand.error) == (Phase.CARRYING, "carried.no_recall")
    assert "write_recall" not in hand.carried.calls
    with pytest.raises(UserFacingError, match=r"carried\.no_recall"):
        record_recall(hand.world.vault, "ff" * 16, "FRAD", Handover())


def test_what_was_typed_has_no_file_to_ask_back_with() -> None:
    typed = ByHand(Reach.MANUAL)
    typed.laid_out()
    typed.submission.handed_over("")
    typed.submission.recall("FRAD")
    assert (typed.error, typed.record.recalled_at) == ("carried.no_recall", 0)


def test_what_never_went_out_is_not_asked_back() -> None:
    other = ByHand()
    other.carried.fail("initiate", FailureKind.RETRYABLE, "bank.file_not_written")
    other.submission.begin()
    assert other.phase is Phase.NOT_SENT
    other.submission.recall("FRAD")
    assert (other.phase, "write_recall" in other.carried.calls) == (Phase.NOT_SENT, False)


def test_a_file_that_is_gone_puts_nothing_on_record(hand: ByHand) -> None:
    hand.submission.handed_over("")
    hand.carried.taken = True
    hand.submission.recall("TECH")
    assert (hand.phase, hand.error) == (Phase.CARRYING, "bank.recall_needs_file")
    assert hand.world.vault.kinds_of(hand.order)[-1] == kinds.ORDER_HANDED_OVER


def test_a_copy_that_may_not_sign_writes_nothing(hand: ByHand) -> None:
    hand.submission.handed_over("")
    hand.world.vault.may_sign = False
    with pytest.raises(SecurityError, match=r"vault\.read_only"):
        require_recallable(hand.world.vault, hand.order)


@pytest.mark.parametrize("status", ["ACCR", "RJCR", "PDCR", "RJCT", "CANC", "ACSC"])
def test_an_answer_to_a_recall_is_told_and_moves_nothing(hand: ByHand, status: str) -> None:
    hand.submission.handed_over("")
    before = hand.kinds()
    whole = GroupStatus("", "", "CNCL")
    report = hand.read(ANSWER, whole, hand.status(status, reasons=(StatusReason("LEGL"),)))
    assert [(news.status, news.reason, news.rule) for news in report.orders] == [(status, "LEGL", "camt.029")]
    assert (hand.state, hand.kinds()) == (OrderState.INITIATED, before)
