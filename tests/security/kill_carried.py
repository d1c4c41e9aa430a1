"""The kill campaign for payments that a person carries to the bank, by file or by typing them.

Every place that a story passes is a point: each is killed at, before and after, with a hand that carries what it can
see at once or only when the program says so. The hand is forgetful: it takes a file away and hands it over, so that a
file which appeared twice would be paid twice. The bank doesn't refuse duplicates, and its journal says what it did.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.adapters.banks.files.connection import FileRules, files_bank
from countersign.adapters.banks.manual.connection import manual_bank
from countersign.adapters.carrying.connection import CarriedBank
from countersign.adapters.practice.world import PracticeBank, open_practice_bank
from countersign.adapters.rails.pack_file import RailsFile
from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.adapters.system.failpoint_trigger import VARIABLE, KillAt
from countersign.application import failpoints
from countersign.application.flows.progress import Progress
from countersign.application.flows.script import Script, on_network, on_vault, run_script
from countersign.application.flows.submission import Phase, Submission
from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.bank import Bank, Initiation, Reach
from countersign.application.ports.practice import AppWish
from countersign.application.ports.vault_door import NewVault
from countersign.application.session import Session
from countersign.application.use_cases import record_submission as record
from countersign.application.use_cases.add_account import NewAccount, add_account
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.assess_transfer import assess_transfer
from countersign.application.use_cases.freeze_order import PaidFrom, freeze_order
from countersign.application.use_cases.import_bank_file import import_bank_file
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.domain.canonical import JsonObject
from countersign.domain.errors import ConnectorError, CountersignError, FailureKind
from countersign.domain.ledger import kinds
from countersign.domain.ledger.governance import World
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import last_digits
from countersign.domain.order_state import OrderState
from countersign.domain.payee import DetailsSource, NameCheck, PayeeDetails, PayeeKind, VopOutcome
from countersign.domain.payment import AccountScheme, PaymentFields
from countersign.testing.fakes import ZONE, InlineTasks
from tests.security.kill_judge import Verdict
from tests.security.kill_world import BANK_OPTIONS, PASSPHRASE, door_of

AMOUNT: Final = Money(4_321_09, "EUR")
VISITS: Final = 4
ROUNDS: Final = 8
_WORKER_SECONDS: Final = 60
_END_SECONDS: Final = 20.0
_NOTHING_HAPPENED = frozenset({OrderState.REJECTED, OrderState.CANCELLED, OrderState.ABANDONED, OrderState.STOPPED})


class Hand(StrEnum):
    """When the person carries what they see."""

    QUICK = "quick"  # at once, also while the program is dead
    SLOW = "slow"  # only when the program shows that it waits


@dataclass(frozen=True, slots=True)
class CarriedCell:
    """One kill: at the ``nth`` passage of ``place``."""

    reach: Reach
    place: str
    nth: int
    hand: Hand
    planted: str = ""

    @property
    def name(self) -> str:
        """Name the cell in reports."""
        told = f"carried.{self.reach}.{self.place}.{self.nth}.{self.hand}"
        return f"{told}.{self.planted}" if self.planted else told


@dataclass(slots=True)
class ShowsBeforeIntent(Submission):
    """Lays the payment out, and writes down afterwards that it meant to."""

    def _begin(self, *, opens: bool = True) -> Script[Progress]:
        assert opens  # one order alone
        profile = yield from on_network(self.bank.profile)
        known = yield from self._order()
        request_id = self.new_request_id()
        initiation = yield from on_network(lambda: self.bank.initiate(known.content.payment, request_id))
        yield from on_vault(partial(record.record_intent, self.vault, self.order, self.bank_id, profile, request_id))
        yield from on_vault(lambda: record.record_initiation(self.vault, self.order, initiation))
        return (yield from self._reconcile())


def forget_the_notes() -> None:
    """Know of nothing that was laid out, in this process."""

    def initiate(bank: CarriedBank, payment: PaymentFields, _request_id: str) -> Initiation:
        bank._prepare(payment)  # noqa: SLF001 - a defect
        return bank._shown(payment)  # noqa: SLF001

    def recall(_bank: CarriedBank, _name: str, _product: object, _payment: PaymentFields) -> Initiation:
        raise ConnectorError(FailureKind.RETRYABLE, "bank.nothing_handed_over")

    setattr(CarriedBank, "initiate", initiate)  # noqa: B010 - mypy forbids the plain assignment, and rightly so
    setattr(CarriedBank, "recall_initiation", recall)  # noqa: B010


_DEFECTS: Final[dict[str, tuple[Callable[..., Submission], Callable[[], None]]]] = {
    "": (Submission, lambda: None),
    "shows_before_intent": (ShowsBeforeIntent, lambda: None),
    "forgets_what_it_showed": (Submission, forget_the_notes),
}


def make_carried_template(home: Path, reach: Reach) -> None:
    """Make a vault whose owner has approved one order from an account that is reached by hand."""
    home.mkdir(parents=True)
    clock, entropy = SystemClock(), SystemEntropy()
    practice = open_practice_bank(home / "world", clock, entropy, options=BANK_OPTIONS)
    try:
        practice.control.set_outcomes({"refuse_duplicate_files": False})
        door = door_of(home)
        vault = door.create(NewVault("Mei Hartmann", World.PRACTICE, PASSPHRASE, door.new_kit()))
        accounts = _rows(practice.world()["accounts"])
        own = next(str(one["iban"]) for one in accounts if one["currency"] == AMOUNT.currency)
        settings: JsonObject = {"folder": str(home / "out"), "version": "pain.001.001.09", "usage": "sepa_epc"}
        new = NewAccount(own, AccountScheme.IBAN, "", "", "Own account", "EUR", reach, "Alder", settings)
        connection, kept = add_account(vault, entropy, new)
        bank = _connect(home, connection, kept)
        known = _rows(practice.world()["payees"])
        letters = ((str(row["name"]), str(row["iban"])) for row in known)
        payee, account = next(pair for pair in letters if pair[0].replace(" ", "").isalpha() and pair[0].isascii())
        details = PayeeDetails(payee, account, "", PayeeKind.COMPANY, DetailsSource.CONTRACT)
        check = NameCheck(VopOutcome.NOT_DONE, payee, account, "", clock.now_ms(), "")
        identifier, version = keep_payee(vault, entropy, details, "", check)
        draft = TransferDraft("aa" * 16, payee=identifier, name=payee, account=account, check=check, call_back=True)
        draft = replace(draft, source=DetailsSource.CONTRACT, amount=AMOUNT, debtor_account=own)
        assessed = assess_transfer(door.projections(), draft, clock.now_ms(), ZONE, "Mei Hartmann")
        paid_from = PaidFrom(door.projections().accounts()[0], bank)
        content = freeze_order(vault, entropy, draft, version, assessed, paid_from).content
        approve_order(vault, content.order, content.payment, content.digest, last_digits(account))
        (home / "order.json").write_bytes(orjson.dumps({"order": content.order, "own": own}))
        door.lock()
    finally:
        practice.close_and_wait(_END_SECONDS)


def _connect(home: Path, name: str, settings: JsonObject) -> Bank:
    key, notes = bytes.fromhex(str(settings["key"])), home / "notes" / name
    if settings["reach"] == Reach.MANUAL.value:
        return manual_bank("Alder", "", notes, key, practice=True)
    here = {**settings, "folder": str(home / "out")}  # a cell is a copy of the template
    return files_bank("Alder", "", FileRules.read(here), notes, key, SystemClock(), practice=True)


class Hands:
    """The person outside the program. They remember what they typed; a file they take away, and forget."""

    def __init__(self, home: Path, bank: PracticeBank) -> None:
        self._home, self._bank = home, bank

    def carry_files(self) -> bool:
        """Take away and hand over whatever lies in the folder."""
        carried = False
        for path in sorted((self._home / "out").glob("*.xml")):
            content = path.read_bytes()
            path.unlink()
            uploaded = self._bank.upload(content)
            self._bank.release(uploaded.upload)
            carried = True
        return carried

    def type_in(self, payment: PaymentFields) -> None:
        """Type the payment into the bank's app, once."""
        typed = self._home / "typed"
        if typed.exists():
            return
        amount = payment.instructed_amount
        wish = AppWish(
            debtor_account=payment.debtor_account,
            creditor_name=payment.creditor_name,
            creditor_account=payment.creditor_account,
            amount=amount.plain(),
            currency=amount.currency,
            remittance=payment.remittance,
        )
        self._bank.confirm_in_app(self._bank.prepare_in_app(wish).payment)
        typed.touch()

    def statement(self, account: str) -> Path:
        """Let the bank settle, and fetch the account's statement."""
        self._bank.control.set_clock({"advance_ms": 5_000})
        today = datetime.fromtimestamp(SystemClock().now_ms() / 1000, tz=UTC).date()
        found = self._bank.statement(account, "camt.053.001.08", today - timedelta(days=3), today + timedelta(days=1))
        path = self._home / "statement.xml"
        path.write_bytes(found)
        return path


class Owner:
    """Somebody at the unlocked program, without windows."""

    def __init__(self, home: Path, submission: Callable[..., Submission]) -> None:
        self.home = home
        facts = orjson.loads((home / "order.json").read_bytes())
        self.order, self.own = facts["order"], facts["own"]
        self.door = door_of(home)
        self.vault = self.door.unlock(PASSPHRASE)
        self.session = Session(
            vault=self.vault,
            reader=self.door.projections(),
            tasks=InlineTasks(),
            clock=SystemClock(),
            entropy=SystemEntropy(),
            zone=ZONE,
            new_request_id=lambda: str(uuid.uuid4()),
            connector=lambda name, settings: _connect(home, name, settings),
            files=LocalBankFiles(),
            rails=RailsFile(),
        )
        for name, settings in self.session.connections().items():
            self.session.attach(name, settings)
            self.session.accounts[self.own, ""] = name
        self.submission = submission(
            order=self.order,
            find_bank=self.session.bank_of,
            vault=self.vault,
            tasks=self.session.tasks,
            new_request_id=self.session.new_request_id,
            read=self.session.read_order,
            changed=lambda _: None,
        )

    @property
    def phase(self) -> Phase:
        """What the program shows."""
        return self.submission.progress.phase

    def record(self) -> OrderRecord:
        """Read the order."""
        return self.session.read_order(self.order)

    def carry(self, hands: Hands, reach: Reach) -> None:
        """Do what the page asks for."""
        if reach is Reach.FILES:
            hands.carry_files()
        else:
            hands.type_in(self.record().content.payment)

    def bring(self, hands: Hands) -> None:
        """Bring the newest statement in, and look again."""

        def failed(error: Exception) -> None:
            raise error

        script = import_bank_file(self.session, hands.statement(self.own), None, lambda: False)
        run_script(self.session.tasks, script, lambda _report: None, failed)
        self.submission.reconcile()


def tell(owner: Owner, hands: Hands, reach: Reach) -> None:
    """Play the story to its end."""
    owner.submission.begin()
    owner.carry(hands, reach)
    owner.submission.handed_over("ALD-1")
    owner.submission.prove("page.png", b"a picture of the bank's page")
    owner.bring(hands)


def come_back(owner: Owner, hands: Hands, reach: Reach, looks: list[tuple[str, str, str]]) -> None:
    """Look, and go on as a person would."""
    owner.submission.resume()
    _look(owner, looks)
    for _ in range(ROUNDS):
        if owner.phase is Phase.ENDED:
            return
        if owner.phase in {Phase.IDLE, Phase.NOT_SENT}:
            owner.submission.begin()
        elif owner.phase is Phase.CARRYING and owner.record().carried_by_hand:
            owner.carry(hands, reach)
            owner.submission.handed_over("")
        else:
            owner.bring(hands)
        _look(owner, looks)


def _look(owner: Owner, looks: list[tuple[str, str, str]]) -> None:
    looks.append((owner.phase.value, owner.record().state.value, owner.submission.progress.error))


def places_passed(template: Path, scratch: Path, reach: Reach) -> tuple[tuple[str, int], ...]:
    """Play the story uncut, and list every place that it passes, with the number of the passage."""
    home = scratch / f"rehearsal.{reach}"
    shutil.copytree(template, home)
    with _bank(home) as bank:
        ended = _in_worker(home, lambda: _story(home, bank, CarriedCell(reach, "", 0, Hand.SLOW), None))
    if ended != 0:
        raise RuntimeError((home / "failed").read_text("utf-8"))
    seen: dict[str, int] = {}
    found = []
    for place in (home / "trace").read_text("ascii").split():
        seen[place] = seen.get(place, 0) + 1
        found.append((place, seen[place]))
    return tuple(found)


class _bank:  # noqa: N801 - used as a function
    """A cell's bank, in a process of its own."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def __enter__(self) -> PracticeBank:
        self._open = open_practice_bank(self._home / "world", SystemClock(), SystemEntropy(), options=BANK_OPTIONS)
        return self._open

    def __exit__(self, *_: object) -> None:
        self._open.close_and_wait(_END_SECONDS)


def _story(home: Path, bank: PracticeBank, cell: CarriedCell, order: Path | None) -> None:
    submission, plant = _DEFECTS[cell.planted]
    plant()
    owner = Owner(home, submission)
    trace = os.open(home / "trace", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    kill = KillAt(order) if order else None

    def passed(name: str) -> None:
        os.write(trace, f"{name}\n".encode())
        if kill is not None:
            kill(name)

    failpoints.arm(passed)
    tell(owner, Hands(home, bank), cell.reach)
    failpoints.arm(None)
    owner.door.lock()


def run_cell(template: Path, scratch: Path, cell: CarriedCell) -> Verdict:
    """Kill once, come back until the order is at its end, and judge by the bank's journal."""
    started = time.monotonic()
    home = scratch / cell.name
    shutil.copytree(template, home)
    verdict = Verdict(cell.name)
    os.environ.pop(VARIABLE, None)
    try:
        with _bank(home) as bank:
            _play(home, bank, cell, verdict)
    except (CountersignError, OSError, LookupError) as error:
        verdict.failed = f"{type(error).__name__}: {error}"
    verdict.seconds = round(time.monotonic() - started, 2)
    if not verdict.red:
        shutil.rmtree(home)
    return verdict


def _play(home: Path, bank: PracticeBank, cell: CarriedCell, verdict: Verdict) -> None:
    order = home / "failpoint"
    order.write_text(f"{cell.place} {cell.nth}", "ascii")
    ended = _in_worker(home, lambda: _story(home, bank, cell, order))
    verdict.fired = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
    verdict.order_broken = not shown_after_anchor((home / "trace").read_text("ascii").split())
    verdict.failed = "" if verdict.fired else _failure(home)
    hands = Hands(home, bank)
    if cell.hand is Hand.QUICK and cell.reach is Reach.FILES:
        hands.carry_files()
    told: dict[str, Any] = {}
    gone = 0
    for number in range(VISITS):
        path = home / f"visit-{number}.json"
        if _in_worker(home, lambda path=path: _visit(home, bank, cell, path)) != 0:  # type: ignore[misc]
            verdict.failed = _failure(home)
            return
        told = orjson.loads(path.read_bytes())
        gone = _executed(bank)
        verdict.looks.extend((phase, state, error) for phase, state, error in told["looks"])
        verdict.silent_unknown |= told["state"] == OrderState.SETTLED.value and gone != 1
        if told["final"]:
            break
    verdict.state, verdict.executions = told["state"], gone
    verdict.duplicates |= gone > 1
    verdict.lost |= gone > 0 and (OrderState(told["state"]) in _NOTHING_HAPPENED or not told["intents"])
    verdict.lost |= not told["may_sign"]
    verdict.unresolved |= not told["final"]
    verdict.damaged |= bool(told["faults"]) or not told["equal"]


def _visit(home: Path, bank: PracticeBank, cell: CarriedCell, path: Path) -> None:
    submission, plant = _DEFECTS[cell.planted]
    plant()
    owner = Owner(home, submission)
    looks: list[tuple[str, str, str]] = []
    come_back(owner, Hands(home, bank), cell.reach, looks)
    events = owner.vault.events_of(owner.order)
    report = owner.door.verify(lambda _done, _total: True)
    told = {
        "looks": looks,
        "state": owner.record().state.value,
        "final": owner.record().final,
        "intents": sum(1 for event in events if event.kind == kinds.ORDER_SUBMISSION_INTENDED),
        "may_sign": owner.vault.may_sign,
        "faults": list(report.faults),
        "equal": report.projections_equal,
    }
    path.write_bytes(orjson.dumps(told))
    owner.door.lock()


def _executed(bank: PracticeBank) -> int:
    return sum(1 for line in bank.control.journal() if line["amount_minor"] == AMOUNT.minor)


def shown_after_anchor(trace: Sequence[str]) -> bool:
    """Tell whether nothing could be seen before the intent was committed and anchored (LEDGER 16)."""
    anchored = False
    for name in trace:
        anchored = anchored or name == "vault.anchor.after"
        if name in {"carried.note.before", "files.show.before"} and not anchored:
            return False
    return True


def _in_worker(home: Path, work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        signal.alarm(_WORKER_SECONDS)
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - nothing may come back from here
            (home / "failed").write_text(f"{type(error).__name__}: {error}", "utf-8")
            os._exit(70)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def _failure(home: Path) -> str:
    told = home / "failed"
    return told.read_text("utf-8") if told.exists() else "the worker ended in another way"


def _rows(found: object) -> list[dict[str, object]]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


PLANTED: Final = {
    "shows_before_intent": (
        CarriedCell(Reach.FILES, "files.show.after", 1, Hand.QUICK, "shows_before_intent"),
        CarriedCell(Reach.MANUAL, "carried.note.after", 1, Hand.SLOW, "shows_before_intent"),
    ),
    "forgets_what_it_showed": (CarriedCell(Reach.FILES, "files.show.after", 1, Hand.QUICK, "forgets_what_it_showed"),),
}


def run_carried(scratch: Path, sample: int, lanes: int) -> tuple[list[Verdict], dict[str, bool]]:
    """Run all cells, or so many of them, and the planted ones.

    Returns:
        The verdicts of the cells, and which planted defects turned one red.
    """
    templates = {reach: scratch / f"template.{reach}" for reach in (Reach.FILES, Reach.MANUAL)}
    cells = []
    for reach, template in templates.items():
        make_carried_template(template, reach)
        hands = tuple(Hand) if reach is Reach.FILES else (Hand.SLOW,)
        passed = places_passed(template, scratch, reach)
        cells += [CarriedCell(reach, place, nth, hand) for place, nth in passed for hand in hands]
    chosen = cells if not sample else cells[:: max(1, len(cells) // sample)][:sample]
    planted = [cell for group in PLANTED.values() for cell in group]
    with ProcessPoolExecutor(lanes) as pool:
        runs = [pool.submit(run_cell, templates[cell.reach], scratch, cell) for cell in (*planted, *chosen)]
        verdicts = {verdict.cell: verdict for verdict in (run.result() for run in runs)}
    caught = {name: any(verdicts[cell.name].red for cell in group) for name, group in PLANTED.items()}
    return [verdicts[cell.name] for cell in chosen], caught
