"""A shared folder: what programs that keep it in step, other people and other file systems do to it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Never

import pytest

from countersign.adapters.relays.folder import FolderRelay
from countersign.adapters.relays.parcels import parcel_name, workspace_tag
from countersign.application.ports.relay import PARCEL_LIMIT
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError

WORKSPACE = "22" * 16
PARCEL = b"a parcel"
NAME = parcel_name(PARCEL)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[FolderRelay]:
    made = FolderRelay(tmp_path, WORKSPACE, poll_ms=10)
    yield made
    made.close()


def folder(path: Path) -> Path:
    return path / workspace_tag(WORKSPACE)


def unreachable() -> pytest.RaisesExc[ConnectorError]:
    return pytest.RaisesExc(
        ConnectorError,
        match=r"^relay\.unreachable$",
        check=lambda error: error.kind is FailureKind.RETRYABLE,
    )


def test_names_say_nothing(tmp_path: Path, relay: FolderRelay) -> None:
    relay.put(PARCEL)
    (only,) = tmp_path.rglob("*.countersign")
    assert only == folder(tmp_path) / f"{NAME}.countersign"
    assert WORKSPACE not in str(only)
    assert [file for file in folder(tmp_path).iterdir() if file != only] == []


def test_files_that_are_still_on_their_way_are_left_alone(tmp_path: Path, relay: FolderRelay) -> None:
    relay.put(PARCEL)
    other = parcel_name(b"other")
    for name in (
        f".~{other}.tmp",
        f"{other}.countersign.part",
        f"{other}.countersign.crdownload",
        f".syncthing.{other}.countersign.tmp",
        f"{other}.sync-conflict-20261122-101010-ABCDEFG.countersign",
        f"{other} (1).countersign",
        f"{other}",
        "desktop.ini",
        ".DS_Store",
        "..countersign",
        f"{other[:-1]}.countersign",
        f"{other}x.countersign",
    ):
        (folder(tmp_path) / name).write_bytes(b"half")
    assert list(relay.names()[0]) == [NAME]
    assert relay.get(other) is None


@pytest.mark.parametrize("name", ["x\ny.countersign", "\u202e.countersign", "%00.countersign", "a" * 200, "-rf"])
def test_hostile_names_are_nobodys_parcels(tmp_path: Path, relay: FolderRelay, name: str) -> None:
    relay.put(PARCEL)
    (folder(tmp_path) / name).write_bytes(PARCEL)
    assert list(relay.names()[0]) == [NAME]


def test_names_that_are_not_text_are_nobodys_parcels(tmp_path: Path, relay: FolderRelay) -> None:
    relay.put(PARCEL)
    (folder(tmp_path) / os.fsdecode(b"\xff\xfe.countersign")).write_bytes(PARCEL)
    assert list(relay.names()[0]) == [NAME]


def test_links_pipes_and_folders_are_no_parcels(tmp_path: Path, relay: FolderRelay) -> None:
    relay.put(PARCEL)
    secret = tmp_path / "secret"
    secret.write_bytes(b"somebody's")
    links = {kind: parcel_name(kind) for kind in (b"link", b"pipe", b"folder")}
    (folder(tmp_path) / f"{links[b'link']}.countersign").symlink_to(secret)
    os.mkfifo(folder(tmp_path) / f"{links[b'pipe']}.countersign")
    (folder(tmp_path) / f"{links[b'folder']}.countersign").mkdir()
    assert list(relay.names()[0]) == [NAME]
    assert relay.get(links[b"link"]) is None
    assert relay.get(links[b"pipe"]) is None  # and nobody waits for whoever may write to it
    with pytest.raises(ConnectorError):
        relay.get(links[b"folder"])


def test_a_link_does_not_lead_what_we_write_elsewhere(tmp_path: Path) -> None:
    shared, elsewhere = tmp_path / "shared", tmp_path / "elsewhere"
    shared.mkdir()
    elsewhere.mkdir()
    (shared / workspace_tag(WORKSPACE)).symlink_to(elsewhere)
    with pytest.raises(ConnectorError, match=r"^relay\.refused$"):
        FolderRelay(shared, WORKSPACE).put(PARCEL)
    (shared / workspace_tag(WORKSPACE)).unlink()
    relay = FolderRelay(shared, WORKSPACE)
    target = folder(shared) / f"{NAME}.countersign"
    target.parent.mkdir()
    (elsewhere / "file").write_bytes(b"kept")
    target.symlink_to(elsewhere / "file")
    relay.put(PARCEL)
    assert (elsewhere / "file").read_bytes() == b"kept"
    assert relay.get(NAME) == PARCEL


def test_a_file_system_may_keep_letters_as_capitals(tmp_path: Path, relay: FolderRelay) -> None:
    relay.put(PARCEL)
    kept = folder(tmp_path) / f"{NAME}.countersign"
    kept.rename(folder(tmp_path) / f"{NAME.upper()}.COUNTERSIGN")
    assert list(relay.names()[0]) == [NAME]
    assert relay.get(NAME) == PARCEL
    relay.put(PARCEL)  # both spellings, one parcel
    assert list(relay.names()[0]) == [NAME]
    assert relay.get(NAME) == PARCEL


def test_a_huge_file_is_not_read(tmp_path: Path, relay: FolderRelay) -> None:
    relay.put(PARCEL)
    with (folder(tmp_path) / f"{NAME}.countersign").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(SecurityError, match=r"^relay\.too_large$"):
        relay.get(NAME)


def test_a_renamed_file_is_refused(tmp_path: Path, relay: FolderRelay) -> None:
    relay.put(PARCEL)
    other = parcel_name(b"other")
    (folder(tmp_path) / f"{NAME}.countersign").rename(folder(tmp_path) / f"{other}.countersign")
    with pytest.raises(SecurityError, match=r"^relay\.altered$"):
        relay.get(other)


def test_what_was_altered_is_put_right_by_leaving_it_again(tmp_path: Path, relay: FolderRelay) -> None:
    relay.put(PARCEL)
    for damaged in (b"", b"altered", bytes(PARCEL_LIMIT + 1)):
        (folder(tmp_path) / f"{NAME}.countersign").write_bytes(damaged)
        relay.put(PARCEL)
        assert relay.get(NAME) == PARCEL


def test_a_folder_that_is_not_there_is_out_of_reach(tmp_path: Path) -> None:
    relay = FolderRelay(tmp_path / "drive", WORKSPACE, poll_ms=10)
    for attempt in (lambda: relay.put(PARCEL), relay.names, lambda: relay.get(NAME)):
        with unreachable():
            attempt()
    assert not relay.wait(30)
    assert not (tmp_path / "drive").exists()


def test_a_folder_that_vanishes_is_out_of_reach_and_not_made_again(tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    relay = FolderRelay(drive, WORKSPACE, poll_ms=10)
    relay.put(PARCEL)
    relay.names()
    drive.rename(tmp_path / "taken out")
    for attempt in (lambda: relay.put(PARCEL), relay.names, lambda: relay.get(NAME)):
        with unreachable():
            attempt()
    drive.mkdir()  # where a drive was there is an empty folder now: our parcels are not gone, the drive is
    for attempt in (lambda: relay.put(PARCEL), relay.names, lambda: relay.get(NAME)):
        with pytest.raises(ConnectorError, match=r"^relay\.emptied$") as caught:
            attempt()
        assert caught.value.kind is FailureKind.RETRYABLE
    assert not relay.wait(30)
    assert list(drive.iterdir()) == []
    shutil.rmtree(drive)
    (tmp_path / "taken out").rename(drive)
    assert relay.get(NAME) == PARCEL
    assert list(relay.names()[0]) == [NAME]


def test_a_folder_that_was_made_anew_is_used_once_somebody_says_so(tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    before = FolderRelay(drive, WORKSPACE, poll_ms=10)
    before.put(PARCEL)
    drive.rename(tmp_path / "taken out")
    drive.mkdir()
    with pytest.raises(ConnectorError, match=r"^relay\.emptied$"):
        before.names()
    again = FolderRelay(drive, WORKSPACE, poll_ms=10)  # what choosing the way once more makes
    assert list(again.names()[0]) == []
    again.put(PARCEL)
    assert list(before.names()[0]) == [NAME], "whoever waited for it goes on by itself"


def test_ours_taken_away_from_a_folder_that_stayed_is_made_again(tmp_path: Path, relay: FolderRelay) -> None:
    relay.put(PARCEL)
    _, mark = relay.names()
    shutil.rmtree(folder(tmp_path))
    assert not relay.wait(30)
    assert relay.get(NAME) is None
    assert list(relay.names(mark)[0]) == []
    other = b"another parcel"
    relay.put(other)
    assert list(relay.names()[0]) == [parcel_name(other)]


def test_where_folders_have_no_numbers_none_is_taken_for_the_same(
    tmp_path: Path, relay: FolderRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FolderRelay, "_which", lambda _relay: (7, 0))
    relay.put(PARCEL)
    shutil.rmtree(folder(tmp_path))
    with pytest.raises(ConnectorError, match=r"^relay\.emptied$"):
        relay.put(PARCEL)


def test_a_file_where_the_folder_should_be_is_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "drive").write_bytes(b"")
    with unreachable():
        FolderRelay(tmp_path / "drive", WORKSPACE).names()


@pytest.mark.parametrize(
    ("number", "code", "kind"),
    [
        (errno.ENOSPC, "relay.full", FailureKind.TERMINAL),
        (errno.EDQUOT, "relay.full", FailureKind.TERMINAL),
        (errno.EACCES, "relay.refused", FailureKind.TERMINAL),
        (errno.EROFS, "relay.refused", FailureKind.TERMINAL),
        (errno.EIO, "relay.unreachable", FailureKind.RETRYABLE),
        (errno.ESTALE, "relay.unreachable", FailureKind.RETRYABLE),
    ],
)
def test_what_the_file_system_says_has_a_code(
    tmp_path: Path,
    relay: FolderRelay,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    code: str,
    kind: FailureKind,
) -> None:
    def fails(_descriptor: int | IO[bytes]) -> Never:
        raise OSError(number, "made up")

    relay.names()
    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(ConnectorError) as caught:
        relay.put(PARCEL)
    assert (caught.value.code, caught.value.kind) == (code, kind)
    assert list(tmp_path.rglob("*.*")) == [], "nothing half-written stays"


def test_trying_leaves_nothing_whether_parcels_lie_there_or_not(tmp_path: Path, relay: FolderRelay) -> None:
    written = []
    opened = os.open

    def noted(path: Path, flags: int, mode: int = 0o777) -> int:
        written.append(Path(path))
        return opened(path, flags, mode)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "open", noted)
        relay.probe()
    assert list(tmp_path.iterdir()) == []
    relay.put(PARCEL)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "open", noted)
        relay.probe()
    assert [file.name for file in tmp_path.rglob("*.*")] == [f"{NAME}.countersign"]
    assert [place.parent for place in written] == [tmp_path, folder(tmp_path)]
    assert all(place.name.startswith(".~countersign-trial-") for place in written)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
@pytest.mark.parametrize("call", ["open", "fsync", "unlink"])
def test_a_folder_that_lets_nobody_write_is_told_by_trying(
    tmp_path: Path, relay: FolderRelay, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    def fails(*_given: object, **_named: object) -> Never:
        raise OSError(number, "made up")

    monkeypatch.setattr(Path if call == "unlink" else os, call, fails)
    with pytest.raises(ConnectorError, match=r"^relay\.read_only$"):
        relay.probe()
    monkeypatch.undo()
    if call != "unlink":
        assert list(tmp_path.iterdir()) == [], "nothing half-written stays"
    assert list(relay.names()[0]) == [], "what can't be written to can be read"


def test_what_else_keeps_a_trial_from_being_written_has_its_own_code(
    tmp_path: Path, relay: FolderRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_descriptor: int | IO[bytes]) -> Never:
        raise OSError(errno.ENOSPC, "made up")

    with unreachable():
        FolderRelay(tmp_path / "drive", WORKSPACE).probe()
    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(ConnectorError, match=r"^relay\.full$"):
        relay.probe()
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
    folder(tmp_path).symlink_to(tmp_path)
    with pytest.raises(ConnectorError, match=r"^relay\.refused$"):
        relay.probe()


def test_a_newest_mark_lists_only_what_is_new(tmp_path: Path, relay: FolderRelay) -> None:
    relay.put(PARCEL)
    listed, mark = relay.names()
    assert list(listed) == [NAME]
    listed, newer = relay.names(mark)
    assert list(listed) == []
    assert list(relay.names(mark)[0]) == [NAME], "an older mark lists all"
    assert newer != mark


def test_parcels_are_listed_oldest_first(tmp_path: Path, relay: FolderRelay) -> None:
    names = [relay.put(f"{place}".encode()) for place in range(5)]
    for place, name in enumerate(names):
        os.utime(folder(tmp_path) / f"{name}.countersign", ns=(0, (10 - place) * 10**9))
    assert list(relay.names()[0]) == names[::-1]
    (folder(tmp_path) / f"{names[0]}.countersign").unlink()
    assert list(relay.names()[0]) == names[:0:-1]


def test_a_change_that_the_folder_does_not_tell_of_is_found(tmp_path: Path, relay: FolderRelay) -> None:
    relay.put(b"first")
    relay.names()
    status = folder(tmp_path).stat()
    other = FolderRelay(tmp_path, WORKSPACE)
    other.put(PARCEL)
    os.utime(folder(tmp_path), ns=(status.st_atime_ns, status.st_mtime_ns))
    assert relay.wait(10_000)


def test_listing_thirty_thousand_is_cheap(tmp_path: Path, relay: FolderRelay) -> None:
    """Counted, not timed: one look at the folder, and the age of only what is new."""
    relay.put(PARCEL)
    for place in range(300):
        (folder(tmp_path) / f"{place:064x}.countersign").touch()
    looks = 0
    ages = relay._age  # noqa: SLF001 - what is counted

    def counted(file: str) -> int:
        nonlocal looks
        looks += 1
        return ages(file)

    relay._age = counted  # type: ignore[method-assign]  # noqa: SLF001 - what is counted
    _, mark = relay.names()
    assert looks == 301
    (folder(tmp_path) / f"{999:064x}.countersign").touch()
    assert list(relay.names(mark)[0]) == [f"{999:064x}"]
    assert looks == 302
    assert len(relay.names()[0]) == 302
    assert looks == 302, "nor is an age asked for again where all are listed"
