"""Invitations and requests to join: strict forms, signatures, proofs, and one phrase for both sides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.canonical import Json, canonical_bytes
from countersign.domain.ledger.byte_reader import counted
from countersign.domain.ledger.governance import Role, World
from countersign.domain.ledger.joining import (
    INVITATION_LIMIT,
    MAGIC,
    NAME_LIMIT,
    REQUEST_LIMIT,
    Invitation,
    JoiningError,
    JoinRequest,
    SignedInvitation,
    phrase_digest,
)
from tests.unit.domain.ledger.world import WORKSPACE, Pen, identifier, key_of, public, verify

INVITER, TOM = Pen("mei 1", "mei"), Pen("tom 1", "tom")
MEMBER = identifier("tom")
INVITATION = Invitation(
    workspace=WORKSPACE,
    genesis="ab" * 32,
    world=World.PRACTICE,
    inviter=INVITER.entry,
    inviter_name="Mei Hartmann",
    member=MEMBER,
    name="Tom",
    roles=(Role.APPROVER,),
    groups=("board",),
    secret="cd" * 32,
    expires_at=1_800_000_000_000,
    relay={"kind": "folder"},
)
REQUEST = JoinRequest(
    workspace=WORKSPACE,
    invitation=INVITATION.id,
    member=MEMBER,
    name="Tom",
    device=replace(TOM.entry, member=MEMBER),
    recovery_public_key=public(key_of("recovery tom")).hex(),
    at=1,
).proven(INVITATION.secret)


def signed(invitation: Invitation = INVITATION) -> SignedInvitation:
    return SignedInvitation(invitation, INVITER.key.sign(invitation.message))


def test_an_invitation_reads_as_it_was_written() -> None:
    found = SignedInvitation.parse(signed().content, verify)
    assert found == signed()
    assert found.invitation.id == INVITATION.id
    assert INVITATION.secret not in repr(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"world": "moon"},
        {"roles": ["king"]},
        {"workspace": "x"},
        {"member": "x"},
        {"genesis": "x"},
        {"secret": "x"},
        {"name": ""},
        {"name": "x" * (NAME_LIMIT + 1)},
        {"inviter": {}},
        {"inviter": INVITER.entry.canonical() | {"closed": True}},
        {"unknown": 1},
    ],
)
def test_what_departs_from_the_form_is_refused(changes: dict[str, Json]) -> None:
    with pytest.raises(JoiningError):
        Invitation.read({**INVITATION.canonical(), **changes})


def test_other_bytes_are_no_invitation() -> None:
    content = signed().content
    for other, code in (
        (b"x", "joining.not_one"),
        (content + b"x" * INVITATION_LIMIT, "joining.not_one"),
        (content + b"x", "joining.form"),
        (content[:-1], "joining.form"),
        (MAGIC + counted(b"{"), "joining.form"),
    ):
        with pytest.raises(JoiningError, match=code):
            SignedInvitation.parse(other, verify)
    edited = SignedInvitation(replace(INVITATION, roles=(Role.ADMINISTRATOR,)), signed().signature)
    with pytest.raises(JoiningError, match=r"joining\.altered"):
        SignedInvitation.parse(edited.content, verify)


def test_a_request_reads_as_it_was_written_and_proves_the_secret() -> None:
    found = JoinRequest.parse(REQUEST.content)
    assert found == REQUEST
    assert found.holds(INVITATION.secret)
    assert not found.holds("00" * 32)
    assert not replace(found, name="Tim").holds(INVITATION.secret)


@pytest.mark.parametrize(
    "changes",
    [
        {"workspace": "x"},
        {"invitation": "x"},
        {"member": "x"},
        {"member": identifier("another")},
        {"name": ""},
        {"recovery_public_key": "x"},
        {"proof": "x"},
        {"device": TOM.entry.canonical() | {"member": MEMBER, "closed": True}},
        {"at": "x"},
    ],
)
def test_a_request_of_another_form_is_refused(changes: dict[str, Json]) -> None:
    with pytest.raises(JoiningError, match=r"joining\.request"):
        JoinRequest.parse(canonical_bytes({**REQUEST.canonical(), **changes}))


def test_a_request_is_small() -> None:
    with pytest.raises(JoiningError, match=r"joining\.request"):
        JoinRequest.parse(b"x" * (REQUEST_LIMIT + 1))


def test_the_phrase_covers_both_sides() -> None:
    digest = phrase_digest(INVITATION, REQUEST)
    others = (
        (replace(INVITATION, inviter=Pen("eve 1", "mei").entry), REQUEST),
        (replace(INVITATION, genesis="00" * 32), REQUEST),
        (INVITATION, replace(REQUEST, device=Pen("eve 1", MEMBER).entry)),
        (INVITATION, replace(REQUEST, recovery_public_key="00" * 32)),
        (INVITATION, replace(REQUEST, name="Eve")),
    )
    assert len({digest, *(phrase_digest(*pair) for pair in others)}) == 6
