"""Killed anywhere between signing, publishing, importing and sending: nothing is lost, and nothing is doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from countersign.application import failpoints
from countersign.application.use_cases.admit_member import admit_member
from countersign.application.use_cases.change_governance import (
    endorse_change,
    open_changes,
    propose_change,
    with_member,
)
from countersign.application.use_cases.hand_over_sending import hand_over_sending, sender_of
from countersign.application.use_cases.invite_member import Stage, askings, invite_member
from countersign.application.use_cases.join_workspace import ask_to_join
from countersign.domain.ledger import kinds
from countersign.domain.ledger.governance import Role
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy
from countersign.testing.fake_workspace import fake_verify
from tests.unit.application.workspace.payments import ORDER, approve, intend, known, request
from tests.unit.application.workspace.several import Desk, Several, newcomer, several


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Trigger:
    """Kills at the nth passage of a place; counts what is passed."""

    name: str = ""
    nth: int = 1
    passed: Counter[str] = field(default_factory=Counter)
    fired: bool = False

    def __call__(self, name: str) -> None:
        self.passed[name] += 1
        if name == self.name and self.passed[name] == self.nth and not self.fired:
            self.fired = True
            raise Killed(name)


@contextmanager
def armed(trigger: Trigger) -> Iterator[None]:
    failpoints.arm(trigger)
    try:
        yield
    finally:
        failpoints.arm(None)


def step(desk: Desk, act: Callable[[], object]) -> None:
    """Do something that can be done twice; where the process is killed, start it again and do it once more."""
    for _ in range(2):
        try:
            act()
        except Killed:
            desk.restart()
            continue
        return


def rounds(some: Several, count: int = 2) -> None:
    for _ in range(count):
        for desk in some.desks:
            step(desk, desk.round)
        some.later(31_000)


def story(trigger: Trigger) -> Several:
    """Let a third person join, change the workspace, and request, approve, hand over and send a payment."""
    some = several(2, policy=Policy(approvals=2, requester_may_approve=False), roles=[(Role.APPROVER, Role.REQUESTER)])
    mei, tom = some[0], some[1]
    with armed(trigger):
        rounds(some)
        signed = invite_member(mei.vault, mei.tools.entropy, name="Cho", roles=(Role.APPROVER, Role.REQUESTER))
        cho = newcomer(some, "Cho", signed)
        step(cho, lambda: ask_to_join(cho.vault, signed.invitation, "Cho"))
        rounds(some)
        (asking,) = askings(mei.vault, some.clock.now_ms())

        def admit() -> None:
            if askings(mei.vault, some.clock.now_ms())[0].stage is Stage.ASKED:
                admit_member(mei.vault, fake_verify, signed.invitation.id, asking.phrase_digest)

        step(mei, admit)
        rounds(some)
        step(tom, lambda: endorse(tom))
        rounds(some, 4)
        step(mei, lambda: request_once(mei))
        rounds(some)
        step(tom, lambda: approve(tom))
        step(cho, lambda: approve(cho))
        rounds(some)

        def release() -> None:
            if sender_of(known(mei)) == mei.device:
                hand_over_sending(mei.vault, ORDER, tom.device)

        step(mei, release)
        rounds(some)
        step(tom, lambda: intend(tom))
        rounds(some, 3)
    return some


def endorse(desk: Desk) -> None:
    for change in open_changes(desk.vault, fake_verify):
        endorse_change(desk.vault, fake_verify, change.change)


def request_once(desk: Desk) -> None:
    if desk.vault.order(ORDER) is None:
        request(desk)


def whole() -> Trigger:
    trigger = Trigger()
    check(story(trigger))
    return trigger


def check(some: Several) -> None:
    rounds(some, 6)
    assert some.agree
    for desk in some.desks:
        record = known(desk)
        assert record.state is OrderState.INTENDED
        assert len(record.counted) == 2
        assert record.faults == ()
        found = Counter(item.kind for item in desk.vault.events_of(ORDER))
        assert found[kinds.ORDER_SUBMISSION_INTENDED] == 1
        assert found[kinds.ORDER_APPROVED] == 2
        assert found[kinds.ORDER_FROZEN] == 1
        assert found[kinds.ORDER_SENDER_RELEASED] == 1
        assert desk.vault.rules.contested == ()
        assert desk.vault.rules.governance.epoch == 1
        assert desk.vault.two_faced() == ()
        assert desk.vault.waiting() == ()


PASSED = whole().passed
PLACES = sorted(PASSED)


def test_at_least_twenty_places_are_passed() -> None:
    assert len([name for name in PLACES if name.startswith("workspace.")]) >= 20, PLACES


@pytest.mark.parametrize("place", PLACES)
def test_a_kill_at_any_passage_loses_and_doubles_nothing(place: str) -> None:
    count = PASSED[place]
    for nth in sorted({1, count // 2 + 1, count}):
        if nth <= count:
            trigger = Trigger(place, nth)
            check(story(trigger))
            assert trigger.fired


def test_a_change_that_is_proposed_again_after_a_kill_stays_one() -> None:
    some = several(3)
    some.rounds()
    desk = some[0]
    before = desk.vault.rules.governance
    state = with_member(desk.vault.rules, replace(before.members[0], name="Mei Chen"))
    with armed(Trigger("workspace.propose.after")):
        step(desk, lambda: propose_change(desk.vault, fake_verify, state))
    some.rounds()
    assert len(open_changes(some[1].vault, fake_verify)) == 1
