"""Attempts are counted before they are made, and slowed down."""

from __future__ import annotations

from pathlib import Path

import pytest

from countersign.adapters.vault.attempts import ATTEMPTS_FILE, LONGEST_WAIT_MS, Attempts, Throttle
from countersign.domain.errors import UserFacingError
from countersign.testing.fakes import FakeClock


def test_three_are_free_and_then_the_wait_doubles_to_fifteen_minutes() -> None:
    waits = [Attempts(failed=failed).delay_ms for failed in range(20)]
    assert waits[:3] == [0, 0, 0]
    assert waits[3:8] == [1000, 2000, 4000, 8000, 16000]
    assert waits[-1] == LONGEST_WAIT_MS == 900_000
    assert waits == sorted(waits)


def test_the_file_is_written_before_the_attempt_and_survives(tmp_path: Path) -> None:
    clock = FakeClock()
    for _ in range(3):
        Throttle(tmp_path, clock).begin()
    assert Throttle(tmp_path, clock).read().failed == 3
    with pytest.raises(UserFacingError) as refused:
        Throttle(tmp_path, clock).begin()
    assert (refused.value.code, refused.value.params) == ("vault.wait", {"wait_ms": 1000})
    assert Throttle(tmp_path, clock).read().failed == 3, "what was refused was no attempt"


def test_success_forgets_the_wait_and_keeps_what_is_not_recorded(tmp_path: Path) -> None:
    throttle = Throttle(tmp_path, FakeClock())
    for _ in range(3):
        throttle.begin()
    assert throttle.succeeded() == 2
    assert throttle.read() == Attempts(failed=0, unrecorded=2, last_at=throttle.read().last_at)
    throttle.begin()
    assert throttle.succeeded() == 2
    throttle.recorded()
    assert throttle.read().unrecorded == 0


@pytest.mark.parametrize("content", [b"", b"{}", b'{"failed":0}', b'{"failed":-0,"last_at":0,"unrecorded":0}'])
def test_a_spoilt_file_gains_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ATTEMPTS_FILE).write_bytes(content)
    clock = FakeClock()
    throttle = Throttle(tmp_path, clock)
    clock.jump(-clock.now_ms())
    assert throttle.wait_ms() == LONGEST_WAIT_MS


def test_a_clock_put_forward_by_mistake_and_back_again_waits_no_longer_than_the_delay(tmp_path: Path) -> None:
    clock = FakeClock()
    throttle = Throttle(tmp_path, clock)
    clock.jump(10**9)
    for _ in range(3):
        throttle.begin()
    clock.jump(-(10**9))
    assert throttle.wait_ms() == 1000
    clock.advance(1000)
    assert throttle.wait_ms() == 0
