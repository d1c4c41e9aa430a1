"""What happens inside a worker process: a person pays, is cut off, and comes back to see what became of it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.adapters.banks.xs2a.credentials import Credentials
from countersign.adapters.practice.control import PracticeControl
from countersign.adapters.rails.pack_file import RailsFile
from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.adapters.system.failpoint_trigger import VARIABLE, KillAt
from countersign.adapters.transport.exchange import Limits
from countersign.adapters.vault.door import FileVaultDoor
from countersign.application import failpoints
from countersign.application.flows.submission import Phase, Submission
from countersign.application.ports.bank import Bank
from countersign.application.ports.vault import LocalSpace, Vault
from countersign.application.session import Session
from countersign.domain.canonical import Json, JsonObject
from countersign.domain.errors import ConnectorError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from countersign.testing.fakes import ZONE, InlineTasks
from tests.security.kill_points import IN_APP, Cell, Story
from tests.security.kill_world import PASSPHRASE, door_of, order_of

QUICK: Final = Limits(connect_ms=2_000, read_ms=800, total_ms=2_500)
ROUNDS: Final = 16
_WRONG_CODE = "000000"


@dataclass(slots=True)
class Visit:
    """What one process of the person saw.

    Attributes:
        found: Where the ledger had the order before anybody asked.
        looks: Phase, state and error, each time the person looked; the first is what the restart showed.
    """

    may_sign: bool = False
    found: str = ""
    looks: list[tuple[str, str, str]] = field(default_factory=list)
    final: bool = False
    intents: int = 0
    faults: tuple[str, ...] = ()
    projections_equal: bool = False

    def write(self, path: Path) -> None:
        """Keep it for the judge."""
        path.write_bytes(orjson.dumps(self))

    @classmethod
    def read(cls, path: Path) -> Visit:
        """Read what ``write`` wrote."""
        told = orjson.loads(path.read_bytes())
        looks = [(phase, state, error) for phase, state, error in told.pop("looks")]
        return cls(looks=looks, **told)


def _no_connector(_name: str, _settings: JsonObject) -> Bank:
    raise LookupError("nothing is carried in this campaign")


class Person:
    """Somebody at the unlocked program, without windows: every step is a call of the flow that windows use."""

    def __init__(self, home: Path, submission: Callable[..., Submission] = Submission) -> None:
        self.home = home
        self.order, _ = order_of(home)
        self.door: FileVaultDoor = door_of(home)
        self.vault: Vault = self.door.unlock(PASSPHRASE)
        served = orjson.loads((home / "world" / "bank.json").read_bytes())
        token = served["control_token"] or ""
        self.control = PracticeControl(served["control_url"], SecretText(token), SystemClock())
        self.bank = self._connect(served["api_url"])
        self.session = Session(
            vault=self.vault,
            reader=self.door.projections(),
            tasks=InlineTasks(),
            clock=SystemClock(),
            entropy=SystemEntropy(),
            zone=ZONE,
            new_request_id=lambda: str(uuid.uuid4()),
            connector=_no_connector,
            files=LocalBankFiles(),
            rails=RailsFile(),
            banks={"practice": self.bank},
        )
        self.submission = submission(
            order=self.order,
            find_bank=lambda _record: ("practice", self.bank),
            vault=self.vault,
            tasks=self.session.tasks,
            new_request_id=self.session.new_request_id,
            read=self.session.read_order,
            changed=lambda _: None,
        )

    def _connect(self, api_url: str) -> Xs2aBank:
        kept = next(iter(self.vault.local(LocalSpace.CREDENTIAL).values()))["credential"]
        credential: dict[str, Json] = {**kept, "api_url": api_url} if isinstance(kept, dict) else {}
        return Xs2aBank(Credentials.from_canonical(credential), SystemClock(), SystemEntropy(), QUICK)

    # — one act each —

    @property
    def phase(self) -> Phase:
        """What the program shows."""
        return self.submission.progress.phase

    def record(self) -> OrderRecord:
        """Read the order."""
        return self.session.read_order(self.order)

    def authorise(self) -> None:
        """Say who is there, and choose the phone."""
        if self.phase is Phase.PASSWORD:
            password = self.control.call("GET", "/psu")["practice_password"]
            self.submission.authenticate(SecretText(str(password)))
        if self.phase is Phase.METHOD:
            by_phone = next(one.method for one in self.submission.progress.methods if one.kind == "SMS_OTP")
            self.submission.choose(by_phone)

    def answer(self, code: str = "") -> None:
        """Type a code: the newest on the practice phone, or the one given."""
        messages = self.control.call("GET", "/phone/messages?after=0")["messages"]
        newest = messages[-1]["code"] if isinstance(messages, list) else ""
        record = self.record()
        self.submission.answer(SecretText(code or str(newest)), record.content.payment, record.digest)

    def decide_in_app(self) -> None:
        """Say yes to whatever the bank's own app asks, as somebody would who has forgotten where it came from."""
        asked = self.control.call("GET", "/phone/approvals")["approvals"]
        for one in asked if isinstance(asked, list) else ():
            self.control.call("POST", f"/phone/approvals/{one['authorisation_id']}", {"decision": "approve"})

    def ask(self, story: Story) -> None:
        """Ask what became of it, once whatever the bank's own app asks is decided."""
        if story in IN_APP:
            self.decide_in_app()
        self.submission.reconcile()

    def let_it_settle(self) -> None:
        """Let the bank's clock run on, and ask."""
        self.control.set_clock({"advance_ms": 5_000})
        self.submission.reconcile()


def tell(person: Person, story: Story) -> None:
    """Play a story to its end."""
    person.submission.begin()
    if story in IN_APP:
        person.decide_in_app()
        person.submission.look()
        person.let_it_settle()
        return
    person.authorise()
    if story is Story.PAY:
        person.answer(_WRONG_CODE)
    person.answer()
    if story is Story.CANCEL:
        person.submission.cancel()
        person.authorise()
        person.answer()
    else:
        person.let_it_settle()


@contextmanager
def traced(home: Path) -> Iterator[None]:
    """Write down every passage of a named place as it happens, and be killed at the armed one, if one is."""
    trace = os.open(home / "trace", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    armed = os.environ.get(VARIABLE)
    kill = KillAt(Path(armed)) if armed else None

    def passed(name: str) -> None:
        os.write(trace, f"{name}\n".encode())
        if kill is not None:
            kill(name)

    failpoints.arm(passed)
    yield
    failpoints.arm(None)
    os.close(trace)


def be_cut_off(home: Path, story: Story, submission: Callable[..., Submission] = Submission) -> None:
    """Play a story until the armed place is passed, if one is. Every passage is written down as it happens."""
    person = Person(home, submission)
    with traced(home):
        tell(person, story)
    visit = Visit(person.vault.may_sign)
    _look(person, visit)
    visit.write(home / "told.json")
    person.door.lock()


def come_back(home: Path, cell: Cell, visit_path: Path, first: Callable[[Person], None]) -> None:
    """Start anew, look, and go on as a person would, as long as the bank can be reached.

    Args:
        home: The cell's folder.
        cell: What was done to it.
        visit_path: Where to tell what was seen.
        first: Done before anything else: nothing, but for planted defects.
    """
    person = Person(home)
    visit = Visit(person.vault.may_sign, person.record().state.value)
    first(person)
    person.submission.resume()
    _look(person, visit)
    visit.write(visit_path)
    if person.phase is Phase.ENDED:
        glance_at_the_bank(person)
    for _ in range(ROUNDS):
        if person.phase is Phase.ENDED or not _goes_on(person, cell):
            break
        _look(person, visit)
    if cell.point.story is Story.APP_ASKS:
        with suppress(ConnectorError):  # also where the order was given up: the app knows nothing of that
            person.decide_in_app()
    visit.final = person.record().final
    events = person.vault.events_of(person.order)
    visit.intents = sum(1 for event in events if event.kind == kinds.ORDER_SUBMISSION_INTENDED)
    report = person.door.verify(lambda _done, _total: True)
    visit.faults, visit.projections_equal = report.faults, report.projections_equal
    visit.write(visit_path)
    person.door.lock()


def _look(person: Person, visit: Visit) -> None:
    progress = person.submission.progress
    visit.looks.append((progress.phase.value, person.record().state.value, progress.error))


def glance_at_the_bank(person: Person) -> None:
    """Ask something that changes nothing, as the program does when it opens."""
    try:
        person.bank.profile()
    except ConnectorError:
        return


def _goes_on(person: Person, cell: Cell) -> bool:
    """Do what the page offers; false where the bank can't be reached."""
    try:
        _act(person, cell)
    except ConnectorError:  # the phone or the password: the practice bank's own door
        return False
    unreachable = {"bank.unreachable", "bank.disconnected"}
    return person.submission.progress.error not in unreachable


def _act(person: Person, cell: Cell) -> None:
    record = person.record()
    match person.phase:
        case Phase.IDLE | Phase.NOT_SENT:
            person.submission.begin()
        case Phase.CONTINUE if cell.gives_up and record.abandonable:
            person.submission.abandon("given_up")
        case Phase.CONTINUE:
            person.submission.go_on()
        case Phase.PASSWORD | Phase.METHOD:
            person.authorise()
        case Phase.CODE:
            person.answer()
        case Phase.ACCEPTED if cell.point.story is Story.CANCEL:
            person.submission.cancel()
        case Phase.ACCEPTED:
            person.let_it_settle()
        case Phase.UNKNOWN if record.state is OrderState.CANCELLING:
            person.submission.reconcile()
            if person.phase is Phase.UNKNOWN:
                person.submission.cancel()
        case _:
            person.ask(cell.point.story)
