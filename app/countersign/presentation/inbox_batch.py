"""Several orders that are approved at once: totals, what is left out, and one phrase for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from countersign.application.flows.script import Script, on_read, on_vault
from countersign.application.ports.vault import AccountRow
from countersign.application.session import Session
from countersign.application.use_cases.approve_batch import BATCH_LIMIT
from countersign.application.use_cases.look_at_order import look_at_list
from countersign.domain.batch_digest import batch_digest
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import fingerprint_phrase
from countersign.domain.payment import PaymentFields
from countersign.presentation.formats import iban_text, isolate, money_text
from countersign.presentation.inbox_detail import liquidity_of
from countersign.presentation.inbox_facts import Facts
from countersign.presentation.inbox_ground import Ground
from countersign.presentation.inbox_rows import Listed
from countersign.presentation.inbox_state import Batch, BatchItem, Dot, Fact, InboxRow, Scatter
from countersign.presentation.messages import _, language, ngettext

_FEWEST_FOR_OUTLIERS = 4
_DOTS = 400  # in one picture


def may_go_along(row: InboxRow) -> bool:
    """Tell whether an order can be signed with others, unopened."""
    return row.mine and not row.flagged and not row.confirms


def totals_of(payments: Iterable[PaymentFields]) -> tuple[Fact, ...]:
    """Add up per currency."""
    sums: dict[str, list[int]] = {}
    for payment in payments:
        amount = payment.instructed_amount
        found = sums.setdefault(amount.currency, [0, 0])
        found[0] += amount.minor
        found[1] += 1
    return tuple(
        Fact(
            ngettext("{count} payment", "{count} payments", count).format(count=count),
            money_text(Money(minor, currency), language()),
            ltr=True,
        )
        for currency, (minor, count) in sorted(sums.items())
    )


def selection_text(facts: Sequence[Facts]) -> str:
    """Say how many are marked and what they come to; empty for none."""
    if not facts:
        return ""
    count = len(facts)
    totals = _(", ").join(isolate(fact.text) for fact in totals_of(item.record.content.payment for item in facts))
    return ngettext("{count} selected: {totals}", "{count} selected: {totals}", count).format(
        count=count, totals=totals
    )


def batch_of(
    selected: Sequence[Listed],
    ground: Ground,
    waiting: Iterable[OrderRecord],
    accounts: Sequence[AccountRow],
    words: Sequence[str],
) -> Batch:
    """Word a selection.

    Args:
        selected: What is marked.
        ground: Rules, time, and who looks.
        waiting: All that is listed, for what is left of the accounts.
        accounts: Own accounts.
        words: The list that fingerprint phrases are made from.
    """
    good = [item for item in selected if may_go_along(item.row)]
    held = [item for item in selected if not may_go_along(item.row)]
    records = [item.facts.record for item in good]
    digest = batch_digest(record.digest for record in records) if records else ""
    count = len(good)
    blocked = "" if ground.may_sign else _("This copy of the vault can only be read. Sign on your newer one.")
    if not good:
        blocked = blocked or _("Nothing is left to sign together: open them one by one.")
    if count > BATCH_LIMIT:
        blocked = blocked or _("At most {limit} can be signed at once. Select fewer.").format(limit=BATCH_LIMIT)
    return Batch(
        heading=ngettext("Approve {count} payment", "Approve {count} payments", count).format(count=count),
        lead=_("One signature for each, all or none. Every one is listed below and can be opened."),
        totals=totals_of(record.content.payment for record in records),
        excluded=ngettext(
            "{held} of {all} needs opening first.", "{held} of {all} need opening first.", len(held)
        ).format(held=len(held), all=len(selected))
        if held
        else "",
        flagged=tuple(_item(item.facts.record) for item in held),
        items=tuple(_item(record) for record in records),
        charts=charts_of(record.content.payment for record in records),
        liquidity=liquidity_of(records, waiting, accounts) if records else (),
        phrase=fingerprint_phrase(digest, words) if digest else (),
        digest=digest,
        primary=ngettext("Approve {count} payment", "Approve {count} payments", count).format(count=count),
        blocked=blocked,
    )


def look_at_marked(session: Session, selected: Sequence[Listed]) -> Script[Sequence[AccountRow]]:
    """Put on record that what is marked was looked at together, and read the own accounts, which stand below it.

    Of more than can be signed at once nothing is: there the page asks for fewer.
    """
    records = [item.facts.record for item in selected if may_go_along(item.row)]
    digest = batch_digest(record.digest for record in records) if 0 < len(records) <= BATCH_LIMIT else ""
    orders = [record.content.order for record in records]
    yield from on_vault(partial(look_at_list, session.vault, "", digest, orders))
    return (yield from on_read(session.reader.accounts))


def _item(record: OrderRecord) -> BatchItem:
    return item_of(record.content.order, record.content.payment)


def item_of(order: str, payment: PaymentFields) -> BatchItem:
    """Word one order of a batch."""
    return BatchItem(
        order,
        payment.creditor_name,
        money_text(payment.instructed_amount, language()),
        iban_text(payment.creditor_account),
        payment.remittance,
    )


def charts_of(payments: Iterable[PaymentFields]) -> tuple[Scatter, ...]:
    """Draw the amounts of each currency: those far from the rest, and of very many some of the others."""
    by_currency: dict[str, list[PaymentFields]] = {}
    for payment in payments:
        by_currency.setdefault(payment.instructed_amount.currency, []).append(payment)
    return tuple(_scatter(found) for _currency, found in sorted(by_currency.items()) if len(found) > 1)


def _scatter(payments: Sequence[PaymentFields]) -> Scatter:
    amounts = [payment.instructed_amount for payment in payments]
    strange = sorted(outliers([amount.minor for amount in amounts]), key=lambda at: -amounts[at].minor)[: _DOTS // 4]
    far = set(strange)
    chosen = sorted({*range(0, len(amounts), -(-len(amounts) // _DOTS)), *strange})
    dots = tuple(
        Dot(amounts[at].minor, payments[at].creditor_name, money_text(amounts[at], language()), at in far)
        for at in chosen
    )
    title = _("Amounts in {currency}").format(currency=amounts[0].currency)
    low, high = min(amounts, key=lambda one: one.minor), max(amounts, key=lambda one: one.minor)
    spoken = _("{title}: {count} payments from {low} to {high}.").format(
        title=title, count=len(amounts), low=money_text(low, language()), high=money_text(high, language())
    )
    named = _(", ").join(f"{dot.payee} {isolate(dot.text)}" for dot in dots if dot.outlier)
    if named:
        spoken += " " + _("Unlike the others: {names}.").format(names=named)
    return Scatter(title, spoken, dots)


def outliers(values: Sequence[int]) -> frozenset[int]:
    """Return the places of values that lie far from the rest.

    Farther than one and a half times the distance between the quartiles beyond the nearer one (Tukey's fences).
    """
    if len(values) < _FEWEST_FOR_OUTLIERS:
        return frozenset()
    ordered = sorted(values)
    low, high = ordered[len(ordered) // 4], ordered[(3 * len(ordered) - 1) // 4]
    reach = 3 * (high - low)
    return frozenset(
        place for place, value in enumerate(values) if 2 * value < 2 * low - reach or 2 * value > 2 * high + reach
    )
