"""Nothing is sent upon a part of the record, when others say that there is more (LEDGER 6, 13; SECURITY row 15)."""

from __future__ import annotations

import pytest

from countersign.application.use_cases.change_governance import endorse_change, propose_change, without_device
from countersign.application.use_cases.record_submission import record_intent
from countersign.application.use_cases.relay_notes import read_notes
from countersign.application.use_cases.watch_relay import ON_ITS_WAY_MS
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger.checkpoint import Checkpoint, CheckpointHead
from countersign.domain.policy import Policy
from countersign.testing.fake_workspace import fake_verify
from countersign.testing.fakes import FakeClock, ScriptedBank
from tests.unit.application.workspace.payments import ORDER, approve, known, request
from tests.unit.application.workspace.several import Desk, Several, several

PROFILE = ScriptedBank(FakeClock()).profile()


def approved() -> Several:
    some = several(3, policy=Policy(approvals=1, requester_may_approve=False))
    some[2].say("here")
    some.rounds()
    request(some[0])
    some.rounds()
    approve(some[1])
    some.rounds()
    return some


def claim(some: Several, speaker: Desk, device: str, more: int) -> None:
    """Let a device say that it holds more of a chain than there is here."""
    notes = some[0].memory.notes
    assert notes is not None
    heads = speaker.vault.heads()
    said = [
        CheckpointHead(item, head.size + (more if item == device else 0), head.event) for item, head in heads.items()
    ]
    at = max(some.clock.now_ms(), notes.heard[speaker.device].at + 1)
    found = Checkpoint(some[0].vault.identity.workspace, speaker.device, at, tuple(sorted(said)))
    assert notes.hear(found, some.clock.now_ms())
    some[0].round()


def send(some: Several) -> None:
    record_intent(some[0].vault, ORDER, "practice", PROFILE, "r")


def test_nothing_is_sent_while_what_another_speaks_of_is_missing_for_too_long() -> None:
    some = approved()
    claim(some, some[2], some[2].device, 2)
    some.later(ON_ITS_WAY_MS)
    with pytest.raises(UserFacingError, match=r"intent\.withheld") as error:
        send(some)
    assert error.value.params == {"count": 2, "member": "device 2", "by": "device 2"}
    some[2].say("one")
    some[2].say("two")
    arrived = some[2].vault.shared_events(some[2].device, 0, 100)
    some[0].vault.take_in(arrived)  # by a file: no round with the store has noticed yet
    send(some)
    assert known(some[0]).intent_event


def test_what_is_under_way_keeps_nothing_from_being_sent() -> None:
    some = approved()
    claim(some, some[2], some[1].device, 1)
    some.later(ON_ITS_WAY_MS - 1_000)
    send(some)


def test_a_clock_that_was_set_back_does_not_make_what_is_missing_fresh() -> None:
    some = approved()
    claim(some, some[2], some[1].device, 1)
    with some[0].vault.transaction() as change:
        notes = read_notes(some[0].vault)
        notes.keep_missing(change, {device: since + 600_000 for device, since in notes.missing.items()})
    with pytest.raises(UserFacingError, match=r"intent\.claimed"):
        send(some)


def test_a_machine_that_was_put_back_sends_nothing() -> None:
    some = approved()
    claim(some, some[1], some[0].device, 3)
    some.later(ON_ITS_WAY_MS)
    with pytest.raises(UserFacingError, match=r"intent\.older_copy") as error:
        send(some)
    assert error.value.params == {"count": 3}


def test_what_waits_here_rests_on_something_that_is_missing() -> None:
    some = approved()
    some[2].say("kept back")
    some[0].vault.take_in([some[2].say("arrived")])
    some[0].round()
    some.later(ON_ITS_WAY_MS)
    with pytest.raises(UserFacingError, match=r"intent\.withheld"):
        send(some)


def test_a_device_that_was_closed_holds_nobody_up() -> None:
    some = approved()
    claim(some, some[2], some[2].device, 2)
    some.later(ON_ITS_WAY_MS)
    with pytest.raises(UserFacingError, match=r"intent\.withheld"):
        send(some)
    state = without_device(some[1].vault, some[2].device)
    change = propose_change(some[1].vault, fake_verify, state).change
    some.rounds()
    endorse_change(some[0].vault, fake_verify, change)
    some.rounds()
    found = some[0].vault.rules.governance.device(some[2].device)
    assert found is not None
    assert found.closed
    send(some)


def test_who_alone_speaks_of_what_nobody_has_is_named_with_that_device() -> None:
    some = approved()
    claim(some, some[2], some[1].device, 4)
    some.later(ON_ITS_WAY_MS)
    with pytest.raises(UserFacingError, match=r"intent\.claimed") as error:
        send(some)
    device = some[2].device
    assert error.value.params == {
        "count": 4,
        "member": "device 1",
        "by": "device 2",
        "device": f"{device[:4]} {device[4:8]}",
    }
    claim(some, some[1], some[1].device, 1)  # its own device says that there is more, too
    with pytest.raises(UserFacingError, match=r"intent\.withheld") as error:
        send(some)
    assert error.value.params == {"count": 4, "member": "device 1", "by": "device 2"}
