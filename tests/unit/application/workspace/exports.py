"""Exports in memory: written without a disk, and what an outsider makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from countersign.application.exporting import export_workspace
from countersign.application.flows.script import run_script
from countersign.application.use_cases.check_export import ExportCheck, OrderFinding, check_export
from countersign.application.use_cases.export_workspace import Exported
from countersign.domain.ledger.chains import Verify
from countersign.testing.fake_workspace import MemoryWorkspace, fake_verify
from countersign.testing.fakes import FakeClock, FakeEntropy, InlineTasks


@dataclass
class MemoryExport:
    """A file in memory, to be written and to be read."""

    content: bytes = b""
    finished: bool = False
    discarded: bool = False
    pieces: int = 0
    fail_at: int = -1
    error: Exception | None = None
    _largest: int = field(default=0)

    def write(self, content: bytes) -> None:
        if self.pieces == self.fail_at and self.error is not None:
            raise self.error
        self.pieces += 1
        self._largest = max(self._largest, len(content))
        self.content += content

    def finish(self) -> None:
        self.finished = True

    def discard(self) -> None:
        self.discarded = not self.finished

    @property
    def largest(self) -> int:
        return self._largest

    def lines(self) -> Iterator[tuple[int, bytes]]:
        place = 0
        for line in self.content.splitlines(keepends=True):
            yield place, line
            place += len(line)

    def line_at(self, place: int) -> bytes:
        return self.content[place : self.content.find(b"\n", place) + 1]


def exported(
    vault: MemoryWorkspace,
    file: MemoryExport,
    go_on: Callable[[int, int], bool] = lambda _done, _total: True,
) -> Exported | None:
    """Export a workspace at once; what goes wrong is raised."""
    found: list[Exported | None] = []

    def failed(error: Exception) -> None:
        raise error

    clock = FakeClock()
    script = export_workspace(vault, clock, FakeEntropy("export"), lambda: file, go_on)
    run_script(InlineTasks(), script, found.append, failed)
    return found[0]


def checked(content: bytes, trust: str = "", verify: Verify = fake_verify) -> tuple[ExportCheck, list[OrderFinding]]:
    """Check an export."""
    orders: list[OrderFinding] = []
    return check_export(MemoryExport(content), trust, verify, orders.append), orders
