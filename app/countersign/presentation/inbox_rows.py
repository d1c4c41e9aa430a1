"""Rows of the approvals inbox, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from countersign.application.ports.vault import Projections
from countersign.application.ports.workspace import ChainHead
from countersign.presentation.check_texts import printable
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.inbox_facts import BATCH, Facts, WaitingBatch, facts_of, pending, waiting_batches
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
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.order_approvals import approvals_of, name_of

_ALIKE = 2  # payments: one alone is no habit


def chips_of(facts: Facts) -> tuple[ChipWords, ...]:
    """Say what is to be seen at a glance, the gravest first."""
    found = [stale_chip()] if facts.stale else []
    if facts.lacking:
        found.append(ChipWords(_("Document not here"), "warn"))
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
    state = approvals_of(record, ground.rules, ground.me, ground.now)
    amount = money_text(payment.instructed_amount, language())
    own = record.content.requester == ground.me.member
    who = _("you") if own else name_of(governance, record.content.requester)
    text = _("Requested by {name} · {count}").format(name=who, count=state.count)
    if state.may_confirm:
        text = _("Requested by you on another device · confirm it here")
    said = _("{amount} to {payee}").format(amount=isolate(amount), payee=payment.creditor_name)
    words = ". ".join((said, *(chip.text for chip in chips), text))
    return InboxRow(
        order=record.content.order,
        payee=payment.creditor_name,
        amount=amount,
        chips=chips,
        text=text,
        flagged=is_flagged(chips) or facts.wants_call_back,
        mine=not state.blocked or state.may_confirm,
        confirms=state.may_confirm,
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


def batch_rows(reader: Projections, ground: Ground, wanted: Filter) -> tuple[InboxRow, ...]:
    """Word the batches that wait, each as one entry. READ lane."""
    found = () if wanted is Filter.FLAGGED else waiting_batches(reader, ground)
    return tuple(_batch_row(item, ground) for item in found if item.mine or wanted is Filter.ALL)


def _batch_row(item: WaitingBatch, ground: Ground) -> InboxRow:
    batch, requester = item.batch, item.record.content.requester
    who = _("you") if requester == ground.me.member else name_of(ground.rules.governance, requester)
    amount = _(", ").join(money_text(total, language()) for total in batch.totals)
    title = ngettext("Batch of {count}", "Batch of {count}", batch.waiting).format(count=batch.waiting)
    asked = _("Requested by {name}").format(name=who)
    text = (
        _("{name} · requested by {who}").format(name=isolate(printable(batch.name)), who=who) if batch.name else asked
    )
    return InboxRow(
        order=BATCH + batch.batch,
        payee=title,
        amount=amount,
        chips=(),
        text=text,
        flagged=False,
        mine=False,  # it is opened, never marked: its payments are
        spoken=". ".join((title, isolate(amount), text)),
        currency=batch.totals[0].currency,
        minor=batch.totals[0].minor,
    )


def scan(
    reader: Projections, ground: Ground, text: str, wanted: Filter, after: tuple[int, str] | None, within: str = ""
) -> Scanned:
    """Read and word the next orders that wait, those that pass the filter; see ``pending``. READ lane."""
    records, following = pending(reader, ground, text, after, within)
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
    batches: tuple[InboxRow, ...]
    heads: Mapping[str, ChainHead] | None
