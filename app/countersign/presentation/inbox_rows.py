"""Rows of the approvals inbox, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from countersign.application.ports.vault import Projections
from countersign.application.ports.workspace import ChainHead
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.inbox_facts import Facts, facts_of, pending
from countersign.presentation.inbox_ground import Ground
from countersign.presentation.inbox_state import ChipWords, Filter, InboxRow
from countersign.presentation.inbox_words import (
    changed_chip,
    check_chip,
    first_chip,
    match_chip,
    risk_chips,
    stale_chip,
)
from countersign.presentation.messages import _, language
from countersign.presentation.order_approvals import approvals_of, name_of

_ALIKE = 2  # payments: one alone is no habit


def chips_of(facts: Facts) -> tuple[ChipWords, ...]:
    """Say what is to be seen at a glance, the gravest first."""
    found = [stale_chip()] if facts.stale else []
    found += risk_chips(facts.assessment)
    if checked := check_chip(facts.check):
        found.append(checked)
    if not facts.before:
        found.append(first_chip())
    elif facts.account_changed:
        found.append(changed_chip())
    elif facts.matches >= _ALIKE:
        found.append(match_chip(facts.matches))
    weight = {"danger": 0, "warn": 1, "ok": 2, "info": 3, "neutral": 4}
    return tuple(sorted(found, key=lambda chip: weight[chip.tone]))


def is_flagged(chips: tuple[ChipWords, ...]) -> bool:
    """Tell whether an order must be opened before it can be signed with others."""
    return any(chip.tone in {"danger", "warn"} for chip in chips)


def row_of(facts: Facts, ground: Ground) -> InboxRow:
    """Put one order into words."""
    record, chips = facts.record, chips_of(facts)
    payment, governance = record.content.payment, ground.rules.governance
    state = approvals_of(record, ground.rules, ground.me.member, ground.now)
    amount = money_text(payment.instructed_amount, language())
    own = record.content.requester == ground.me.member
    who = _("you") if own else name_of(governance, record.content.requester)
    text = _("Requested by {name} · {count}").format(name=who, count=state.count)
    said = _("{amount} to {payee}").format(amount=isolate(amount), payee=payment.creditor_name)
    words = ". ".join((said, *(chip.text for chip in chips), text))
    return InboxRow(
        order=record.content.order,
        payee=payment.creditor_name,
        amount=amount,
        chips=chips,
        text=text,
        flagged=is_flagged(chips) or facts.wants_call_back,
        mine=not state.blocked,
        spoken=words,
        currency=payment.instructed_amount.currency,
        minor=payment.instructed_amount.minor,
    )


def passes(row: InboxRow, wanted: Filter) -> bool:
    """Tell whether a row belongs under a filter."""
    return {Filter.ALL: True, Filter.MINE: row.mine, Filter.FLAGGED: row.flagged}[wanted]


@dataclass(frozen=True, slots=True)
class Listed:
    """One order of the list: what was found, and how it is worded."""

    facts: Facts
    row: InboxRow


@dataclass(frozen=True, slots=True)
class Scanned:
    """Some of the orders that wait, newest first, and where to go on; ``after`` is None at the end."""

    found: tuple[Listed, ...]
    after: tuple[int, str] | None


def scan(reader: Projections, ground: Ground, text: str, wanted: Filter, after: tuple[int, str] | None) -> Scanned:
    """Read and word the next orders that wait, those that pass the filter; see ``pending``. READ lane."""
    records, following = pending(reader, ground, text, after)
    facts = (facts_of(reader, record) for record in records)
    listed = (Listed(item, row_of(item, ground)) for item in facts)
    return Scanned(tuple(item for item in listed if passes(item.row, wanted)), following)


@dataclass(frozen=True, slots=True)
class Asked:
    """A look at the list under way: how many rows are wanted, and whether those shown stay."""

    number: int
    wanted: int
    fresh: bool
    again: bool = False  # nobody asked for it: only what came since is worth reading


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, where to go on, and how far every chain reached."""

    ground: Ground
    found: list[Listed]
    after: tuple[int, str] | None
    heads: Mapping[str, ChainHead] | None
