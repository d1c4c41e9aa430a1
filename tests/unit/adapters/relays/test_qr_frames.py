"""Envelopes as codes: any order, lost and repeated ones, and whatever a hostile screen shows."""

from __future__ import annotations

import re
from random import Random  # noqa: TID251 - noise that is the same in every run
from typing import TYPE_CHECKING, cast

import pytest
import qrcode
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from countersign.adapters.relays.qr_frames import (
    BYTES_IN_FRAME,
    CONTENT_LIMIT,
    FRAMES_LIMIT,
    Frame,
    FrameCollector,
    GreyPicture,
    frames_of,
    read_codes,
)
from countersign.domain.errors import SecurityError

if TYPE_CHECKING:
    from typing_extensions import Buffer

MESSAGE = bytes(range(256)) * 5
FRAMES = frames_of(MESSAGE)


def refused(code: str) -> pytest.RaisesExc[SecurityError]:
    return pytest.RaisesExc(SecurityError, match=f"^{re.escape(code)}$")


def drawn(text: str, *, pixels: int = 3, quiet: int = 4) -> tuple[int, list[bytes]]:
    """Draw a code; return its edge and its rows of grey."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=quiet)
    code.add_data(text)
    code.make(fit=True)
    rows = [b"".join((b"\x00" if dark else b"\xff") * pixels for dark in row) for row in code.get_matrix()]
    return len(rows) * pixels, [row for row in rows for _ in range(pixels)]


def picture(*texts: str, pixels: int = 3) -> GreyPicture:
    """Draw codes side by side."""
    codes = [drawn(text, pixels=pixels) for text in texts]
    height = max(edge for edge, _ in codes)
    rows = [
        b"".join(lines[place] if place < edge else b"\xff" * edge for edge, lines in codes) for place in range(height)
    ]
    return GreyPicture(sum(edge for edge, _ in codes), height, b"".join(rows))


# --- Bytes to texts and back ---


@given(st.binary(min_size=1, max_size=3 * BYTES_IN_FRAME), st.randoms(use_true_random=False))
def test_a_message_comes_together_in_any_order(content: bytes, chance: Random) -> None:
    texts = [*frames_of(content), *frames_of(content)]
    chance.shuffle(texts)
    collector = FrameCollector()
    found = [collector.add(text) for text in texts]
    assert found[-1] == content
    assert set(found) <= {None, content}


def test_lost_codes_are_shown_again_until_all_were_seen() -> None:
    collector = FrameCollector()
    assert (collector.have, collector.count, collector.missing) == (0, 0, ())
    for text in FRAMES[::2]:
        assert collector.add(text) is None
    assert collector.have == len(FRAMES[::2])
    assert collector.count == len(FRAMES)
    assert collector.missing == tuple(range(2, len(FRAMES) + 1, 2))
    rest = [collector.add(text) for text in FRAMES]
    assert rest[-1] == MESSAGE


def test_texts_are_letters_and_digits_of_one_size() -> None:
    assert all(re.fullmatch(r"[A-Z0-9/]+", text) for text in FRAMES)
    assert {len(text) for text in FRAMES[:-1]} == {len(FRAMES[0])}
    assert len(FRAMES[0]) <= 520
    assert all(Frame.parse(text).text == text for text in FRAMES)


def test_what_nobody_would_scan_is_not_drawn() -> None:
    assert len(frames_of(bytes(CONTENT_LIMIT))) == FRAMES_LIMIT
    for content in (bytes(CONTENT_LIMIT + 1), b""):
        with refused("qr.too_long"):
            frames_of(content)


# --- Hostile texts (SECURITY row 21) ---

PART = "A" * ((BYTES_IN_FRAME * 8 + 4) // 5)
HASH = "B" * 26


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.com/pay",
        "BCD\n002\n1\nSCT\n\nName\nDE89370400440532013000\nEUR1.00",
        FRAMES[0] + "\n",
        FRAMES[0].lower(),
        "\u202e" + FRAMES[0],
        FRAMES[0].replace("/1/", "/\uff11/", 1),
        f"CSGN2/{HASH}/1/1/AA",
        f"CSGN1/{HASH}/0/1/AA",
        f"CSGN1/{HASH}/01/1/AA",
        f"CSGN1/{HASH}/2/1/AA",
        f"CSGN1/{HASH}/1/1000/{PART}",
        f"CSGN1/{HASH}/1/{FRAMES_LIMIT + 1}/{PART}",
        f"CSGN1/{HASH}/1/1/",
        f"CSGN1/{HASH}/1/1/A",
        f"CSGN1/{HASH}/1/1/AB",
        f"CSGN1/{HASH}/1/1/{PART}AAAAAAAA",
        f"CSGN1/{HASH}/1/2/AA",
        f"CSGN1/{HASH[:-1]}/1/1/AA",
        "CSGN1/" * 100_000,
        "\x00" * 100,
    ],
)
def test_what_is_not_ours_is_ignored(text: str) -> None:
    collector = FrameCollector()
    collector.add(FRAMES[0])
    with refused("qr.foreign"):
        collector.add(text)
    assert collector.have == 1


def test_codes_of_another_message_are_not_mixed_in() -> None:
    collector = FrameCollector()
    collector.add(FRAMES[0])
    for other in (*frames_of(MESSAGE[:-1]), *frames_of(b"short")):
        with refused("qr.mixed"):
            collector.add(other)
    found = [collector.add(text) for text in FRAMES]
    assert found[-1] == MESSAGE


def test_a_code_under_anothers_hash_ends_in_nothing() -> None:
    ours = Frame.parse(FRAMES[1])
    forged = Frame(ours.message, ours.place, ours.count, bytes(BYTES_IN_FRAME)).text
    collector = FrameCollector()
    collector.add(forged)
    with refused("qr.damaged"):
        collector.add(FRAMES[1])
    assert collector.have == collector.count == 0
    for text in (FRAMES[0], forged, *FRAMES[2:-1]):
        collector.add(text)
    with refused("qr.damaged"):
        collector.add(FRAMES[-1])
    assert collector.have == collector.count == 0


@given(st.text(max_size=200))
def test_any_text_is_at_most_ignored(text: str) -> None:
    with refused("qr.foreign"):
        Frame.parse(text)


# --- Pictures ---


@pytest.mark.parametrize("text", FRAMES)
def test_a_code_is_read_from_a_picture(text: str) -> None:
    assert read_codes(picture(text)) == (text,)
    assert read_codes(picture(text, pixels=2)) == (text,)


@pytest.mark.parametrize("seed", range(12))
def test_a_code_is_read_through_noise_and_at_half_the_contrast(seed: int) -> None:
    chance = Random(seed)
    text = frames_of(chance.randbytes(BYTES_IN_FRAME))[0]
    clean = picture(text)
    noisy = bytes(60 + grey // 2 + chance.randint(-25, 25) for grey in bytes(clean.pixels))
    assert read_codes(GreyPicture(clean.width, clean.height, noisy)) == (text,)


def test_two_codes_in_view_are_both_seen_and_never_mixed() -> None:
    assert sorted(read_codes(picture(FRAMES[0], FRAMES[1]))) == sorted(FRAMES[:2])
    assert read_codes(picture(FRAMES[0], FRAMES[0])) == (FRAMES[0],)
    for other, code in ((frames_of(b"another")[0], "qr.mixed"), ("https://example.com", "qr.foreign")):
        collector = FrameCollector()
        collector.add(FRAMES[1])
        with refused(code):
            for text in sorted(read_codes(picture(FRAMES[0], other)), key=FRAMES.__contains__):
                collector.add(text)
        assert collector.have == 1


def test_a_code_within_a_code_gives_no_third_message() -> None:
    """A small code in the middle of a large one: error correction may read either, never a mixture."""
    edge, large = drawn(FRAMES[0], pixels=8)
    small_edge, small = drawn("https://example.com", pixels=2, quiet=1)
    rows = [bytearray(row) for row in large]
    at = (edge - small_edge) // 2
    for place, row in enumerate(small):
        rows[at + place][at : at + small_edge] = row
    found = read_codes(GreyPicture(edge, edge, b"".join(map(bytes, rows))))
    assert set(found) <= {FRAMES[0], "https://example.com"}


@pytest.mark.parametrize("text", ["https://example.com", "x\x00\x07\u202ey", "CSGN1/short"])
def test_other_codes_are_seen_and_not_obeyed(text: str) -> None:
    (seen,) = read_codes(picture(text))
    with refused("qr.foreign"):
        Frame.parse(seen)


def test_an_empty_wall_shows_nothing() -> None:
    assert read_codes(GreyPicture(640, 480, b"\x80" * (640 * 480))) == ()


@pytest.mark.parametrize(
    ("width", "height", "pixels"),
    [(0, 0, b""), (10, 10, bytes(99)), (10, 10, bytes(101)), (-10, -10, bytes(100)), (100_000, 100_000, bytes(9))],
)
def test_a_picture_must_be_what_it_says(width: int, height: int, pixels: bytes) -> None:
    with refused("qr.no_picture"):
        read_codes(GreyPicture(width, height, pixels))


@pytest.mark.parametrize("kind", [zxingcpp.BarcodeFormat.MicroQRCode, zxingcpp.BarcodeFormat.RMQRCode])
def test_the_small_kin_of_these_codes_are_not_looked_for(kind: zxingcpp.BarcodeFormat) -> None:
    """A reader sees them in the modules of a large code now and then."""
    seen = memoryview(cast("Buffer", zxingcpp.create_barcode("526303", kind).to_image(scale=6)))
    height, width = seen.shape or (0, 0)
    assert [found.text for found in zxingcpp.read_barcodes(seen)] == ["526303"]
    assert read_codes(GreyPicture(width, height, seen.tobytes())) == ()


def test_a_greymap_is_read() -> None:
    ours = picture(FRAMES[0])
    for heading in (b"P5\n%d %d\n255\n", b"P5 %d %d 255 ", b"P5\n# made by a camera\n%d %d\n255\n"):
        read = GreyPicture.of_pgm(heading % (ours.width, ours.height) + bytes(ours.pixels))
        assert read_codes(read) == (FRAMES[0],)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"P6\n1 1\n255\n\x00\x00\x00",
        b"P5\n2 2\n65535\n" + bytes(8),
        b"P5\n2 2\n255\n" + bytes(3),
        b"P5\n99999 99999\n255\n",
        b"P5\n-1 -1\n255\n\x00",
        b"P5\n" + b"# x\n" * 10_000 + b"1 1\n255\n\x00",
    ],
)
def test_other_bytes_are_no_picture(content: bytes) -> None:
    with refused("qr.no_picture"):
        GreyPicture.of_pgm(content)
