"""The export of a real vault with thousands of records: written and checked in little memory, in short slices."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

from countersign.adapters.system.export_file import NewExport, export_at
from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.application.use_cases.check_export import check_export
from countersign.application.use_cases.check_receipt import Verdict
from countersign.application.use_cases.export_workspace import WorkspaceExport
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from tests.integration.vault.office import opened
from tests.integration.vault.story import Place, Story

RECORDS = 3_000
SLICE_SECONDS = 0.1
PEAK = 2_500_000
PEAK_CHECKED = 8_000_000


def test_thousands_of_records_take_little_memory(story: Story, place: Place, tmp_path: Path) -> None:
    vault, path = story.vault, tmp_path / "workspace.csexport"
    for _ in range(RECORDS // 500):
        with vault.transaction() as change:
            for number in range(500):
                said = {"name": f"{number} " + "x" * 1_500, "order": "66" * 16}
                change.append(EventDraft(kinds.TEMPLATE_KEPT, "77" * 16, said))
    file, slices = NewExport(path), []
    tracemalloc.start()
    try:
        export = WorkspaceExport(opened(vault), place.clock)
        piece = export.begin()
        while piece:
            file.write(piece)
            before = time.process_time()
            piece = export.go_on()
            slices.append(time.process_time() - before)
        file.write(export.end())
        found = export.record(place.entropy)
        file.finish()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        lines = export_at(path)
        assert lines is not None
        with lines:
            check = check_export(lines, found.genesis, verify_ed25519)
        checked = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (check.verdict, check.faults, check.events) == (Verdict.PROVEN, (), found.events)
    assert found.events > RECORDS
    assert path.stat().st_size == found.size > 5_000_000
    assert peak < PEAK
    assert checked < PEAK_CHECKED
    assert sorted(slices)[len(slices) * 9 // 10] < SLICE_SECONDS
