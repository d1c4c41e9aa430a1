"""Envelopes as QR codes: from a screen to a camera, with no network between.

A message becomes texts of one size, each with the message's hash, its own place and how many there are; a screen shows
them in turn, over and over, and a camera takes them in any order until it has all. Letters and digits only, so that the
codes stay small (ISO/IEC 18004, alphanumeric mode). Whatever a camera sees is untrusted: the grammar is strict, nothing
is ever opened or followed, and the bytes that come out are an envelope's to judge.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from countersign.domain.errors import SecurityError

BYTES_IN_FRAME: Final = 300
"""Gives a code of 73 x 73 modules at error correction level M: read from a screen at arm's length."""
FRAMES_LIMIT: Final = 200
CONTENT_LIMIT: Final = BYTES_IN_FRAME * FRAMES_LIMIT
PIXELS_LIMIT: Final = 64_000_000
_MARK: Final = "CSGN1"
_HASH_LETTERS: Final = 26  # 128 bits in base 32 (RFC 4648 §6), without padding
_FRAME: Final = re.compile(
    rf"{_MARK}/([A-Z2-7]{{{_HASH_LETTERS}}})/([1-9][0-9]{{0,2}})/([1-9][0-9]{{0,2}})/([A-Z2-7]+)"
)
_LONGEST: Final = len(_MARK) + _HASH_LETTERS + 12 + (BYTES_IN_FRAME * 8 + 4) // 5
_PGM: Final = re.compile(rb"P5\s(?:#[^\n]*\n)*\s*([0-9]{1,5})\s+([0-9]{1,5})\s+255\s")


@dataclass(frozen=True, slots=True)
class Frame:
    """One code of a message.

    Attributes:
        message: The message's hash, shortened to 128 bits, in base 32.
        place: From 1.
        count: How many there are.
        content: Its part of the message.
    """

    message: str
    place: int
    count: int
    content: bytes

    @property
    def text(self) -> str:
        """What the code says."""
        return f"{_MARK}/{self.message}/{self.place}/{self.count}/{_letters(self.content)}"

    @classmethod
    def parse(cls, text: str) -> Frame:
        """Read what a code says.

        Raises:
            SecurityError: ``qr.foreign``: it is none of ours.
        """
        found = _FRAME.fullmatch(text) if len(text) <= _LONGEST else None
        if found is None:
            raise SecurityError("qr.foreign")
        place, count = int(found[2]), int(found[3])
        content = _bytes(found[4])
        size = len(content)
        whole = size == BYTES_IN_FRAME or (place == count and 0 < size < BYTES_IN_FRAME)
        if place > count or count > FRAMES_LIMIT or not whole:
            raise SecurityError("qr.foreign")
        return cls(found[1], place, count, content)


@dataclass(slots=True)
class FrameCollector:
    """Puts a message together from the codes that a camera sees.

    Attributes:
        count: How many codes the message has; 0 while none was seen.
    """

    count: int = 0
    _message: str = ""
    _parts: dict[int, bytes] = field(default_factory=dict)

    @property
    def have(self) -> int:
        """How many codes were seen."""
        return len(self._parts)

    @property
    def missing(self) -> tuple[int, ...]:
        """Which places were not seen yet."""
        return tuple(place for place in range(1, self.count + 1) if place not in self._parts)

    def add(self, text: str) -> bytes | None:
        """Take a code in; return the message once all were seen, None before. The same one twice changes nothing.

        Raises:
            SecurityError: ``qr.foreign``: ignored; ``qr.mixed``: of another message, ignored; ``qr.damaged``: they
                don't add up, and collecting begins anew.
        """
        frame = Frame.parse(text)
        if self.count and (frame.message, frame.count) != (self._message, self.count):
            raise SecurityError("qr.mixed")
        if self._parts.get(frame.place, frame.content) != frame.content:
            self._begin_anew()
            raise SecurityError("qr.damaged")
        self._message, self.count = frame.message, frame.count
        self._parts[frame.place] = frame.content
        if self.missing:
            return None
        content = b"".join(self._parts[place] for place in range(1, self.count + 1))
        if _message(content) != self._message:
            self._begin_anew()
            raise SecurityError("qr.damaged")
        return content

    def _begin_anew(self) -> None:
        self.count, self._message = 0, ""
        self._parts.clear()


@dataclass(frozen=True, slots=True)
class GreyPicture:
    """A picture: one byte for each pixel, 0 is black, row after row without padding."""

    width: int
    height: int
    pixels: bytes | memoryview

    def check(self) -> None:
        """Check that it is what it says, and of bearable size.

        Raises:
            SecurityError: ``qr.no_picture``.
        """
        fits = self.width > 0 and self.height > 0 and self.width * self.height == len(self.pixels) <= PIXELS_LIMIT
        if not fits:
            raise SecurityError("qr.no_picture")

    @classmethod
    def of_pgm(cls, content: bytes) -> GreyPicture:
        """Read a portable greymap (binary, 8 bits): what windows and cameras hand over without any other library.

        Raises:
            SecurityError: ``qr.no_picture``.
        """
        found = _PGM.match(content, 0, 4096)
        if found is None:
            raise SecurityError("qr.no_picture")
        picture = cls(int(found[1]), int(found[2]), memoryview(content)[found.end() :])
        picture.check()
        return picture


def frames_of(content: bytes) -> tuple[str, ...]:
    """Return the texts of the codes that carry a message, in order.

    Raises:
        SecurityError: ``qr.too_long``: nobody would hold a camera still for so long; send a file. Also for nothing.
    """
    if not 0 < len(content) <= CONTENT_LIMIT:
        raise SecurityError("qr.too_long", size=len(content))
    message = _message(content)
    parts = [content[at : at + BYTES_IN_FRAME] for at in range(0, len(content), BYTES_IN_FRAME)]
    return tuple(Frame(message, place, len(parts), part).text for place, part in enumerate(parts, 1))


def read_codes(picture: GreyPicture) -> Sequence[str]:
    """Return the texts of all QR codes in a picture, each once; none where none is seen.

    Not those of their small kin (Micro QR, rMQR): with a single finder pattern, or a few lines of check, a reader sees
    them in the modules of a large code now and then.

    Raises:
        SecurityError: ``qr.no_picture``.
    """
    import zxingcpp  # noqa: PLC0415 - a large library, for whoever holds up a camera

    picture.check()
    pixels = memoryview(picture.pixels).cast("B").cast("B", (picture.height, picture.width))
    found = zxingcpp.read_barcodes(
        pixels, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2), text_mode=zxingcpp.TextMode.Plain
    )
    return tuple(dict.fromkeys(code.text for code in found if code.valid))


def _message(content: bytes) -> str:
    return _letters(hashlib.sha256(b"countersign/qr/1\x00" + content).digest()[:16])


def _letters(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=")


def _bytes(letters: str) -> bytes:
    """Read base 32; letters whose last bits stand for nothing are refused, so that each content has one text."""
    try:
        found = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error as error:
        raise SecurityError("qr.foreign") from error
    if _letters(found) != letters:
        raise SecurityError("qr.foreign")
    return found
