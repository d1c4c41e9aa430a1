"""A confirmation on another device that does not count: nothing on a page or on paper calls it one."""

from __future__ import annotations

import pytest
from mnemonic import Mnemonic

from countersign.application.use_cases.export_receipt import ReceiptGround
from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, EventDraft
from countersign.domain.policy import Policy
from countersign.domain.proof import Disclosed, Evidence
from countersign.presentation.order_timeline import void_in
from countersign.presentation.receipt import receipt_state
from countersign.testing import fakes
from countersign.testing.fake_team import ELSEWHERE, TOM, Team, make_team
from tests.unit.presentation.test_inbox import landlord
from tests.unit.presentation.test_order_team import page_of

WORDS = Mnemonic("english").wordlist
LARGE = ApprovalRule("large", "EUR", 100_000, needs=(Need("", 1),), second_device=True)


@pytest.fixture
def team() -> Team:
    """Four people, of whom Mei has two devices; this is one of them."""
    return make_team(policy=Policy(requester_may_approve=False, rules=(LARGE,)))


def say(team: Team, order: str, by: str = "") -> str:
    """Write a confirmation, without asking whether it counts: as a device that obeys nobody could."""
    record = team.vault.order(order)
    assert record is not None
    body: dict[str, Json] = {
        "digest": record.digest,
        "epoch": team.vault.rules.governance.epoch,
        "assessment": record.assessment_event,
        "expires_at": team.world.clock.now_ms() + 3_600_000,
    }
    draft = EventDraft(kinds.ORDER_CONFIRMED, order, body, refs=(record.frozen_event, record.assessment_event))
    if not by:
        return team.vault.append(draft).id
    with team.vault.by(by):
        return team.vault.append(draft).id


def titles(team: Team, order: str) -> list[tuple[str, str, str]]:
    state, _presenter, _went = page_of(team, order)
    return [(line.title, line.moment, line.detail) for line in state.timeline if "confirm" in line.title]


def on_paper(team: Team, order: str) -> list[str]:
    """Return what a receipt gives a time of."""
    record = team.vault.order(order)
    assert record is not None
    disclosed = tuple(Disclosed(event, ()) for event in team.vault.events_of(order))
    evidence = Evidence(order, team.vault.signed_head(Chain.SHARED), disclosed)
    state = receipt_state(ReceiptGround(record, evidence, b""), WORDS, fakes.ZONE)
    return [row.label for section in state.sections if section.title == "When" for row in section.rows]


def test_a_colleagues_word_is_told_as_one_that_does_not_count(team: Team) -> None:
    order = team.request(ELSEWHERE, landlord(team), 25_000_000, "Workshop")
    say(team, order, TOM)
    (line,) = titles(team, order)[:1]
    assert line[:2] == ("Tom Okoro signed a confirmation that does not count", "failed")
    assert "Only who asked can confirm" in line[2]
    assert on_paper(team, order) == ["Details fixed"]


def test_so_is_one_of_the_device_that_wrote_it_down(team: Team) -> None:
    order = team.request(ELSEWHERE, landlord(team), 25_000_000, "Workshop")
    say(team, order, ELSEWHERE)
    assert titles(team, order)[0][0] == "You signed a confirmation that does not count"
    assert on_paper(team, order) == ["Details fixed"]


def test_one_that_counts_is_told_and_has_a_time_on_paper(team: Team) -> None:
    order = team.request(ELSEWHERE, landlord(team), 25_000_000, "Workshop")
    good = say(team, order)
    say(team, order, TOM)
    assert [title for title, _moment, _detail in titles(team, order)[:2]] == [
        "You confirmed it on another device",
        "Tom Okoro signed a confirmation that does not count",
    ]
    assert on_paper(team, order) == ["Details fixed", "Confirmed on another device"]
    team.approve(TOM, order)
    assert on_paper(team, order) == ["Details fixed", "Approved", "Confirmed on another device"]
    record = team.vault.order(order)
    assert record is not None
    assert (void_in(record)(good), void_in(record)("0" * 64)) == ("", "confirmation.unknown_device")
