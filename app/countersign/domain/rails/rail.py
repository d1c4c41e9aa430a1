"""A rail: one way for money to travel, as the data pack describes it. Codes and figures only, no sentences.

Each fact carries its basis: the document and section that it was taken from, and whether it was checked there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from countersign.domain.canonical import Fields, Json, NotCanonicalError
from countersign.domain.money import Money
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentProduct

PACK_FORMAT = 1
ALWAYS_OPEN = "ALWAYS"

_HOURS, _MINUTES = 24, 60

Choice = TypeVar("Choice", bound=StrEnum)


class SpeedUnit(StrEnum):
    """What a rail's speed is counted in."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    BANKING_DAYS = "banking_days"


class UntilKind(StrEnum):
    """How the end of a way to get money back is reckoned."""

    EXECUTION = "execution"  # until the bank has sent it on
    EVE_OF_DATE = "eve_of_date"  # until the end of the banking day before the agreed day
    HOURS = "hours"  # from the order
    BANKING_DAYS = "banking_days"  # from the execution
    MONTHS = "months"  # from the execution
    AT_ONCE = "at_once"  # no fixed end: each hour counts
    NEVER = "never"


class GetBackAction(StrEnum):
    """What can be asked for."""

    CANCEL = "cancel"
    RECALL = "recall"
    REQUEST = "request"
    REVERSAL = "reversal"
    TRACE = "trace"
    UNAUTHORISED = "unauthorised"
    SCAM_REFUND = "scam_refund"
    POLICE_STOP = "police_stop"


class Holder(StrEnum):
    """Of whom it is asked."""

    OWN_BANK = "own_bank"
    PAYEE_BANK = "payee_bank"  # through the own bank
    POLICE = "police"


class Certainty(StrEnum):
    """How sure it is."""

    LAW = "law"  # owed where its conditions are met
    USUAL = "usual"
    CONSENT = "consent"  # the payee has to agree
    BEST_EFFORT = "best_effort"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a fact stands on.

    Attributes:
        verified: Whether it was checked in that document; what wasn't is shown as "to be confirmed".
    """

    document: str
    section: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Speed:
    """How long from sending to arriving; ``guaranteed`` by law or by the scheme."""

    unit: SpeedUnit
    count: int
    guaranteed: bool
    basis: Basis


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The scheme's own greatest amount, None where it has none; a bank's own may be lower."""

    amount: Money | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class CutOff:
    """Until when an order counts as of today: local time of the rail's zone. A bank's own is often earlier."""

    hour: int
    minute: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Cost:
    """Who pays, as far as the scheme says (``code``); what the bank takes is in its own tariff."""

    code: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Until:
    """A relative end."""

    kind: UntilKind
    count: int = 0


@dataclass(frozen=True, slots=True)
class GetBackRule:
    """One way to get money back.

    Attributes:
        reasons: Reason codes of camt.055 (ISO 20022 ExternalCancellationReason1Code) that it may be asked for with.
        how: ``camt.055``, ``bank_app``, ``call``, ``claim`` or ``police_line``.
        arrivals: Only for these arrival modes; for all where it is empty.
    """

    action: GetBackAction
    holder: Holder
    until: Until
    reasons: tuple[str, ...]
    how: str
    certainty: Certainty
    arrivals: tuple[Arrival, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Protection:
    """What the law holds over a payer. ``cap`` and ``excess`` only where there are such."""

    code: str
    cap: Money | None
    excess: Money | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class ArrivalMode:
    """A choice of when it is to arrive, with its own speed."""

    arrival: Arrival
    speed: Speed


@dataclass(frozen=True, slots=True)
class Rail:
    """One way for money to travel.

    Attributes:
        currencies: Empty for any.
        countries: Of both banks (ISO 3166); empty for any.
        scheme: How both accounts are numbered; None for either.
        calendar: Whose closing days count; ``ALWAYS`` for none.
        counted_in: The calendar in which banking days of deadlines are counted.
        zone: IANA name of the zone of ``cut_off`` and ``calendar``.
        open_always_up_to: Up to this amount it runs at any hour, whatever the calendar says.
        future_dated: Whether a later day can be asked for.
        purpose: Whether it carries a purpose code.
        reviewed: When somebody last compared the entry with its sources.
        stale_after: From when on it is to be taken with doubt.
    """

    product: PaymentProduct
    currencies: tuple[str, ...]
    countries: tuple[str, ...]
    scheme: AccountScheme | None
    speed: Speed
    arrivals: tuple[ArrivalMode, ...]
    ceiling: Ceiling
    cut_off: CutOff | None
    calendar: str
    counted_in: str
    zone: str
    open_always_up_to: Money | None
    future_dated: bool
    purpose: bool
    charge_bearers: tuple[ChargeBearer, ...]
    cost: Cost
    get_back: tuple[GetBackRule, ...]
    protection: tuple[Protection, ...]
    reviewed: date
    stale_after: date

    @property
    def doubts(self) -> frozenset[str]:
        """Name the figures that nobody checked in their source: ``speed``, ``ceiling``, ``cut_off``, ``cost``."""
        facts = {"speed": self.speed.basis, "ceiling": self.ceiling.basis, "cost": self.cost.basis}
        facts |= {"cut_off": self.cut_off.basis} if self.cut_off else {}
        return frozenset(name for name, basis in facts.items() if not basis.verified)

    def stale_on(self, day: date) -> bool:
        """Tell whether the entry is past its date."""
        return day > self.stale_after


@dataclass(frozen=True, slots=True)
class RailPack:
    """All rails of one edition of the data pack."""

    edition: str
    rails: tuple[Rail, ...]

    def rail(self, product: PaymentProduct) -> Rail:
        """Return the rail of a product.

        Raises:
            KeyError: The pack has none.
        """
        for rail in self.rails:
            if rail.product is product:
                return rail
        raise KeyError(product.value)

    @classmethod
    def read(cls, value: Json) -> RailPack:
        """Read a pack.

        Raises:
            NotCanonicalError: It isn't of this format, or a field is missing, unknown or of another type.
            MoneyError: An amount can't be one.
        """
        taken = Fields(value, "rails")
        if taken.integer("format") != PACK_FORMAT:
            raise NotCanonicalError("canonical.field_type", what="rails", field="format")
        taken.text("about")
        found = cls(taken.text("edition"), tuple(_rail(item) for item in taken.items("rails")))
        taken.end()
        return found


def _rail(value: Json) -> Rail:
    taken = Fields(value, "rail")
    scheme = taken.text("account_scheme")
    found = Rail(
        product=_one(PaymentProduct, taken.text("product")),
        currencies=taken.texts("currencies"),
        countries=taken.texts("countries"),
        scheme=_one(AccountScheme, scheme) if scheme else None,
        speed=_speed(taken.mapping("speed")),
        arrivals=tuple(_arrival(item) for item in taken.items("arrivals")),
        ceiling=_ceiling(taken.mapping("ceiling")),
        cut_off=_cut_off(taken.items("cut_off")),
        calendar=taken.text("calendar"),
        counted_in=taken.text("counted_in"),
        zone=taken.text("zone"),
        open_always_up_to=_money(taken.items("open_always_up_to")),
        future_dated=taken.flag("future_dated"),
        purpose=taken.flag("purpose"),
        charge_bearers=tuple(_one(ChargeBearer, text) for text in taken.texts("charge_bearers")),
        cost=_cost(taken.mapping("cost")),
        get_back=tuple(_get_back(item) for item in taken.items("get_back")),
        protection=tuple(_protection(item) for item in taken.items("protection")),
        reviewed=_day(taken.text("reviewed")),
        stale_after=_day(taken.text("stale_after")),
    )
    taken.end()
    return found


def _speed(value: Json) -> Speed:
    taken = Fields(value, "speed")
    unit, count, guaranteed = _one(SpeedUnit, taken.text("unit")), taken.integer("count"), taken.flag("guaranteed")
    return Speed(unit, count, guaranteed, _basis(taken))


def _arrival(value: Json) -> ArrivalMode:
    taken = Fields(value, "arrival")
    found = ArrivalMode(_one(Arrival, taken.text("arrival")), _speed(taken.mapping("speed")))
    taken.end()
    return found


def _ceiling(value: Json) -> Ceiling:
    taken = Fields(value, "ceiling")
    return Ceiling(_money(taken.items("amount")), _basis(taken))


def _cut_off(values: Sequence[Json]) -> CutOff | None:
    if not values:
        return None
    taken = Fields(values[0], "cut_off")
    hour, minute = taken.integer("hour"), taken.integer("minute")
    if not (0 <= hour < _HOURS and 0 <= minute < _MINUTES):
        raise NotCanonicalError("canonical.field_type", what="cut_off", field="hour")
    return CutOff(hour, minute, _basis(taken))


def _cost(value: Json) -> Cost:
    taken = Fields(value, "cost")
    return Cost(taken.text("code"), _basis(taken))


def _get_back(value: Json) -> GetBackRule:
    taken = Fields(value, "get_back")
    until = Fields(taken.mapping("until"), "until")
    reckoned = Until(_one(UntilKind, until.text("kind")), until.integer("count"))
    until.end()
    return GetBackRule(
        action=_one(GetBackAction, taken.text("action")),
        holder=_one(Holder, taken.text("holder")),
        until=reckoned,
        reasons=taken.texts("reasons"),
        how=taken.text("how"),
        certainty=_one(Certainty, taken.text("certainty")),
        arrivals=tuple(_one(Arrival, text) for text in taken.texts("arrivals")),
        basis=_basis(taken),
    )


def _protection(value: Json) -> Protection:
    taken = Fields(value, "protection")
    return Protection(taken.text("code"), _money(taken.items("cap")), _money(taken.items("excess")), _basis(taken))


def _basis(taken: Fields) -> Basis:
    """Take the basis and refuse whatever is left."""
    source = Fields(taken.mapping("source"), "source")
    document, section = source.text("document"), source.text("section")
    source.end()
    found = Basis(document, section, taken.flag("verified"))
    taken.end()
    return found


def _money(values: Sequence[Json]) -> Money | None:
    if not values:
        return None
    taken = Fields(values[0], "amount")
    money = Money(taken.integer("minor"), taken.text("currency"))
    taken.end()
    return money


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotCanonicalError("canonical.field_type", what="rail", field="date") from error


def _one(kind: type[Choice], text: str) -> Choice:
    if text not in kind._value2member_map_:
        raise NotCanonicalError("canonical.field_type", what=kind.__name__, field=text)
    return kind(text)
