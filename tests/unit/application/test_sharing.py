"""What a session has for sharing: the way is kept, the exchange begins and ends with it, stops are known by name."""

from __future__ import annotations

from dataclasses import replace

from countersign.application.flows.script import run_script
from countersign.application.ports.vault import LocalSpace
from countersign.application.use_cases.change_governance import endorse_change, next_state, propose_change
from countersign.domain.canonical import JsonObject
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.presentation.unlock import frozen_text
from countersign.testing.fake_sharing import Colleague, Office, gathered
from countersign.testing.fakes import InlineTasks
from tests.unit.presentation.team_desk import FOLDER, four


def use(who: Colleague, settings: JsonObject) -> None:
    """Let messages travel by a way."""
    failures: list[Exception] = []
    run_script(who.world.session.tasks, who.sharing.use(settings), lambda _none: None, failures.append)
    assert failures == []


def test_a_workspace_of_one_starts_nothing() -> None:
    mei = Office().begin()
    assert (mei.sharing.connected, mei.sharing.busy, mei.sharing.error, mei.sharing.others) == (False, False, "", False)
    mei.sharing.tick()
    mei.sharing.tell_others()
    assert mei.sharing.state.round_at == 0
    quiet: list[int] = []
    mei.world.session.when_quiet(lambda: quiet.append(1))
    assert quiet == [1]
    mei.sharing.let_go()


def test_the_way_is_kept_and_used_at_once() -> None:
    office = Office()
    mei = four(office)
    use(mei, FOLDER)
    assert mei.vault.local(LocalSpace.CREDENTIAL)["relay"] == FOLDER
    assert mei.sharing.state.connected
    assert office.store.put_honestly  # the others lack everything
    mei.sharing.tick()
    quiet: list[int] = []
    mei.world.session.when_quiet(lambda: quiet.append(1))
    assert quiet == [1]
    mei.sharing.close()
    mei.sharing.let_go()


def test_a_way_that_is_left_says_nothing_any_more() -> None:
    office = Office()
    mei = four(office, connected=True)
    before = len(office.store.put_honestly)
    use(mei, {"kind": "none"})
    with mei.vault.transaction() as change:
        change.append(EventDraft(kinds.INCIDENT_RAISED, "12" * 16, {}))
    mei.sharing.tell_others()
    assert len(office.store.put_honestly) == before


def test_a_stop_by_a_colleague_is_known_by_name() -> None:
    office = Office()
    mei = four(office, connected=True)
    tom = office.colleague(office.present(mei, "Tom Okoro"), mei.world.clock, mei.world.entropy, settings=FOLDER)
    told: list[int] = []
    leave = mei.sharing.listen(lambda: told.append(1))
    with tom.vault.transaction() as change:
        change.append(EventDraft(kinds.WORKSPACE_FROZEN, tom.vault.identity.workspace, {}))
    tom.sharing.look_who_stopped()
    assert tom.sharing.stopped_by == ("Tom Okoro",)
    tom.sharing.tell_others()
    mei.sharing.exchange_now()
    assert mei.sharing.stopped_by == ("Tom Okoro",)
    assert told
    leave()
    leave()
    assert frozen_text(mei.sharing.stopped_by).startswith("Stopped by \u2066Tom Okoro\u2069.")
    stops = tuple(item.event for item in mei.vault.rules.stops)
    with mei.vault.transaction() as change:
        change.append(EventDraft(kinds.WORKSPACE_UNFROZEN, mei.vault.identity.workspace, {}, refs=stops))
    mei.sharing.look_who_stopped()
    assert not mei.sharing.stopped_by


def test_a_locked_session_lets_go_of_a_way_that_was_just_made() -> None:
    office = Office()
    mei = four(office)
    mei.sharing.close()
    use(mei, FOLDER)
    assert not mei.sharing.state.connected


def hand(giver: Colleague, taker: Colleague) -> None:
    """Let somebody carry a file to somebody."""
    failures: list[Exception] = []
    for content in gathered(giver.sharing):
        run_script(taker.world.session.tasks, taker.sharing.take([content]), lambda _found: None, failures.append)
    assert failures == []


def test_a_change_comes_into_force_once_the_last_signature_was_brought_by_hand() -> None:
    office = Office()
    mei = four(office)
    tom = office.colleague(office.present(mei, "Tom Okoro"), mei.world.clock, mei.world.entropy)
    policy = mei.vault.rules.governance.policy
    asked = next_state(mei.vault.rules, policy=replace(policy, approvals=policy.approvals + 1))
    change = propose_change(mei.vault, mei.sharing.verify, asked)
    hand(mei, tom)
    endorse_change(tom.vault, tom.sharing.verify, change.change)
    assert mei.vault.rules.governance.policy == policy
    hand(tom, mei)
    assert mei.vault.rules.governance.policy.approvals == policy.approvals + 1


def test_whatever_is_signed_is_published_soon() -> None:
    office = Office()
    mei = four(office)
    mei.sharing.signed()  # no way is set up
    use(mei, FOLDER)
    before = len(office.store.put_honestly)
    with mei.vault.transaction() as change:
        change.append(EventDraft(kinds.INCIDENT_RAISED, "12" * 16, {}))
    mei.sharing.signed()
    mei.sharing.tick()
    assert len(office.store.put_honestly) > before


def test_what_others_lack_is_gathered_a_letter_at_a_time_and_can_be_given_up() -> None:
    office = Office()
    mei = four(office)
    for place in range(130):
        with mei.vault.transaction() as change:
            change.append(EventDraft(kinds.TEMPLATE_KEPT, "77" * 16, {"text": f"note {place}"}))
    told: list[tuple[int, int]] = []
    found: list[tuple[bytes, ...]] = []

    def go_on(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 100

    def failed(error: Exception) -> None:
        raise error

    run_script(InlineTasks(), mei.sharing.gather((), go_on), found.append, failed)
    total = mei.vault.heads()[mei.vault.identity.device].size
    assert told == [(0, total), (50, total), (100, total)]
    assert found == [()]  # given up: nothing came of it
    assert len(gathered(mei.sharing)) == 3
