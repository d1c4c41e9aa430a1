"""Parcels that people carry: several in one file, or in the pictures of codes. Any lane but VAULT.

One parcel is its own file, as ``envelope_file`` writes it. Several are put into a bundle: a heading, then each with its
length. What carries them isn't trusted: every parcel is judged on its own by whoever opens it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from countersign.adapters.relays.code_collector import CodeCollector
from countersign.adapters.relays.envelope_file import read_carried_file, write_envelope_file
from countersign.adapters.relays.qr_frames import FrameCollector, GreyPicture, frames_of, read_codes
from countersign.adapters.system.export_file import NewExport
from countersign.application.ports.parcels import Gathered
from countersign.domain.ledger.byte_reader import ByteReader, counted, many, refused_as
from countersign.domain.ledger.letter import ENVELOPE_LIMIT, EnvelopeError

BUNDLE: Final = b"countersign bundle 1\r\n\x1a\n"
PARCELS_LIMIT: Final = 1_000
OURS: Final = b"countersign "
"""All that Countersign writes to be carried begins so."""


def bundled(contents: Sequence[bytes]) -> bytes:
    """Return parcels as one: a single one as it is."""
    if len(contents) == 1:
        return contents[0]
    return BUNDLE + len(contents).to_bytes(4, "big") + b"".join(counted(content) for content in contents)


def unbundled(content: bytes) -> tuple[bytes, ...]:
    """Return the parcels in one.

    Raises:
        EnvelopeError: ``envelope.not_one``: it is a bundle by its heading, and not by what follows.
    """
    if not content.startswith(BUNDLE):
        return (content,)
    with refused_as(EnvelopeError, "envelope.not_one"):
        reader = ByteReader(content[len(BUNDLE) :])
        found = many(reader, PARCELS_LIMIT, lambda item: item.counted(ENVELOPE_LIMIT))
        reader.end()
    return found


class HandParcels:
    """Implements the ``Parcels`` port."""

    def write(self, path: Path, contents: Sequence[bytes]) -> None:
        """Write parcels to one file."""
        write_envelope_file(path, bundled(contents))

    def read(self, path: Path) -> Sequence[bytes]:
        """Read a file: the parcels in it; none where it is something else, a picture perhaps."""
        content = read_carried_file(path)
        return unbundled(content) if content.startswith(OURS) else ()

    def begin_export(self, path: Path) -> NewExport:
        """Begin the export of a workspace."""
        return NewExport(path)

    def texts(self, picture: bytes) -> Sequence[str]:
        """Read the texts of all codes in a picture."""
        return read_codes(GreyPicture.of_pgm(picture))

    def frames(self, contents: Sequence[bytes]) -> Sequence[str]:
        """Return the texts of the codes that carry parcels."""
        return frames_of(bundled(contents))

    def gather(self, texts: Sequence[str]) -> Gathered:
        """Put parcels together from the texts of codes."""
        collector = FrameCollector()
        content: bytes | None = None
        for text in texts:
            content = collector.add(text)
        return Gathered(unbundled(content) if content is not None else (), collector.have, collector.count)

    def collector(self) -> CodeCollector:
        """Begin to put together what comes picture by picture."""
        return CodeCollector(unbundled)
