"""A fake world with an own account that payments are carried from by hand, and a transfer led that far."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from countersign.application.ports.bank import Reach
from countersign.application.use_cases.add_account import NewAccount, add_account
from countersign.domain.payment import AccountScheme
from countersign.presentation.carry import CarryState
from countersign.presentation.transfer_review import ReviewState
from countersign.presentation.transfer_risk import RiskState
from countersign.testing import fakes
from tests.unit.presentation.transfer_pages import TransferPage

OWN = "LU579990055500067890"


class Dialogs:
    """Answers the system's dialogs: each with the path that the test laid out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file: Path | None = None
        self.opened: list[Path] = []

    def choose_file(self, kinds: str, then: Callable[[Path], None]) -> None:
        assert "*" in kinds
        if self.file is not None:
            then(self.file)

    def choose_folder(self, start: Path | None, then: Callable[[Path], None]) -> None:
        del start
        then(self.folder)

    def save_file(self, name: str, kinds: str, then: Callable[[Path], None]) -> None:
        del kinds
        then(self.folder / name)

    def open_folder(self, folder: Path) -> None:
        self.opened.append(folder)

    def home_folder(self) -> Path:
        return self.folder


def add_own(world: fakes.World, reach: Reach, number: str = OWN, currency: str = "EUR") -> str:
    """Add an own account; return its connection."""
    settings = (
        {"folder": "/payments", "version": "pain.001.001.09", "usage": "sepa_epc"} if reach is Reach.FILES else {}
    )
    new = NewAccount(number, AccountScheme.IBAN, "", "", "Household", currency, reach, "Own bank", settings)
    connection, kept = add_account(world.vault, world.entropy, new)
    world.session.attach(connection, kept)
    world.session.accounts[number, ""] = connection
    return connection


def to_carrying(world: fakes.World, reach: Reach, page: TransferPage | None = None) -> TransferPage:
    """Lead a transfer from the own account to where it is carried."""
    add_own(world, reach)
    page = page or TransferPage(world)
    page.to_amount()
    page.presenter.amount.type_amount("6000.00")
    page.presenter.amount.choose_account(OWN)
    page.presenter.amount.type_remittance("Rent December")
    page.presenter.amount.go_on()
    if isinstance(page.state.page, RiskState):
        page.presenter.risk.go_on()
    shown = page.page(ReviewState).read_back
    assert shown is not None
    page.presenter.review.approve(shown, fakes.LANDLORD[1][-4:])
    return page


def carried(page: TransferPage) -> CarryState:
    """Return what the last step shows of what is carried."""
    assert page.state.carry is not None, (page.state.step, page.state.problem)
    return page.state.carry
