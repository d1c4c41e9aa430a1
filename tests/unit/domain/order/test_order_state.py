"""The order's one table: every state with every move, and random walks that never leave it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from countersign.domain.order_state import (
    FINAL,
    MAY_HAVE_MOVED_MONEY,
    TRANSITIONS,
    IllegalMoveError,
    Move,
    OrderState,
    TransactionStatus,
    after,
    move_for,
)

S, M = OrderState, Move
BANK_SAYS = {M.ACCEPT: S.ACCEPTED, M.SETTLE: S.SETTLED, M.REJECT: S.REJECTED, M.CANCEL: S.CANCELLED}
AT_BANK = {S.INTENDED, S.INITIATED, S.AUTHORISING, S.ANSWERING, S.UNKNOWN, S.ACCEPTED, S.CANCELLING}
# The same table written a second time, by hand, state by state.
EXPECTED: dict[OrderState, dict[Move, OrderState]] = {
    S.PREPARED: {M.MEET_RULE: S.APPROVED, M.STOP: S.STOPPED},
    S.APPROVED: {M.INTEND: S.INTENDED, M.STOP: S.STOPPED},
    S.INTENDED: {M.INITIATE: S.INITIATED, M.LOSE: S.UNKNOWN, M.ABANDON: S.ABANDONED, **BANK_SAYS},
    S.INITIATED: {M.START: S.ANSWERING, M.AUTHORISE: S.AUTHORISING, M.ABANDON: S.ABANDONED, **BANK_SAYS},
    S.AUTHORISING: {
        M.START: S.ANSWERING,
        M.AUTHORISE: S.AUTHORISING,
        M.ANSWER: S.ANSWERING,
        M.ABANDON: S.ABANDONED,
        **BANK_SAYS,
    },
    S.ANSWERING: {
        M.OPEN: S.AUTHORISING,
        M.REFUSE_START: S.INITIATED,
        M.REFUSE_ANSWER: S.AUTHORISING,
        M.LOSE: S.UNKNOWN,
        **BANK_SAYS,
    },
    S.UNKNOWN: {
        M.OPEN: S.AUTHORISING,
        M.REFUSE_START: S.INITIATED,
        M.REFUSE_ANSWER: S.AUTHORISING,
        M.ABANDON: S.ABANDONED,
        **BANK_SAYS,
    },
    S.ACCEPTED: {M.INTEND_CANCELLATION: S.CANCELLING, **BANK_SAYS},
    S.CANCELLING: {
        M.INTEND_CANCELLATION: S.CANCELLING,
        M.REFUSE_CANCELLATION: S.ACCEPTED,
        **BANK_SAYS,
        M.ACCEPT: S.CANCELLING,
    },
    **{state: {} for state in (S.STOPPED, S.SETTLED, S.REJECTED, S.CANCELLED, S.ABANDONED)},
}


@pytest.mark.parametrize(("state", "move"), list(itertools.product(OrderState, Move)))
def test_every_state_with_every_move(state: OrderState, move: Move) -> None:
    expected = EXPECTED[state].get(move)
    if expected is not None:
        assert after(state, move) is expected
        return
    with pytest.raises(IllegalMoveError) as refused:
        after(state, move)
    assert refused.value.code == "order.illegal_move"
    assert refused.value.params == {"state": state.value, "move": move.value}


def test_final_states_lead_nowhere_and_every_other_somewhere() -> None:
    leading = {state for state, _ in TRANSITIONS}
    assert frozenset(OrderState) - leading == FINAL
    assert not FINAL & AT_BANK
    assert {S.ANSWERING, S.UNKNOWN, S.ACCEPTED, S.CANCELLING, S.SETTLED} == MAY_HAVE_MOVED_MONEY


def test_an_unknown_outcome_permits_asking_and_nothing_that_sends() -> None:
    sending = {M.INTEND, M.INITIATE, M.AUTHORISE, M.ANSWER}
    assert not sending & EXPECTED[S.UNKNOWN].keys()


@pytest.mark.parametrize("authorised", [True, False])
@pytest.mark.parametrize("status", list(TransactionStatus))
def test_what_a_bank_says_means_one_move(status: TransactionStatus, authorised: bool) -> None:
    final = {"ACSC": M.SETTLE, "ACCC": M.SETTLE, "RJCT": M.REJECT, "CANC": M.CANCEL}
    early = None if status.value in {"RCVD", "PATC", "PDNG"} and not authorised else M.ACCEPT
    assert move_for(status, authorised=authorised) is final.get(status.value, early)


class OrderWalk(RuleBasedStateMachine):
    """Try any move at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.state = S.PREPARED
        self.passed = [S.PREPARED]
        self.moves: list[Move] = []

    @initialize(moves=st.sampled_from([[], [M.MEET_RULE], [M.MEET_RULE, M.INTEND]]))
    def begin(self, moves: list[Move]) -> None:
        for move in moves:
            self.try_move(move)

    @rule(move=st.sampled_from(Move))
    def try_move(self, move: Move) -> None:
        try:
            following = after(self.state, move)
        except IllegalMoveError:
            assert move not in EXPECTED[self.state]
            return
        self.state = following
        self.passed.append(following)
        self.moves.append(move)

    @rule(moves=st.permutations(sorted(Move)))
    def try_all(self, moves: list[Move]) -> None:
        for move in moves:
            self.try_move(move)

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        assert self.moves.count(M.INTEND) <= 1
        assert self.moves.count(M.INITIATE) <= 1

    @invariant()
    def nothing_reopens(self) -> None:
        ends = [state for state in self.passed if state in FINAL]
        assert len(ends) <= 1
        assert not ends or self.passed[-1] is ends[0]

    @invariant()
    def money_moves_only_after_approval_and_intent(self) -> None:
        if self.passed[-1] in MAY_HAVE_MOVED_MONEY:
            assert self.passed[1:3] == [S.APPROVED, S.INTENDED]


TestOrderWalk = OrderWalk.TestCase
