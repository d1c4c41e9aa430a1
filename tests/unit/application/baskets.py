"""Three approved orders of one bank, and a person who signs them together: for the tests of baskets."""

from __future__ import annotations

from countersign.application.flows.basket_run import Shown
from countersign.application.flows.basket_signing import BasketSigning
from countersign.application.flows.basket_submission import BasketSubmission
from countersign.application.flows.progress import Phase
from countersign.application.session import Submissions
from countersign.application.use_cases.approve_order import approve_order
from countersign.domain.batch_digest import batch_digest
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import last_digits
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from tests.unit.application.orders import SMS, OddBank, draft_of, freeze

INES, DANIEL = "ines.vogt", "daniel.okoye"


class Table:
    """A world with approved orders to the landlord, and the person's acts at them."""

    def __init__(self, count: int = 3, tasks: fakes.InlineTasks | fakes.ManualTasks | None = None) -> None:
        self.world = fakes.make_world(tasks=tasks)
        self.bank = OddBank(self.world.clock)
        self.bank.settles_after = 99
        self.world.session.banks[self.world.session.bank_id] = self.bank
        self.world.practice.bank = self.bank
        self.orders = tuple(self._approved(number) for number in range(count))
        self.run: BasketSubmission = self.world.session.together(self.orders)
        self.signing: BasketSigning = self.world.session.signing_together(self.orders)

    def _approved(self, number: int) -> str:
        draft, _version = draft_of(self.world, draft=f"{number:02}" * 16, amount=Money(100_000 + number, "EUR"))
        content = freeze(self.world, draft).content
        digits = last_digits(content.payment.creditor_account)
        approve_order(self.world.vault, content.order, content.payment, content.digest, digits)
        return content.order

    # — looking —

    @property
    def records(self) -> tuple[OrderRecord, ...]:
        """The orders as the ledger has them."""
        return tuple(self.world.session.read_order(order) for order in self.orders)

    @property
    def states(self) -> tuple[OrderState, ...]:
        """Where they stand."""
        return tuple(record.state for record in self.records)

    @property
    def phase(self) -> str:
        """What the page shows."""
        return self.run.progress.phase

    @property
    def error(self) -> str:
        """What went wrong last."""
        return self.run.progress.error

    def shown(self, orders: tuple[str, ...] = ()) -> Shown:
        """What a page shows of them."""
        found = [self.world.session.read_order(order) for order in orders or self.orders]
        payments = {record.content.order: (record.content.payment, record.digest) for record in found}
        return Shown(payments, batch_digest(record.digest for record in found))

    def kinds(self, place: int = 0) -> tuple[str, ...]:
        """What is on record about one of them."""
        return tuple(kind.removeprefix("order.") for kind in self.world.vault.kinds_of(self.orders[place]))

    # — acting —

    def restart(self) -> None:
        """Begin again, as a program that was killed."""
        self.world.session.submissions = Submissions()
        self.run = self.world.session.together(self.orders)
        self.signing = self.world.session.signing_together(self.orders)

    def to_code(self) -> None:
        """Go as far as the code."""
        self.run.begin()
        assert self.phase == Phase.PASSWORD.value, self.error
        self.run.authenticate(SecretText(fakes.PASSWORD))
        self.run.choose(SMS, self.shown(self.run.orders))
        assert self.phase == Phase.CODE.value

    def answer(self, code: str = fakes.CODE) -> None:
        """Type a code."""
        self.run.answer(SecretText(code), self.shown(self.run.orders))

    def to_tied(self) -> None:
        """Hand all in and tie them; then as after a restart."""
        self.run.begin()
        assert self.phase == Phase.PASSWORD.value, self.error
        self.restart()

    def partly_signed(self, wants: int = 2) -> None:
        """Sign all at a bank that wants another signature on the last of them."""
        self.bank.wants["pay-3"] = wants
        self.to_code()
        self.answer()

    def freeze_workspace(self) -> None:
        """Pull the emergency stop."""
        vault = self.world.vault
        with vault.transaction() as change:
            change.append(EventDraft(kinds.WORKSPACE_FROZEN, vault.identity.workspace, {}))

    def sign_to_code(self, person: str = DANIEL) -> None:
        """Go as far as the code of a further signature."""
        self.signing.begin(person)
        self.signing.authenticate(SecretText(fakes.PASSWORD))
        self.signing.choose(SMS, self.waiting())
        assert self.signing.progress.phase is Phase.CODE, self.signing.progress.error

    def sign_answer(self, code: str = fakes.CODE) -> None:
        """Type a further signer's code."""
        self.signing.answer(SecretText(code), self.waiting())

    def waiting(self) -> Shown:
        """What a page shows to a further signer."""
        return self.shown(tuple(record.content.order for record in self.records if record.awaits_signature))
