"""Invite, answer, compare, admit, and be admitted: the pages of both sides, with a store between or by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from countersign.application.use_cases.invite_member import Stage, askings
from countersign.domain.canonical import JsonObject
from countersign.domain.ledger.governance import Role
from countersign.presentation.join import InvitationReader, WaitingPresenter
from countersign.presentation.join_state import JoiningParts, WaitingState
from countersign.presentation.team_invite_state import InviteState, InviteStep
from countersign.presentation.team_state import DEVICE_OF
from countersign.testing import fakes
from countersign.testing.fake_sharing import Colleague, Office, gathered
from countersign.testing.fake_workspace import fake_verify
from tests.unit.presentation.recorded import Seen
from tests.unit.presentation.team_desk import FOLDER, WORDS, Desk, InviteDesk, MemberDesk, TeamDesk, four


class WaitingDesk:
    """The page of who waits to be admitted, without a window."""

    def __init__(self, who: Colleague) -> None:
        self.seen, self.desk, self.admitted = Seen[WaitingState](), Desk(), 0
        self.presenter = WaitingPresenter(who.world.session, self.seen, self.count, WORDS, self.desk)
        self.presenter.start()

    def count(self) -> None:
        self.admitted += 1

    @property
    def now(self) -> WaitingState:
        return self.seen.now


def invited(office: Office, mei: Colleague, settings: JsonObject | None = None) -> tuple[InviteDesk, Colleague]:
    """Invite Lin, and let Lin make a vault that asks."""
    page = InviteDesk(mei)
    page.presenter.make("Lin Wei", [Role.APPROVER.value], "Finance")
    assert step_of(page.now) is InviteStep.OUT
    content = next(iter(office.parcels.shown.values()))[0]
    return page, office.join("Lin Wei", content, settings=settings)


def step_of(state: InviteState) -> InviteStep:
    """Return where an invitation stands."""
    return state.step


def test_somebody_is_invited_and_admitted_by_a_store() -> None:
    office = Office()
    mei = office.begin(settings=FOLDER)
    page, lin = invited(office, mei, FOLDER)
    waiting = WaitingDesk(lin)
    mei.sharing.exchange_now()
    assert step_of(page.now) is InviteStep.COMPARE
    assert page.now.phrase == waiting.now.phrase
    assert len(page.now.phrase.split()) == 6
    assert page.now.effect == "Your signature is enough: it takes effect at once."
    assert page.now.lines[0] == "\u2066Lin Wei\u2069 joins as approver · \u2066Finance\u2069."
    until = "is confirmed until \u206631 March 2027\u2069."
    confirmed = [line for line in page.now.lines if line.endswith(until)]
    assert len(confirmed) == 2, "from now on two can confirm each other: the founder's access ends, too"
    page.presenter.admit(same=False)
    assert page.now.problem.startswith("Compare the words by voice")
    page.presenter.admit(same=True)
    assert step_of(page.now) is InviteStep.WELCOME
    waiting.presenter.look_again()
    assert lin.vault.admitted
    assert waiting.admitted > 0
    assert all(item.access_until for item in mei.vault.rules.governance.members)
    page.presenter.leave()
    assert page.went.to == [("team", "")]


def test_by_hand_everything_is_a_file_or_a_code() -> None:
    office = Office()
    mei = office.begin()
    page, lin = invited(office, mei)
    page.presenter.save_parcel()
    assert page.now.saved == "Saved as invitation.countersign."
    waiting = WaitingDesk(lin)
    assert waiting.now.check_blocked
    assert "by hand" in waiting.now.status
    waiting.presenter.save_parcel()
    page.desk.next = Path("/desk/join-request.countersign")
    page.presenter.read_parcel()
    assert step_of(page.now) is InviteStep.COMPARE
    page.presenter.admit(same=True)
    assert step_of(page.now) is InviteStep.WELCOME
    page.presenter.save_parcel()
    waiting.desk.next = Path("/desk/welcome.countersign")
    waiting.presenter.read_parcel()
    assert (lin.vault.admitted, waiting.admitted) == (True, 1)


def test_words_that_differ_end_it() -> None:
    office = Office()
    mei = office.begin(settings=FOLDER)
    page, _lin = invited(office, mei, FOLDER)
    mei.sharing.exchange_now()
    page.presenter.differ()
    assert page.went.to == []  # the moment to be told how to go on
    assert page.now.heading == "The invitation of \u2066Lin Wei\u2069 has ended"
    assert page.now.lead.startswith("Nobody was admitted. The words differed")
    assert (page.now.busy, page.now.phrase, page.now.frames) == ("", "", ())
    found = askings(mei.vault, mei.world.clock.now_ms())[0]
    assert (found.stage, found.reason) == (Stage.ENDED, "refused")
    again = InviteDesk(mei, found.invitation.id)
    assert again.now.lead == page.now.lead
    again.presenter.close()


def test_others_sign_first_where_several_govern() -> None:
    office = Office()
    mei = four(office, connected=True)
    page, _lin = invited(office, mei, FOLDER)
    mei.sharing.exchange_now()
    page.presenter.admit(same=True)
    assert step_of(page.now) is InviteStep.WAITING
    assert page.now.lines[0].startswith("\u2066Lin Wei\u2069 joins as approver")
    team = TeamDesk(mei)
    assert (team.now.asking[0].chip, len(team.now.changes)) == ("Proposed", 1)


def test_an_invitation_that_nobody_answered_is_taken_back() -> None:
    office = Office()
    mei = office.begin(settings=FOLDER)
    page = InviteDesk(mei)
    page.presenter.make("Lin Wei", [Role.APPROVER.value], "")
    team = TeamDesk(mei)
    assert team.now.asking[0].may_withdraw
    team.presenter.withdraw(team.now.asking[0].invitation)
    assert (team.now.asking, team.now.said) == ((), "The invitation was taken back. It admits nobody.")
    content = next(iter(office.parcels.shown.values()))[0]
    office.join("Lin Wei", content, settings=FOLDER)
    mei.sharing.exchange_now()
    found = askings(mei.vault, mei.world.clock.now_ms())[0]
    assert (found.stage, found.reason) == (Stage.ENDED, "withdrawn")
    assert not TeamDesk(mei).now.asking


def test_another_device_of_oneself_is_invited_admitted_and_counts_as_the_same_person() -> None:
    office = Office()
    mei = office.begin(settings=FOLDER)
    page = InviteDesk(mei, DEVICE_OF + mei.member)
    assert page.now.heading == "Another device of \u2066Mei Chen\u2069"
    assert page.now.notes
    assert not page.now.roles
    page.presenter.make("", [], "")
    assert step_of(page.now) is InviteStep.OUT
    assert page.now.heading == "The invitation of another device of \u2066Mei Chen\u2069"
    assert TeamDesk(mei).now.asking[0].name == "\u2066Mei Chen\u2069, another device"
    content = next(iter(office.parcels.shown.values()))[0]
    second = office.join("Mei's laptop", content, settings=FOLDER)
    waiting = WaitingDesk(second)
    mei.sharing.exchange_now()
    assert step_of(page.now) is InviteStep.COMPARE
    assert page.now.tick.startswith("Both screens are before me")
    assert any("further device" in line for line in page.now.lines)
    assert any("another recovery kit" in line for line in page.now.lines)
    page.presenter.admit(same=True)
    assert step_of(page.now) is InviteStep.WELCOME
    waiting.presenter.look_again()
    assert second.vault.admitted
    state = mei.vault.rules.governance
    assert [item.name for item in state.members] == ["Mei Chen"]
    assert [item.member for item in state.devices] == [mei.member, mei.member]
    own = TeamDesk(mei).now.members[0]
    assert [line.blocked == "" for line in own.devices] == [False, True]
    own_page = MemberDesk(mei, mei.member)
    own_page.presenter.close_device(own_page.now.devices[1].device)
    own_page.presenter.propose()
    assert [item.closed for item in mei.vault.rules.governance.devices] == [False, True]


def test_what_is_missing_in_an_invitation_is_said() -> None:
    page = InviteDesk(Office().begin())
    page.presenter.make(" ", [], "")
    assert [fault.field for fault in page.now.faults] == ["name", "roles"]
    page.presenter.make("L\x07", ["auditor"], "")
    assert [fault.field for fault in page.now.faults] == ["name"]


def test_another_parcel_is_no_answer() -> None:
    office = Office()
    mei = office.begin()
    page, lin = invited(office, mei)
    other = office.parcels
    other.files[Path("/desk/parcel.countersign")] = (b"nothing of ours",)
    page.desk.next = Path("/desk/parcel.countersign")
    page.presenter.read_parcel()
    assert page.now.problem
    page.desk.next = Path("/desk/gone.countersign")
    page.presenter.read_parcel()
    assert page.now.problem
    page.desk.next = Path("/desk/photo.png")
    page.presenter.read_parcel()
    assert page.now.problem
    waiting = WaitingDesk(lin)
    waiting.desk.next = Path("/desk/parcel.countersign")
    waiting.presenter.read_parcel()
    assert waiting.now.problem


def test_codes_are_read_one_after_the_other() -> None:
    office = Office()
    mei = office.begin()
    page, lin = invited(office, mei)
    stale = next(iter(office.parcels.shown))
    texts = office.parcels.frames(gathered(lin.sharing))
    page.presenter.paste_parcel(b"", f"{stale} 1")
    assert page.now.reading.startswith("1 of 3 parts read; 2 are missing")
    page.presenter.paste_parcel(b"", texts[0])
    page.presenter.paste_parcel(b"", texts[0])
    assert page.now.reading.startswith("1 of 3 parts read")
    office.parcels.pictures[b"picture"] = tuple(texts[1:])
    page.desk.pictures[Path("/desk/photo.png")] = b"picture"
    page.desk.next = Path("/desk/photo.png")
    page.presenter.read_parcel()
    assert step_of(page.now) is InviteStep.COMPARE


@pytest.mark.parametrize(("picture", "text"), [(b"", ""), (b"blank", "")])
def test_no_code_is_said(picture: bytes, text: str) -> None:
    office = Office()
    page, _lin = invited(office, office.begin())
    page.presenter.paste_parcel(picture, text)
    assert page.now.problem.startswith("No code was found there")
    page.presenter.paste_parcel(b"", "foreign")
    assert not page.now.problem.startswith("No code was found there")


# — before there is a vault —


def test_an_invitation_is_read_before_a_vault_is_made() -> None:
    office = Office()
    mei = office.begin(settings=FOLDER)
    InviteDesk(mei).presenter.make("Lin Wei", ["approver", "requester"], "Finance")
    name = next(iter(office.parcels.shown))
    changes: list[int] = []
    desk = Desk()
    world = fakes.make_world(populated=False)
    parts = JoiningParts(office.parcels, fake_verify, lambda _new, _found: world.vault)
    reader = InvitationReader(parts, fakes.InlineTasks(), mei.world.clock, desk)
    reader.attach(lambda: changes.append(1))
    reader.choose(joining=True)
    assert (reader.state.joining, reader.state.lines) == (True, ())
    with pytest.raises(RuntimeError):
        reader.make_vault(None)  # type: ignore[arg-type]
    for part in (1, 2, 3):
        reader.paste_parcel(b"", f"{name} {part}")
    assert reader.state.title == "\u2066Mei Chen\u2069 invites you"
    assert reader.state.lines[0] == "As requester, approver."
    assert "Messages travel through the folder" in reader.state.lines[-1]
    assert changes
    office.parcels.files[desk.next] = (b"no invitation",)
    reader.read_parcel()
    assert reader.state.problem
    reader.save_parcel()


def test_a_server_without_its_password_asks_for_it() -> None:
    office = Office()
    mei = office.begin(settings=FOLDER)
    InviteDesk(mei).presenter.make("Lin Wei", ["approver"], "")
    content = next(iter(office.parcels.shown.values()))[0]
    server: JsonObject = {
        "kind": "postgres",
        "host": "db.example.org",
        "port": 5432,
        "database": "c",
        "user": "u",
        "ca_file": "",
    }
    lin = office.join("Lin Wei", content, settings=server)
    waiting = WaitingDesk(lin)
    assert waiting.now.password_for
    waiting.presenter.keep_password("secret")
    assert waiting.now.password_for == ""
    assert lin.sharing.settings["password"] == "secret"
    assert lin.sharing.settings_for_others().get("password") is None
    waiting.presenter.close()
