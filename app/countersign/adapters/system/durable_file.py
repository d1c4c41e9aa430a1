"""Small files that are either the old one or the new one after a crash, never something between."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from countersign.application.failpoints import failpoint

OWNER_ONLY_FILE = 0o600
OWNER_ONLY_FOLDER = 0o700


def make_folder(folder: Path) -> None:
    """Make a folder that its owner alone may enter, and the folders above it."""
    folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    if sys.platform != "win32":
        folder.chmod(OWNER_ONLY_FOLDER)


def write_durably(path: Path, content: bytes, *, point: str) -> None:
    """Replace a file as a whole, and return once it is on disk.

    Write beside it, flush, rename over it, flush the folder (POSIX rename(2), fsync(2)).

    Args:
        path: In a folder that exists.
        content: All of it.
        point: Prefix of the two failpoints, ``<point>.before`` and ``<point>.after``.

    Raises:
        OSError: The disk is full or broken; the old file stands.
    """
    failpoint(f"{point}.before")
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    beside.replace(path)
    flush_folder(path.parent)
    failpoint(f"{point}.after")


def remove_durably(path: Path, *, point: str) -> None:
    """Remove a file and return once that is on disk; nothing happens where there is none."""
    failpoint(f"{point}.before")
    path.unlink(missing_ok=True)
    flush_folder(path.parent)
    failpoint(f"{point}.after")


def flush_folder(folder: Path) -> None:
    """Flush a folder's list of files. Windows does so by itself and has no call for it."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
