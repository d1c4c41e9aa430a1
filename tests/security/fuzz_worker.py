"""A process that tries cases of one door: ``python -m tests.security.fuzz_worker DOOR FIRST AFTER_LAST PLANT``.

Before each case it prints the case's number, so that whoever started it knows which one it hung or died on; after it,
what went wrong, and at the end what it took. Time is the processor's, so that a busy machine accuses nobody; memory is
the growth of the most that the process ever held, so that after a fat case a new process goes on.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import orjson

from countersign.adapters.banks.files import hardened_xml
from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.application.use_cases.check_details import check_message
from countersign.application.use_cases.check_payments import check_payments
from countersign.domain.errors import UserFacingError
from tests.security import fuzz_envelopes, fuzz_proofs
from tests.security.fuzz_cases import Case, case
from tests.security.fuzz_seeds import seeds

MOST_SECONDS: Final = 2.0
MOST_MIB: Final = 100.0
PLANTS: Final = ("none", "crash", "slow", "fat", "open", "unsealed")
"""Defects that the campaign must find: one that dies of some input, one that dawdles, one that hoards, one that lets in
what must be refused, and one that looks at no signature over a whole file."""
_PLANTED_EVERY: Final = 40
_FILES: Final = LocalBankFiles()


def main(arguments: Sequence[str]) -> int:
    """Try cases until one was fat or all were tried."""
    door, first, after_last, plant = arguments[0], int(arguments[1]), int(arguments[2]), arguments[3]
    if plant == "open":
        hardened_xml._judge_prologue = lambda _: None  # type: ignore[assignment]  # noqa: SLF001
        fuzz_proofs.believe_everything()
    if plant == "unsealed":
        fuzz_proofs.overlook_the_seal()
    with tempfile.TemporaryDirectory(prefix="countersign-fuzz-") as scratch:
        path = Path(scratch) / "case"
        for seed in seeds()[door]:  # what is loaded once is no case's
            _tried(Case(door, -1, seed), path, "none")
        idle = _peak_mib()
        slowest, accepted = 0.0, 0
        for number in range(first, after_last):
            _say(str(number))
            made = case(door, number)
            before = time.process_time()
            fault, read = _tried(made, path, plant)
            taken = time.process_time() - before
            slowest, accepted = max(slowest, taken), accepted + read
            grown = _peak_mib() - idle
            faults = {
                **({"crash": fault} if fault and fault != "let in" else {}),
                **({"let_in": fault} if fault == "let in" else {}),
                **({"slow": round(taken, 2)} if taken > MOST_SECONDS else {}),
                **({"fat": round(grown, 1)} if grown > MOST_MIB else {}),
            }
            if faults:
                _say(orjson.dumps({"number": number, **faults}).decode())
            if grown > MOST_MIB:
                after_last = number + 1
                break
        end = {
            "tried": after_last,
            "slowest": round(slowest, 3),
            "grown": round(_peak_mib() - idle, 1),
            "read": accepted,
        }
        _say(orjson.dumps(end).decode())
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _tried(made: Case, path: Path, plant: str) -> tuple[str, bool]:
    """Feed a case to its door; return what went wrong, and whether it was read."""
    defect = _DEFECTS.get(plant) if made.number % _PLANTED_EVERY == 1 else None
    try:
        if defect is not None:
            defect()
        if made.door in fuzz_envelopes.DOORS:
            return fuzz_envelopes.feed(made.door, made.data)
        if made.door in fuzz_proofs.DOORS:
            return fuzz_proofs.feed(made.door, made.data)
        if made.door == "text":
            check_message(made.data.decode("utf-8", "replace"))
        elif made.door in {"csv", "pain001", "xlsx"}:
            path.write_bytes(made.data)
            if made.door == "xlsx":
                _FILES.preview(path)
            check_payments(_FILES.read(path))
        else:
            path.write_bytes(made.data)
            for _ in _FILES.read(path):
                pass
    except UserFacingError as refusal:
        known = refusal.code.startswith("file.") and all(isinstance(one, str | int) for one in refusal.params.values())
        return ("" if known else f"{refusal.code} {refusal.params}"), False
    except Exception as error:  # noqa: BLE001 - any of them is what is looked for
        return f"{type(error).__name__}: {error!s:.200}", False
    return ("let in" if made.refused else ""), True


def _crash() -> None:
    raise ZeroDivisionError("planted")


def _dawdle() -> None:
    until = time.process_time() + MOST_SECONDS + 0.1
    while time.process_time() < until:
        pass


def _hoard() -> None:
    hoard = bytearray(int((MOST_MIB + 60) * 2**20))
    for at in range(0, len(hoard), 4_096):
        hoard[at] = 1


_DEFECTS: Final[dict[str, Callable[[], None]]] = {"crash": _crash, "slow": _dawdle, "fat": _hoard}


def _peak_mib() -> float:
    """Return the most memory that this process held; the figure of getrusage has its parent's in it."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(one for one in status.read_text("ascii", "replace").splitlines() if one.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
