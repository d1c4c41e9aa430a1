"""Changes a vault byte by byte and looks for silence (LEDGER rules 16 to 18).

Whoever changes files without a key must be noticed: every byte of header, slots, anchor, device secret and WAL, 64
places of every database page, every length to which small files can be cut, 64 lengths of each page and frame of the
large ones. Beside that, forgeries by somebody who holds the database key and not the signing key. Every case is
unlocked, verified event by event, and its projections are rebuilt and compared.

Run ``python -m tests.security.tamper_campaign [--vault DIR --keyring DIR --passphrase TEXT]``. Without arguments the
tour's vault is taken where there is one, else one with a whole transfer is made.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from countersign.application.ports.vault import LocalSpace
from countersign.domain.secret import SecretText
from countersign.testing.fakes import START_MS
from tests.integration.vault.story import PASSPHRASE, Place, Story, entry
from tests.security.tamper_cases import (
    DEFECTS,
    FORGERIES,
    PAGE,
    PLACES_PER_PAGE,
    STRIDE,
    Case,
    Profile,
    Scratch,
    Verdict,
    cases_of,
    door_of,
    forged,
    unnoticed_pages,
)

REPORT = Path("build/reports/tamper.json")
_TOUR = Path("build/tour")
_SAMPLE_FOR_DEFECTS = 24  # cases of each kind that a planted defect is tried on


@dataclass
class _Worker:
    """What each process keeps between cases."""

    scratch: Scratch
    original: str


_state: dict[str, _Worker] = {}


def _begin_worker(home: str, profile: Profile, defect: str) -> None:
    folder = Path(home) / f"worker-{os.getpid()}"
    scratch = Scratch(folder, profile)
    scratch.put_up({})
    original = scratch.digest()
    DEFECTS[defect]().__enter__()  # stays for the life of this process
    _state["worker"] = _Worker(scratch, original)


def _try(work: tuple[Case, bytes]) -> tuple[Case, Verdict]:
    case, content = work
    worker = _state["worker"]
    worker.scratch.put_up({case.file: case.apply(content)})
    return case, worker.scratch.judge(worker.original)


def _run(home: Path, profile: Profile, cases: Sequence[Case], workers: int, defect: str = "none") -> Counter[Verdict]:
    found: Counter[Verdict] = Counter()
    context = multiprocessing.get_context("fork")
    with context.Pool(workers, _begin_worker, (str(home), profile, defect)) as pool:
        work = ((case, profile.files[case.file]) for case in cases)
        for case, verdict in pool.imap_unordered(_try, work, chunksize=32):
            found[verdict] += 1
            if verdict in {Verdict.SILENT, Verdict.UNCLEAN} and defect == "none":
                print(f"  {verdict.value}: {case}")
        pool.close()
        pool.join()
    return found


def try_forgeries(home: Path, profile: Profile, defect: str = "none") -> Counter[str]:
    """Try every forgery; counts verdicts, and those that change nothing in this vault as ``absent``."""
    found: Counter[str] = Counter()
    scratch = Scratch(home / "forgeries", profile)
    scratch.put_up({})
    original = scratch.digest()
    for name, statement in FORGERIES.items():
        content = forged(home, profile, statement)
        if content is None:
            found["absent"] += 1
            continue
        changed = {"vault/vault.db": content, "vault/vault.db-wal": b"", "vault/vault.db-shm": b""}
        with DEFECTS[defect]():
            scratch.put_up(changed)
            verdict = scratch.judge(original)
        found[verdict.value] += 1
        if verdict is not Verdict.REFUSED and defect == "none":
            print(f"  {verdict.value}: forgery {name}")
    return found


def profile_at_rest(vault: Path, keyring: Path, passphrase: str, home: Path) -> Profile:
    """Copy a vault, commit a little more, and take its files as a crash would leave them.

    What was there is first moved out of the WAL, so that every byte of what is left in it can be tried.
    """
    for name, source in (("vault", vault), ("keyring", keyring)):
        shutil.copytree(source, home / name)
    door = door_of(home)
    door.unlock(SecretText(passphrase))
    door.lock()  # closing moves everything into the database
    opened = door.unlock(SecretText(passphrase))
    try:
        files = {
            f"{folder}/{file.name}": file.read_bytes()
            for folder in ("vault", "keyring")
            for file in sorted((home / folder).iterdir())
            if file.name not in {"vault.lock", "vault.attempts"} and ".left-" not in file.name
        }
        session = door._session  # noqa: SLF001 - the key, for forging as its holder might
        key = bytes(session._keys.database) if session else b""  # noqa: SLF001
    finally:
        door.lock()
        shutil.rmtree(home)
    return Profile(files, passphrase, opened.identity.vault, key)


def own_vault(home: Path) -> tuple[Path, Path, str]:
    """Make a vault that holds a whole transfer: its folder, the stand-in for its keyring, its passphrase."""
    place = Place(home)
    door = place.door()
    vault = place.create(door)
    story = Story(vault, place.entropy)
    content = story.approved()
    story.intent(content)
    story.settled(content)
    story.approved("CS0002")
    story.statement([entry(f"e{number}", -100 - number, START_MS + number) for number in range(20)])
    with vault.transaction() as transaction:
        transaction.put(LocalSpace.DRAFT, "draft", {"step": "review"})
    door.lock()
    return place.folder, home / "keyring", PASSPHRASE


def _tour_vault() -> tuple[Path, Path, str] | None:
    """Find the vault that the tour left, the stand-in for its keyring, and its passphrase, kept for this."""
    headers = sorted(_TOUR.rglob("vault.header"))
    anchors = sorted(_TOUR.rglob("*.anchor"))
    passphrases = sorted(_TOUR.rglob("passphrase.txt"))
    if not (headers and anchors and passphrases):
        return None
    return headers[0].parent, anchors[0].parent, passphrases[0].read_text("utf-8").strip()


def _planted(home: Path, profile: Profile, cases: Sequence[Case], workers: int) -> dict[str, bool]:
    """Try every planted defect on a sample; each must turn the campaign red."""
    sample = []
    for kind in sorted({(case.file, case.act) for case in cases}):
        of_kind = [case for case in cases if (case.file, case.act) == kind]
        sample += of_kind[:: max(1, len(of_kind) // _SAMPLE_FOR_DEFECTS)]
    caught = {}
    for defect in DEFECTS:
        if defect == "none":
            continue
        silent = _run(home, profile, sample, workers, defect)[Verdict.SILENT]
        silent += try_forgeries(home, profile, defect)[Verdict.SILENT.value]
        caught[defect] = silent > 0
        print(f"planted {defect}: {silent} silent")
    return caught


def _pages(home: Path, profile: Profile) -> tuple[int, int]:
    tried = missed = 0
    for offset in range(0, PAGE, STRIDE):
        changed, unnoticed = unnoticed_pages(home, profile, offset + offset // STRIDE % STRIDE)
        tried, missed = tried + changed, missed + unnoticed
    return tried, missed


def campaign(vault: Path, keyring: Path, passphrase: str, source: str, workers: int) -> dict[str, object]:
    """Run everything, and return the report."""
    started = time.monotonic()
    memory = Path("/dev/shm")  # noqa: S108 - copies are put up some ten thousand times
    home = Path(tempfile.mkdtemp(prefix="tamper-", dir=memory if memory.is_dir() else None))
    try:
        profile = profile_at_rest(vault, keyring, passphrase, home / "copy")
        cases = list(cases_of(profile))
        print(f"{source}: {len(cases)} cases, database {len(profile.files['vault/vault.db']) // PAGE} pages")
        found = _run(home, profile, cases, workers)
        pages, missed = _pages(home, profile)
        forgeries = try_forgeries(home, profile)
        planted = _planted(home, profile, cases, workers)
    finally:
        shutil.rmtree(home)
    by_kind = Counter(f"{Path(case.file).suffix or case.file}:{case.act}" for case in cases)
    tried = sum(forgeries.values()) - forgeries["absent"]
    return {
        "source": source,
        "cases": len(cases) + pages + tried,
        "refused": found[Verdict.REFUSED] + pages - missed + forgeries[Verdict.REFUSED.value],
        "identical": found[Verdict.IDENTICAL] + forgeries[Verdict.IDENTICAL.value],
        "silent": found[Verdict.SILENT] + missed + forgeries[Verdict.SILENT.value],
        "unclean": found[Verdict.UNCLEAN] + forgeries[Verdict.UNCLEAN.value],
        "planted": len(planted),
        "planted_caught": sum(planted.values()),
        "by_kind": {**dict(sorted(by_kind.items())), "page flips": pages, "forgeries": tried},
        "places_per_page": PLACES_PER_PAGE,
        "sizes": {
            name.replace(profile.vault, "VAULT"): len(content) for name, content in sorted(profile.files.items())
        },
        "seconds": round(time.monotonic() - started),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Run the campaign; returns 0 where nothing was silent and every planted defect was caught."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--vault", type=Path, help="the folder with vault.header")
    parser.add_argument("--keyring", type=Path, help="the folder that stands in for its keyring")
    parser.add_argument("--passphrase", default="")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--report", type=Path, default=REPORT)
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        if given.vault:
            chosen, source = (given.vault, given.keyring, given.passphrase), str(given.vault)
        else:
            toured = _tour_vault()
            chosen, source = toured or own_vault(Path(folder)), "tour" if toured else "a whole transfer, made for this"
        report = campaign(*chosen, source, given.workers)
    given.report.parent.mkdir(parents=True, exist_ok=True)
    given.report.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    print(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode())
    good = report["silent"] == report["unclean"] == 0 and report["planted_caught"] == report["planted"]
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
