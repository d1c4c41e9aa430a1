"""The lines of a checked list: which are listed, in which sequence, and each in words once it is in sight."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Final

from countersign.application.batch_state import LINES_IN_SLICE, BatchHead, BatchLine, BatchStage
from countersign.application.flows.transfer import TransferDraft
from countersign.domain.money import Money
from countersign.domain.payee import DetailsSource
from countersign.domain.vetting import Level
from countersign.presentation.batch_state import LineDetail, LineRow, Report, Shown
from countersign.presentation.batch_words import count_words, line_state, noticed_text, pay_text
from countersign.presentation.check_texts import printable
from countersign.presentation.formats import iban_text, isolate, money_text
from countersign.presentation.inbox_batch import outliers
from countersign.presentation.inbox_state import Dot, Fact, Scatter
from countersign.presentation.messages import _, language

_GOES, _OUT, _LOOK, _STOP = range(4)
_IS: Final = tuple(bytes(value == grave for value in range(256)) for grave in range(4))
_SLICES_HELD: Final = 40
_DOTS: Final = 200


class LineBook:
    """Knows of each line how grave it is, and of some slices all they say: bounded, however long the list."""

    def __init__(self) -> None:
        self._grave = bytearray()
        self._order = array("L")
        self._shown = Shown.FLAGGED
        self._held: OrderedDict[int, tuple[BatchLine, ...]] = OrderedDict()
        self._amounts: dict[str, array[int]] = {}
        self._numbers: dict[str, array[int]] = {}
        self._names: dict[str, list[str]] = {}

    @property
    def count(self) -> int:
        """How many lines are listed."""
        return len(self._order)

    @property
    def known(self) -> int:
        """How many lines there are, as far as they were seen."""
        return len(self._grave)

    @property
    def shown(self) -> Shown:
        """Which lines are listed."""
        return self._shown

    def clear(self) -> None:
        """Forget everything."""
        self.__init__()  # type: ignore[misc]  # begins anew

    def take(self, lines: Iterable[BatchLine]) -> None:
        """Take the lines that follow, or such that were decided anew; hold the first slices that are looked at."""
        found = tuple(lines)
        new = bool(found) and found[0].number >= len(self._grave)
        flagged = any(_grave(line) in {_LOOK, _STOP} for line in found)
        if new and len(self._held) < _SLICES_HELD and (flagged or not self._grave):
            self._held[found[0].number // LINES_IN_SLICE] = found
        for line in found:
            if line.number < len(self._grave):
                self._grave[line.number] = _grave(line)
                self._replace(line)
                continue
            self._grave.append(_grave(line))
            if line.payment is not None:
                amount = line.payment.instructed_amount
                self._amounts.setdefault(amount.currency, array("q")).append(amount.minor)
                self._names.setdefault(amount.currency, []).append(line.payment.creditor_name)
                self._numbers.setdefault(amount.currency, array("L")).append(line.number)

    def _replace(self, line: BatchLine) -> None:
        place = line.number // LINES_IN_SLICE
        held = self._held.get(place)
        if held is not None:
            self._held[place] = tuple(line if item.number == line.number else item for item in held)

    def arrange(self, shown: Shown) -> int:
        """Put the lines that are listed in their sequence, the gravest first; return how many."""
        self._shown = shown
        wanted = {Shown.FLAGGED: (_STOP, _LOOK), Shown.GOES: (_GOES,), Shown.ALL: (_STOP, _LOOK, _OUT, _GOES)}[shown]
        found = array("L")
        for grave in wanted:
            found.extend(compress(range(len(self._grave)), self._grave.translate(_IS[grave])))
        self._order = found
        return len(found)

    def number_at(self, place: int) -> int:
        """Return which line stands at a place of the table."""
        return self._order[place]

    def line(self, number: int) -> BatchLine | None:
        """Return a line; None where its slice has to be read."""
        held = self._held.get(number // LINES_IN_SLICE)
        return held[number % LINES_IN_SLICE] if held and number % LINES_IN_SLICE < len(held) else None

    def hold(self, place: int, lines: tuple[BatchLine, ...]) -> None:
        """Hold a slice that was read; of many the oldest goes."""
        self._held[place] = lines
        self._held.move_to_end(place)
        while len(self._held) > _SLICES_HELD:
            self._held.popitem(last=False)

    def charts(self) -> tuple[Scatter, ...]:
        """Draw the amounts of each currency: those far from the rest, and some of the others. Any worker."""
        return tuple(self._chart(currency) for currency in sorted(self._amounts) if len(self._amounts[currency]) > 1)

    def _chart(self, currency: str) -> Scatter:
        amounts, names = self._amounts[currency], self._names[currency]
        strange = sorted(outliers(amounts), key=lambda at: -amounts[at])[: _DOTS // 4]
        step = max(len(amounts) // _DOTS, 1)
        chosen = sorted({*range(0, len(amounts), step), *strange})
        far = set(strange)
        dots = tuple(Dot(amounts[at], printable(names[at]), _money(amounts[at], currency), at in far) for at in chosen)
        title = _("Amounts in {currency}").format(currency=currency)
        spoken = _("{title}: {count} payments from {low} to {high}.").format(
            title=title,
            count=len(amounts),
            low=_money(min(amounts), currency),
            high=_money(max(amounts), currency),
        )
        named = _(", ").join(f"{dot.payee} {isolate(dot.text)}" for dot in dots if dot.outlier)
        if named:
            spoken += " " + _("Unlike the others: {names}.").format(names=named)
        return Scatter(title, spoken, dots)


def _money(minor: int, currency: str) -> str:
    return money_text(Money(minor, currency), language())


def _grave(line: BatchLine) -> int:
    if line.stays_out:
        return _STOP
    if line.level is Level.LOOK and not line.goes:
        return _LOOK
    return _GOES if line.goes else _OUT


def row_of(line: BatchLine) -> LineRow:
    """Put a line into words."""
    payment = line.payment
    state, tone = line_state(line)
    what = noticed_text(line.found[0]) if line.found else ""
    payee = printable(payment.creditor_name) if payment else ""
    amount = money_text(payment.instructed_amount, language()) if payment else ""
    number = _("Line {line}").format(line=line.line)
    spoken = _(", ").join(text for text in (number, payee, isolate(amount), state, what) if text)
    return LineRow(
        number=line.number,
        line=str(line.line),
        payee=payee or number,  # where the column of lines has no room, an unreadable one would be blank
        account=iban_text(printable(payment.creditor_account)) if payment else "",
        reference=printable(payment.remittance) if payment else "",
        state=state,
        tone=tone,
        what=what,
        amount=amount,
        spoken=spoken,
    )


def detail_of(line: BatchLine, *, open_to_change: bool) -> LineDetail:
    """Say everything of a line, and what can be done about it."""
    payment, row = line.payment, row_of(line)
    facts = [Fact(_("Line"), row.line, ltr=True), Fact(_("What becomes of it"), row.state, row.tone)]
    if payment is not None:
        facts += [
            Fact(_("Payee"), printable(payment.creditor_name)),
            Fact(_("Account"), row.account, ltr=True),
            Fact(_("Amount"), row.amount, ltr=True),
            Fact(_("Reference"), row.reference),
            Fact(_("Paid from"), iban_text(payment.debtor_account), ltr=True),
        ]
    tones = {Level.STOP: "danger", Level.LOOK: "warn", Level.NOTE: "neutral"}
    take, taken = "", ""
    if open_to_change and not line.stays_out:
        take, taken = (_("Leave it out"), "out") if line.goes else (_("Take it in"), "in")
    return LineDetail(
        number=line.number,
        title=row.payee,
        facts=tuple(fact for fact in facts if fact.text),
        noticed=tuple((noticed_text(item), tones[item.level]) for item in line.found),
        take=take,
        taken=taken,
        own=_("Make it a transfer of its own") if payment is not None and not line.goes else "",
    )


def report_of(head: BatchHead, shown: Shown, charts: Sequence[Scatter]) -> Report:
    """Say what came of the check."""
    tally = head.tally
    done = head.stage is BatchStage.REQUESTED
    facts = [Fact(_("Requested") if done else _("Goes along"), count_words(tally.goes), "ok" if tally.goes else "")]
    facts += [Fact(_("Total"), money_text(total, language()), ltr=True) for total in head.totals]
    if tally.looks:
        facts.append(Fact(_("Left out") if done else _("Need a look"), count_words(tally.looks), "warn"))
    if tally.stops:
        facts.append(Fact(_("Stay out"), count_words(tally.stops), "danger"))
    if head.pay_lines:
        facts.append(Fact(_("Confidential"), pay_text(head)))
    filters = (
        (Shown.FLAGGED, _("Flagged")),
        (Shown.GOES, _("Requested") if done else _("Goes along")),
        (Shown.ALL, _("All")),
    )
    return Report(
        facts=tuple(facts),
        about=tuple(noticed_text(item) for item in head.about),
        filters=tuple((key.value, words, key is shown) for key, words in filters),
        charts=tuple(charts),
    )


def draft_of(identifier: str, line: BatchLine, source: DetailsSource) -> TransferDraft:
    """Make a line a guided transfer of its own."""
    payment = line.payment
    if payment is None:
        return TransferDraft(identifier)
    return TransferDraft(
        draft=identifier,
        name=payment.creditor_name,
        account=payment.creditor_account,
        agent=payment.creditor_agent,
        source=source,
        amount=payment.instructed_amount,
        product=payment.product,
        remittance=payment.remittance,
        debtor_account=payment.debtor_account,
        debtor_member=payment.debtor_agent_member,
        execution_date=payment.requested_execution_date,
        scheme=payment.creditor_account_scheme,
        agent_member=payment.creditor_agent_member,
    )
