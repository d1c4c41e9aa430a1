"""Documents between real vaults, by a folder, files and PostgreSQL: the very bytes, checked when they arrive."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from countersign.adapters.relays.postgres import PostgresRelay
from countersign.adapters.relays.sealing import HpkeSuite
from countersign.adapters.vault.database import Connection
from countersign.application.ports.vault import LocalSpace
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.relay_notes import read_notes
from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.documents import TOTAL_BYTES, require_same_bytes
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.letter import Letter
from countersign.domain.order import Attachment, last_digits
from tests.integration.workspace.team import Person, Team
from tests.postgres import PostgresServer
from tests.unit.application.workspace.payments import ORDER, known, request

PIECE = TOTAL_BYTES // 4
FOUR = [b"%PDF-1.7\n" + bytes([place]) * (PIECE - 16) + b"\n%%EOF\n" for place in range(4)]
SMALL = [b"%PDF-1.7\n%%EOF\n"]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    made.begin("Mei")
    yield made
    made.close()


def attached(data: list[bytes]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(f"{place}.pdf", hashlib.sha256(each).hexdigest(), len(each)) for place, each in enumerate(data)
    )


def requested(person: Person, data: list[bytes], *, kept: bool = True) -> tuple[Attachment, ...]:
    with person.vault.transaction() as change:
        for each in data if kept else ():
            change.keep_blob(each)
    items = attached(data)
    request(person, attachments=items)
    return items


def sign(person: Person) -> None:
    record = known(person)
    payment = record.content.payment
    approve_order(person.vault, ORDER, payment, record.digest, last_digits(payment.creditor_account))


def writing(person: Person) -> Connection:
    session = person.door._session  # noqa: SLF001 - to write where no port leads
    assert session is not None
    return session._connection  # noqa: SLF001 - as above


@pytest.mark.parametrize("files", [False, True])
def test_as_much_as_may_be_attached_arrives(team: Team, *, files: bool) -> None:
    team.join("Tom", files=files)
    team.join("Cho", files=files)
    items = requested(team[1], FOUR)
    (team.by_files if files else team.rounds)(2)
    for person in team.people:
        assert [person.vault.blob(item.sha256) for item in items] == FOUR
        assert person.door.projections().documents_here(tuple(item.sha256 for item in items)) == {
            item.sha256 for item in items
        }
        assert person.vault.local(LocalSpace.DOCUMENT) == {}
    sign(team[0])
    assert team[0].door.verify(lambda _done, _total: True).faults == ()


def test_as_much_as_may_be_attached_arrives_by_postgresql(team: Team, postgres: PostgresServer) -> None:
    team.join("Tom")
    items = requested(team[1], FOUR)
    for _ in range(2):
        for person in reversed(team.people):
            with closing(PostgresRelay(postgres.settings(), person.vault.identity.workspace, poll_ms=50)) as relay:
                assert person.round(relay).refused == ()
        team.clock.advance(31_000)
    assert [team[0].vault.blob(item.sha256) for item in items] == FOUR
    sign(team[0])


def test_a_forged_one_is_refused_and_the_right_one_still_comes(team: Team) -> None:
    team.join("Tom")
    (item,) = requested(team[1], SMALL)
    events = tuple(team[1].vault.events_of(ORDER))
    own = (team[0].vault.own_device,)
    letter = Letter(events, None, (SMALL[0] + b"\n",))
    forged = seal_envelope(
        team[1].vault, HpkeSuite(), letter, own, Purpose.EVENTS, team[1].tools.entropy, team.clock.now_ms()
    )
    assert team[0].take(forged).refused == "envelope.document"
    assert team[0].vault.blob(item.sha256) is None
    assert team[0].vault.blob(hashlib.sha256(SMALL[0] + b"\n").hexdigest()) is None
    with pytest.raises(UserFacingError, match=r"^document\.not_here$"):
        sign(team[0])
    team.rounds(2)
    assert team[0].vault.blob(item.sha256) == SMALL[0]
    sign(team[0])


def test_a_withheld_one_comes_once_it_is_there_also_after_a_restart(team: Team) -> None:
    team.join("Tom")
    (item,) = requested(team[1], SMALL, kept=False)
    team.rounds(2)
    assert len(team[0].vault.local(LocalSpace.DOCUMENT)) == 1
    team[0].reopen()
    with pytest.raises(UserFacingError, match=r"^document\.not_here$"):
        sign(team[0])
    with team[1].vault.transaction() as change:
        change.keep_blob(SMALL[0])
    team.rounds(12)
    assert team[0].vault.blob(item.sha256) == SMALL[0]
    assert team[0].vault.local(LocalSpace.DOCUMENT) == {}


def test_by_files_alone_a_missing_one_is_asked_for_and_sent_again(team: Team) -> None:
    team.join("Tom", files=True)
    (item,) = requested(team[1], SMALL, kept=False)
    team.by_files(1)
    assert len(team[0].vault.local(LocalSpace.DOCUMENT)) == 1
    with team[1].vault.transaction() as change:
        change.keep_blob(SMALL[0])
    team.by_files(2)
    assert team[0].vault.blob(item.sha256) == SMALL[0]
    assert team[0].vault.local(LocalSpace.DOCUMENT) == {}
    assert read_notes(team[1].vault).wanted == {}


def test_one_that_joins_later_gets_what_its_role_may_read(team: Team) -> None:
    items = requested(team[0], SMALL)
    person = team.join("Cho")
    assert person.vault.blob(items[0].sha256) == SMALL[0]


def test_what_was_swapped_in_the_vault_is_not_opened(team: Team) -> None:
    (item,) = requested(team[0], SMALL)
    connection = writing(team[0])
    connection.execute("UPDATE documents SET content = ? WHERE sha256 = ?", (SMALL[0][:-1] + b" ", item.sha256))
    found = team[0].vault.blob(item.sha256)
    assert found is not None
    with pytest.raises(SecurityError, match=r"^document\.differs$"):
        require_same_bytes(item, found)
