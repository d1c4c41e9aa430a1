"""A vault of an older format opens and is brought up to date: all or nothing, to what a rebuild gives."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from countersign.adapters.vault import database
from countersign.adapters.vault.database import DATABASE_FILE, DATABASE_FILES, Connection
from countersign.adapters.vault.door import FileVaultDoor
from countersign.adapters.vault.projector import Projector
from countersign.adapters.vault.schema import OLDER_VERSIONS, SCHEMA_VERSION
from countersign.adapters.vault.session import Session
from countersign.adapters.vault.verification import projection_hashes
from countersign.application.ports.vault import HistoryQuery
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.domain.secret import SecretText
from countersign.testing.fakes import START_MS
from tests.integration.vault.story import AMOUNT, PASSPHRASE, Place, Story, code_of, entry, go_on

COPIED = ("events", "bodies", "local_items", "p_orders", "p_payees", "p_accounts", "p_lessons", "p_milestones")


def opened(door: FileVaultDoor) -> Session:
    """Return what is behind an open door."""
    session = door._session  # noqa: SLF001 - to look where no port leads
    assert session is not None
    return session


def writing(door: FileVaultDoor) -> Connection:
    """Return the writing connection."""
    return opened(door)._connection  # noqa: SLF001 - as above


class OldVault:
    """A vault as an older format had it: the same events, its own tables.

    Attributes:
        format: Its number.
        hashes: Of the projections, as the newest format has them.
        events: How many events the ledger holds.
    """

    def __init__(self, place: Place, project_root: Path, number: int) -> None:
        self.place, self.format = place, number
        door = place.door()
        self.story = Story(place.create(door), place.entropy)
        self._tell()
        self.events = door.verify(go_on).events
        self.hashes = projection_hashes(writing(door))
        self._key = bytearray(opened(door)._keys.database)  # noqa: SLF001 - to write the older file
        held = {name: self._rows(writing(door), name) for name in (*COPIED, "p_transfers")}
        door.lock()
        for name in DATABASE_FILES:
            (place.folder / name).unlink(missing_ok=True)
        old = self.connect()
        old.execute("PRAGMA journal_mode = WAL")
        old.executescript((project_root / "tests" / "fixtures" / "vault" / f"schema_{number}.sql").read_text("utf-8"))
        for name, (columns, rows) in held.items():
            wanted = [row[1] for row in old.execute(f"PRAGMA table_info({name})").fetchall()]
            marks = ", ".join("?" * len(wanted))
            for row in rows:
                values = dict(zip(columns, row, strict=True))
                named = ", ".join(wanted)
                old.execute(f"INSERT INTO {name} ({named}) VALUES ({marks})", [values[each] for each in wanted])  # noqa: S608
        old.close()

    @staticmethod
    def _rows(connection: Connection, name: str) -> tuple[list[str], list[tuple[object, ...]]]:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})").fetchall()]
        asked = f"SELECT {', '.join(columns)} FROM {name}"  # noqa: S608 - our own names
        if name == "bodies":  # every older format had them by the identifiers of events
            asked = "SELECT events.id, salt, content FROM bodies JOIN events ON events.number = bodies.event"
        return columns, connection.execute(asked).fetchall()

    def _tell(self) -> None:
        story = self.story
        first, second = story.approved("CS-ONE"), story.approved("CS-TWO")
        story.intent(first)
        story.settled(first)
        story.intent(second)
        story.statement(
            [
                entry("e1", -AMOUNT.minor, START_MS, end_to_end_id="CS-ONE"),
                entry("e2", -100, START_MS - 1, counterparty="工商银行上海分行"),
                entry("e3", 700, START_MS + 1, booked=False),
            ]
        )
        story.statement([entry("e3", 700, START_MS + 2)])
        story.add(kinds.LESSON_FINISHED, story.identifier(), {"lesson": "invoices", "score": 3, "of": 5})

    def connect(self) -> Connection:
        """Open the database without the program's checks of its version."""
        return database._connect(self.place.folder / DATABASE_FILE, self._key)  # noqa: SLF001 - as the name says

    def asked(self, question: str) -> list[tuple[object, ...]]:
        """Ask the closed database."""
        connection = self.connect()
        try:
            return connection.execute(question).fetchall()
        finally:
            connection.close()

    @property
    def version(self) -> int:
        """The format on disk."""
        ((found,),) = self.asked("PRAGMA user_version")
        assert isinstance(found, int)
        return found

    def tables(self) -> list[tuple[object, ...]]:
        """Return how all tables, indexes and triggers are defined."""
        return self.asked("SELECT name, sql FROM sqlite_schema ORDER BY name")

    def unlock(self) -> FileVaultDoor:
        """Open it with this version of the program."""
        door = self.place.door()
        door.unlock(SecretText(PASSPHRASE))
        return door


@pytest.fixture(params=sorted(OLDER_VERSIONS))
def old(place: Place, project_root: Path, request: pytest.FixtureRequest) -> OldVault:
    """Give a locked vault of each older format."""
    made = OldVault(place, project_root, request.param)
    assert made.version == request.param
    return made


def test_every_older_format_is_kept(project_root: Path) -> None:
    kept = {path.name for path in (project_root / "tests" / "fixtures" / "vault").glob("schema_*.sql")}
    assert kept == {f"schema_{number}.sql" for number in range(1, SCHEMA_VERSION)}
    assert set(range(1, SCHEMA_VERSION)) == OLDER_VERSIONS


def test_an_older_format_opens_and_is_brought_up_to_date(old: OldVault) -> None:
    door = old.unlock()
    assert projection_hashes(writing(door)) == old.hashes
    report = door.verify(go_on)
    assert (report.faults, report.projections_equal, report.events >= old.events) == ((), True, True)
    found = door.projections().history(HistoryQuery(text="工商"))
    assert [-row.amount.minor for row in found.rows] == [100]
    assert [row.reach for row in door.projections().accounts()] == ["xs2a"]
    door.lock()
    assert old.version == SCHEMA_VERSION


def test_what_was_brought_up_to_date_is_as_what_was_made_anew(old: OldVault, tmp_path: Path) -> None:
    old.unlock().lock()
    (tmp_path / "other").mkdir()
    other = Place(tmp_path / "other", stretch=old.place.stretch)
    door = other.door()
    other.create(door)
    made = writing(door).execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
    door.lock()
    assert old.tables() == made


def test_life_goes_on_in_it(old: OldVault) -> None:
    door = old.unlock()
    vault = opened(door).vault
    story = Story(vault, old.place.entropy)
    with vault.transaction() as change:
        named = change.keep_blob(b"%PDF")
    story.intent(story.approved("CS-LATER"))
    door.lock()
    door = old.unlock()
    assert opened(door).vault.blob(named) == b"%PDF"
    assert door.verify(go_on).faults == ()
    door.lock()


def _stop_at_once(_projector: Projector, *_rest: object) -> None:
    raise KeyboardInterrupt


def _stop_at_the_end(
    whole: Callable[[Projector, set[tuple[str, str]]], None],
) -> Callable[[Projector, set[tuple[str, str]]], None]:
    def fold(projector: Projector, noted: set[tuple[str, str]]) -> None:
        whole(projector, noted)
        raise SecurityError("vault.damaged")

    return fold


@pytest.mark.parametrize("late", [False, True])
def test_half_way_is_no_way(old: OldVault, monkeypatch: pytest.MonkeyPatch, *, late: bool) -> None:
    before, events = old.tables(), old.asked("SELECT * FROM events ORDER BY id")
    entries = old.asked("SELECT * FROM p_transfers ORDER BY place")
    for _ in range(2):
        with monkeypatch.context() as patch:
            if late:
                patch.setattr(Projector, "fold_noted", _stop_at_the_end(Projector.fold_noted))
                assert code_of(old.unlock) == "vault.damaged"
            else:
                patch.setattr(Projector, "replay", _stop_at_once)
                with pytest.raises(KeyboardInterrupt):
                    old.unlock()
        assert (old.version, old.tables()) == (old.format, before)
        assert old.asked("SELECT * FROM events ORDER BY id") == events
        assert old.asked("SELECT * FROM p_transfers ORDER BY place") == entries
    door = old.unlock()
    assert projection_hashes(writing(door)) == old.hashes
    assert door.verify(go_on).faults == ()
    door.lock()


def test_what_an_older_version_got_wrong_is_made_anew(old: OldVault) -> None:
    connection = old.connect()
    connection.execute("UPDATE p_transfers SET minor = 5")
    connection.close()
    door = old.unlock()
    assert projection_hashes(writing(door)) == old.hashes
    door.lock()


@pytest.mark.parametrize(("version", "code"), [(SCHEMA_VERSION + 1, "vault.format"), (0, "vault.damaged")])
def test_other_formats_are_refused_and_left_as_they_are(old: OldVault, version: int, code: str) -> None:
    connection = old.connect()
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    before = old.tables()
    assert code_of(old.unlock) == code
    assert (old.version, old.tables()) == (version, before)


# — documents —


def test_documents_survive_locking_and_go_with_a_transaction_that_fails(
    door: FileVaultDoor, story: Story, place: Place
) -> None:
    data = bytes(range(256)) * 400
    with story.vault.transaction() as change:
        named = change.keep_blob(data)
        assert change.keep_blob(data) == named
    assert named == hashlib.sha256(data).hexdigest()
    lost = hashlib.sha256(b"lost").hexdigest()
    with pytest.raises(ZeroDivisionError):
        _fail_after_keeping(story, b"lost")
    assert story.vault.blob(lost) is None
    door.lock()
    vault = door.unlock(SecretText(PASSPHRASE))
    assert (vault.blob(named), vault.blob(lost)) == (data, None)
    assert len(vault.events(Chain.SHARED)) >= 1
    assert door.verify(go_on).faults == ()
    assert code_of(lambda: _after_locking(door, vault.blob, named)) == "vault.locked"


def _fail_after_keeping(story: Story, data: bytes) -> None:
    with story.vault.transaction() as change:
        change.keep_blob(data)
        raise ZeroDivisionError


def _after_locking(door: FileVaultDoor, blob: Callable[[str], bytes | None], named: str) -> bytes | None:
    door.lock()
    return blob(named)
