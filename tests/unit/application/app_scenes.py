"""Four who authorise at a bank whose own app may decide: a sender and a further signer, of one order and of several."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

import pytest

from countersign.application.flows.basket_run import Shown
from countersign.application.flows.basket_signing import BasketSigning
from countersign.application.flows.basket_submission import BasketSubmission
from countersign.application.flows.progress import Phase, Progress
from countersign.application.flows.signing import Signing
from countersign.application.flows.submission import Submission
from countersign.application.ports.bank import Authorisation, AuthorisationState, ScaMethod
from countersign.application.session import Session
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from countersign.testing.fake_bank import SMS as BY_SMS
from countersign.testing.fake_baskets import FakeBaskets
from tests.unit.application.baskets import DANIEL, Table
from tests.unit.application.orders import Desk, OddBank

S = OrderState
APP = ScaMethod("push-1", "PUSH_OTP", "The bank's app")
TOLD = "Open the bank's app and decide there."
Run = Submission | Signing | BasketSubmission | BasketSigning


class KilledError(BaseException):
    """The process is gone: nothing catches it."""


class Asked(ABC):
    """Somebody who authorises; the bank's app is among the methods."""

    further = False
    bank: OddBank
    world: fakes.World

    @property
    @abstractmethod
    def run(self) -> Run:
        """What leads through it."""

    @property
    @abstractmethod
    def records(self) -> tuple[OrderRecord, ...]:
        """The orders that are authorised, as the ledger has them."""

    @abstractmethod
    def restart(self) -> None:
        """Begin again, as a program that was killed."""

    @abstractmethod
    def begin(self) -> None:
        """Open an authorisation."""

    @abstractmethod
    def choose(self, method: ScaMethod = APP, *, other: bool = False) -> None:
        """Choose a method; ``other``: the page shows something else than what was agreed."""

    @abstractmethod
    def answer(self, code: str = fakes.CODE) -> None:
        """Type a code."""

    @property
    def session(self) -> Session:
        return self.world.session

    @property
    def progress(self) -> Progress:
        return self.run.progress

    @property
    def phase(self) -> str:
        """Where it stands."""
        return self.progress.phase

    @property
    def pending(self) -> bool:
        """Whether the ledger says that nobody knows, of each of them."""
        device = self.world.vault.identity.device
        found = set()
        for record in self.records:
            own = record.signing_of(device)
            answered = record.state in {S.ANSWERING, S.UNKNOWN}
            found.add(own is not None and own.under_way if self.further else answered)
        assert len(found) == 1  # all of them say the same
        return found.pop()

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is on record about the last of them."""
        kinds = self.world.vault.kinds_of(self.records[-1].content.order)
        return tuple(kind.removeprefix("order.") for kind in kinds)

    @property
    def authorisation(self) -> str:
        """The authorisation that is open."""
        return list(self.bank.opened)[-1]

    def to_method(self) -> None:
        """Go as far as the choice."""
        self.begin()
        self.run.authenticate(SecretText(fakes.PASSWORD))
        assert self.phase == Phase.METHOD.value, self.progress.error

    def approve(self) -> None:
        """Say yes in the bank's app."""
        opened = self.bank.opened[self.authorisation]
        opened.state = AuthorisationState.FINALISED
        if opened.purpose == "basket":
            FakeBaskets(self.bank).sign(opened.payment_id, opened.person)
        else:
            self.bank.sign(opened.payment_id, opened.person)

    def decline(self) -> None:
        """Say no there."""
        self.bank.opened[self.authorisation].state = AuthorisationState.FAILED


class One(Asked):
    """One order."""

    def __init__(self, *, further: bool = False, tasks: fakes.ManualTasks | None = None) -> None:
        self.desk = Desk(tasks)
        self.world, self.bank, self.further = self.desk.world, self.desk.bank, further
        self.bank.settles_after = 99
        if further:
            self.bank.signatures = 2
            self.desk.to_code()
            self.desk.answer()
            assert self.desk.record.awaits_signature
        self.bank.methods = (BY_SMS, APP)
        self.bank.calls.clear()

    @property
    def run(self) -> Submission | Signing:
        order = self.desk.order
        return self.session.signing(order) if self.further else self.session.submission(order)

    @property
    def records(self) -> tuple[OrderRecord, ...]:
        return (self.desk.record,)

    def restart(self) -> None:
        self.desk.restart()

    def begin(self) -> None:
        run = self.run
        if isinstance(run, Signing):
            run.begin(DANIEL)
        else:
            run.begin()

    def choose(self, method: ScaMethod = APP, *, other: bool = False) -> None:
        payment = replace(self.desk.payment, creditor_name="Somebody Else") if other else self.desk.payment
        self.run.choose(method.method, payment, self.desk.digest)

    def answer(self, code: str = fakes.CODE) -> None:
        self.run.answer(SecretText(code), self.desk.payment, self.desk.digest)


class Several(Asked):
    """Several orders that the bank ties."""

    def __init__(self, *, further: bool = False) -> None:
        self.table = Table()
        self.world, self.bank, self.further = self.table.world, self.table.bank, further
        if further:
            self.table.partly_signed()
            self.orders = tuple(r.content.order for r in self.table.records if r.awaits_signature)
        else:
            self.orders = self.table.orders
        self.bank.methods = (BY_SMS, APP)
        self.bank.calls.clear()

    @property
    def run(self) -> BasketSubmission | BasketSigning:
        return self.table.signing if self.further else self.table.run

    @property
    def records(self) -> tuple[OrderRecord, ...]:
        return tuple(self.session.read_order(order) for order in self.orders)

    def restart(self) -> None:
        self.table.restart()

    def begin(self) -> None:
        if self.further:
            self.table.signing.begin(DANIEL)
        else:
            self.table.run.begin()

    def _shown(self, *, other: bool = False) -> Shown:
        found = self.table.shown(self.orders)
        if not other:
            return found
        changed = {
            order: (replace(payment, creditor_name="Somebody Else"), digest)
            for order, (payment, digest) in found.payments.items()
        }
        return replace(found, payments=changed)

    def choose(self, method: ScaMethod = APP, *, other: bool = False) -> None:
        self.run.choose(method.method, self._shown(other=other))

    def answer(self, code: str = fakes.CODE) -> None:
        self.run.answer(SecretText(code), self._shown())


def make(who: str) -> Asked:
    """Make one of ``WHO``."""
    further = who.endswith("further")
    return Several(further=further) if who.startswith("together") else One(further=further)


WHO = ("sender", "further", "together", "together_further")


def says_that_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the bank say of every open authorisation by its app that it asks there."""
    real = fakes.ScriptedBank.authorisation_now

    def now(bank: fakes.ScriptedBank, name: str) -> Authorisation:
        found = real(bank, name)
        asks = bank.opened[name].method == APP and found.state is AuthorisationState.OPEN
        return replace(found, message=TOLD, elsewhere=True) if asks else found

    monkeypatch.setattr(fakes.ScriptedBank, "authorisation_now", now)
