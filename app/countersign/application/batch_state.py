"""A list of payments on its way to becoming orders: working state that survives a crash at every slice.

What is kept: one head, and the lines in slices of ``LINES_IN_SLICE``; never the whole list in one value. Identifiers of
orders and payees follow from a seed in the head and the line's number, so that they are the same whenever they are
asked for: no line becomes two orders.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from operator import attrgetter
from typing import Final, cast

from countersign.application.ports.bank_files import ListColumns
from countersign.domain.canonical import Fields, Json, JsonObject
from countersign.domain.currencies import exponent_of
from countersign.domain.money import Money
from countersign.domain.payee import DetailsSource, NameCheck
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentFields, PaymentProduct
from countersign.domain.risk import Assessment
from countersign.domain.vetting import Finding, Level

LINES_IN_SLICE: Final = 100

_ENUMS: Final = {
    "product": PaymentProduct,
    "debtor_account_scheme": AccountScheme,
    "creditor_account_scheme": AccountScheme,
    "charge_bearer": ChargeBearer,
    "arrival": Arrival,
}


_NAMES: Final = tuple(item.name for item in fields(PaymentFields) if item.name != "instructed_amount")
_texts_of: Final = attrgetter(*_NAMES)


class BatchStage(StrEnum):
    """How far a list has come."""

    READING = "reading"
    CHECKED = "checked"
    REQUESTING = "requesting"
    REQUESTED = "requested"


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One line of a list, checked.

    Attributes:
        number: From 0, in the sequence of the file.
        line: Of the file, from 1.
        payment: As it would be sent; None where it can't be read.
        found: What was noticed. A ``STOP`` keeps the line out; a ``LOOK`` does, unless the person takes it in.
        payee: Who is paid: a known payee's identifier, or the one that the new payee will have.
        version: The event of that payee's details; empty for a new payee.
        check: The bank's answer about the name, where it was asked.
        assessment: What the risk check found; None where the line is kept out.
        decided: ``in`` or ``out`` where the person has said so; else empty.
    """

    number: int
    line: int
    payment: PaymentFields | None
    found: tuple[Finding, ...] = ()
    payee: str = ""
    version: str = ""
    check: NameCheck | None = None
    assessment: Assessment | None = None
    decided: str = ""

    @property
    def level(self) -> Level:
        """The gravest of what was noticed."""
        levels = {finding.level for finding in self.found}
        return next((level for level in (Level.STOP, Level.LOOK) if level in levels), Level.NOTE)

    @property
    def stays_out(self) -> bool:
        """Whether the line can't become an order from here, whatever the person says."""
        return self.level is Level.STOP or self.payment is None or self.assessment is None

    @property
    def goes(self) -> bool:
        """Whether the line becomes an order."""
        if self.stays_out:
            return False
        return self.decided == "in" if self.level is Level.LOOK else self.decided != "out"

    def canonical(self) -> dict[str, Json]:
        """Return the line as a canonical object; what is empty is left out."""
        found: list[Json] = [
            {"rule": item.rule, "level": item.level.value, "params": dict(item.params)} for item in self.found
        ]
        said: dict[str, Json] = {"n": self.number, "line": self.line, "found": found}
        if self.payment is not None:
            said["payment"] = payment_object(self.payment)
        if self.check is not None:
            said["check"] = self.check.canonical()
        if self.assessment is not None:
            said["assessment"] = self.assessment.canonical()
        texts = {"payee": self.payee, "version": self.version, "decided": self.decided}
        return {**said, **{name: text for name, text in texts.items() if text}}

    @classmethod
    def read(cls, value: Json) -> BatchLine:
        """Read a line back.

        Raises:
            NotCanonicalError: It was not written by this format.
        """
        taken = Fields(value, "batch_line")
        return cls(
            number=taken.integer("n"),
            line=taken.integer("line"),
            payment=read_payment(taken.mapping("payment")) if taken.has("payment") else None,
            found=tuple(_finding(item, taken) for item in taken.items("found")),
            payee=taken.text_or_empty("payee"),
            version=taken.text_or_empty("version"),
            check=NameCheck.read(taken.mapping("check")) if taken.has("check") else None,
            assessment=Assessment.from_canonical(taken.mapping("assessment")) if taken.has("assessment") else None,
            decided=taken.text_or_empty("decided"),
        )


def _finding(value: Json, _within: Fields) -> Finding:
    taken = Fields(value, "finding")
    params = cast("Mapping[str, str | int]", taken.mapping("params"))
    return Finding(taken.text("rule"), Level(taken.text("level")), params)


def payment_object(payment: PaymentFields) -> dict[str, Json]:
    """Return a payment as a canonical object; what is empty is left out."""
    amount = payment.instructed_amount
    said: dict[str, Json] = {name: str(text) for name, text in zip(_NAMES, _texts_of(payment), strict=True) if text}
    return {"minor": amount.minor, "currency": amount.currency, **said}


def read_payment(value: JsonObject) -> PaymentFields:
    """Read a payment back."""
    taken = Fields(dict(value), "payment")
    amount = Money(taken.integer("minor"), taken.text("currency"))
    said: dict[str, object] = {}
    for name in _NAMES:
        text = taken.text_or_empty(name)
        said[name] = _ENUMS[name](text) if name in _ENUMS else text
    taken.end()
    return PaymentFields(instructed_amount=amount, **said)  # type: ignore[arg-type]  # names are the payment's own


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts and totals of a list: of all lines that could be read, and of those that go.

    Attributes:
        lines: All of them.
        stops: Those that stay out.
        looks: Those that stay out until they are taken in.
        goes: Those that become orders.
        totals: Of those that go, minor units by currency.
    """

    lines: int = 0
    stops: int = 0
    looks: int = 0
    goes: int = 0
    totals: Mapping[str, int] = field(default_factory=dict)

    def plus(self, line: BatchLine, sign: int = 1) -> Tally:
        """Count a line, or take it out again with ``sign`` -1."""
        totals = dict(self.totals)
        if line.goes and line.payment is not None:
            amount = line.payment.instructed_amount
            totals[amount.currency] = totals.get(amount.currency, 0) + sign * amount.minor
        return Tally(
            self.lines + sign,
            self.stops + sign * line.stays_out,
            self.looks + sign * (line.level is Level.LOOK and not line.stays_out and not line.goes),
            self.goes + sign * line.goes,
            {currency: minor for currency, minor in totals.items() if minor},
        )

    def with_all(self, lines: Iterable[BatchLine]) -> Tally:
        """Count lines."""
        count = stops = looks = goes = 0
        totals = dict(self.totals)
        for line in lines:
            out, going = line.stays_out, line.goes
            count, stops, goes = count + 1, stops + out, goes + going
            looks += not out and not going and line.level is Level.LOOK
            if going and line.payment is not None:
                amount = line.payment.instructed_amount
                totals[amount.currency] = totals.get(amount.currency, 0) + amount.minor
        return Tally(self.lines + count, self.stops + stops, self.looks + looks, self.goes + goes, totals)


@dataclass(frozen=True, slots=True)
class BatchHead:
    """What is known of a list as a whole.

    Attributes:
        batch: Identifier, 32 hex digits.
        seed: 64 hex digits that identifiers and nonces follow from; never leaves the vault.
        path: Where the file lay.
        columns: What each column is, in a list; None for other files.
        number: Of the account that pays where a line doesn't say.
        member: That account's bank within a national clearing, or empty.
        source: Where the payees' details come from, for those who were never paid before.
        about: What was noticed about the whole: a ``STOP`` keeps all of it from being requested.
        asked: How many names the bank was asked about.
        made: How many lines have become orders, or were passed over: the next one to look at.
        announced: How many parts of ``batch.prepared`` are on record.
        payroll: Whether whoever brought it said that it pays people for their work.
        pay_lines: How many lines the file itself calls that, by their category purpose.
    """

    batch: str
    seed: str
    name: str
    path: str
    sha256: str
    kind: str
    created_at: int
    number: str
    member: str
    source: DetailsSource
    columns: ListColumns | None = None
    version: str = ""
    stage: BatchStage = BatchStage.READING
    tally: Tally = field(default_factory=Tally)
    about: tuple[Finding, ...] = ()
    asked: int = 0
    made: int = 0
    announced: int = 0
    payroll: bool = False
    pay_lines: int = 0

    @property
    def restricted(self) -> bool:
        """Whether what each payee receives is for those who need it: of all lines, where it is so of some."""
        return self.payroll or self.pay_lines > 0

    @property
    def held(self) -> bool:
        """Whether something about the whole file keeps it from being requested."""
        return any(finding.level is Level.STOP for finding in self.about)

    @property
    def slices(self) -> int:
        """How many slices of lines there are."""
        return -(-self.tally.lines // LINES_IN_SLICE)

    def identifier(self, what: str, name: str) -> str:
        """Return 32 hex digits that nobody can guess and that are the same for ever: an order's, a nonce, a payee's."""
        return hashlib.sha256(f"countersign/batch/{self.seed}/{what}/{name}".encode()).hexdigest()[:32]

    def canonical(self) -> dict[str, Json]:
        """Return the head as a canonical object."""
        tally, columns = self.tally, self.columns
        return {
            "v": 1,
            **{name: getattr(self, name) for name in _TEXTS},
            "source": self.source.value,
            "stage": self.stage.value,
            "created_at": self.created_at,
            "columns": [{"places": dict(columns.places), "currency": columns.currency}] if columns else [],
            "tally": {
                "lines": tally.lines,
                "stops": tally.stops,
                "looks": tally.looks,
                "goes": tally.goes,
                "totals": dict(tally.totals),
            },
            "about": [{"rule": i.rule, "level": i.level.value, "params": dict(i.params)} for i in self.about],
            "asked": self.asked,
            "made": self.made,
            "announced": self.announced,
            **({"payroll": True} if self.payroll else {}),
            **({"pay_lines": self.pay_lines} if self.pay_lines else {}),
        }

    @classmethod
    def read(cls, value: Json) -> BatchHead:
        """Read a head back.

        Raises:
            NotCanonicalError: It was not written by this format.
        """
        taken = Fields(value, "batch")
        counted = Fields(taken.mapping("tally"), "tally")
        columns = [Fields(item, "columns") for item in taken.items("columns")]
        texts = {name: taken.text(name) for name in _TEXTS}
        return cls(
            **texts,
            source=DetailsSource(taken.text("source")),
            stage=BatchStage(taken.text("stage")),
            created_at=taken.integer("created_at"),
            columns=ListColumns(cast("Mapping[str, int]", columns[0].mapping("places")), columns[0].text("currency"))
            if columns
            else None,
            tally=Tally(
                counted.integer("lines"),
                counted.integer("stops"),
                counted.integer("looks"),
                counted.integer("goes"),
                cast("Mapping[str, int]", counted.mapping("totals")),
            ),
            about=tuple(_finding(item, taken) for item in taken.items("about")),
            asked=taken.integer("asked"),
            made=taken.integer("made"),
            announced=taken.integer("announced"),
            payroll=taken.has("payroll") and taken.flag("payroll"),
            pay_lines=taken.integer("pay_lines") if taken.has("pay_lines") else 0,
        )

    @property
    def totals(self) -> tuple[Money, ...]:
        """What goes, one for each currency."""
        known = sorted(self.tally.totals.items())
        return tuple(Money(minor, currency) for currency, minor in known if exponent_of(currency) >= 0)

    def decided(self, before: BatchLine, after: BatchLine) -> BatchHead:
        """Return the head with a line counted anew."""
        return replace(self, tally=self.tally.plus(before, -1).plus(after))


_TEXTS: Final = ("batch", "seed", "name", "path", "sha256", "kind", "number", "member", "version")


def slice_key(batch: str, place: int) -> str:
    """Name the slice that begins with line ``place * LINES_IN_SLICE``."""
    return f"{batch}.lines.{place:06d}"


def head_key(batch: str) -> str:
    """Name a batch's head."""
    return f"{batch}.head"


def made_key(batch: str, first: int) -> str:
    """Name the list of orders that were made from line ``first`` on."""
    return f"{batch}.made.{first:08d}"
