"""Parcels that people carry: several in one file, or in the pictures of codes.

One parcel is its own file, as ``envelope_file`` writes it. Several are put into a bundle: a heading, then each with its
length. What carries them isn't trusted: every parcel is judged on its own by whoever opens it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from countersign.adapters.relays.qr_frames import decode_pictures, frames_of, join_frames
from countersign.adapters.relays.envelope_file import write_envelope_file
from countersign.application.ports.parcels import Gathered
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.byte_reader import ByteReader, counted, refused_as
from countersign.domain.ledger.letter import ENVELOPE_LIMIT

BUNDLE: Final = b"countersign bundle 1\r\n\x1a\n"
PARCELS_LIMIT: Final = 1_000
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"GIF8", b"RIFF")
