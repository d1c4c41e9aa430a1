"""Codes that are shown in turn, with strangers' codes and other messages between them."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from countersign.adapters.relays.code_collector import MESSAGES_AT_ONCE, CodeCollector
from countersign.adapters.relays.hand_parcels import BUNDLE, HandParcels
from countersign.adapters.relays.qr_frames import BYTES_IN_FRAME, Frame, frames_of
from countersign.application.ports.parcels import Collected
from countersign.domain.ledger.envelope import MAGIC


def message(name: str, parts: int = 3) -> tuple[bytes, tuple[str, ...]]:
    """Make a message of some parts, and its codes."""
    content = MAGIC + hashlib.shake_256(name.encode()).digest(parts * BYTES_IN_FRAME - len(MAGIC))
    return content, tuple(HandParcels().frames((content,)))


def collector() -> CodeCollector:
    return HandParcels().collector()


def test_codes_come_in_any_order_and_over_and_over() -> None:
    content, texts = message("one")
    found = collector()
    assert found.add([]) == Collected((), 0, 0)
    assert found.add([texts[2]]) == Collected((), 1, 3)
    assert found.add([texts[2]]) == Collected((), 1, 3)
    assert found.add([]) == Collected((), 1, 3)
    assert found.add([texts[0], texts[1]]) == Collected((content,), 3, 3)
    assert found.add([texts[0]]) == Collected((), 1, 3)  # the next round is another message


def test_parts_of_two_messages_are_kept_apart() -> None:
    (one, first), (_two, second) = message("one"), message("two", 4)
    found = collector()
    assert found.add([first[0]]).have == 1
    mixed = found.add([second[0], second[1]])
    assert (mixed.have, mixed.total, mixed.several) == (2, 4, True)
    assert found.add([first[1]]) == Collected((), 2, 3, several=True)
    assert found.add([second[2], first[2]]).contents == (one,)


def test_strangers_codes_are_told_and_change_nothing() -> None:
    content, texts = message("one")
    found = collector()
    found.add(texts[:2])
    for strange in ("https://example.org/pay", "", "CSGN1/", texts[0][:-1] + "!", "x" * 100_000):
        assert found.add([strange]) == Collected((), 2, 3, foreign=True)
    assert found.add(["https://example.org", texts[2]]).contents == (content,)


def test_parts_that_contradict_each_other_begin_anew() -> None:
    _content, texts = message("one")
    frame = Frame.parse(texts[0])
    other = Frame(frame.message, 1, 3, bytes(BYTES_IN_FRAME)).text
    found = collector()
    found.add(texts[:2])
    assert found.add([other]) == Collected((), 0, 0, damaged=True)
    assert found.add(texts).have == 3


def test_a_forged_part_never_makes_a_message() -> None:
    content, texts = message("one")
    frame = Frame.parse(texts[2])
    forged = Frame(frame.message, 3, 3, bytes(BYTES_IN_FRAME)).text
    found = collector()
    assert found.add([*texts[:2], forged]) == Collected((), 0, 0, damaged=True)
    assert found.add(texts).contents == (content,)


def test_another_count_for_the_same_message_begins_anew() -> None:
    _content, texts = message("one")
    frame = Frame.parse(texts[0])
    found = collector()
    found.add(texts[:2])
    assert found.add([Frame(frame.message, 1, 200, frame.content).text]).damaged


def test_what_is_whole_and_no_parcel_is_damaged() -> None:
    found = collector()
    assert found.add(frames_of(BUNDLE + b"\xff\xff\xff\xff")) == Collected((), 0, 0, damaged=True)


def test_few_messages_are_kept_at_once_and_the_oldest_makes_room() -> None:
    kept, texts = message("kept")
    _first, lost = message("lost")
    found = collector()
    found.add(lost[:2])
    found.add(texts[:2])
    for place in range(MESSAGES_AT_ONCE - 1):
        found.add([message(f"other {place}")[1][0]])
        found.add([texts[0]])  # seen again and again: it stays
    assert found.add([lost[2]]).have == 1
    assert found.add([texts[2]]).contents == (kept,)


def test_of_one_picture_only_so_many_codes_are_looked_at() -> None:
    _content, texts = message("one")
    assert collector().add(["garbage"] * 64 + list(texts)) == Collected((), 0, 0, foreign=True)


@given(st.lists(st.one_of(st.integers(0, 8), st.text(max_size=40)), max_size=40))
def test_whatever_is_seen_only_what_was_shown_comes_out(seen: list[int | str]) -> None:
    shown = dict((message("one"), message("two", 4), message("three", 2)))
    every = [text for texts in shown.values() for text in texts]
    found = collector()
    for item in seen:
        result = found.add([every[item] if isinstance(item, int) else item])
        assert set(result.contents) <= set(shown)
        assert result.have <= result.total <= 4
