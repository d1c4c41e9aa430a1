"""Parcels that people carry: files with one or several, and codes read from pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from countersign.adapters.relays.hand_parcels import BUNDLE, HandParcels, bundled, unbundled
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.envelope import MAGIC

ONE, TWO = MAGIC + b"one", MAGIC + b"two"


def test_one_parcel_is_its_own_file(tmp_path: Path) -> None:
    path = tmp_path / "one.countersign"
    HandParcels().write(path, (ONE,))
    assert path.read_bytes() == ONE
    assert HandParcels().read(path) == (ONE,)


def test_several_are_bundled(tmp_path: Path) -> None:
    path = tmp_path / "both.countersign"
    HandParcels().write(path, (ONE, TWO))
    assert HandParcels().read(path) == (ONE, TWO)
    assert unbundled(bundled((ONE, TWO))) == (ONE, TWO)


@pytest.mark.parametrize("rest", [b"", b"\x00\x00\x00\x02", b"\x00\x00\x00\x00left", b"\xff\xff\xff\xff"])
def test_a_bundle_that_is_none_is_refused(rest: bytes) -> None:
    with pytest.raises(SecurityError, match=r"envelope\.not_one"):
        unbundled(BUNDLE + rest)


def test_other_files_hold_no_parcels(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    assert HandParcels().read(tmp_path / "photo.png") == ()
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(UserFacingError, match=r"envelope\.file_unreadable"):
            HandParcels().read(path)


def test_codes_carry_parcels_in_any_order() -> None:
    parcels = HandParcels()
    content = (MAGIC + bytes(range(256)) * 3,)
    texts = parcels.frames(content)
    assert len(texts) == 3
    part = parcels.gather(texts[1:])
    assert (part.contents, part.have, part.total) == ((), 2, 3)
    assert parcels.gather([*reversed(texts), texts[0]]).contents == content
    with pytest.raises(SecurityError, match=r"qr\.mixed"):
        parcels.gather([texts[0], parcels.frames((ONE,))[0]])


def test_a_picture_without_a_code_has_no_texts() -> None:
    assert HandParcels().texts(b"P5\n32 32\n255\n" + b"\xff" * 1024) == ()
