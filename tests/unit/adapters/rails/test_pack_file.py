"""The shipped pack becomes a book once a day, and one that isn't whole is refused."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from countersign.adapters.rails.pack_file import RailsFile, shipped_pack
from countersign.domain.errors import SecurityError
from countersign.domain.payment import PaymentProduct

NOW_MS = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()) * 1000
DAY_MS = 86_400_000


def test_the_book_has_every_calendar_and_zone_that_a_rail_names() -> None:
    book = RailsFile().book(NOW_MS)
    today = date(2026, 11, 22)
    for rail in book.pack.rails:
        for name in (rail.calendar, rail.counted_in):
            book.calendars.of(name).why_closed(today + timedelta(days=700))
        assert rail.zone in book.calendars.zones
    assert {rail.product for rail in book.pack.rails} == set(PaymentProduct)


def test_the_book_is_read_once_a_day() -> None:
    rails = RailsFile()
    first = rails.book(NOW_MS)
    assert rails.book(NOW_MS + 3_600_000) is first
    assert rails.book(NOW_MS + DAY_MS) is not first


@pytest.mark.parametrize("content", ["", "{}", '{"format": 1, "about": "", "edition": "", "rails": [1]}'])
def test_a_pack_that_is_not_whole_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "rails.json"
    path.write_text(content)
    with pytest.raises(SecurityError) as refused:
        RailsFile(path).book(NOW_MS)
    assert refused.value.code == "rails.pack"


def test_importing_the_adapter_loads_no_calendar_library() -> None:
    code = "import sys; import countersign.adapters.rails.pack_file; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_shipped_pack_is_found() -> None:
    assert shipped_pack().is_file()
