"""Joining: an invitation works once, forged and edited ones are refused, and both sides read the same phrase."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.use_cases.admit_member import admit_member, refuse_request, state_with
from countersign.application.use_cases.change_governance import endorse_change, open_changes
from countersign.application.use_cases.exchange_envelopes import parcel_name, take_parcel
from countersign.application.use_cases.invite_member import (
    INVITATION_LIFETIME_MS,
    Stage,
    askings,
    invite_member,
    take_request,
    withdraw_invitation,
)
from countersign.application.use_cases.join_workspace import ask_to_join, joining_of, read_invitation, ticket_of
from countersign.application.use_cases.publish_envelopes import file_letters
from countersign.application.use_cases.relay_notes import read_notes
from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.governance import Role
from countersign.domain.ledger.joining import JoinRequest, SignedInvitation
from countersign.domain.ledger.letter import Letter
from countersign.testing.fake_workspace import FakeKeys, fake_verify
from tests.unit.application.workspace.several import Desk, Several, newcomer, several

APPROVER = (Role.REQUESTER, Role.APPROVER)


def invited(some: Several, name: str = "Tom", **more: object) -> SignedInvitation:
    desk = some[0]
    given = {"name": name, "roles": APPROVER, "groups": ("board",), "relay": {"kind": "folder", "path": "/x"}} | more
    return invite_member(desk.vault, desk.tools.entropy, **given)  # type: ignore[arg-type]  # tests name the fields


def admitted(desk: Desk) -> bool:
    return desk.vault.admitted


def asked(some: Several, name: str = "Tom") -> tuple[SignedInvitation, Desk]:
    """Invite somebody whose request has come to the inviter."""
    signed = invited(some, name)
    desk = newcomer(some, name, signed)
    ask_to_join(desk.vault, signed.invitation, name)
    desk.round()
    assert some[0].round().asked == 1
    return signed, desk


def test_a_workspace_of_one_takes_in_a_second_person() -> None:
    some = several(1)
    for place in range(250):
        some[0].say(f"note {place}")
    signed, tom = asked(some)
    (asking,) = askings(some[0].vault, some.clock.now_ms())
    joining = joining_of(tom.vault)
    assert joining is not None
    assert asking.stage is Stage.ASKED
    assert asking.phrase_digest == joining.phrase_digest
    assert not admitted(tom)
    proposed = admit_member(some[0].vault, fake_verify, signed.invitation.id, joining.phrase_digest)
    assert proposed.in_force
    some.rounds(3)
    assert admitted(tom)
    assert some.agree
    governance = tom.vault.rules.governance
    member = governance.member_of(tom.device)
    assert member is not None
    assert (member.name, member.roles, member.groups) == ("Tom", APPROVER, ("board",))
    assert not governance.policy.requester_may_approve
    (asking,) = askings(some[0].vault, some.clock.now_ms())
    assert asking.stage is Stage.JOINED
    tom.say("from Tom")
    some.rounds(2)
    assert some.agree


def test_a_third_person_needs_the_second_one_s_signature_too() -> None:
    some = several(2, roles=[APPROVER])
    some.rounds()
    signed, cho = asked(some, "Cho")
    (asking,) = askings(some[0].vault, some.clock.now_ms())
    proposed = admit_member(some[0].vault, fake_verify, signed.invitation.id, asking.phrase_digest)
    assert not proposed.in_force
    some.rounds()
    assert not admitted(cho)
    (change,) = open_changes(some[1].vault, fake_verify)
    assert (change.missing, change.member) == (1, some[0].vault.identity.member)
    endorse_change(some[1].vault, fake_verify, change.change)
    some.rounds(4)
    assert admitted(cho)
    assert some.agree


def test_a_lost_welcome_is_sent_again_upon_the_next_request() -> None:
    some = several(1)
    signed, tom = asked(some)
    (asking,) = askings(some[0].vault, some.clock.now_ms())
    admit_member(some[0].vault, fake_verify, signed.invitation.id, asking.phrase_digest)
    some[0].round()
    for name in list(some.store.put_honestly):  # the store loses everything
        some.store.shelf("Tom").remove(name)
    some.rounds()
    assert not admitted(tom)
    some.later(300_000)
    some.rounds()
    assert admitted(tom)
    some.rounds()
    assert some.agree


def test_a_newcomer_who_stays_unknown_is_sent_nothing_twice() -> None:
    some = several(1)
    signed, tom = asked(some)
    assert tom.round().published == 0  # asked already, not again before five minutes are over
    put = len(some.store.put_honestly)
    tom.restart()
    tom.round()
    assert len(some.store.put_honestly) == put
    some.later(300_000)
    tom.round()
    assert len(some.store.put_honestly) == put + 1
    some[0].round()
    (asking,) = askings(some[0].vault, some.clock.now_ms())
    assert (asking.stage, asking.rivals, asking.request is not None) == (Stage.ASKED, 0, True)
    assert asking.content == signed.content


def test_an_edited_or_forged_invitation_is_refused() -> None:
    some = several(1)
    signed = invited(some)
    now = some.clock.now_ms()
    assert read_invitation(signed.content, fake_verify, now) == signed
    for place in range(len(signed.content)):
        changed = bytearray(signed.content)
        changed[place] ^= 1
        with pytest.raises(SecurityError):
            read_invitation(bytes(changed), fake_verify, now)
    with pytest.raises(SecurityError, match=r"joining\.form"):
        read_invitation(signed.content[:-1], fake_verify, now)
    with pytest.raises(SecurityError, match=r"joining\.not_one"):
        read_invitation(b"something else", fake_verify, now)
    with pytest.raises(UserFacingError, match=r"joining\.expired"):
        read_invitation(signed.content, fake_verify, now + INVITATION_LIFETIME_MS + 1)


def test_an_invitation_signed_anew_by_another_gives_another_phrase() -> None:
    some = several(1)
    signed = invited(some)
    thief = FakeKeys("thief")
    forged = replace(signed.invitation, inviter=thief.device(signed.invitation.inviter.member))
    again = SignedInvitation(forged, thief.sign(forged.message))
    read = read_invitation(again.content, fake_verify, some.clock.now_ms())  # it can't be told from a true one …
    tom = newcomer(some, "Tom", read)
    joining = ask_to_join(tom.vault, read.invitation, "Tom")
    assert take_request(some[0].vault, joining.request, some.clock.now_ms()) == ""
    (asking,) = askings(some[0].vault, some.clock.now_ms())
    assert asking.phrase_digest != joining.phrase_digest  # … but by its phrase
    with pytest.raises(SecurityError, match=r"joining\.phrase"):
        admit_member(some[0].vault, fake_verify, signed.invitation.id, joining.phrase_digest)


def test_an_invitation_works_once() -> None:
    some = several(1)
    signed, _tom = asked(some)
    other = newcomer(some, "Eve", signed)
    request = ask_to_join(other.vault, signed.invitation, "Tom").request
    assert take_request(some[0].vault, request, some.clock.now_ms()) == "joining.used"
    (asking,) = askings(some[0].vault, some.clock.now_ms())
    assert asking.rivals == 1
    assert asking.request is not None
    assert asking.request.device.device == some[1].device


def test_a_request_without_the_secret_or_for_another_workspace_is_refused() -> None:
    some = several(1)
    signed = invited(some)
    tom = newcomer(some, "Tom", signed)
    request = ask_to_join(tom.vault, signed.invitation, "Tom").request
    vault, now = some[0].vault, some.clock.now_ms()
    assert take_request(vault, replace(request, name="Eve"), now) == "joining.proof"
    assert take_request(vault, replace(request, invitation="00" * 16), now) == "joining.unknown_invitation"
    assert take_request(vault, replace(request, workspace="00" * 16), now) == "joining.unknown_invitation"
    moved = replace(request, member="00" * 16).proven(signed.invitation.secret)
    assert take_request(vault, moved, now) == "joining.proof"
    assert take_request(vault, request, now + INVITATION_LIFETIME_MS + 1) == "joining.expired"
    assert take_request(vault, request, now) == ""
    assert take_request(vault, request, now) == ""


def test_a_taken_back_or_expired_invitation_has_ended() -> None:
    some = several(1)
    first, second, third = invited(some), invited(some), invited(some, "Cho")
    withdraw_invitation(some[0].vault, first.invitation.id)
    withdraw_invitation(some[0].vault, "00" * 16)
    tom = newcomer(some, "Tom", first)
    request = ask_to_join(tom.vault, first.invitation, "Tom").request
    assert take_request(some[0].vault, request, some.clock.now_ms()) == "joining.used"
    cho = newcomer(some, "Cho", third)
    other = ask_to_join(cho.vault, third.invitation, "").request
    assert other.name == "Cho"
    assert take_request(some[0].vault, other, some.clock.now_ms()) == ""
    refuse_request(some[0].vault, third.invitation.id)
    with pytest.raises(UserFacingError, match=r"joining\.not_open"):
        admit_member(some[0].vault, fake_verify, third.invitation.id, "")
    some.later(INVITATION_LIFETIME_MS + 1)
    found = {item.invitation.id: (item.stage, item.reason) for item in askings(some[0].vault, some.clock.now_ms())}
    assert found == {
        first.invitation.id: (Stage.ENDED, "withdrawn"),
        second.invitation.id: (Stage.ENDED, "expired"),
        third.invitation.id: (Stage.ENDED, "refused"),
    }
    withdraw_invitation(some[0].vault, third.invitation.id)  # nothing happens to what has ended


def test_a_member_gets_another_device_and_its_kit() -> None:
    some = several(2, roles=[APPROVER])
    some.rounds()
    member = some[1].vault.identity.member
    signed = invited(some, "ignored", member=member)
    assert (signed.invitation.name, signed.invitation.roles) == ("device 1", ())
    laptop = newcomer(some, "laptop", signed)
    ask_to_join(laptop.vault, signed.invitation, "device 1")
    some.rounds(2)
    (asking,) = askings(some[0].vault, some.clock.now_ms())
    proposed = admit_member(some[0].vault, fake_verify, signed.invitation.id, asking.phrase_digest)
    some.rounds(2)
    endorse_change(some[1].vault, fake_verify, proposed.change)
    some.rounds(3)
    assert admitted(laptop)
    governance = laptop.vault.rules.governance
    found = next(item for item in governance.members if item.member == member)
    assert found.recovery_public_key == laptop.vault.recovery_public_key
    assert found.roles == APPROVER
    assert sum(item.member == member for item in governance.devices) == 2
    with pytest.raises(SecurityError, match=r"joining\.device_known"):
        state_with(some[0].vault.rules, asking)


def test_who_may_invite_and_whom() -> None:
    some = several(2, roles=[APPROVER])
    some.rounds()
    entropy = some[0].tools.entropy
    with pytest.raises(UserFacingError, match=r"joining\.not_administrator"):
        invite_member(some[1].vault, entropy, name="Eve", roles=APPROVER)
    with pytest.raises(UserFacingError, match=r"joining\.name"):
        invite_member(some[0].vault, entropy, name="  ", roles=APPROVER)
    with pytest.raises(UserFacingError, match=r"joining\.no_role"):
        invite_member(some[0].vault, entropy, name="Eve")
    with pytest.raises(UserFacingError, match=r"joining\.no_member"):
        invite_member(some[0].vault, entropy, name="", member="00" * 16)
    signed = invited(some)
    with pytest.raises(UserFacingError, match=r"joining\.not_open"):
        admit_member(some[0].vault, fake_verify, signed.invitation.id, "")
    (asking,) = askings(some[0].vault, some.clock.now_ms())
    assert asking.phrase_digest == ""
    with pytest.raises(UserFacingError, match=r"joining\.not_open"):
        state_with(some[0].vault.rules, asking)


def test_a_request_in_another_s_envelope_opens_for_nobody() -> None:
    some = several(1)
    signed, _tom = asked(some)
    eve = newcomer(some, "Eve", signed)
    (asking,) = askings(some[0].vault, some.clock.now_ms())
    assert isinstance(asking.request, JoinRequest)
    letter = Letter(documents=(asking.request.content,))
    assert letter.documents
    # Eve's device signs an envelope around Tom's request: its key is not the one that the request names.
    sealed = seal_envelope(
        eve.vault, eve.tools.suite, letter, (signed.invitation.inviter,), Purpose.REQUEST, eve.tools.entropy, 0
    )
    some.store.put("Eve", sealed)
    assert some[0].round().refused == ("envelope.signature",)


def test_asked_again_a_joining_vault_says_the_same() -> None:
    some = several(1)
    signed = invited(some)
    tom = newcomer(some, "Tom", signed)
    first = ask_to_join(tom.vault, signed.invitation, "Tom")
    assert ask_to_join(tom.vault, signed.invitation, "Tim") == first
    ticket = ticket_of(signed.invitation)
    assert (ticket.workspace, ticket.genesis) == (signed.invitation.workspace, signed.invitation.genesis)


def test_a_request_comes_by_file_too_and_a_nonsensical_one_is_left_aside() -> None:
    some = several(1)
    signed = invited(some)
    tom = newcomer(some, "Tom", signed)
    assert file_letters(tom.vault, tom.tools, read_notes(tom.vault)) == ()
    ask_to_join(tom.vault, signed.invitation, "Tom")
    (content,) = file_letters(tom.vault, tom.tools, read_notes(tom.vault))
    notes = read_notes(some[0].vault)
    assert take_parcel(some[0].vault, some[0].tools, notes, "file", parcel_name(content), content).asked
    eve = newcomer(some, "Eve", signed)
    letter = Letter(documents=(b"let me in",))
    sealed = seal_envelope(
        eve.vault, eve.tools.suite, letter, (signed.invitation.inviter,), Purpose.REQUEST, eve.tools.entropy, 0
    )
    found = take_parcel(some[0].vault, some[0].tools, notes, "file", parcel_name(sealed), sealed)
    assert (found.asked, found.later) == (False, True)  # nobody knows whose key that is
    withdraw_invitation(some[0].vault, signed.invitation.id)
    late = newcomer(some, "Cho", signed)
    ask_to_join(late.vault, signed.invitation, "Cho")
    (content,) = file_letters(late.vault, late.tools, read_notes(late.vault))
    taken = take_parcel(some[0].vault, some[0].tools, notes, "file", parcel_name(content), content)
    assert taken.refused == "joining.used"


def test_an_auditor_joins_and_the_payer_goes_on_alone() -> None:
    some = several(1)
    signed = invited(some, "Ann", roles=(Role.AUDITOR,))
    ann = newcomer(some, "Ann", signed)
    ask_to_join(ann.vault, signed.invitation, "Ann")
    some.rounds(2)
    (asking,) = askings(some[0].vault, some.clock.now_ms())
    admit_member(some[0].vault, fake_verify, signed.invitation.id, asking.phrase_digest)
    some.rounds(3)
    assert admitted(ann)
    assert ann.vault.rules.governance.policy.requester_may_approve


def test_by_files_too_it_is_known_who_has_come() -> None:
    some = several(1)
    signed, other = invited(some), invited(some, "Cho")
    tom = newcomer(some, "Tom", signed)
    ask_to_join(tom.vault, signed.invitation, "Tom")

    def carry(giver: Desk, taker: Desk) -> None:
        for content in file_letters(giver.vault, giver.tools, read_notes(giver.vault)):
            notes = read_notes(taker.vault)
            take_parcel(taker.vault, taker.tools, notes, "file", parcel_name(content), content)
        some.later()

    carry(tom, some[0])
    found = {item.invitation.id: item for item in askings(some[0].vault, some.clock.now_ms())}
    asking = found[signed.invitation.id]
    admit_member(some[0].vault, fake_verify, signed.invitation.id, asking.phrase_digest)
    carry(some[0], tom)
    assert admitted(tom)
    carry(tom, some[0])
    stages = {item.invitation.id: item.stage for item in askings(some[0].vault, some.clock.now_ms())}
    assert stages == {signed.invitation.id: Stage.JOINED, other.invitation.id: Stage.OUT}
