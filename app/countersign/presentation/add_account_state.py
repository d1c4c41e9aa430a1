"""What the page for adding an own account shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from countersign.presentation.transfer_desk import Fault, Option


class AddStep(StrEnum):
    """Where the page stands."""

    FORM = "form"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class AddAccountState:
    """What the page shows.

    Attributes:
        understood: As what the number was read; empty where it can't be yet.
        reaches: Ways to reach the bank, each with what it means.
        by_file: The fields for payment files are shown.
        folder: Where payment files go.
        faults: What is wrong, once it was tried to go on.
        added: What was added, as (label, value, keep left to right).
        tested: What came of trying it out, as sentences; ``test_problem`` where that did not work.
    """

    step: AddStep
    heading: str
    lead: str
    number: str = ""
    understood: str = ""
    number_fault: str = ""
    countries: tuple[Option, ...] = ()
    country: str = ""
    name: str = ""
    bank_name: str = ""
    currencies: tuple[Option, ...] = ()
    currency: str = ""
    reaches: tuple[Option, ...] = ()
    reach: str = ""
    by_file: bool = False
    versions: tuple[Option, ...] = ()
    version: str = ""
    usages: tuple[Option, ...] = ()
    usage: str = ""
    folder: str = ""
    faults: tuple[Fault, ...] = ()
    busy: str = ""
    problem: str = ""
    added: tuple[tuple[str, str, bool], ...] = ()
    tested: tuple[str, ...] = ()
    test_problem: str = ""


class AddAccountView(Protocol):
    """The page."""

    def show_state(self, state: AddAccountState) -> None:
        """Show the state."""
