"""Projections follow from the ledger: rebuilt they are the same, and what was changed in them is noticed."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from countersign.adapters.vault.book import Book
from countersign.adapters.vault.database import Connection, new_memory_database, open_writer
from countersign.adapters.vault.door import FileVaultDoor
from countersign.adapters.vault.projector import Projector
from countersign.adapters.vault.verification import projection_hashes
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from countersign.testing.fakes import DAY_MS, MAIN, SOLICITORS, START_MS, FakeEntropy
from tests.integration.vault.story import AMOUNT, PASSPHRASE, Place, RememberingStretch, Story, added, elsewhere, entry

_STRETCH = RememberingStretch()

_ENTRY = st.tuples(
    st.integers(0, 5),  # which entry
    st.sampled_from([-AMOUNT.minor, -100, 250]),
    st.integers(0, 3),  # day
    st.booleans(),  # booked
    st.sampled_from(["CS0", "CS1", "NOTPROVIDED", ""]),
)
_STEP = st.one_of(
    st.tuples(st.just("order"), st.integers(0, 2)),  # how far it gets
    st.tuples(st.just("statement"), st.lists(_ENTRY, max_size=4)),
    st.tuples(st.just("lesson"), st.integers(0, 5)),
    st.tuples(st.just("elsewhere"), st.tuples(st.sampled_from([AMOUNT.minor, 100]), st.integers(0, 3))),
    st.tuples(st.just("account"), st.integers(0, 3)),
    st.tuples(st.just("typed"), st.integers(-2, 5)),  # by which entry it is shown; before: how far it gets
)


def type_at_the_bank(story: Story, end_to_end_id: str, far: int) -> None:
    """Lay an order out; from -1 on it is handed over, from 0 on an entry shows it."""
    content = story.approved(end_to_end_id)
    story.carried(content)
    if far >= -1:
        story.handed_over(content)
    if far >= 0:
        story.shown_by(content, f"e{far}")


def tell(story: Story, step: tuple[str, object], orders: int) -> None:
    """Let one step happen."""
    what, how = step
    if what == "order":
        content = story.approved(f"CS{orders}")
        if how:
            story.intent(content)
        if how == 2:
            story.settled(content)
    elif what == "typed":
        type_at_the_bank(story, f"CS{orders}", int(str(how)))
    elif what == "lesson":
        story.add(kinds.LESSON_FINISHED, story.identifier(), {"lesson": "a", "score": int(str(how)), "of": 5})
    elif isinstance(how, tuple):
        minor, day = how
        story.add(kinds.PAYMENT_ELSEWHERE, story.identifier(), elsewhere(minor, START_MS + day * DAY_MS))
    elif what == "account":
        story.add(kinds.ACCOUNT_ADDED, story.identifier(), added(int(str(how))))
    elif isinstance(how, list):
        entries = [
            entry(
                *(f"e{name}", minor, START_MS + day * DAY_MS),
                booked=booked,
                end_to_end_id=end_to_end,
                counterparty=SOLICITORS[0],
                counterparty_account=SOLICITORS[1],
            )
            for name, minor, day, booked, end_to_end in how
        ]
        story.statement(entries)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_STEP, max_size=7), st.randoms(use_true_random=False))
def test_a_rebuild_gives_the_same_hashes_in_any_order(steps: list[tuple[str, object]], shuffler: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), stretch=_STRETCH)
        door = place.door()
        story = Story(place.create(door), place.entropy)
        for orders, step in enumerate(steps):
            tell(story, step, orders % 2)
        report = door.verify(lambda _done, _total: True)
        assert report.faults == ()
        assert report.projections_equal
        session = door._session  # noqa: SLF001 - its connection, to compare with
        assert session is not None
        connection = session._connection  # noqa: SLF001
        events = [event for chain in Chain for event in story.vault.events(chain)]
        shuffler.shuffle(events)  # type: ignore[attr-defined]
        rebuilt = new_memory_database()
        book, noted = Book(connection), set[tuple[str, str]]()
        projector = Projector(rebuilt, book)
        for event in events:
            projector.replay(event, noted, book.ledger.rules())
        projector.fold_noted(noted)
        assert projection_hashes(rebuilt) == projection_hashes(connection)
        rebuilt.close()
        door.lock()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE p_transfers SET minor = minor - 1",
        "UPDATE p_orders SET state = 'settled'",
        "UPDATE p_payees SET account = 'DE00'",
        "DELETE FROM p_accounts",
        "UPDATE p_daily SET net = 0",
        "UPDATE p_paid SET payments = 9",
        "INSERT INTO p_grams (p_grams) VALUES ('delete-all')",
        "INSERT INTO p_search (p_search) VALUES ('delete-all')",
    ],
)
def test_a_changed_projection_is_noticed(door: FileVaultDoor, story: Story, change: str) -> None:
    content = story.approved()
    story.intent(content)
    story.add(
        kinds.ORDER_STATUS_CHANGED,
        content.order,
        {"payment_id": "P", "transaction_status": "ACCP", "authorised": True, "reason": "", "source": "status"},
    )
    story.statement([entry("e1", -100, START_MS)])
    session = door._session  # noqa: SLF001 - to change what no port can
    assert session is not None
    session._connection.executescript(change)  # noqa: SLF001
    report = door.verify(lambda _done, _total: True)
    assert not report.projections_equal


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM events",
        "UPDATE events SET at = 0",
        "UPDATE bodies SET salt = x'00'",
        "DELETE FROM bodies",
        "REPLACE INTO events SELECT number, id, device, chain, 9, lamport, 0, kind, subject, header, x'00' FROM events",
    ],
)
def test_the_ledger_only_grows(door: FileVaultDoor, story: Story, change: str) -> None:
    session = door._session  # noqa: SLF001 - to try what no port can
    assert session is not None
    with pytest.raises(Exception, match=r"never|data\.erased"):
        session._connection.execute(change)  # noqa: SLF001
    assert door.verify(lambda _done, _total: True).faults == ()
    assert story.vault.may_sign


def test_verification_can_be_called_off(door: FileVaultDoor, story: Story) -> None:
    for number in range(260):
        story.add(kinds.LESSON_FINISHED, story.identifier(), {"lesson": "a", "score": number, "of": 260})
    seen: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> bool:
        seen.append((done, total))
        return False

    with pytest.raises(UserFacingError, match=r"verify\.cancelled"):
        door.verify(stop)
    assert seen == [(250, 261)]
    assert door.verify(lambda _done, _total: True).events == 261


def test_the_reading_connection_cannot_write(door: FileVaultDoor) -> None:
    with pytest.raises(SecurityError):
        door.projections()._reader.rows("DELETE FROM p_transfers")  # noqa: SLF001 - to try what no port can


def test_a_question_can_be_interrupted_and_the_next_one_asked(door: FileVaultDoor, story: Story) -> None:
    story.statement([entry("e1", -100, START_MS)])
    projections = door.projections()
    reader = projections._reader  # noqa: SLF001 - an endless question has no port

    def stop() -> int:
        projections.interrupt()
        return 0

    with reader.use() as connection:
        connection.set_progress_handler(stop, 1000)
    endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(UserFacingError, match=r"vault\.interrupted"):
        reader.rows(endless)
    with reader.use() as connection:
        connection.set_progress_handler(None, 0)
    assert [row.iban for row in projections.accounts()] == [MAIN]


def test_locking_stops_a_verification_under_way(place: Place) -> None:
    door = place.door()
    story = Story(place.create(door), place.entropy)
    story.approved()
    failed: list[str] = []
    begun = threading.Event()

    def report(_done: int, _total: int) -> bool:
        begun.set()
        return True

    def verify() -> None:
        try:
            while True:
                door.verify(report)
        except UserFacingError as error:
            failed.append(error.code)

    reading = threading.Thread(target=verify)
    reading.start()
    assert begun.wait(30)
    door.lock()
    reading.join(30)
    assert failed
    assert failed[0] in {"vault.locked", "verify.cancelled"}


def test_locking_while_a_verification_opens_its_connection_is_not_taken_for_damage(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = place.door()
    Story(place.create(door), place.entropy).approved()
    locking = threading.Thread(target=door.lock)

    def open_late(folder: Path, key: bytearray) -> Connection:
        locking.start()
        locking.join(0.5)  # as far as locking gets by itself: it must not wipe the key that is used next
        return open_writer(folder, key)

    monkeypatch.setattr("countersign.adapters.vault.database.open_writer", open_late)
    with contextlib.suppress(UserFacingError):  # stopped, or done before the vault was locked
        door.verify(lambda _done, _total: True)
    locking.join(30)
    with pytest.raises(UserFacingError, match=r"vault\.locked"):
        door.verify(lambda _done, _total: True)


def test_on_a_nearly_full_disk_nothing_is_begun_and_outcomes_are_recorded(
    door: FileVaultDoor, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, other = story.approved(), story.approved("CS2")
    story.intent(content)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1024})())
    for begin in (story.approved, lambda: story.intent(other)):
        with pytest.raises(UserFacingError, match=r"vault\.disk_full"):
            begin()
    story.settled(content)
    record = story.vault.order(content.order)
    assert record is not None
    assert record.state is OrderState.SETTLED
    monkeypatch.undo()
    story.intent(other)
    assert door.verify(lambda _done, _total: True).faults == ()


class FailingFlush:
    """A connection whose commit can't be flushed."""

    def __init__(self, connection: dbapi2.Connection) -> None:
        self._connection = connection

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.in_transaction

    def rollback(self) -> None:
        """Roll back."""
        self._connection.rollback()

    def close(self) -> None:
        """Close."""
        self._connection.close()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> dbapi2.Cursor:
        """Fail to commit, and do all else."""
        if sql == "COMMIT":
            raise dbapi2.OperationalError("disk I/O error")
        return self._connection.execute(sql, parameters)


def test_after_a_failed_flush_nothing_is_written_until_it_is_opened_anew(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = place.door()
    vault = place.create(door)
    story = Story(vault, place.entropy)
    story.approved()
    length = len(vault.events(Chain.SHARED))
    monkeypatch.setattr(vault, "_connection", FailingFlush(vars(vault)["_connection"]))
    with pytest.raises(SecurityError, match=r"vault\.damaged"):
        story.payee()
    with pytest.raises(UserFacingError, match=r"vault\.reopen"):
        story.payee()
    door.lock()
    vault = door.unlock(SecretText(PASSPHRASE))
    assert vault.may_sign
    assert len(vault.events(Chain.SHARED)) == length
    Story(vault, FakeEntropy("later")).approved("CS3")
    assert door.verify(lambda _done, _total: True).faults == ()
    door.lock()


def test_a_database_that_fills_up_in_the_middle_rolls_back(door: FileVaultDoor, story: Story) -> None:
    session = door._session  # noqa: SLF001 - to set a limit
    assert session is not None
    connection = session._connection  # noqa: SLF001
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(UserFacingError, match=r"vault\.disk_full"):
        story.statement([entry(f"e{number}", -number, START_MS, remittance="x" * 140) for number in range(300)])
    connection.execute("PRAGMA max_page_count = 1073741823")
    assert door.projections().accounts() == ()
    story.statement([entry("e1", -1, START_MS)])
    assert door.verify(lambda _done, _total: True).faults == ()
