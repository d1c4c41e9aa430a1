"""The team and its members on screen: who belongs here, what waits for signatures, what each change says of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from countersign.application.use_cases.change_governance import (
    open_changes,
    propose_change,
    with_ends,
    with_member,
    without_member,
)
from countersign.domain.ledger.governance import Device, Evidence, Member, Role
from countersign.presentation.team import SILENT_MS
from countersign.presentation.team_changes import change_sentences
from countersign.presentation.team_desk import picture_of
from countersign.presentation.team_member import confirmed_until, end_of_next_quarter
from countersign.presentation.team_state import DEVICE_OF
from countersign.presentation.team_words import Looking, member_cards, read_groups, standing
from countersign.testing.fake_sharing import Colleague, Office, member_like
from countersign.testing.fakes import DAY_MS, START_MS, ZONE, FakeEntropy
from tests.unit.presentation.team_desk import MemberDesk, TeamDesk, four, member_named, share

ENDS = "Unless it is in force by then, it ends on \u20666 Dec 2026 13:00 (UTC+01:00)\u2069."


@pytest.fixture
def mei() -> Colleague:
    return four()


def propose_admin(who: Colleague) -> None:
    ravi = next(item for item in who.vault.rules.governance.members if item.name == "Ravi Singh")
    roles = (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR)
    propose_change(who.vault, who.sharing.verify, with_member(who.vault.rules, replace(ravi, roles=roles)))


def test_everybody_is_listed_oneself_first(mei: Colleague) -> None:
    state = TeamDesk(mei).now
    assert [card.name for card in state.members] == [
        "\u2066Mei Chen\u2069 (you)",
        "Tom Okoro",
        "Ravi Singh",
        "Anna Weiss",
    ]
    assert [card.chip for card in state.members] == ["", "Identity not checked", "Lapses soon", "Identity not checked"]
    assert state.members[1].roles == "approver, administrator · \u2066Finance\u2069"
    assert state.lead == "4 people belong to this workspace."
    assert state.may_invite == ""
    assert state.relay_title == "By hand"
    own, other = state.members[0].devices[0], state.members[1].devices[0]
    assert own.blocked.startswith("Close it from another device")
    assert (other.text, other.blocked) == ("Not heard of yet. Its keys have no end.", "")


def test_a_workspace_of_one_is_told_to_invite() -> None:
    state = TeamDesk(Office().begin()).now
    assert "Invite a second one" in state.lead


def test_a_change_waits_for_others_and_says_so(mei: Colleague) -> None:
    propose_admin(mei)
    page = TeamDesk(mei)
    card = page.now.changes[0]
    assert card.title == "You propose: \u2066Ravi Singh\u2069 becomes administrator."
    assert "1 more signature is needed" in card.progress
    assert "Tom Okoro" in card.progress
    assert card.end == ENDS
    assert card.may_endorse == "You signed this change. It waits for others."
    assert (card.may_decline, card.mine) == ("", True)
    page.presenter.decline(card.change)
    assert page.now.changes == ()
    assert page.now.said.startswith("You declined")
    assert open_changes(mei.vault, mei.sharing.verify) == ()


def test_what_nobody_may_do_says_why(mei: Colleague) -> None:
    propose_admin(mei)
    mei.vault.may_sign = False
    state = TeamDesk(mei).now
    assert state.may_invite == "This copy of the vault can only be read."
    assert state.changes[0].may_endorse == state.changes[0].may_decline == state.may_invite


def test_the_buttons_lead_on(mei: Colleague) -> None:
    page = TeamDesk(mei)
    page.presenter.invite()
    page.presenter.open_invitation("i")
    page.presenter.open_member("m")
    page.presenter.open_rules()
    page.presenter.open_relay()
    assert [name for name, _ in page.went.to] == ["invite", "invite", "member", "rules", "relay"]
    page.presenter.close()
    shown = len(page.seen.states)
    mei.sharing.tell_others()
    assert len(page.seen.states) == shown


# — one member —


def test_roles_and_groups_are_read_back_before_they_are_proposed(mei: Colleague) -> None:
    page = MemberDesk(mei, member_named(mei, "Ravi Singh"))
    page.presenter.change_roles(["approver"], "Finance，Treasury, Finance")
    assert page.now.asked_lines == (
        "\u2066Ravi Singh\u2069 is no longer requester.",
        "\u2066Ravi Singh\u2069 joins the group \u2066Finance\u2069.",
        "\u2066Ravi Singh\u2069 joins the group \u2066Treasury\u2069.",
    )
    assert page.now.effect == f"It takes effect once 1 more person has signed it. {ENDS}"
    page.presenter.withdraw()
    assert page.now.asked == ""
    page.presenter.change_roles(["approver"], "Finance")
    page.presenter.propose()
    assert page.went.to == [("team", "")]
    assert len(open_changes(mei.vault, mei.sharing.verify)) == 1


@pytest.mark.parametrize(
    ("roles", "says"), [([], "Choose at least one role."), (["auditor", "approver"], "An auditor reads")]
)
def test_roles_that_can_not_be_are_said(mei: Colleague, roles: list[str], says: str) -> None:
    page = MemberDesk(mei, member_named(mei, "Tom Okoro"))
    page.presenter.change_roles(roles, "")
    assert page.now.faults[0].text.startswith(says)
    assert page.now.asked == ""


def test_nothing_to_change_is_said(mei: Colleague) -> None:
    page = MemberDesk(mei, member_named(mei, "Anna Weiss"))
    page.presenter.change_roles(["auditor"], "")
    assert page.now.problem.startswith("Nothing would change")
    page.presenter.propose()
    assert page.went.to == []


def test_evidence_of_identity_is_written_down(mei: Colleague) -> None:
    page = MemberDesk(mei, member_named(mei, "Tom Okoro"))
    page.presenter.record_evidence("passport", "in\x07 person", "2027-11-22")
    assert page.now.faults[0].field == "check_note"
    page.presenter.record_evidence("passport", "in London", "2027-11-22")
    assert page.now.asked_lines[0] == (
        "The identity of \u2066Tom Okoro\u2069 was checked by \u2066Mei Chen\u2069: "
        "\u2066Passport seen in person; in London\u2069. Check again by \u206622 November 2027\u2069."
    )


def test_access_is_confirmed_for_the_quarter(mei: Colleague) -> None:
    page = MemberDesk(mei, member_named(mei, "Ravi Singh"))
    assert page.now.access == "Access is confirmed until \u206627 November 2026\u2069."
    assert page.now.access_offer == "Confirm until \u206631 March 2027\u2069"
    page.presenter.confirm_access()
    assert page.now.asked_lines[0].startswith("The access of \u2066Ravi Singh\u2069 is confirmed until")


def test_access_that_has_no_end_gets_one_for_all_at_once(mei: Colleague) -> None:
    page = TeamDesk(mei)
    names = "\u2066Mei Chen\u2069, \u2066Tom Okoro\u2069, \u2066Anna Weiss\u2069"
    assert f"that {names} still belong here" in page.now.endless
    assert page.now.endless_offer == "Let it end on \u206631 March 2027\u2069 unless confirmed"
    assert page.now.endless_effect.startswith("It takes effect once 1 more person has signed it.")
    page.presenter.settle_ends()
    assert page.now.said == "You signed that access ends unless it is confirmed."
    assert len(page.now.changes[0].lines) == 3
    assert (page.now.endless, page.now.endless_offer) == ("", "")  # it waits for others
    page.presenter.settle_ends()
    assert len(page.now.changes) == 1
    after = page.now.changes[0].lines
    assert not any("Ravi" in line for line in after), "whose access ends already keeps that end"


def test_who_pays_alone_needs_no_end_and_gets_rid_of_one() -> None:
    tom, device = member_like("Tom Okoro", Role.APPROVER, access_until=START_MS)
    mei = Office().begin(members=[tom], devices=[device])
    assert TeamDesk(Office().begin()).now.endless == ""
    rules = mei.vault.rules
    own = next(item for item in rules.governance.members if item.member == mei.member)
    ending = with_ends(rules.governance.members, START_MS)
    assert [item.access_until for item in ending] == [START_MS, START_MS]
    alone = without_member(mei.vault, tom.member)
    assert {item.name: item.access_until for item in alone.members if item.roles} == {own.name: 0}
    left = with_ends([replace(own, access_until=START_MS), replace(tom, roles=())], 0)
    assert [item.access_until for item in left] == [0, START_MS]


def test_whose_access_lapsed_with_everybodys_can_still_confirm_it(mei: Colleague) -> None:
    """Nobody is locked out for good: where too few are left whose access stands, lapsed ones sign changes."""
    lapsed = [replace(item, access_until=START_MS - 50 * DAY_MS) for item in mei.vault.rules.governance.members]
    office = Office()
    who = office.begin(
        members=[item for item in lapsed if item.member != mei.member],
        devices=[item for item in mei.vault.rules.governance.devices if item.member != mei.member],
    )
    page = MemberDesk(who, who.member)
    assert page.now.blocked == ""
    page.presenter.confirm_access()
    page.presenter.propose()
    (card,) = TeamDesk(who).now.changes
    assert "Tom Okoro" in card.progress


def test_access_is_confirmed_no_further_than_the_check_of_identity_holds(mei: Colleague) -> None:
    tom = member_named(mei, "Tom Okoro")
    found = next(item for item in mei.vault.rules.governance.members if item.member == tom)
    now, quarter = START_MS, end_of_next_quarter(START_MS, ZONE)
    for until, access in ((0, quarter), (now + 30 * DAY_MS, now + 30 * DAY_MS), (now - DAY_MS, quarter)):
        checked = replace(found, evidence=Evidence("passport", mei.member, 0, until))
        assert confirmed_until(checked, now, ZONE) == access
    over, device = member_like("Ida Berg", Role.APPROVER)
    over = replace(over, evidence=Evidence("passport", over.member, 0, START_MS - 70 * DAY_MS))
    who = Office().begin(members=[over], devices=[device])
    page = MemberDesk(who, over.member)
    assert page.now.access_blocked.startswith("Check the identity again first, and write it down")
    assert page.now.evidence.endswith("then write down here what you looked at.")
    page.presenter.confirm_access()
    assert page.now.asked == ""
    page.presenter.record_evidence("passport", "", "2027-11-22")
    assert page.now.asked


def test_a_lost_device_is_closed_at_once(mei: Colleague) -> None:
    member = member_named(mei, "Tom Okoro")
    page = MemberDesk(mei, member)
    page.presenter.close_device(page.now.devices[0].device)
    assert page.now.effect == f"It takes effect once 1 more person has signed it. {ENDS}"
    assert "is closed" in page.now.asked_lines[0]
    ravi = MemberDesk(mei, member_named(mei, "Ravi Singh"))
    ravi.presenter.remove()
    assert "leaves: no role is left" in ravi.now.asked_lines[0]


def test_the_keys_of_a_device_get_an_end_and_are_renewed(mei: Colleague) -> None:
    page = MemberDesk(mei, member_named(mei, "Tom Okoro"))
    assert page.now.renewal == "Let its keys hold until \u206622 November 2027\u2069"
    page.presenter.renew_device(page.now.devices[0].device)
    assert page.now.asked_lines[0].endswith("expire on \u206622 November 2027\u2069.")
    page.presenter.propose()
    proposed = open_changes(mei.vault, mei.sharing.verify)[0].state
    ends = {item.member: item.expires_at for item in proposed.devices}
    assert ends[member_named(mei, "Tom Okoro")] == mei.world.clock.now_ms() + 365 * DAY_MS
    assert ends[mei.member] == 0


def test_another_device_is_invited_from_the_members_page(mei: Colleague) -> None:
    page = MemberDesk(mei, mei.member)
    page.presenter.add_device()
    assert page.went.to == [("invite", DEVICE_OF + mei.member)]


def test_what_a_device_proposed_that_is_gone_is_put_in_force_by_another() -> None:
    office = Office()
    mei = four(office)
    tom = office.present(mei, "Tom Okoro")
    ravi = next(item for item in tom.rules.governance.members if item.name == "Ravi Singh")
    propose_change(tom, mei.sharing.verify, with_member(tom.rules, replace(ravi, groups=("Finance",))))
    mei.vault.take_in(tom.shared_events(tom.identity.device, 0, 99))
    page = TeamDesk(mei)
    (card,) = page.now.changes
    assert card.may_settle is None  # a signature is missing still
    page.presenter.endorse(card.change)
    (card,) = page.now.changes
    assert card.may_settle is not None
    assert "it does this itself" in card.may_settle
    mei.world.clock.advance(SILENT_MS)
    page = TeamDesk(mei)
    assert page.now.changes[0].may_settle == ""
    page.presenter.settle(card.change)
    assert (page.now.changes, page.now.said) == ((), "The change is in force.")
    assert mei.vault.rules.governance.epoch == 1
    page.presenter.settle(card.change)
    assert page.now.problem


def test_what_was_proposed_by_a_clock_that_ran_ahead_says_who_can_sign_it_when() -> None:
    office = Office()
    mei = four(office)
    clock = mei.world.clock
    tom = office.present(mei, "Tom Okoro")
    colleague = office.colleague(tom, clock, FakeEntropy("tom"))
    clock.jump(3 * DAY_MS)
    propose_admin(mei)
    clock.jump(-3 * DAY_MS)
    share(mei.vault, tom)
    own = TeamDesk(mei)
    assert own.now.changes[0].end == (
        "The clock of this device once ran ahead, and nothing that it signs can be dated before that. This would "
        "end on \u20669 Dec 2026 13:00 (UTC+01:00)\u2069: others can sign it from "
        "\u206624 Nov 2026 13:00 (UTC+01:00)\u2069 on. Sooner: have another administrator propose the same."
    )
    member = MemberDesk(mei, member_named(mei, "Tom Okoro"))
    member.presenter.change_roles(["approver"], "Finance")
    assert member.now.effect.endswith(
        "what it proposes now would end on \u20669 Dec 2026 13:00 (UTC+01:00)\u2069, and others can sign that from "
        "\u206624 Nov 2026 13:00 (UTC+01:00)\u2069 on. Sooner: have another administrator propose it."
    )
    page = TeamDesk(colleague)
    (card,) = page.now.changes
    assert card.may_endorse == "It ends too late to be signed before \u206624 Nov 2026 13:00 (UTC+01:00)\u2069."
    assert "it can be signed from \u206624 Nov 2026 13:00 (UTC+01:00)\u2069 on. Sooner: have it proposed" in card.end
    clock.jump(2 * DAY_MS)
    page = TeamDesk(colleague)
    assert page.now.changes[0].may_endorse == ""
    page.presenter.endorse(card.change)
    share(mei.vault, tom)
    (card,) = TeamDesk(mei).now.changes
    assert "Enough have signed" in card.progress
    assert card.end == ("Unless it is in force by then, it ends on \u20669 Dec 2026 13:00 (UTC+01:00)\u2069.")


def test_what_was_proposed_without_an_end_says_that_nobody_signs_it(mei: Colleague) -> None:
    propose_admin(mei)
    (change,) = open_changes(mei.vault, mei.sharing.verify)
    endless = replace(change, signed=frozenset(), may_sign=frozenset({mei.member}), expires_at=0)
    page = TeamDesk(mei)
    page.presenter._known((replace(picture_of(mei.world.session), changes=(endless,)), ()))  # noqa: SLF001 - as an earlier program proposed
    page.presenter._render()  # noqa: SLF001 - the same
    (card,) = page.now.changes
    assert card.may_endorse.startswith("It was proposed without an end")
    assert card.end == ""


def test_one_can_not_remove_oneself_nor_change_without_the_role(mei: Colleague) -> None:
    own = MemberDesk(mei, mei.member)
    assert own.now.remove_blocked.startswith("You can't remove yourself")
    own.presenter.leave()
    assert own.went.to == [("team", "")]


def test_a_page_of_nobody_shows_nothing(mei: Colleague) -> None:
    page = MemberDesk(mei, "nobody")
    page.presenter.change_roles([], "")
    page.presenter.record_evidence("passport", "", "2027-11-22")
    page.presenter.confirm_access()
    assert page.now.roles == ()
    page.presenter.close()


# — words —


def test_standings() -> None:
    look = Looking("me", "device", START_MS, ZONE, {})
    member = Member("m", "Tom", (Role.APPROVER,), "00" * 32)
    seen = Evidence("passport", "m", 0, START_MS - 1)
    assert standing(replace(member, roles=()), look)[0] == "Left"
    assert standing(replace(member, access_until=START_MS), look)[0] == "Access lapsed"
    assert standing(replace(member, evidence=seen), look)[0] == "Identity check expired"
    assert standing(replace(member, evidence=replace(seen, until=START_MS + DAY_MS)), look) == (
        "Identity check ends soon",
        "warn",
    )
    assert standing(replace(member, evidence=replace(seen, until=0)), look)[0] == ""


def test_devices_say_when_they_expire_and_were_heard(mei: Colleague) -> None:
    state = mei.vault.rules.governance
    tom = next(item for item in state.members if item.name == "Tom Okoro")
    known = next(item for item in state.devices if item.member == tom.member)
    evidence = Evidence("passport", mei.member, START_MS, START_MS + DAY_MS)
    old = replace(known, device="ab" * 32, expires_at=START_MS - 1)
    new = replace(known, device="cd" * 32, expires_at=START_MS + DAY_MS)
    shut = replace(known, device="ef" * 32, closed=True)
    told = replace(
        state,
        members=(replace(tom, evidence=evidence, access_until=START_MS - 1),),
        devices=(known, old, new, shut),
    )
    look = Looking("me", "device", START_MS, ZONE, {known.device: START_MS})
    card = member_cards(told, look)[0]
    assert [line.chip for line in card.devices] == ["", "Expired", "Expires soon", "Closed"]
    assert card.devices[0].text.startswith("Last heard of")
    assert card.devices[1].text.endswith("Its keys expired on \u206622 November 2026\u2069.")
    assert card.access.startswith("Access lapsed on")
    assert card.evidence.endswith("Check again by \u206623 November 2026\u2069.")


def test_groups_are_read_as_typed() -> None:
    assert read_groups(" Finance , Treasury、Finance,, Legal  team") == ("Finance", "Treasury", "Legal team")


@pytest.mark.parametrize(
    ("day", "until"), [("2026-11-22", "2027-03-31"), ("2026-01-01", "2026-06-30"), ("2026-07-09", "2026-12-31")]
)
def test_access_lasts_to_the_end_of_the_next_quarter(day: str, until: str) -> None:
    at = int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()) * 1000
    assert datetime.fromtimestamp(end_of_next_quarter(at, UTC) / 1000, UTC).date().isoformat() == until


def test_every_kind_of_change_has_a_sentence(mei: Colleague) -> None:
    before = mei.vault.rules.governance
    tom = next(item for item in before.members if item.name == "Tom Okoro")
    spare = Device("99" * 32, tom.member, "00" * 32, "00" * 32, expires_at=START_MS)
    renamed = replace(tom, name="Thomas", groups=(), recovery_public_key="11" * 32)
    after = replace(
        before,
        members=tuple(renamed if item == tom else item for item in before.members),
        devices=(*(replace(item, expires_at=0) for item in before.devices), spare),
        policy=replace(before.policy, approvals=2, wait_seconds=9),
    )
    said = " ".join(change_sentences(before, after, ZONE))
    for words in ("is called", "leaves the group", "another recovery kit", "gets a further device", "expire on",
                  "2 approvals instead of 1", "waits before it can be sent"):  # fmt: skip
        assert words in said
    back = " ".join(change_sentences(after, before, ZONE))
    assert "joins the group" in back
    assert change_sentences(before, before, ZONE) == ()
    alone = replace(before, policy=replace(before.policy, requester_may_approve=True))
    assert "The only approver" in change_sentences(before, alone, ZONE)[0]
    assert "Nobody approves their own" in change_sentences(alone, before, ZONE)[0]
    shown = replace(tom, evidence=Evidence("x", tom.member, 1, 0), access_until=START_MS)
    one = replace(before, members=tuple(shown if item == tom else item for item in before.members))
    assert "was checked by" in change_sentences(before, one, ZONE)[0]
    ended = change_sentences(one, before, ZONE)
    assert "is dropped" in ended[0]
    assert "has no end" in ended[1]
    endless = tuple(replace(item, expires_at=START_MS) for item in before.devices)
    assert "don't expire" in change_sentences(replace(before, devices=endless), before, ZONE)[0]


def test_what_went_wrong_stays_on_screen_while_others_are_heard() -> None:
    mei = four(connected=True)
    page, looks = TeamDesk(mei), 0

    def looked() -> None:
        nonlocal looks
        looks += 1

    mei.sharing.listen(looked)
    page.presenter.endorse("00" * 32)
    said = page.now.problem
    assert said
    mei.sharing.exchange_now()
    assert looks > 0
    assert page.now.problem == said
    propose_admin(mei)
    page.presenter.decline(open_changes(mei.vault, mei.sharing.verify)[0].change)
    assert page.now.problem == ""
