"""The recovery kit closes and adds one's own devices, without anybody else; it does nothing else."""

from __future__ import annotations

import pytest

from countersign.application.use_cases.invite_member import Stage, askings
from countersign.application.use_cases.recover_device import add_with_kit, close_with_kit
from countersign.domain.errors import CountersignError
from countersign.presentation.error_texts import sentence
from countersign.presentation.team_invite_state import InviteStep
from countersign.presentation.team_state import DEVICE_OF
from countersign.testing import fakes
from countersign.testing.fake_door import KIT
from countersign.testing.fake_sharing import Colleague, Office
from tests.unit.presentation.team_desk import FOLDER, InviteDesk, MemberDesk, TeamDesk, four, member_named
from tests.unit.presentation.test_team_joining import WaitingDesk, step_of

WORDS = " ".join(KIT)


def ravis_desk(office: Office, mei: Colleague) -> Colleague:
    """Let Ravi, who is no administrator, come to his own desk."""
    vault = office.present(mei, "Ravi Singh")
    clock = mei.world.clock
    assert isinstance(clock, fakes.FakeClock)
    return office.colleague(vault, clock, fakes.FakeEntropy("Ravi's desk"), settings=FOLDER)


def asked_for(office: Office, ravi: Colleague) -> tuple[InviteDesk, Colleague]:
    """Let Ravi invite his other device, and that device ask."""
    page = InviteDesk(ravi, DEVICE_OF + ravi.member)
    assert page.now.blocked == ""
    page.presenter.make("", [], "")
    shown = list(office.parcels.shown.values())[-1][0]
    other = office.join("Ravi's telephone", shown, settings=FOLDER)
    WaitingDesk(other)
    ravi.sharing.exchange_now()
    return page, other


def test_who_is_no_administrator_adds_and_closes_an_own_device_with_the_kit() -> None:
    office = Office()
    ravi = ravis_desk(office, four(office, connected=True))
    page, other = asked_for(office, ravi)
    assert step_of(page.now) is InviteStep.COMPARE
    assert page.now.kit
    assert page.now.admit_blocked.startswith("Only an administrator can change this")
    page.presenter.add_with_kit(WORDS, same=False)
    assert page.now.problem.startswith("Compare the words")
    page.presenter.add_with_kit("alpha bravo", same=True)
    assert page.now.problem == sentence("vault.kit_wrong")
    page.presenter.add_with_kit(WORDS, same=True)
    state = ravi.vault.rules.governance
    device = other.vault.identity.device
    assert step_of(page.now) is InviteStep.WELCOME
    assert state.epoch == 0  # nobody had to sign anything
    own = MemberDesk(ravi, ravi.member)
    assert own.now.kit_offered
    assert own.now.adding_blocked == ""
    assert own.now.blocked != ""
    own.presenter.open_kit(device)
    assert own.now.kit_title.endswith("with the recovery kit?")
    own.presenter.open_kit("")
    assert own.now.kit_title == ""
    own.presenter.open_kit(device)
    own.presenter.close_with_kit(WORDS.upper())
    assert own.went.to == [("team", "")]
    found = ravi.vault.rules.governance.device(device)
    assert found is not None
    assert found.closed
    assert [line.chip for line in TeamDesk(ravi).now.members[0].devices] == ["", "Closed"]


def test_anothers_device_is_not_for_the_kit_nor_the_one_in_use() -> None:
    office = Office()
    mei = four(office)
    tom = MemberDesk(mei, member_named(mei, "Tom Okoro"))
    assert not tom.now.kit_offered
    for device in (tom.now.devices[0].device, mei.vault.identity.device, "none"):
        with pytest.raises(CountersignError) as refused:
            close_with_kit(mei.vault, mei.sharing.verify, mei_sign(mei), KIT, device)
        assert refused.value.code == "recovery.not_yours"


def mei_sign(mei: Colleague):  # type: ignore[no-untyped-def]  # noqa: ANN201 - a signer of the fake kit
    """Return what signs with Mei's kit."""
    return lambda _words, message: mei.vault.keys.kit_sign(message)


def test_a_kit_that_was_superseded_and_another_phrase_do_nothing() -> None:
    office = Office()
    ravi = ravis_desk(office, four(office, connected=True))
    _page, _other = asked_for(office, ravi)
    (asking,) = [item for item in askings(ravi.vault, 0) if item.stage is Stage.ASKED]
    name, verify = asking.invitation.id, ravi.sharing.verify
    cases = (
        ("recovery.other_kit", lambda _words, _message: bytes(64), name, asking.phrase_digest),
        ("joining.phrase", mei_sign(ravi), name, "00" * 32),
        ("joining.not_open", mei_sign(ravi), "nothing", asking.phrase_digest),
    )
    for code, sign, invitation, digest in cases:
        with pytest.raises(CountersignError) as refused:
            add_with_kit(ravi.vault, verify, sign, KIT, invitation, digest)
        assert refused.value.code == code


def test_somebody_elses_device_is_not_added_by_the_kit() -> None:
    office = Office()
    mei = office.begin(settings=FOLDER)
    page = InviteDesk(mei)
    page.presenter.make("Lin Wei", ["approver"], "")
    office.join("Lin Wei", next(iter(office.parcels.shown.values()))[0], settings=FOLDER)
    mei.sharing.exchange_now()
    assert not page.now.kit
    (asking,) = askings(mei.vault, 0)
    assert asking.request is not None
    with pytest.raises(CountersignError) as refused:
        add_with_kit(mei.vault, mei.sharing.verify, mei_sign(mei), KIT, asking.invitation.id, asking.phrase_digest)
    assert refused.value.code == "recovery.not_yours"
