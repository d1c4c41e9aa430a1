"""What the page for lists of payments shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from countersign.presentation.inbox_state import Fact, Scatter
from countersign.presentation.transfer_desk import Option


class Stage(StrEnum):
    """What the page is for."""

    CHOOSE = "choose"
    SETUP = "setup"
    CHECKING = "checking"
    CHECKED = "checked"
    REQUESTING = "requesting"
    REQUESTED = "requested"


class Shown(StrEnum):
    """Which lines are listed."""

    FLAGGED = "flagged"
    GOES = "goes"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A list that was begun: its file, and how far it has come."""

    batch: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """One field of a payment and the column it is taken from; ``chosen`` is empty where there is none."""

    field: str
    label: str
    chosen: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Setup:
    """What is asked before a list is checked.

    Attributes:
        columns: Of a CSV or XLSX list; empty for pain.001.
        options: The columns to choose from.
        head: The cells of the line that names the columns.
        rows: The first rows under it, each as long as the head.
        currency: Of all amounts where no column says it; ``currencies`` is empty where one does.
        accounts: Own accounts to pay from, where a line doesn't say; ``short_accounts`` names them where it is narrow.
        sources: Where the payees' details come from.
        faults: What is missing, by field: ``columns``, ``account``, ``source``.
        asks_payroll: Whether it is asked if the list is a payroll: where others belong to the workspace.
        payroll: What was answered.
    """

    name: str
    kind: str
    columns: tuple[ColumnChoice, ...]
    options: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    currency: str
    currencies: tuple[tuple[str, str], ...]
    account: str
    accounts: tuple[tuple[str, str], ...]
    short_accounts: tuple[tuple[str, str], ...]
    source: str
    sources: tuple[Option, ...]
    faults: tuple[tuple[str, str], ...]
    asks_payroll: bool = False
    payroll: bool = False


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line in the table; ``spoken`` is all of it in a sentence."""

    number: int
    line: str
    payee: str
    account: str
    reference: str
    state: str
    tone: str
    what: str
    amount: str
    spoken: str


@dataclass(frozen=True, slots=True)
class LineDetail:
    """One line, with all that was noticed.

    Attributes:
        take: Words of the button that takes it in or leaves it out; empty where nothing can be decided.
        taken: What that button decides: ``in`` or ``out``.
        own: Words of the button that makes it a transfer of its own; empty where it can't be read.
    """

    number: int
    title: str
    facts: tuple[Fact, ...]
    noticed: tuple[tuple[str, str], ...]
    take: str
    taken: str
    own: str


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the check.

    Attributes:
        facts: How many go, how many need a look, how many stay out; totals per currency.
        about: What speaks against the whole file.
        filters: Key, words, and whether it is in force.
    """

    facts: tuple[Fact, ...]
    about: tuple[str, ...]
    filters: tuple[tuple[str, str, bool], ...]
    charts: tuple[Scatter, ...]


@dataclass(frozen=True, slots=True)
class BatchState:
    """What the page shows beside the lines."""

    stage: Stage
    heading: str
    lead: str
    kept: tuple[KeptRow, ...] = ()
    setup: Setup | None = None
    report: Report | None = None
    detail: LineDetail | None = None
    busy: str = ""
    done: int = 0
    total: int = 0
    problem: str = ""
    said: str = ""
    primary: str = ""
    blocked: str = ""


class BatchView(Protocol):
    """The page."""

    def show_state(self, state: BatchState) -> None:
        """Show everything but the lines."""

    def show_count(self, count: int) -> None:
        """List so many other lines; each is asked for when it is in sight."""

    def show_changed(self, first: int, last: int) -> None:
        """Show the lines at these places anew: they are there now, or another one stands there."""
