"""The kill campaign for payments that one code signs together: handing the last of them in, tying, and the code.

The stories, places and troubles are those of ``kill_points``; the person looks at each order and at all together.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import orjson

from countersign.adapters.system.failpoint_trigger import VARIABLE
from countersign.application.flows.basket_run import Shown
from countersign.application.flows.basket_submission import BasketSubmission
from countersign.application.flows.progress import Phase, Progress
from countersign.application.flows.script import Script, on_network
from countersign.application.session import Listener, together_name
from countersign.domain.batch_digest import batch_digest
from countersign.domain.errors import ConnectorError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from tests.security.kill_judge import Books, Verdict, judge_end, judge_found, judge_look, order_kept
from tests.security.kill_lane import (
    VISITS,
    Bank,
    failure_of,
    has_fired,
    in_worker,
    own_ports,
    rehearse_story,
    tried,
    wait_out,
)
from tests.security.kill_person import Person, Visit, glance_at_the_bank, traced
from tests.security.kill_points import Behaviour, Cell, Moment, Story, points_of, spread
from tests.security.kill_world import make_template, orders_of

STORIES: Final = (Story.TOGETHER, Story.TOGETHER_LOST, Story.TOGETHER_APP)
ROUNDS: Final = 16
_COUNT: Final = 2
_LANDING_SECONDS: Final = 3.0
_HELD: Final = frozenset({OrderState.INITIATED, OrderState.AUTHORISING})
_UNKNOWN: Final = frozenset({OrderState.ANSWERING, OrderState.UNKNOWN})
_UNREACHABLE: Final = frozenset({"bank.unreachable", "bank.disconnected"})


@dataclass(slots=True, kw_only=True)
class CodeBeforeIntent(BasketSubmission):
    """Sends the code for all of them, and writes down afterwards that it meant to."""

    def _answer(self, code: SecretText, seen: Shown) -> Script[Progress]:
        request_id = self.new_request_id()
        yield from on_network(partial(self.bank.answer, self._handle, code.reveal(), request_id))
        self._intend(seen)
        return (yield from self._reconcile())


@dataclass(slots=True, kw_only=True)
class StartUnrecorded(BasketSubmission):
    """Has the bank start an authorisation of them all, of which nothing is on record before."""

    def _intend_start(self) -> None:
        """Do nothing."""


KINDS: Final[dict[str, type[BasketSubmission]]] = {
    "": BasketSubmission,
    "code_before_intent": CodeBeforeIntent,
    "start_unrecorded": StartUnrecorded,
}


class Pair(Person):
    """Somebody with two approved orders."""

    def __init__(self, home: Path, kind: type[BasketSubmission] = BasketSubmission) -> None:
        super().__init__(home)
        self.orders = tuple(order for order, _name in orders_of(home))
        self._kind = kind

    @property
    def records(self) -> tuple[OrderRecord, ...]:
        """The orders, as the ledger has them."""
        return tuple(self.session.read_order(order) for order in self.orders)

    def together(self, orders: Sequence[str]) -> BasketSubmission:
        """Return the one run that signs these."""
        session = self.session

        def make(changed: Listener) -> BasketSubmission:
            return self._kind(
                orders=tuple(orders),
                find_bank=session.bank_of,
                vault=session.vault,
                tasks=session.tasks,
                read=session.read_order,
                changed=changed,
                new_request_id=session.new_request_id,
                others=partial(session.submissions.together_with, tuple(orders)),
                submission=session.submission,
            )

        return session.submissions.together(together_name(orders), self._kind, make)

    def sign(self, run: BasketSubmission) -> None:
        """Hand in, tie, and go as far as the bank's questions lead."""
        if run.progress.phase in {Phase.IDLE, Phase.CONTINUE, Phase.NOT_SENT}:
            run.begin()
        if run.progress.phase is Phase.PASSWORD:
            run.authenticate(SecretText(str(self.control.call("GET", "/psu")["practice_password"])))
        if run.progress.phase is Phase.METHOD:
            by_phone = next(one.method for one in run.progress.methods if one.kind == "SMS_OTP")
            run.choose(by_phone, self.shown(run))
        if run.progress.phase is Phase.CODE:
            messages = self.control.call("GET", "/phone/messages?after=0")["messages"]
            code = str(messages[-1]["code"]) if isinstance(messages, list) else ""
            run.answer(SecretText(code), self.shown(run))

    def shown(self, run: BasketSubmission) -> Shown:
        """What a page shows beside the code."""
        found = [self.session.read_order(order) for order in run.orders]
        payments = {record.content.order: (record.content.payment, record.digest) for record in found}
        return Shown(payments, batch_digest(record.digest for record in found))


def be_cut_off(home: Path, _story: Story, kind: type[BasketSubmission] = BasketSubmission) -> None:
    """Play the story until the armed place is passed, if one is."""
    person = Pair(home, kind)
    with traced(home):
        run = person.together(person.orders)
        person.sign(run)
        person.control.set_clock({"advance_ms": 5_000})
        run.reconcile()
    if not all(record.final for record in person.records):
        raise LookupError(f"{run.progress.phase} {run.progress.error}")
    person.door.lock()


def come_back(home: Path, gives_up: bool, path: Path, kind: type[BasketSubmission]) -> None:
    """Start anew, look at each order and at those that are tied, and go on as a person would."""
    person = Pair(home, kind)
    visits = [Visit(person.vault.may_sign, record.state.value) for record in person.records]
    for order in person.orders:
        person.session.submission(order).resume()
    tied = _tied(person)
    if tied:
        person.together(tied).reconcile()
        for order in person.orders:
            person.session.submission(order).reconcile()
    _look(person, visits)
    if all(record.final for record in person.records):
        glance_at_the_bank(person)
    for _ in range(ROUNDS):
        if all(record.final for record in person.records) or not _goes_on(person, gives_up=gives_up):
            break
        _look(person, visits)
    report = person.door.verify(lambda _done, _total: True)
    for visit, record in zip(visits, person.records, strict=True):
        events = person.vault.events_of(record.content.order)
        visit.final = record.final
        visit.intents = sum(1 for event in events if event.kind == kinds.ORDER_SUBMISSION_INTENDED)
        visit.faults, visit.projections_equal = report.faults, report.projections_equal
    path.write_bytes(orjson.dumps(visits))
    person.door.lock()


def _tied(person: Pair) -> tuple[str, ...]:
    return next((record.together for record in person.records if record.basket), ())


def _look(person: Pair, visits: Sequence[Visit]) -> None:
    for visit, record in zip(visits, person.records, strict=True):
        progress = person.session.submission(record.content.order).progress
        visit.looks.append((progress.phase.value, record.state.value, progress.error))


def _goes_on(person: Pair, *, gives_up: bool) -> bool:
    """Do what the pages offer; false where the bank can't be reached."""
    try:
        errors = _act(person, gives_up=gives_up)
        for order in person.orders:  # as each one's own page does
            person.session.submission(order).reconcile()
    except ConnectorError:  # the phone or the password: the practice bank's own door
        return False
    return not errors & _UNREACHABLE


def _act(person: Pair, *, gives_up: bool) -> set[str]:
    live = [record for record in person.records if not record.final]
    tied = _tied(person)
    run = person.together(tied or tuple(record.content.order for record in live))
    if any(record.state in _UNKNOWN for record in live) or all(r.state is OrderState.ACCEPTED for r in live):
        person.control.set_clock({"advance_ms": 5_000})
        if tied:
            run.reconcile()
        return {run.progress.error}
    if gives_up or any(record.tying for record in live):  # a lost basket can't be named: what is in it is given up
        return {_give_up(person, run, record) for record in live}
    if tied or len(live) > 1:
        person.sign(run)
        return {run.progress.error}
    return {_alone(person, live[0])}


def _give_up(person: Pair, run: BasketSubmission, record: OrderRecord) -> str:
    if record.basket and run.progress.phase in {Phase.IDLE, Phase.CONTINUE}:
        run.untie()
        return run.progress.error
    alone = person.session.submission(record.content.order)
    if not record.abandonable:  # it was never sent, or may not be given up since a code may have gone out
        return _alone(person, record)
    alone.abandon("given_up")
    return alone.progress.error


def _alone(person: Pair, record: OrderRecord) -> str:
    """Pay the one that is left as any other."""
    person.submission, person.order = person.session.submission(record.content.order), record.content.order
    if person.phase in {Phase.IDLE, Phase.NOT_SENT} and record.state not in _HELD:
        person.submission.begin()
    elif person.phase is Phase.CONTINUE:
        person.submission.go_on()
    person.authorise()
    if person.phase is Phase.CODE:
        person.answer()
    return person.submission.progress.error


def cells() -> tuple[Cell, ...]:
    """List what is killed: each point before and after; each trouble with every request that is on its way.

    Where none is on its way the trouble comes with whatever is asked next, and the troubles take turns.
    """
    found: list[Cell] = []
    calm = (Behaviour.REPLY_DROPPED, Behaviour.DOWN, Behaviour.SLOW, Behaviour.KILLED)
    for place, point in enumerate(point for story in STORIES for point in points_of(story)):
        for moment in Moment:
            flying = point.sends and moment is Moment.AFTER
            turn = calm[(place + (moment is Moment.AFTER)) % len(calm)]
            troubles = tuple(Behaviour) if flying else (Behaviour.ANSWERS, turn)
            found += [Cell(point, moment, trouble) for trouble in troubles]
    return tuple(found)


_START: Final = next(point for point in points_of(Story.TOGETHER_APP) if point.name == "authorise.send")
_ANSWER: Final = next(point for point in points_of(Story.TOGETHER) if point.name == "answer.commit")
PLANTED: Final = {
    "code_before_intent": (Cell(_ANSWER, Moment.BEFORE, Behaviour.ANSWERS, "code_before_intent"),),
    "start_unrecorded": (Cell(_START, Moment.AFTER, Behaviour.ANSWERS, "start_unrecorded"),),
}
"""Defects that must turn the campaign red, and the cells that show each."""


def run_cell(template: Path, scratch: Path, cell: Cell) -> Verdict:
    """Kill once, come back until both orders are at their end, and judge."""
    return tried(template, scratch, cell, own_ports(), _play)


def _play(home: Path, cell: Cell, bank: Bank, verdict: Verdict) -> None:
    kind = KINDS[cell.planted]
    bank.prepare(cell)
    order = home / "failpoint"
    order.write_text(cell.failpoint, "ascii")

    def cut_off() -> None:
        os.environ[VARIABLE] = str(order)
        be_cut_off(home, cell.point.story, kind)

    ended = in_worker(home, cut_off)
    died = time.monotonic()
    verdict.fired = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL and has_fired(order)
    verdict.order_broken = not order_kept((home / "trace").read_text("ascii").split())
    verdict.failed = failure_of(home) if not verdict.fired else ""
    names = [name for _order, name in orders_of(home)]
    if cell.in_flight:
        _let_it_land(bank)
        wait_out(cell, died)
    claimed = [Books.of(home, name) for name in names]
    bank.turn(cell)
    visits: list[Visit] = []
    for number in range(VISITS):
        before = [Books.of(home, name) for name in names]
        path = home / f"visit-{number}.json"
        if in_worker(home, partial(come_back, home, cell.gives_up, path, kind)) != 0:
            verdict.failed = failure_of(home)
            return
        visits = [Visit(**one) for one in orjson.loads(path.read_bytes())]
        for visit, earlier, name in zip(visits, before, names, strict=True):
            judge_look(verdict, visit, earlier, Books.of(home, name))
        if number == 0:
            for visit, books in zip(visits, claimed, strict=True):
                judge_found(verdict, visit.found, books)
        bank.revive()
        if all(visit.final for visit in visits):
            break
    wait_out(cell, died)
    verdict.struck = bank.struck()
    ends = []
    for visit, name in zip(visits, names, strict=True):
        judge_end(verdict, visit, Books.of(home, name))
        ends.append(verdict.state)
    verdict.executions = sum(Books.of(home, name).executions for name in names)
    verdict.state = "+".join(sorted(set(ends)))


def _let_it_land(bank: Bank) -> None:
    """Let the bank have the request whose sender is dead: it is this one that its trouble is meant for."""
    until = time.monotonic() + _LANDING_SECONDS
    while time.monotonic() < until:
        try:
            if bank.struck():
                return
        except ConnectorError:  # its trouble was to die
            return
        time.sleep(0.02)


def run_baskets(scratch: Path, sample: int, lanes: int, only: str = "") -> tuple[list[Verdict], dict[str, bool]]:
    """Run all cells, or so many of them, and the planted ones.

    Returns:
        The verdicts of the cells, and which planted defects turned one red.

    Raises:
        LookupError: A story passes other places than the points are made from.
    """
    template = scratch / "template.together"
    make_template(template, _COUNT)
    astray = [fault for story in STORIES for fault in rehearse_story(template, scratch, story, be_cut_off)]
    if astray:
        raise LookupError("; ".join(astray))
    chosen = [cell for cell in spread(cells(), sample) if only in cell.name]
    planted = [cell for group in PLANTED.values() for cell in group]
    with ProcessPoolExecutor(lanes) as pool:
        runs = [pool.submit(run_cell, template, scratch, cell) for cell in (*planted, *chosen)]
        verdicts = {verdict.cell: verdict for verdict in (run.result() for run in runs)}
    caught = {name: any(verdicts[cell.name].red for cell in group) for name, group in PLANTED.items()}
    return [verdicts[cell.name] for cell in chosen], caught
