"""A store that cheats forges no quorum, loses no approval and doubles no sending, once it carries anything at all."""

from __future__ import annotations

import hashlib
import os
from collections import Counter

import pytest

from countersign.domain.errors import ConnectorError
from countersign.domain.ledger import kinds
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy
from countersign.testing.fake_relay import AdversaryStore
from tests.unit.application.workspace.payments import approve, faults, intend, known, request
from tests.unit.application.workspace.several import Desk, Several, several

RUNS = int(os.environ.get("COUNTERSIGN_RUNS", "15"))
STEPS = 100


class Chance:
    """Numbers that follow from a seed."""

    def __init__(self, seed: str) -> None:
        self._seed, self._count = seed, 0

    def below(self, limit: int) -> int:
        self._count += 1
        return int.from_bytes(hashlib.sha256(f"{self._seed} {self._count}".encode()).digest()[:8], "big") % limit


class Campaign:
    """People who work while the store does what it likes."""

    def __init__(self, seed: str) -> None:
        self.seed, self.chance = seed, Chance(seed)
        self.store = AdversaryStore(seed)
        policy = Policy(approvals=2, requester_may_approve=False)
        self.some: Several = several(3 + self.chance.below(2), policy=policy, store=self.store)
        self.orders: list[str] = []
        self.signed: list[tuple[str, str]] = []

    def step(self) -> None:
        desk = self.some[self.chance.below(len(self.some.desks))]
        act = self.chance.below(100)
        if act < 45:
            self._round(desk)
        elif act < 65:
            self.store.act()
        elif act < 70 or not self.orders:
            self.orders.append(hashlib.sha256(f"{self.seed} {len(self.orders)}".encode()).hexdigest()[:32])
            request(desk, self.orders[-1])
        else:
            self._sign(desk, self.orders[self.chance.below(len(self.orders))], act)
        if self.chance.below(10) == 0:
            desk.restart()
        self.some.later((100, 5_000, 31_000)[self.chance.below(3)])

    def _round(self, desk: Desk) -> None:
        try:
            desk.round()
        except ConnectorError:
            desk.restart()

    def _sign(self, desk: Desk, order: str, act: int) -> None:
        record, member = desk.vault.order(order), desk.vault.identity.member
        if record is None:
            return
        if act < 88:
            open_here = record.state is OrderState.PREPARED and record.content.requester != member
            if open_here and all(item.member != member for item in record.approvals):
                approve(desk, order)
                self.signed.append((order, member))
        elif record.sender == desk.device and not record.intent_event and not faults(desk, order):
            intend(desk, order)

    def empty(self) -> None:
        """Let the store lose everything that was ever left, and be honest from then on."""
        for desk in self.some.desks:
            shelf = self.store.shelf(desk.vault.keys.name)
            for name in list(shelf.names):
                shelf.remove(name)
        self.store.put_honestly.clear()

    def check(self) -> None:
        for _ in range(40):
            if self.some.agree:
                break
            self.some.rounds(1, 45_000)
        assert self.some.agree, self.seed
        for desk in self.some.desks:
            assert desk.vault.two_faced() == ()
            for order in self.orders:
                record = known(desk, order)
                members = {item.member for item in record.approvals}
                assert members == {member for signed, member in self.signed if signed == order}, self.seed
                found = Counter(item.kind for item in desk.vault.events_of(order))
                assert found[kinds.ORDER_SUBMISSION_INTENDED] <= 1
                if record.intent_event:
                    assert len({item.member for item in record.counted}) >= 2


@pytest.mark.parametrize("empties", [False, True])
def test_whatever_the_store_does_nothing_is_forged_lost_or_doubled(*, empties: bool) -> None:
    sent = 0
    for run in range(RUNS):
        campaign = Campaign(f"adversary {run} {empties}")
        for _ in range(STEPS):
            campaign.step()
        campaign.store.heal()
        if empties:
            campaign.empty()
        campaign.check()
        sent += sum(bool(known(campaign.some[0], order).intent_event) for order in campaign.orders)
    assert sent
