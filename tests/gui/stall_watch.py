"""Every test with windows is watched for stalls; the figures of a whole run go to ``build/reports/stalls.json``.

What a test's own code does is not watched, only what the event loop does while a test waits.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson
import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from countersign.testing.stalls import Stall, StallWatch

STRICT: Final = "COUNTERSIGN_NO_STALLS"
FOLDER: Final = Path(__file__).parents[2] / "build" / "reports"
_FIGURES = 100_000  # stretches kept for the percentile


@pytest.fixture(scope="session")
def planted() -> list[Stall]:
    """Return what was caught of the stalls that tests of the watch itself planted; reported apart."""
    return []


@pytest.fixture(scope="session")
def stall_watch(qapp: QApplication, planted: list[Stall]) -> Iterator[StallWatch]:
    """Watch the window's thread whenever a test lets the event loop turn."""
    from pytestqt.qt_compat import qt_api  # noqa: PLC0415 - not where Qt is blocked

    from countersign.testing.stalls import StallWatch  # noqa: PLC0415

    turn: Callable[..., object] = qt_api.exec
    with StallWatch(qapp, turning=False) as watch:

        def turned(*arguments: object, **words: object) -> object:
            with watch.loop():
                return turn(*arguments, **words)

        setattr(qt_api, "exec", turned)  # noqa: B010 - mypy forbids the plain assignment
        yield watch
        setattr(qt_api, "exec", turn)  # noqa: B010
    _report(watch, planted)


@pytest.fixture(autouse=True)
def no_stalls(stall_watch: StallWatch) -> Iterator[None]:
    """Note every stretch; with ``STRICT`` set, fail the test during which the window did not answer for too long.

    ``make stalls`` sets it. In the ordinary suite a busy machine would fail tests that are right.
    """
    gc.collect()
    gc.freeze()  # what earlier tests and their tools left behind is no part of the program
    before = len(stall_watch.stalls)
    yield
    stalls = stall_watch.stalls[before:]
    if stalls and os.environ.get(STRICT):
        pytest.fail("the window stood still:\n" + "\n".join(_told(stall) for stall in stalls), pytrace=False)


def _told(stall: Stall) -> str:
    return f"{stall.own_ms:.0f} ms ({stall.busy_ms:.0f} ms of work, {stall.wall_ms:.0f} ms by the clock)\n{stall.where}"


def _report(watch: StallWatch, planted: list[Stall]) -> None:
    """Write this worker's figures, and those of all workers of this run together."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "alone")
    own = FOLDER / "stalls" / f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.json"
    own.parent.mkdir(parents=True, exist_ok=True)
    told = [{"own_ms": s.own_ms, "busy_ms": s.busy_ms, "wall_ms": s.wall_ms, "where": s.where} for s in watch.stalls]
    own.write_bytes(
        orjson.dumps({"run": run, "beats": watch.beats[-_FIGURES:], "stalls": told, "planted": len(planted)})
    )
    found = [orjson.loads(path.read_bytes()) for path in sorted(own.parent.glob("*.json"))]
    same = [one for one in found if one["run"] == run]
    beats = sorted(beat for one in same for beat in one["beats"])
    report = {
        "stretches": len(beats),
        "p99_ms": round(beats[len(beats) * 99 // 100], 1) if beats else 0,
        "longest_ms": round(beats[-1], 1) if beats else 0,
        "planted_caught": sum(one["planted"] for one in same),
        "stalls": [stall for one in same for stall in one["stalls"]],
    }
    (FOLDER / "stalls.json").write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
