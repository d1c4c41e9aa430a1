"""A transfer page without a window: it keeps the last state, and where the person was sent."""

from __future__ import annotations

from typing import TypeVar

from mnemonic import Mnemonic

from countersign.presentation.transfer import TransferPresenter, TransferState
from countersign.presentation.transfer_amount import AmountState
from countersign.presentation.transfer_confirm import ScaState
from countersign.presentation.transfer_handed_in import HandedInState
from countersign.presentation.transfer_name_check import NameCheckState
from countersign.presentation.transfer_payee_state import PayeeState
from countersign.presentation.transfer_review import ReviewState
from countersign.presentation.transfer_risk import RiskState
from countersign.testing import fakes

WORDS = tuple(Mnemonic("english").wordlist)

P = TypeVar("P", PayeeState, NameCheckState, AmountState, RiskState, ReviewState, ScaState, HandedInState)


class Sent:
    """Remembers where the person was sent."""

    def __init__(self) -> None:
        self.to: list[str] = []

    def open_member(self, member: str) -> None:
        self.to.append(f"member {member}")

    def open_home(self) -> None:
        self.to.append("home")

    def open_transfer(self, draft: str = "") -> None:
        self.to.append(f"transfer {draft}")

    def open_order(self, order: str) -> None:
        self.to.append(f"order {order}")

    def open_inbox(self, order: str = "") -> None:
        self.to.append(f"inbox {order}")

    def open_history(self) -> None:
        self.to.append("history")

    def open_learning(self) -> None:
        self.to.append("learning")

    def open_settings(self) -> None:
        self.to.append("settings")

    def open_setup(self) -> None:
        self.to.append("setup")

    def open_add_account(self, number: str = "") -> None:
        self.to.append(f"add_account {number}")

    def open_bring_in(self) -> None:
        self.to.append("bring_in")

    def open_batch(self, path: str = "") -> None:
        self.to.append(f"batch {path}".strip())

    def open_templates(self) -> None:
        self.to.append("templates")

    def open_elsewhere(self) -> None:
        self.to.append("elsewhere")

    def ask_freeze(self) -> None:
        self.to.append("freeze")


class TransferPage:
    """Drives a presenter as a view would."""

    def __init__(self, world: fakes.World) -> None:
        self.world = world
        self.sent = Sent()
        self.states: list[TransferState] = []
        self.presenter = TransferPresenter(world.session, self.sent, self, WORDS)

    def show_state(self, state: TransferState) -> None:
        self.states.append(state)

    @property
    def state(self) -> TransferState:
        return self.states[-1]

    def page(self, kind: type[P]) -> P:
        found = self.state.page
        assert isinstance(found, kind), (self.state.step, self.state.problem)
        return found

    # — the usual way —

    def fill_payee(self, name: str, account: str, source: str = "contract") -> None:
        self.presenter.start()
        self.presenter.payee.type_name(name)
        self.presenter.payee.type_account(account)
        self.presenter.payee.choose_source(source)

    def to_amount(self, name: str = fakes.LANDLORD[0], account: str = fakes.LANDLORD[1]) -> None:
        self.fill_payee(name, account)
        self.presenter.payee.go_on()
        self.presenter.name_check.go_on()

    def to_review(self, amount: str = "6000.00") -> None:
        self.to_amount()
        self.presenter.amount.type_amount(amount)
        self.presenter.amount.choose_account(fakes.MAIN)
        self.presenter.amount.type_remittance("Rent December")
        self.presenter.amount.go_on()
        if isinstance(self.state.page, RiskState):
            self.presenter.risk.go_on()

    def to_confirm(self) -> None:
        self.to_review()
        shown = self.page(ReviewState).read_back
        assert shown is not None
        self.presenter.review.approve(shown, fakes.LANDLORD[1][-4:])

    def to_code(self) -> None:
        self.to_confirm()
        self.presenter.confirm.give_password(fakes.PASSWORD)
        self.presenter.confirm.choose("sms-1")
