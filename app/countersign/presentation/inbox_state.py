"""What the approvals inbox shows: display-ready rows, one order in detail, and what is being done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from countersign.presentation.read_back import ReadBack
from countersign.presentation.transfer_desk import Option, Problem

CONFIRM: Final = "confirm"


class Filter(StrEnum):
    """Which orders are listed."""

    MINE = "mine"  # those that this person can sign
    ALL = "all"
    FLAGGED = "flagged"  # those that need a look before anything else


class Stage(StrEnum):
    """What the second pane is for."""

    DETAIL = "detail"
    APPROVE = "approve"
    REJECT = "reject"
    REPAIR = "repair"
    CALL_BACK = "call_back"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class ChipWords:
    """A state in a word or three; ``tone`` is ``ok``, ``warn``, ``danger``, ``info`` or ``neutral``."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One order in the list.

    Attributes:
        order: Its identifier.
        text: Who asked for it, and how many have signed.
        flagged: Whether it can't be part of a batch before it was opened.
        mine: Whether this person can sign it.
        confirms: Whether that is a confirmation, as the requester's other device: each is given by itself.
        spoken: Everything in one sentence, for screen readers.
        minor: The amount's minor units, in ``currency``.
    """

    order: str
    payee: str
    amount: str
    chips: tuple[ChipWords, ...]
    text: str
    flagged: bool
    mine: bool
    spoken: str
    currency: str
    minor: int
    confirms: bool = False


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line of the comparison; ``changed`` is highlighted and said."""

    key: str
    label: str
    before: str
    now: str
    changed: bool = False
    ltr: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different from the last payment to this payee; ``before`` is no column where there is none."""

    title: str
    rows: tuple[ChangeRow, ...]
    has_before: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what is known of it; ``ltr`` keeps an amount or a number in its direction."""

    label: str
    text: str
    tone: str = ""
    ltr: bool = False


@dataclass(frozen=True, slots=True)
class PaymentBar:
    """One payment in the picture of the last ones."""

    value: int
    label: str
    text: str
    highlight: bool = False


@dataclass(frozen=True, slots=True)
class PaymentsChart:
    """The last payments to this payee and this one."""

    title: str
    sentence: str
    bars: tuple[PaymentBar, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """One order.

    Attributes:
        warning: What must be known before anything else; empty where nothing must.
        evidence: Name check, source of the details, answers, documents.
        reasons: Why the risk check paused, in sentences.
        rules: The approval rules that this order meets, in sentences.
        signed: Who signed, and when.
        missing: What is missing, and who can give it.
        liquidity: The account that pays, before and after.
        opened: Who looked at it, and when.
        hint: What pressing the primary button asks for.
        act: What the primary button leads to: ``approve``, ``CONFIRM``, ``call_back`` or nothing.
        primary: Its words.
        blocked: Why it can't act, and who must; empty where it can.
        batch: The batch that it was made in; empty where it was made alone.
        documents: Whether any are attached to it.
        reject_blocked: Why this person can't reject it, and who can; empty where they can. ``return_blocked`` likewise.
    """

    order: str
    payee: str
    amount: str
    words: str
    chips: tuple[ChipWords, ...]
    warning: str
    changes: Changes
    evidence: tuple[Fact, ...]
    reasons: tuple[str, ...]
    rules: tuple[str, ...]
    signed: tuple[Fact, ...]
    missing: tuple[str, ...]
    liquidity: tuple[Fact, ...]
    opened: tuple[Fact, ...]
    chart: PaymentsChart | None
    hint: str
    act: str
    primary: str
    blocked: str
    reject_blocked: str
    return_blocked: str
    wait_ms: int
    read_back: ReadBack
    batch: str = ""
    documents: bool = False


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with what was typed; empty where nothing is."""

    digits: str = ""
    passphrase: str = ""
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked before something is done with the order that is shown."""

    heading: str
    lead: str
    reasons_title: str = ""
    reasons: tuple[Option, ...] = ()
    note_title: str = ""
    primary: str = ""
    safe: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """One order of a batch in the picture: ``label`` is empty unless it stands out."""

    value: int
    payee: str
    text: str
    outlier: bool = False


@dataclass(frozen=True, slots=True)
class Scatter:
    """The amounts of a batch in one currency."""

    title: str
    sentence: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One order of a batch."""

    order: str
    payee: str
    amount: str
    account: str
    reference: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Several orders that are approved at once.

    Attributes:
        totals: Per currency.
        excluded: How many of the selection need opening first; empty where none does.
        flagged: Those, each of which can be opened.
        phrase: Six words for the digest over all that is signed.
        digest: What they stand for.
        looked: Who was shown all of this batch together before, and when.
    """

    heading: str
    lead: str
    totals: tuple[Fact, ...]
    excluded: str
    flagged: tuple[BatchItem, ...]
    items: tuple[BatchItem, ...]
    charts: tuple[Scatter, ...]
    liquidity: tuple[Fact, ...]
    phrase: tuple[str, ...]
    digest: str
    primary: str
    blocked: str
    looked: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class InboxState:
    """What the page shows beside the rows.

    Attributes:
        filters: Key, words, and whether it is the one in force.
        summary: How many are listed, as far as they were read.
        chosen: The order that is shown in detail; empty for none.
        entry: The entry that stands for a batch and is chosen; empty for none.
        within: The batch whose payments are listed; empty for all that waits.
        selected: The orders that are marked.
        selection: What is marked, in words; empty for nothing.
        said: What has just been done, once, for the banner and screen readers.
        whole: Words of the button that leads to approving all of a batch; empty where there is none.
        progress: How much of what is busy is done, and of how much; (0, 0) where nobody knows.
        stoppable: Whether the person can stop it.
    """

    heading: str
    filters: tuple[tuple[str, str, bool], ...]
    text: str
    summary: str
    searching: bool
    error: str
    empty_title: str
    empty_text: str
    chosen: str
    selected: frozenset[str]
    selection: str
    stage: Stage
    detail: Detail | None
    form: Form | None
    batch: Batch | None
    faults: Faults
    busy: str
    problem: Problem
    said: str
    within: str = ""
    entry: str = ""
    whole: str = ""
    progress: tuple[int, int] = (0, 0)
    stoppable: bool = False


class InboxView(Protocol):
    """The page."""

    def show_state(self, state: InboxState) -> None:
        """Show everything but the rows."""

    def show_rows(self, rows: Sequence[InboxRow], *, more: bool) -> None:
        """Show other rows."""

    def add_rows(self, rows: Sequence[InboxRow], *, more: bool) -> None:
        """Show the rows that follow."""
