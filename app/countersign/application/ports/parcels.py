"""Parcels that a person carries: as a file, or as pictures of codes on a screen. Any lane but VAULT; any of it is slow.

A parcel is bytes: an envelope, an invitation. What carries it isn't trusted; whoever opens it judges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from countersign.application.ports.exports import ExportFile

PARCEL_ENDING = ".countersign"


@dataclass(frozen=True, slots=True)
class Gathered:
    """How far a parcel that comes in several pictures was put together.

    Attributes:
        contents: The parcels, once all parts were read; none before.
        have: How many parts were read.
        total: How many there are; 0 where none was read yet.
    """

    contents: tuple[bytes, ...]
    have: int
    total: int


@dataclass(frozen=True, slots=True)
class Collected:
    """How far what a camera or a screen shows was put together.

    Attributes:
        contents: The parcels, once a message is whole; none before.
        have: How many parts of the message that was seen last are there.
        total: How many it has; 0 where none was seen.
        foreign: A code of this picture is none of ours: it was ignored.
        damaged: The parts of a message did not add up: it begins anew.
        several: Parts of more than one message were seen; they are kept apart.
    """

    contents: tuple[bytes, ...]
    have: int
    total: int
    foreign: bool = False
    damaged: bool = False
    several: bool = False


class Collector(Protocol):
    """Puts together what comes picture by picture, in any order, over and over."""

    def add(self, texts: Sequence[str]) -> Collected:
        """Take in the texts of the codes of one picture: untrusted, any number, from anybody."""


class Parcels(Protocol):
    """Writes and reads parcels."""

    def write(self, path: Path, contents: Sequence[bytes]) -> None:
        """Write parcels to one file.

        Raises:
            UserFacingError: ``envelope.file_unwritable``.
        """

    def read(self, path: Path) -> Sequence[bytes]:
        """Read a file: the parcels in it; none where it is something else, a picture perhaps.

        Raises:
            UserFacingError: ``envelope.file_unreadable``.
            SecurityError: ``envelope.not_one``, ``envelope.too_large``.
        """

    def begin_export(self, path: Path) -> ExportFile:
        """Begin the export of a workspace, which is written piece by piece.

        Raises:
            UserFacingError: ``export.disk_full``, ``export.no_permission``, ``export.not_written``.
        """

    def texts(self, picture: bytes) -> Sequence[str]:
        """Read the texts of all codes in a picture (portable greymap, 8 bits); none where there is none.

        Raises:
            SecurityError: ``qr.no_picture``.
        """

    def frames(self, contents: Sequence[bytes]) -> Sequence[str]:
        """Return the texts of the codes that carry parcels, to be shown one after the other.

        Raises:
            SecurityError: ``qr.too_long``: more than anybody would photograph.
        """

    def gather(self, texts: Sequence[str]) -> Gathered:
        """Put parcels together from the texts of codes, in any order, some of them perhaps twice.

        Raises:
            SecurityError: ``qr.*``: a text is none of ours, or they belong to different parcels.
        """

    def collector(self) -> Collector:
        """Begin to put together what comes picture by picture."""
