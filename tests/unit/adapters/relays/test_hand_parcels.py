"""Several parcels in one file or in one run of codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.adapters.relays.hand_parcels import BUNDLE, PARCELS_LIMIT, HandParcels, bundled, unbundled
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.envelope import MAGIC

PARCELS = tuple(MAGIC + bytes([place]) * 500 for place in range(3))


@given(st.lists(st.binary(max_size=60).map(MAGIC.__add__), min_size=1, max_size=5))
def test_parcels_come_out_of_a_bundle_as_they_went_in(contents: list[bytes]) -> None:
    assert unbundled(bundled(contents)) == tuple(contents)


def test_parcels_travel_in_one_file(tmp_path: Path) -> None:
    hands = HandParcels()
    for contents in (PARCELS, PARCELS[:1]):
        hands.write(tmp_path / "messages.countersign", contents)
        assert tuple(hands.read(tmp_path / "messages.countersign")) == contents
    assert (tmp_path / "messages.countersign").read_bytes() == PARCELS[0], "a single one is its own file"
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert hands.read(tmp_path / "picture.png") == ()


def test_parcels_travel_in_one_run_of_codes() -> None:
    hands = HandParcels()
    texts = list(hands.frames(PARCELS))
    part = hands.gather(texts[1:])
    assert (part.contents, part.have, part.total) == ((), len(texts) - 1, len(texts))
    whole = hands.gather([*texts[::-1], texts[0]])
    assert (whole.contents, whole.have) == (PARCELS, len(texts))


@pytest.mark.parametrize(
    "content",
    [
        BUNDLE,
        BUNDLE + (1).to_bytes(4, "big"),
        BUNDLE + (1).to_bytes(4, "big") + (9).to_bytes(4, "big") + b"short",
        BUNDLE + (PARCELS_LIMIT + 1).to_bytes(4, "big") + bytes(4 * PARCELS_LIMIT + 4),
        bundled(PARCELS)[:-1],
        bundled(PARCELS) + b"\x00",
    ],
)
def test_what_only_begins_like_a_bundle_is_refused(content: bytes) -> None:
    with pytest.raises(SecurityError, match=f"^{re.escape('envelope.not_one')}$"):
        unbundled(content)
