"""Who sends an order: handed over by the sender alone, and what is said where the sender is lost."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.application.use_cases.change_governance import (
    endorse_change,
    propose_change,
    settle_changes,
    without_device,
)
from countersign.domain.order_state import OrderState
from countersign.presentation.team_sending import SendingPresenter, SendingState
from countersign.testing.fake_sharing import Colleague, Office
from countersign.testing.fake_workspace import MemoryWorkspace
from tests.unit.application.workspace.payments import ORDER, known, request
from tests.unit.presentation.recorded import Seen
from tests.unit.presentation.team_desk import four


@dataclass
class Sender:
    """A vault and its device, as the payments of tests want them."""

    vault: MemoryWorkspace

    @property
    def device(self) -> str:
        """Its device."""
        return self.vault.identity.device


class SendingDesk:
    """The card, without a window."""

    def __init__(self, who: Colleague, order: str = ORDER) -> None:
        self.seen, self.changed = Seen[SendingState](), 0
        self.presenter = SendingPresenter(who.world.session, self.seen, self.count)
        self.presenter.start(order)

    def count(self) -> None:
        self.changed += 1

    @property
    def now(self) -> SendingState:
        return self.seen.now


def told(source: MemoryWorkspace, to: MemoryWorkspace) -> None:
    """Bring everything that one vault holds to another."""
    for device, head in source.heads().items():
        to.take_in(source.shared_events(device, 0, head.size))


def test_the_sender_hands_over_after_a_question() -> None:
    office = Office()
    mei = four(office)
    request(Sender(mei.vault))
    card = SendingDesk(mei)
    assert card.now.text == "Only this device can send this order."
    assert card.now.devices[0][1].startswith("\u2066Tom Okoro\u2069 · Device")
    assert len(card.now.devices) == 2  # an auditor sends nothing
    to = card.now.devices[0][0]
    card.presenter.ask(to)
    assert "Tom Okoro" in card.now.question
    card.presenter.keep()
    assert card.now.question == ""
    card.presenter.ask(to)
    card.presenter.hand_over()
    assert known(Sender(mei.vault)).sender == to
    assert card.changed == 1
    assert card.now.text.startswith("Only \u2066Tom Okoro\u2069")
    card.presenter.close()


def test_a_lost_sender_is_closed_before_its_order_ends() -> None:
    office = Office()
    mei = four(office)
    ravi = office.present(mei, "Ravi Singh")
    request(Sender(ravi))
    told(ravi, mei.vault)
    card = SendingDesk(mei)
    assert card.now.may_end
    assert card.now.end_blocked.startswith("That device may still send it")
    verify = mei.sharing.verify
    change = propose_change(mei.vault, verify, without_device(mei.vault, ravi.identity.device))
    if not change.in_force:
        tom = office.present(mei, "Tom Okoro")
        endorse_change(tom, verify, change.change)
        told(tom, mei.vault)
        settle_changes(mei.vault, verify)
    card = SendingDesk(mei)
    assert card.now.end_blocked == ""
    assert "only the bank knows" in card.now.warning
    card.presenter.end()
    assert known(Sender(mei.vault)).state is OrderState.STOPPED
    assert "could be made twice" in card.now.warning


def test_in_a_workspace_of_one_device_nothing_is_said() -> None:
    mei = Office().begin()
    request(Sender(mei.vault))
    assert SendingDesk(mei).now == SendingState()
    assert SendingDesk(mei, "00" * 16).now == SendingState()
