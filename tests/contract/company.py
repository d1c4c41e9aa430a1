"""A company's orders on one of its people's devices, at the practice bank: for the tests of signing baskets."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from countersign.application.flows.basket_run import Shown
from countersign.application.flows.basket_signing import BasketSigning
from countersign.application.flows.basket_submission import BasketSubmission
from countersign.application.flows.progress import Phase
from countersign.application.flows.transfer import TransferDraft
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.assess_transfer import assess_transfer
from countersign.application.use_cases.freeze_order import freeze_order
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.domain.batch_digest import batch_digest
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import last_digits
from countersign.domain.order_state import OrderState
from countersign.domain.payee import DetailsSource, NameCheck, PayeeDetails, PayeeKind, VopOutcome
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from tests.contract.practice_fixture import QUICK, Practice, executions

INES, DANIEL = "ines.vogt", "daniel.okoye"
_numbers = count(1)


class Firm:
    """The company's orders on Ines's device, and her acts at them."""

    def __init__(self, practice: Practice, *minors: int) -> None:
        self.practice = practice
        self.world = fakes.make_world()
        session = self.world.session
        self.bank = practice.connect()
        session.banks[session.bank_id] = self.bank
        practice.bank.control.set_outcomes({"settle_seconds": 3_600})  # not while a test looks
        self.orders = tuple(self._approved(minor) for minor in minors)
        self.run: BasketSubmission = session.together(self.orders)
        self.signing: BasketSigning = session.signing_together(self.orders)
        # Every such world makes the same identifications; what the bank did for earlier ones doesn't count.
        self._before = [executions(practice, record.content.payment) for record in self.records]

    def _approved(self, minor: int) -> str:
        world, shown = self.world, self.practice.bank.world()
        payees, company = shown["payees"], shown["company"]
        assert isinstance(payees, list)
        assert isinstance(company, dict)
        name, account, agent = payees[0]["name"], payees[0]["iban"], payees[0]["bic"]
        debtor = next(item["iban"] for item in company["accounts"] if item["currency"] == "EUR")
        check = NameCheck(VopOutcome.MATCH, name, account, "", world.clock.now_ms(), "vop-1")
        details = PayeeDetails(name, account, agent, PayeeKind.COMPANY, DetailsSource.CONTRACT)
        payee, version = keep_payee(world.vault, world.entropy, details, world.payees.get(name, ""), check)
        world.payees[name] = payee
        draft = TransferDraft(f"{next(_numbers):032x}", payee=payee, name=name, account=account, check=check)
        draft = replace(draft, source=DetailsSource.CONTRACT, amount=Money(minor, "EUR"), debtor_account=debtor)
        session = world.session
        assessment = assess_transfer(session.reader, draft, session.clock.now_ms(), session.zone, "Ines Vogt")
        content = freeze_order(world.vault, world.entropy, draft, version, assessment).content
        digits = last_digits(content.payment.creditor_account)
        approve_order(world.vault, content.order, content.payment, content.digest, digits)
        return content.order

    @property
    def phase(self) -> str:
        """What the page shows."""
        return self.run.progress.phase

    @property
    def records(self) -> tuple[OrderRecord, ...]:
        """The orders as the ledger has them."""
        return tuple(self.world.session.read_order(order) for order in self.orders)

    @property
    def states(self) -> tuple[OrderState, ...]:
        """Where they stand."""
        return tuple(record.state for record in self.records)

    @property
    def executed(self) -> list[int]:
        """How often the bank executed each."""
        now = [executions(self.practice, record.content.payment) for record in self.records]
        return [after - before for after, before in zip(now, self._before, strict=True)]

    def shown(self, *, waiting: bool = False) -> Shown:
        """What a page shows."""
        found = [record for record in self.records if record.awaits_signature or not waiting]
        payments = {record.content.order: (record.content.payment, record.digest) for record in found}
        return Shown(payments, batch_digest(record.digest for record in found))

    def to_code(self) -> None:
        """Go as far as the code."""
        self.run.begin()
        assert self.phase == Phase.PASSWORD.value, self.run.progress.error
        self.run.authenticate(SecretText(self.practice.bank.practice_password(INES)))
        by_phone = next(item.method for item in self.run.progress.methods if item.kind == "SMS_OTP")
        self.run.choose(by_phone, self.shown())
        assert self.phase == Phase.CODE.value, self.run.progress.error

    def answer(self) -> None:
        """Type the code on Ines's phone."""
        code = self.practice.bank.code_for(self.records[0].authorisation_id, INES)
        self.run.answer(SecretText(code), self.shown())

    def fault(self, **rule: str | int) -> None:
        """Have the bank misbehave; from here on it is waited for less long."""
        self.practice.bank.control.set_faults(rule)
        session = self.world.session
        self.bank.close()
        self.bank = session.banks[session.bank_id] = self.practice.connect(QUICK)

    def mend(self) -> None:
        """Have it behave again, and wait for it."""
        self.practice.bank.control.set_faults()
        session = self.world.session
        self.bank.close()
        self.bank = session.banks[session.bank_id] = self.practice.connect()
