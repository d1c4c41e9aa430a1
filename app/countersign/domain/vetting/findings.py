"""What vetting came to: findings by the rule that made them, a verdict, and what to ask before paying.

Nothing here is a promise: that nothing was found says that nothing was found, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from countersign.domain.accounts import AccountFault
from countersign.domain.money import Money
from countersign.domain.national_accounts import ReadAccount
from countersign.domain.payment import PaymentProduct


class Verdict(StrEnum):
    """What to do; in the order of how grave it is."""

    CLEAR = "clear"  # nothing speaks against it
    LOOK = "look"  # look at the findings before paying
    STOP = "stop"  # don't pay before the findings are sorted out
    UNREADABLE = "unreadable"  # nothing can be said


class Level(StrEnum):
    """How much a finding weighs."""

    NOTE = "note"  # a fact, neither good nor bad
    LOOK = "look"
    STOP = "stop"


class Subject(StrEnum):
    """What was vetted."""

    DETAILS = "details"  # an account and a name
    MESSAGE = "message"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was noticed.

    Attributes:
        rule: Names the rule: ``account.check_digits``, ``name.mixed_scripts``, ``text.direction``, ``words.urgency``,
            ``payments.duplicate`` …
        params: Facts for the sentence; untrusted text stays untrusted.
        line: Of the message or file, from 1; 0 where it is about the whole.
    """

    rule: str
    level: Level
    params: Mapping[str, str | int] = field(default_factory=dict, hash=False)
    line: int = 0


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account that was found.

    Attributes:
        written: As it stands there: untrusted.
        read: What it is, or what is wrong with it.
        rails: What could carry money to it, the ordinary one first; empty where it is faulty.
        line: From 1; 0 where there are no lines.
    """

    written: str
    read: ReadAccount | AccountFault
    rails: tuple[PaymentProduct, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class AmountSeen:
    """An amount that was found, in every way it can be read: several where its marks are ambiguous."""

    written: str
    options: tuple[Money, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class FileSummary:
    """A list of payments as a whole.

    Attributes:
        kind: ``pain.001`` or ``CSV``.
        version: The message's full name, or empty.
        payments: How many were read.
        faulty: How many of them have faults.
        totals: One for each currency, of the payments whose amount could be read.
        counts: How often each rule found something, also beyond the findings that are listed.
    """

    kind: str
    version: str
    payments: int
    faulty: int
    totals: tuple[Money, ...]
    counts: Mapping[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class DetailsCheck:
    """What came of vetting.

    Attributes:
        findings: The gravest first, then by line.
        questions: Codes of what to ask before paying, the most important first.
        fault: Why nothing can be said, as a code; empty otherwise.
        fault_params: Facts for its sentence.
    """

    subject: Subject
    verdict: Verdict
    accounts: tuple[AccountSeen, ...] = ()
    names: tuple[str, ...] = ()
    amounts: tuple[AmountSeen, ...] = ()
    findings: tuple[Finding, ...] = ()
    questions: tuple[str, ...] = ()
    file: FileSummary | None = None
    fault: str = ""
    fault_params: Mapping[str, str | int] = field(default_factory=dict, hash=False)


_GRAVEST = (Level.STOP, Level.LOOK, Level.NOTE)


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Return the verdict that findings come to."""
    levels = {finding.level for finding in findings}
    if Level.STOP in levels:
        return Verdict.STOP
    return Verdict.LOOK if Level.LOOK in levels else Verdict.CLEAR


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put the gravest first, then by line; the same thing twice is told once."""
    told: dict[tuple[str, int, str], Finding] = {}
    for finding in findings:
        told.setdefault((finding.rule, finding.line, repr(sorted(finding.params.items()))), finding)
    return tuple(sorted(told.values(), key=lambda found: (_GRAVEST.index(found.level), found.line)))
