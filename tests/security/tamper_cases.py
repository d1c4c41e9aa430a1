"""The cases of the tamper campaign: what is changed, and what the program makes of it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from unittest import mock

import orjson
from sqlcipher3 import dbapi2

from countersign.adapters.system.keyring_store import FolderStore
from countersign.adapters.vault import anchor, book, database, header, verification, writer
from countersign.adapters.vault.cryptography_suite import Argon2Cost, argon2id
from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.door import FileVaultDoor
from countersign.adapters.vault.verification import projection_hashes
from countersign.domain.errors import CountersignError
from countersign.domain.secret import SecretText
from countersign.testing.fakes import START_MS, FakeClock, FakeEntropy

PAGE = 4096
WAL_HEADER, WAL_FRAME = 32, 24 + PAGE
PLACES_PER_PAGE = 64
STRIDE = PAGE // PLACES_PER_PAGE

_LATER_MS = START_MS + 10 * 365 * 86_400_000  # after whatever the vault holds: a clock that stands still


class Verdict(StrEnum):
    """What the program made of a case."""

    REFUSED = "refused"  # an error of ours, read-only, or faults in the report
    IDENTICAL = "identical"  # it opened, and not a byte of content differs
    SILENT = "silent"  # it opened and something differs: what must never be
    UNCLEAN = "unclean"  # an exception that nobody translated


@dataclass(frozen=True, slots=True)
class Case:
    """One change of one file: a byte flipped, or the file cut to a length.

    Attributes:
        file: Name within the profile, such as ``vault/vault.db-wal``.
        act: ``flip`` or ``cut``.
        at: The place.
    """

    file: str
    act: str
    at: int

    def apply(self, content: bytes) -> bytes:
        """Return the changed file."""
        if self.act == "cut":
            return content[: self.at]
        changed = bytearray(content)
        changed[self.at] ^= 1 << (self.at % 8)
        return bytes(changed)


@dataclass(frozen=True, slots=True)
class Profile:
    """A vault at rest after a crash: its files with commits that only the WAL holds.

    Attributes:
        files: Content by name, ``vault/…`` and ``keyring/…``.
        vault: The vault's identifier.
        database_key: For forging as somebody would who holds it.
    """

    files: Mapping[str, bytes]
    passphrase: str
    vault: str
    database_key: bytes


class Stretched:
    """Argon2id that remembers: the same passphrase, salt and cost are derived once a process."""

    def __init__(self) -> None:
        self._known: dict[bytes, bytes] = {}

    def __call__(self, passphrase: bytes, salt: bytes, cost: Argon2Cost) -> bytes:
        """Derive or remember."""
        asked = hashlib.sha256(repr((passphrase, salt, cost)).encode()).digest()
        if asked not in self._known:
            self._known[asked] = argon2id(passphrase, salt, cost)
        return self._known[asked]


STRETCHED = Stretched()


def door_of(home: Path) -> FileVaultDoor:
    """Stand before the vault of a copied profile; the same in every run, byte for byte."""
    clock, entropy = FakeClock(_LATER_MS), FakeEntropy("tamper")
    folder, secrets = home / "vault", FolderStore(home / "keyring")
    return FileVaultDoor(folder, clock=clock, entropy=entropy, secrets=secrets, stretch=STRETCHED)


class Scratch:
    """A folder in which one profile is put up again and again."""

    def __init__(self, home: Path, profile: Profile) -> None:
        self._home, self._profile = home, profile
        for folder in ("vault", "keyring"):
            (home / folder).mkdir(parents=True, exist_ok=True)

    def put_up(self, changed: Mapping[str, bytes]) -> None:
        """Write the profile with some files changed."""
        for folder in ("vault", "keyring"):
            for file in (self._home / folder).iterdir():
                file.unlink()
        for name, content in {**self._profile.files, **changed}.items():
            (self._home / name).write_bytes(content)

    def judge(self, original: str) -> Verdict:
        """Unlock, verify and rebuild; compare with the digest of the unchanged profile."""
        door = door_of(self._home)
        try:
            found = self._digest(door)
        except CountersignError:
            return Verdict.REFUSED
        except Exception:  # noqa: BLE001 - what nobody translated is a finding of its own
            return Verdict.UNCLEAN
        finally:
            door.lock()
        if not found:
            return Verdict.REFUSED
        return Verdict.IDENTICAL if found == original else Verdict.SILENT

    def digest(self) -> str:
        """Return the digest of what is put up, unchanged."""
        door = door_of(self._home)
        try:
            return self._digest(door)
        finally:
            door.lock()

    def _digest(self, door: FileVaultDoor) -> str:
        """Return a digest over all that the opened vault holds; empty where the program noticed something."""
        vault = door.unlock(SecretText(self._profile.passphrase))
        if not vault.may_sign:
            return ""
        report = door.verify(lambda _done, _total: True)
        if report.faults or not report.projections_equal:
            return ""
        session = door._session  # noqa: SLF001 - to compare all content
        if session is None:
            return ""
        files = [(self._home / "vault" / header.HEADER_FILE).read_bytes()]
        files += [file.read_bytes() for file in sorted((self._home / "keyring").iterdir())]
        return content_digest(session._connection, files)  # noqa: SLF001


def content_digest(connection: Connection, files: list[bytes]) -> str:
    """Hash every row of every table, and some files."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file).digest())
    for table, key in (("events", "id"), ("bodies", "event"), ("local_items", "space, key")):
        for row in connection.execute(f"SELECT * FROM {table} ORDER BY {key}"):  # noqa: S608 - our own names
            digest.update(repr(row).encode())
    digest.update(orjson.dumps(projection_hashes(connection)))
    return digest.hexdigest()


def cases_of(profile: Profile) -> Iterator[Case]:
    """List the changes that somebody without any key can make."""
    for name, content in sorted(profile.files.items()):
        size = len(content)
        if name.endswith(("vault.header", ".anchor", ".device", "-wal")):
            yield from (Case(name, "flip", at) for at in range(size))
        elif name.endswith("-shm"):
            yield from (Case(name, "flip", at) for at in range(0, size, STRIDE))
        if name.endswith(("vault.header", ".anchor", ".device")):
            yield from (Case(name, "cut", at) for at in range(size))
        elif name.endswith("-wal"):
            yield from (Case(name, "cut", at) for at in wal_cuts(size))
        elif name.endswith("vault.db"):
            yield from (Case(name, "cut", at) for at in range(0, size, STRIDE))
            yield from (Case(name, "cut", at - 1) for at in range(PAGE, size + 1, PAGE))
            # Flips, 64 to a page, are judged page by page in ``unnoticed_pages``; these go through the whole program.
            yield from (Case(name, "flip", at + 7 * (at // PAGE) % PAGE) for at in range(0, size, PAGE))
        elif name.endswith("-shm"):  # holds no content: it is made anew whenever nobody has it open
            yield from (Case(name, "cut", at) for at in range(0, size, 8 * STRIDE))


def wal_cuts(size: int) -> list[int]:
    """List where a WAL is cut: 64 places of each frame, and each of its boundaries with the bytes beside it."""
    boundaries = range(WAL_HEADER, size + 1, WAL_FRAME)
    beside = (at + step for at in boundaries for step in (-1, 0, 1))
    return sorted({*range(0, size, STRIDE), *(at for at in beside if at < size)})


def unnoticed_pages(home: Path, profile: Profile, offset: int) -> tuple[int, int]:
    """Flip the byte at ``offset`` of every database page, and let SQLCipher name the pages that don't authenticate.

    The program's verification asks the same question and refuses at the first page named.

    Returns:
        How many pages were changed, and how many of them were not named.
    """
    content = bytearray(profile.files["vault/vault.db"])
    pages = len(content) // PAGE
    for page in range(pages):
        content[page * PAGE + offset] ^= 1 << (offset % 8)
    untouched = bytes(profile.files["vault/vault.db"][:PAGE])
    folder = home / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # The first page must authenticate, or nothing else is asked; it is tried by ``cases_of``, alone.
    (folder / database.DATABASE_FILE).write_bytes(untouched + bytes(content[PAGE:]))
    # Nothing but the question: opening as the program does would read other pages, and refuse at the first.
    connection = dbapi2.connect(str(folder / database.DATABASE_FILE), isolation_level=None)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{profile.database_key.hex()}'\"")
        named = {row[0] for row in connection.execute("PRAGMA cipher_integrity_check").fetchall()}
    finally:
        connection.close()
    return pages - 1, pages - 1 - len(named)


Forgery = Callable[[Connection], object]

_NO_TRIGGERS = (
    "DROP TRIGGER events_stay; DROP TRIGGER events_unchanged; DROP TRIGGER bodies_stay; DROP TRIGGER bodies_unchanged;"
)
_MIDDLE = "(SELECT id FROM events WHERE chain = 'shared' ORDER BY seq LIMIT 1 OFFSET 2)"  # the third event
_BODY = f"(SELECT number FROM events WHERE id = {_MIDDLE})"  # noqa: S608 - our own words

FORGERIES: Mapping[str, str] = {
    "signature": "UPDATE events SET signature = zeroblob(64) WHERE id = :third",
    "body": "UPDATE bodies SET content = CAST('{}' AS BLOB) WHERE event = :body",
    "body_gone": "DELETE FROM bodies WHERE event = :body",
    "event_gone": "DELETE FROM bodies WHERE event = :body; DELETE FROM events WHERE id = :third",
    "column": "UPDATE events SET at = at + 1 WHERE id = :third",
    "kind": "UPDATE events SET kind = 'incident.raised' WHERE id = :third",
    "amount_shown": "UPDATE p_transfers SET minor = minor - 1",
    "order_state": "UPDATE p_orders SET state = 'settled', final = 1 WHERE state <> 'settled'",
    "payee_account": "UPDATE p_payees SET account = 'DE00'",
    "balance": "UPDATE p_accounts SET balance = balance + 1",
    "search": "INSERT INTO p_grams (p_grams) VALUES ('delete-all')",
    "milestone": "INSERT INTO p_milestones VALUES ('recovery_kit.proved', 1)",
}
"""What somebody with the database key, but without the signing key, might do."""


def forged(home: Path, profile: Profile, statement: str) -> bytes | None:
    """Return the database after a forgery, without a WAL; None where it changes nothing here."""
    folder = home / "forged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in database.DATABASE_FILES:
        (folder / name).write_bytes(profile.files[f"vault/{name}"])
    connection = database.open_writer(folder, bytearray(profile.database_key))
    try:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.executescript(_NO_TRIGGERS)
        before = connection.total_changes
        connection.executescript(statement.replace(":third", _MIDDLE).replace(":body", _BODY))
        changed = connection.total_changes > before
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return (folder / database.DATABASE_FILE).read_bytes() if changed else None


@contextmanager
def _signatures_unchecked() -> Iterator[None]:
    with ExitStack() as stack:
        for module in (verification, writer, book):
            stack.enter_context(mock.patch.object(module, "verify_ed25519", return_value=True))
        yield


DEFECTS: Mapping[str, Callable[[], AbstractContextManager[object]]] = {
    "none": nullcontext,
    "header_mac_skipped": lambda: mock.patch.object(header.VaultHeader, "require_authentic"),
    "anchor_skipped": lambda: mock.patch.object(anchor.Anchor, "compare", return_value=anchor.AnchorState.AGREES),
    "signatures_skipped": _signatures_unchecked,
    "projections_not_compared": lambda: mock.patch.object(
        verification.Verification, "_projections_agree", return_value=True
    ),
}
"""Planted defects: with each of them something must go silent, or the campaign proves nothing."""
