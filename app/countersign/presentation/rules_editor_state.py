"""What the page of the approval rules shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from countersign.presentation.team_words import Option
from countersign.presentation.transfer_desk import Fault


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule, a limit or a delegation, as a sentence; ``chip`` says that it is new or drops out."""

    key: str
    sentence: str
    chip: str = ""
    tone: str = "info"
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule that is being written: "Above [amount] needs [count] of [group]"; an empty ``account`` is any."""

    rule: str = ""
    above: str = ""
    currency: str = "EUR"
    payees: str = "any"
    kinds: str = "any"
    account: str = ""
    count: str = "2"
    group: str = ""
    second_count: str = "0"
    second_group: str = ""
    ordered: bool = False
    second_device: bool = False


@dataclass(frozen=True, slots=True)
class LimitForm:
    """A limit of one approver that is being written."""

    member: str = ""
    currency: str = "EUR"
    order: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class DelegationForm:
    """A delegation that is being written; days as ``YYYY-MM-DD``, the last one included."""

    giver: str = ""
    taker: str = ""
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class RulesState:
    """The page.

    Attributes:
        rule_form: The rule that is being written; None while none is. ``limit_form`` and ``delegation_form`` likewise.
        blocked: Why nothing can be changed from here; empty where it can.
        unchanged: Why there is nothing to propose; empty where there is something.
        warning: Who could send nothing under the rules as written; empty where nobody is shut out.
        simulated: What the rules as written here would have asked for last month, sentence by sentence.
        asked: The change that is about to be proposed; empty while it is written.
    """

    heading: str
    lead: str
    approvals: str = "1"
    approvals_options: tuple[Option, ...] = ()
    own_request: str = ""
    rules: tuple[RuleLine, ...] = ()
    limits: tuple[RuleLine, ...] = ()
    delegations: tuple[RuleLine, ...] = ()
    rule_form: RuleForm | None = None
    limit_form: LimitForm | None = None
    delegation_form: DelegationForm | None = None
    currencies: tuple[Option, ...] = ()
    payees: tuple[Option, ...] = ()
    kinds: tuple[Option, ...] = ()
    accounts: tuple[Option, ...] = ()
    counts: tuple[Option, ...] = ()
    groups: tuple[Option, ...] = ()
    people: tuple[Option, ...] = ()
    preview: str = ""
    simulated: tuple[str, ...] = ()
    blocked: str = ""
    unchanged: str = ""
    warning: str = ""
    asked: str = ""
    asked_lines: tuple[str, ...] = ()
    effect: str = ""
    faults: tuple[Fault, ...] = ()
    busy: str = ""
    problem: str = ""


class RulesView(Protocol):
    """The page."""

    def show_state(self, state: RulesState) -> None:
        """Show the state."""
