"""A relay in a folder that several computers share: a network drive, or one that a program keeps in step.

Parcels lie side by side in one folder for each workspace. Each is written under a name that programs which keep folders
in step leave alone, flushed, and renamed (POSIX rename(2) is atomic); half a file is never seen under a parcel's name.
What else lies there is ignored: other names, links, folders, pipes. NETWORK lane.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock
from typing import Final

from countersign.adapters.relays.parcels import NAME, fitting, genuine, parcel_name, workspace_tag
from countersign.adapters.system.durable_file import flush_folder
from countersign.application.failpoints import failpoint
from countersign.application.ports.relay import PARCEL_LIMIT
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError

SUFFIX: Final = ".countersign"
POLL_MS: Final = 1_000
_FULL_LOOK_EVERY: Final = 5
"""Some network drives never tell that a folder changed: every so many looks the names themselves are compared."""
_FILE: Final = re.compile(rf"({NAME.pattern}){re.escape(SUFFIX)}", re.IGNORECASE)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# Neither follows a link nor waits for whoever may write to a pipe; Windows has neither flag, and opens bytes as text.
_READING: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_WRITING: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
# Windows takes it away as it is closed: whoever looks at new files there, such as a virus scanner, can't be in the way.
_TRYING: Final = _WRITING | getattr(os, "O_TEMPORARY", 0)
_TRIAL: Final = b"Countersign tried whether it can leave messages here. This file can be deleted.\n"
_SHARED_FILE: Final = 0o666  # narrowed by the umask: the others who share the folder must be able to read it


class FolderRelay:
    """Implements the ``Relay`` port.

    A folder that was used and is another one now, with nothing of ours in it, is left alone (``relay.emptied``): a
    drive may have been taken out. A new ``FolderRelay`` takes it as it is.

    Args:
        path: The shared folder. It must be there: one that is missing may be a drive that is not connected.
        workspace: 32 hex digits; the store sees only ``workspace_tag``.
        poll_ms: How often ``wait`` looks.
    """

    def __init__(self, path: Path, workspace: str, poll_ms: int = POLL_MS) -> None:
        self._path = path
        self._folder = path / workspace_tag(workspace)
        self._poll_ms = poll_ms
        self._lock = Lock()
        self._known: dict[str, str] = {}  # parcels to files
        self._ages: dict[str, int] = {}
        self._mark = ""
        self._changed_at = 0
        self._was_in: tuple[int, int] | None = None
        self._woken = Event()

    @property
    def identity(self) -> str:
        """The folder, by its path here."""
        return f"folder:{self._folder}"

    def put(self, content: bytes) -> str:
        """Leave a parcel; one that lies there altered is replaced.

        Raises:
            ConnectorError: ``relay.unreachable``, ``relay.emptied``, ``relay.full``, ``relay.refused``.
            SecurityError: ``relay.too_large``.
        """
        name = parcel_name(fitting(content))
        with _translated():
            self._make_folder()
            place = self._folder / f"{name}{SUFFIX}"
            if not self._lies_there(place, content):
                self._write(place, content)
        return name

    def probe(self) -> None:
        """Write a small file where parcels would lie, and take it away again.

        Raises:
            ConnectorError: ``relay.unreachable``, ``relay.full``, ``relay.refused``; ``relay.read_only``: nothing can
                be left there, or not taken away.
        """
        with _translated():
            self._look()
            self._refuse_link()
            try:
                _write_and_remove((self._folder if self._folder.is_dir() else self._path) / _trial_name())
            except OSError as error:
                if error.errno in _REFUSED:
                    raise ConnectorError(FailureKind.TERMINAL, "relay.read_only") from error
                raise

    def names(self, mark: str = "") -> tuple[Sequence[str], str]:
        """List parcels, oldest first by the time that the folder gives; with the newest mark only those since.

        Raises:
            ConnectorError: ``relay.unreachable``, ``relay.emptied``, ``relay.refused``.
        """
        with _translated(), self._lock:
            changed_at = self._modified()
            listed = self._listed()
            before = self._known.keys() if mark and mark == self._mark else ()
            self._ages = {name: self._ages.get(name) or self._age(file) for name, file in listed.items()}
            fresh = sorted((self._ages[name], name) for name in listed if name not in before)
            self._known, self._changed_at, self._mark = listed, changed_at, secrets.token_hex(8)
            return [name for _age, name in fresh], self._mark

    def get(self, name: str) -> bytes | None:
        """Read a parcel.

        Raises:
            ConnectorError: ``relay.unreachable``, ``relay.emptied``, ``relay.refused``.
            SecurityError: ``relay.altered``, ``relay.too_large``.
        """
        if not NAME.fullmatch(name):
            return None
        with _translated():
            self._look()
            found = self._read(self._folder / self._known.get(name, f"{name}{SUFFIX}"))
        return None if found is None else genuine(name, found)

    def drop(self, name: str) -> None:
        """Take a parcel away; one that isn't there, or that the folder holds on to, is left as it is.

        Raises:
            ConnectorError: ``relay.unreachable``, ``relay.emptied``.
        """
        if NAME.fullmatch(name):
            with _translated():
                self._look()
                with suppress(FileNotFoundError, PermissionError):
                    (self._folder / f"{name}{SUFFIX}").unlink()

    def wait(self, timeout_ms: int) -> bool:
        """Look again and again for names that were not listed yet; a folder out of reach has none."""
        until = time.monotonic() + timeout_ms / 1000
        look = 0
        while not self._woken.is_set():
            if self._anything_new(thorough=look % _FULL_LOOK_EVERY == 0):
                return True
            look += 1
            left = until - time.monotonic()
            if left <= 0:
                return False
            self._woken.wait(min(left, self._poll_ms / 1000))
        self._woken.clear()
        return False

    def wake(self) -> None:
        """End a wait, or the next one where none is under way. Never waits for the folder."""
        self._woken.set()

    def close(self) -> None:
        """End a wait; nothing else is held."""
        self.wake()

    def _look(self) -> None:
        """Fail where the folder is out of reach: what lies in it is then not gone.

        Where a drive was, an empty folder is left once the drive is taken out. It is another one than was seen before;
        where it is the very same and ours is not in it any more, somebody took ours away, and it is made again.
        """
        if not self._path.is_dir():
            raise FileNotFoundError(errno.ENOENT, "the shared folder is not there")
        if self._was_in is not None and not self._folder.is_dir() and not self._is_the_same(self._was_in):
            raise ConnectorError(FailureKind.RETRYABLE, "relay.emptied")

    def _is_the_same(self, seen: tuple[int, int]) -> bool:
        """Tell whether the shared folder is the one that was seen; not every file system can tell one from another."""
        return seen[1] != 0 and self._which() == seen

    def _which(self) -> tuple[int, int]:
        """Return by what the system knows the shared folder: the file system that it lies in, and its number there."""
        status = self._path.stat()
        return status.st_dev, status.st_ino

    def _make_folder(self) -> None:
        self._look()
        self._refuse_link()
        self._folder.mkdir(exist_ok=True)
        self._was_in = self._which()

    def _refuse_link(self) -> None:
        if self._folder.is_symlink():  # whoever may write here could have our parcels written elsewhere
            raise PermissionError(errno.EACCES, "a link stands where the parcels should")

    def _modified(self) -> int:
        self._look()
        try:
            return self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _listed(self) -> dict[str, str]:
        """Map parcels to the files that hold them; a file system may keep letters as capitals."""
        self._look()
        found: dict[str, str] = {}
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    name = entry.name.removesuffix(SUFFIX)
                    if self._known.get(name) == entry.name:
                        found[name] = entry.name
                        continue
                    named = _FILE.fullmatch(entry.name)
                    if named and entry.is_file(follow_symlinks=False):
                        name = named[1].lower()
                        if found.get(name) != f"{name}{SUFFIX}":
                            found[name] = entry.name
        except FileNotFoundError:
            return {}
        self._was_in = self._which()
        return found

    def _age(self, file: str) -> int:
        try:
            return (self._folder / file).lstat().st_mtime_ns
        except OSError:
            return 0  # gone meanwhile: get will tell

    def _anything_new(self, *, thorough: bool) -> bool:
        try:
            with self._lock:
                if not thorough and self._modified() == self._changed_at:
                    return False
                return not self._listed().keys() <= self._known.keys()
        except (OSError, ConnectorError):
            return False

    def _lies_there(self, place: Path, content: bytes) -> bool:
        try:
            return self._read(place) == content
        except SecurityError:
            return False

    @staticmethod
    def _read(place: Path) -> bytes | None:
        """Read an ordinary file of bearable size; None where there is none."""
        try:
            descriptor = os.open(place, _READING)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.EMLINK, errno.ENXIO}:  # a link, or a pipe
                return None
            raise
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return None
            if status.st_size > PARCEL_LIMIT:
                raise SecurityError("relay.too_large", size=status.st_size)
            return file.read(PARCEL_LIMIT + 1)

    def _write(self, place: Path, content: bytes) -> None:
        failpoint("relay.folder.before")
        beside = self._folder / f".~{secrets.token_hex(8)}.tmp"
        try:
            with os.fdopen(os.open(beside, _WRITING, _SHARED_FILE), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        except OSError:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
        with suppress(OSError):  # some network drives have no such call
            flush_folder(self._folder)
        failpoint("relay.folder.after")


def _trial_name() -> str:
    """Name a trial: whoever finds one knows what it was, and programs that keep folders in step leave it alone."""
    return f".~countersign-trial-{secrets.token_hex(8)}.tmp"


def _write_and_remove(place: Path) -> None:
    """Write a few bytes through to the disk; whatever fails, nothing stays that can be taken away."""
    try:
        with os.fdopen(os.open(place, _TRYING, _SHARED_FILE), "wb") as file:
            file.write(_TRIAL)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            place.unlink(missing_ok=True)
        raise
    place.unlink(missing_ok=True)


@contextmanager
def _translated() -> Iterator[None]:
    """Say in our codes what the file system said."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        if number in _FULL:
            raise ConnectorError(FailureKind.TERMINAL, "relay.full") from error
        if number in _REFUSED and sys.platform != "win32":
            raise ConnectorError(FailureKind.TERMINAL, "relay.refused") from error
        raise ConnectorError(FailureKind.RETRYABLE, "relay.unreachable") from error
