"""Fuzz of what other devices send: envelopes, and the codes that a camera sees.

Encryption would hide every change behind one refusal, so here it is left out: what is sealed stands in the clear, and
each case goes through all that lies behind it. It is opened twice, with signatures and as if every one held. With them,
only what was really sealed may open.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from random import Random  # noqa: TID251 - the same number makes the same case, and no key comes of it
from typing import Final

import qrcode

from countersign.adapters.relays.qr_frames import (
    FrameCollector,
    GreyPicture,
    frames_of,
    read_codes,
)
from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.application.ports.vault import Identity
from countersign.application.ports.workspace import Statement
from countersign.application.use_cases.open_envelope import open_envelope
from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.envelope import (
    WRAPPED_BYTES,
    Envelope,
    Purpose,
    SignedLetter,
    WrappedKey,
    hint_of,
)
from countersign.domain.ledger.letter import Letter
from countersign.testing.fake_workspace_keys import WORKSPACE, DeviceKeys
from countersign.testing.fakes import START_MS, FakeEntropy

DOORS: Final = ("envelope", "qr")
_CODES: Final = {"envelope": re.compile(r"envelope\.[a-z_]+"), "qr": re.compile(r"qr\.[a-z_]+")}
_STRING: Final = re.compile(rb'"[^"]*"')
_NUMBER: Final = re.compile(rb"(?<=:)\d+")
_PICTURE: Final = b"P5"
_SEPARATOR: Final = b"\n"


class _InTheClear:
    """Stands in for the cryptography: nothing is hidden, and a wrapped key is any 80 bytes."""

    def wrap(self, exchange_public_key: bytes, content_key: bytes, info: bytes) -> bytes:
        """Return as many bytes as a wrapped key has."""
        return hashlib.sha512(exchange_public_key + content_key + info).digest() + bytes(WRAPPED_BYTES - 64)

    def encrypt(self, content_key: bytes, content: bytes, bound: bytes) -> bytes:  # noqa: ARG002 - the port's shape
        """Leave it as it is."""
        return content

    def decrypt(self, content_key: bytes, sealed: bytes, bound: bytes) -> bytes | None:  # noqa: ARG002 - the same
        """Take it as it is."""
        return sealed


class _Reader:
    """A device that unwraps whatever is put before it."""

    def __init__(self, keys: DeviceKeys) -> None:
        self.identity: Identity = keys.identity

    def sign(self, statement: Statement) -> bytes:  # noqa: ARG002 - the port's shape
        """Sign nothing."""
        return bytes(64)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:  # noqa: ARG002 - the same
        """Return a key."""
        return bytes(32)


@cache
def envelope_seeds() -> tuple[bytes, ...]:
    """Return envelopes of every purpose."""
    anna, ben = _devices()
    events = tuple(anna.write({"name": f"payee {place}", "list": [place, True, "x" * 40]}) for place in range(4))
    checkpoint = Checkpoint.of(WORKSPACE, anna.device.device, START_MS, {anna.device.device: (4, events[-1].id)})
    signed = SignedCheckpoint(checkpoint, anna.sign(checkpoint))
    letters = (
        (Letter(events, signed, (b"a document",)), Purpose.EVENTS),
        (Letter(events[1:3]), Purpose.EVENTS),
        (Letter(checkpoint=signed), Purpose.CHECKPOINT),
        (Letter(events[:1], documents=(b"{}",)), Purpose.WELCOME),
        (Letter(documents=(anna.public_key,)), Purpose.REQUEST),
    )
    return tuple(
        seal_envelope(anna, _InTheClear(), letter, [ben.device], purpose, FakeEntropy(purpose.value), START_MS)
        for letter, purpose in letters
    )


def qr_seeds() -> list[bytes]:
    """Return messages as texts, one a line, and a picture of one code."""
    texts = [frames_of(bytes(range(256)) * times) for times in (1, 3)]
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(frames_of(b"short")[0])
    code.make(fit=True)
    rows = [b"".join((b"\x00" if dark else b"\xff") * 2 for dark in row) for row in code.get_matrix()]
    edge = len(rows) * 2
    picture = b"P5\n%d %d\n255\n" % (edge, edge) + b"".join(row for row in rows for _ in range(2))
    return [*(_SEPARATOR.join(text.encode() for text in each) for each in texts), picture]


def envelope_case(chance: Random, seed: bytes) -> bytes:
    """Change what is in an envelope, and put it together again so that its outer form still holds."""
    envelope = Envelope.parse(seed)
    signed = SignedLetter.parse(envelope.sealed)
    header, letter = signed.header.content, signed.letter
    if chance.random() < 0.5:
        header = _json(chance, header)
    if chance.random() < 0.5:
        letter = _stretch(chance, _json(chance, letter))
    sealed = len(header).to_bytes(4, "big") + header + signed.signature + letter
    binding = envelope.binding
    if chance.random() < 0.7:  # as whoever knows how it is made would
        binding = hashlib.sha256(b"countersign/envelope/1\x00" + header).digest()
    keys = list(envelope.keys)
    if chance.random() < 0.8:
        keys = [WrappedKey(hint_of(binding, _devices()[1].device.device), keys[0].wrapped)]
    if chance.random() < 0.1:
        keys *= chance.choice([0, 2, 50])
    whole = Envelope(binding, tuple(keys), sealed)
    return whole.front + sealed


def qr_case(chance: Random, seed: bytes) -> bytes:
    """Lose, repeat, mix and change codes; make noise in pictures."""
    if seed.startswith(_PICTURE):
        changed = bytearray(seed)
        for _ in range(chance.choice([0, 10, 500, 3_000])):
            changed[chance.randrange(12, len(changed))] = chance.randrange(256)
        return bytes(changed)
    texts = seed.split(_SEPARATOR)
    for _ in range(chance.randint(0, 4)):
        at = chance.randrange(len(texts))
        way = chance.randrange(5)
        if way == 0 and len(texts) > 1:
            del texts[at]
        elif way == 1:
            texts.insert(chance.randrange(len(texts) + 1), texts[at])
        elif way == 2:
            texts[at] = _stretch(chance, texts[at])
        elif way == 3:
            texts.insert(at, chance.choice(qr_seeds()[:2]).split(_SEPARATOR)[0])
        else:
            parts = texts[at].split(b"/")
            parts[chance.randrange(len(parts))] = chance.choice([b"", b"0", b"1", b"999", b"-1", b"A" * 5_000, b"\xff"])
            texts[at] = b"/".join(parts)
    chance.shuffle(texts)
    return _SEPARATOR.join(texts)


def feed(door: str, data: bytes) -> tuple[str, bool]:
    """Feed a case to its door; return what went wrong, and whether it was read."""
    try:
        return _opened(data) if door == "envelope" else _seen(data)
    except SecurityError as refusal:
        known = _CODES[door].fullmatch(refusal.code)
        return ("" if known else f"{refusal.code} {refusal.params}"), False


def _opened(data: bytes) -> tuple[str, bool]:
    anna, ben = _devices()
    refusal: SecurityError | None = None
    try:
        known = {anna.device.device: anna.public_key}
        opened = open_envelope(_Reader(ben), _InTheClear(), data, known.get, verify_ed25519)
    except SecurityError as error:
        refusal = error
    else:
        if opened.header.message not in _sealed():
            return "let in", True
    loose = open_envelope(
        _Reader(ben), _InTheClear(), data, lambda _: anna.public_key, lambda *_: True, lambda _: anna.public_key
    )
    if Letter.parse(loose.letter.content) != loose.letter:
        return "read otherwise than it was written", True
    if refusal is not None and not _CODES["envelope"].fullmatch(refusal.code):
        raise refusal
    return "", True


def _seen(data: bytes) -> tuple[str, bool]:
    if data.startswith(_PICTURE):
        return "", bool(read_codes(GreyPicture.of_pgm(data)))
    collector = FrameCollector()
    whole: bytes | None = None
    refusal: SecurityError | None = None
    for text in data.split(_SEPARATOR):
        try:
            whole = collector.add(text.decode("utf-8", "replace")) or whole
        except SecurityError as error:
            refusal = error
    if whole is not None and frames_of(whole)[0].encode() not in data:
        return "let in", True
    if whole is None and refusal is not None:
        raise refusal
    return "", whole is not None


@cache
def _devices() -> tuple[DeviceKeys, DeviceKeys]:
    return DeviceKeys("anna"), DeviceKeys("ben")


@cache
def _sealed() -> frozenset[bytes]:
    return frozenset(Envelope.parse(seed).binding for seed in envelope_seeds())


def _json(chance: Random, content: bytes) -> bytes:
    """Change a text or a number somewhere, keeping what stands round it."""
    pattern = chance.choice([_STRING, _NUMBER])
    places = list(pattern.finditer(content))
    if not places:
        return content
    found = chance.choice(places)
    said = [b'""', b'"x"', b'"' + b"0" * 64 + b'"', b"-1", b"0", b"1", b"9007199254740992", b"1e3", b"null", b"[]"]
    other = chance.choice([*said, chance.choice(places)[0], b"[" * 2_000, b'"\xff"', b'"' + b"x" * 20_000 + b'"'])
    return content[: found.start()] + other + content[found.end() :]


def _stretch(chance: Random, content: bytes) -> bytes:
    """Change, cut, double or insert a few bytes, lengths among them; sometimes nothing."""
    changed = bytearray(content)
    for _ in range(chance.choice([0, 1, 1, 3])):
        at = chance.randrange(len(changed) + 1)
        way = chance.randrange(5)
        if way == 0 and at < len(changed):
            changed[at] ^= 1 << chance.randrange(8)
        elif way == 1:
            del changed[at : at + chance.choice([1, 4, 64])]
        elif way == 2:
            changed[at:at] = changed[at : at + chance.choice([1, 4, 64, 800])]
        elif way == 3:
            changed[at : at + 4] = chance.choice([b"\xff" * 4, bytes(4), b"\x00\x00\x00\x01", b"\x7f\xff\xff\xff"])
        else:
            changed[at:] = b""
    return bytes(changed)
