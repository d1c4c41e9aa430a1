"""One lane of the kill campaign: takes cells one after the other, each in processes of its own.

``python -m tests.security.kill_lane TEMPLATE SCRATCH``: cells by name on standard input, verdicts on standard output.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import orjson

from countersign.adapters.practice.launcher import Lease
from countersign.adapters.system.failpoint_trigger import VARIABLE
from countersign.domain.errors import CountersignError
from tests.security.kill_judge import Books, Verdict, judge_end, judge_found, judge_look, order_kept, rollback_noticed
from tests.security.kill_person import Visit, be_cut_off, come_back
from tests.security.kill_planted import DEFECTS
from tests.security.kill_points import (
    ALONE,
    CELLS,
    IN_APP,
    LATENCY_MS,
    PLANTED,
    Behaviour,
    Cell,
    Moment,
    Story,
    lost_answer,
    lost_start,
    points_of,
    records_of,
    sends_of,
    trouble_afterwards,
    trouble_in_flight,
)
from tests.security.kill_world import start_bank

VISITS: Final = 4
_WORKER_SECONDS: Final = 60
_ENDED: Final = 0


def in_worker(home: Path, work: Callable[[], None]) -> int:
    """Do something in a process of its own and return how that ended, as ``os.wait`` tells it."""
    child = os.fork()
    if child == 0:
        signal.alarm(_WORKER_SECONDS)
        try:
            work()
        except BaseException:  # noqa: BLE001 - nothing may come back into the lane from here
            (home / "failed").write_text(traceback.format_exc(), "utf-8")
            os._exit(70)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def own_ports() -> tuple[int, int]:
    """Choose this lane's ports. Banks keep theirs over a restart: no other lane's bank may take one meanwhile."""
    with socket.socket() as first, socket.socket() as second:
        for one in (first, second):
            one.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


class Bank:
    """A cell's bank, through its deaths."""

    def __init__(self, home: Path, ports: tuple[int, int]) -> None:
        self._home = home
        remembered = home / "world" / "bank.json"
        told = {**orjson.loads(remembered.read_bytes()), "api_port": ports[0], "control_port": ports[1]}
        remembered.write_bytes(orjson.dumps(told))
        self.lease: Lease = start_bank(home)

    def prepare(self, cell: Cell) -> None:
        """Tell it what the cell wants of it before the worker starts."""
        if cell.point.story is Story.CANCEL:
            self.lease.control.set_outcomes({"settle_seconds": None})
        loses = cell.point.story in {Story.LOST, Story.TOGETHER_LOST} and not cell.planted.startswith("answer")
        lost = (lost_answer(),) if loses else (lost_start(),) if cell.point.story is Story.APP_LOST else ()
        if cell.point.story in IN_APP:
            upon = "app_asks" if cell.point.story is Story.APP_ASKS else "app_approves"
            self.lease.control.set_outcomes({"sca_methods": ["SMS_OTP", "PUSH_OTP"], "upon_start": upon})
        self.lease.control.set_faults(*lost, *trouble_in_flight(cell))

    def turn(self, cell: Cell) -> None:
        """Behave as the cell wants from the worker's death on."""
        if cell.behaviour is Behaviour.DOWN:
            self.end()
        elif trouble := trouble_afterwards(cell):
            self.lease.control.set_faults(*trouble)

    def struck(self) -> bool:
        """Tell whether every trouble has struck."""
        return all(rule["fired"] for rule in self.lease.control.faults())

    def revive(self) -> None:
        """Start it again if it has ended."""
        if self.lease.ended():
            self.end()
            self.lease = start_bank(self._home)

    def end(self) -> None:
        """Kill it."""
        child = self.lease._child  # noqa: SLF001 - a lease never kills what it leases
        if child is not None:
            child.kill()
            child.wait()
        self.lease.give_back()


def run_cell(template: Path, scratch: Path, cell: Cell, ports: tuple[int, int]) -> Verdict:
    """Kill once, come back until the order is at its end, and judge."""
    return tried(template, scratch, cell, ports, _play)


def tried(
    template: Path,
    scratch: Path,
    cell: Cell,
    ports: tuple[int, int],
    play: Callable[[Path, Cell, Bank, Verdict], None],
) -> Verdict:
    """Play a cell in a world of its own; then see that an older copy of its vault is known for one."""
    started = time.monotonic()
    home = scratch / cell.name
    shutil.copytree(template, home)
    verdict = Verdict(cell.name)
    bank = Bank(home, ports)
    try:
        play(home, cell, bank, verdict)
        older = scratch / f"{cell.name}.older"
        shutil.copytree(template, older)
        verdict.rollback_unnoticed = not rollback_noticed(home, older)
    except (CountersignError, OSError, LookupError) as error:
        verdict.failed = f"{type(error).__name__}: {error}"
    finally:
        bank.end()
    verdict.seconds = round(time.monotonic() - started, 2)
    if not verdict.red:
        shutil.rmtree(home)
    shutil.rmtree(scratch / f"{cell.name}.older", ignore_errors=True)
    return verdict


def _play(home: Path, cell: Cell, bank: Bank, verdict: Verdict) -> None:
    defect = DEFECTS[cell.planted]
    bank.prepare(cell)
    order = home / "failpoint"
    order.write_text(cell.failpoint, "ascii")

    def cut_off() -> None:
        os.environ[VARIABLE] = str(order)
        defect.plant()
        be_cut_off(home, cell.point.story, defect.submission)

    ended = in_worker(home, cut_off)
    died = time.monotonic()
    verdict.fired = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL and has_fired(order)
    verdict.order_broken = not order_kept((home / "trace").read_text("ascii").split())
    verdict.failed = failure_of(home) if not verdict.fired else ""
    bank.turn(cell)
    visit = Visit()
    for number in range(VISITS):
        books = Books.of(home)
        path = home / f"visit-{number}.json"

        def back(path: Path = path) -> None:
            defect.plant()
            come_back(home, cell, path, defect.on_return)

        if in_worker(home, back) != _ENDED:
            verdict.failed = failure_of(home)
            return
        visit = Visit.read(path)
        if number == 0:
            judge_found(verdict, visit.found, books)
        judge_look(verdict, visit, books, Books.of(home))
        bank.revive()
        if visit.final:
            break
    wait_out(cell, died)
    verdict.struck = bank.struck()
    judge_end(verdict, visit, Books.of(home))


def rehearse(template: Path, scratch: Path) -> list[str]:
    """Play every story uncut, and name where it passes other places than the points are made from."""
    return [fault for story in ALONE for fault in rehearse_story(template, scratch, story, be_cut_off)]


def rehearse_story(
    template: Path, scratch: Path, story: Story, tell_it: Callable[[Path, Story], None]
) -> Iterator[str]:
    """Play one story uncut, and name where it passes other places than the points are made from."""
    home = scratch / f"rehearsal.{story}"
    shutil.copytree(template, home)
    bank = Bank(home, own_ports())
    try:
        bank.prepare(Cell(next(points_of(story)), Moment.BEFORE, Behaviour.ANSWERS))
        ended = in_worker(home, lambda: tell_it(home, story))
    finally:
        bank.end()
    if ended != _ENDED:
        yield f"{story}: {failure_of(home)}"
        return
    trace = (home / "trace").read_text("ascii").split()
    sends = [name.removesuffix(".before") for name in trace if name.endswith(".send.before")]
    if sends != list(sends_of(story)):
        yield f"{story} sends {' '.join(sends)}"
    for place in ("vault.commit", "vault.anchor"):
        for moment in Moment:
            passed = trace.count(f"{place}.{moment}")
            if passed != records_of(story):
                yield f"{story} passes {place}.{moment} {passed} times, not {records_of(story)}"


def has_fired(order: Path) -> bool:
    """Tell whether the armed place was passed."""
    return order.with_name(f"{order.name}.fired").exists()


def failure_of(home: Path) -> str:
    """Return what a worker said of its end."""
    told = home / "failed"
    return told.read_text("utf-8").strip().splitlines()[-1] if told.exists() else "the worker ended in another way"


def wait_out(cell: Cell, died: float) -> None:
    """Let a request that a slow bank still holds come to its end before the books are read."""
    if cell.behaviour is Behaviour.SLOW:
        time.sleep(max(0.0, died + 1.5 * LATENCY_MS / 1000 - time.monotonic()))


def main() -> int:
    """Take cells from standard input until it ends."""
    template, scratch = Path(sys.argv[1]), Path(sys.argv[2])
    by_name = {cell.name: cell for cell in (*CELLS, *(one for cells in PLANTED.values() for one in cells))}
    ports = own_ports()
    for line in sys.stdin:
        verdict = run_cell(template, scratch, by_name[line.strip()], ports)
        sys.stdout.buffer.write(orjson.dumps(verdict) + b"\n")
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
