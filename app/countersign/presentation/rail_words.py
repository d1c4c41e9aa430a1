"""Say what a way to pay is called, costs and needs, when it leaves and arrives, and why one can't be chosen."""

from __future__ import annotations

from countersign.domain.money import Money
from countersign.domain.payment import Arrival, PaymentProduct
from countersign.domain.rails.rail import Rail, SpeedUnit
from countersign.domain.rails.ways import Journey, Way
from countersign.presentation.formats import date_text, isolate, money_text
from countersign.presentation.messages import _, language
from countersign.presentation.product_words import product_name
from countersign.presentation.read_back import arrival_text
from countersign.presentation.transfer_desk import Option

_SEPARATOR = "/"
_NEAR = 10


def way_value(product: PaymentProduct, arrival: Arrival = Arrival.NONE) -> str:
    """Return by which value a page knows a way."""
    return f"{product.value}{_SEPARATOR}{arrival.value}" if arrival else product.value


def way_of(value: str) -> tuple[PaymentProduct, Arrival]:
    """Return the product and the arrival mode of a page's value."""
    product, _mark, arrival = value.partition(_SEPARATOR)
    return PaymentProduct(product), Arrival(arrival)


def way_name(product: PaymentProduct, arrival: Arrival = Arrival.NONE) -> str:
    """Name a way, by the words with which the order is read back."""
    if not arrival:
        return product_name(product)
    return _("{way}: {arrival}").format(way=product_name(product), arrival=arrival_text(arrival))


def way_option(way: Way) -> Option:
    """Show a way to choose: when it arrives and what it costs."""
    parts = [arriving_text(way.journey)] if way.journey else []
    parts.append(doubted(cost_text(way.rail), "cost" in way.rail.doubts))
    value = way_value(way.rail.product, way.arrival)
    return Option(value, way_name(way.rail.product, way.arrival), joined(*parts))


def arriving_text(trip: Journey) -> str:
    """Say when it arrives."""
    day = isolate(date_text(trip.arrives, language(), "full"))
    if trip.at_once and trip.speed.unit is SpeedUnit.SECONDS:
        return _("Arrives within ten seconds, at any hour.")
    if trip.at_once and trip.speed.unit is SpeedUnit.MINUTES:
        return _("Usually arrives within minutes, at any hour.")
    if trip.at_once:
        return _("Arrives within two hours, at any hour.")
    if trip.speed.guaranteed:
        return _("Arrives by {day}.").format(day=day)
    return _("Usually arrives by {day}.").format(day=day)


def leaving_text(trip: Journey) -> str:
    """Say when it leaves, and why not sooner."""
    if trip.at_once:
        return _("It leaves as soon as you have confirmed it.")
    leaves = isolate(date_text(trip.leaves, language(), "full"))
    if trip.delayed is None:
        return _("It leaves on {day}.").format(day=leaves)
    wanted = isolate(date_text(trip.delayed, language(), "full"))
    sentences = {
        "weekend": _("{wanted} is not a banking day, so it leaves on {day}."),
        "holiday": _("{wanted} is a bank holiday, so it leaves on {day}."),
        "cut_off": _("It is too late for {wanted}, so it leaves on {day}."),
    }
    return sentences[trip.delay].format(wanted=wanted, day=leaves)


def cost_text(rail: Rail) -> str:
    """Say who pays; the bank's own fee is never known here."""
    return {
        "each_own_bank": _("The whole amount arrives; you pay your bank's fee, the payee theirs."),
        "not_above_ordinary": _("By law no dearer than an ordinary transfer."),
        "urgent_fee": _("Banks take more for an urgent payment."),
        "bank_tariff": _("What it costs is in your bank's list of fees."),
        "usually_free": _("Often free for private customers."),
        "payer_tariff": _("You pay the fee; online it is often none."),
        "banks_on_the_way": _("Banks on the way may take their fees from the amount."),
    }[rail.cost.code]


def joined(*sentences: str) -> str:
    """Put sentences one after the other; a Chinese full stop needs no blank after it."""
    return ("" if language().startswith("zh") else " ").join(sentences)


def doubted(text: str, doubt: bool) -> str:  # noqa: FBT001 - a fact about the text
    """Mark what nobody checked in its source."""
    return _("{sentence} (To be confirmed.)").format(sentence=text) if doubt else text


def obstacle_text(way: Way) -> str:
    """Say why a way that could carry this payment can't be chosen."""
    ceiling = way.rail.ceiling.amount
    limit = isolate(money_text(ceiling, language())) if ceiling else ""
    sentence = {
        "bank": _("{way}: your bank does not offer it."),
        "unknown": _("{way}: your bank could not be asked whether it offers it."),
        "ceiling": _("{way}: it carries {limit} at most. Your bank's own limit may be lower."),
        "dated": _("{way}: it always leaves at once. For a later day choose another way."),
        "calendar": _("{way}: the banking days so far ahead are not known yet."),
    }[way.obstacle]
    return sentence.format(way=way_name(way.rail.product, way.arrival), limit=limit)


def hours_text(rail: Rail) -> str:
    """Say until when an order counts as of today."""
    if rail.cut_off is None:
        return ""
    hour = isolate(f"{rail.cut_off.hour:02d}:{rail.cut_off.minute:02d}")
    sentence = _("Orders after {hour} ({zone}) count as of the next banking day; your bank may close earlier.")
    return doubted(sentence.format(hour=hour, zone=isolate(rail.zone)), "cut_off" in rail.doubts)


def review_text(rail: Rail) -> str:
    """Say that the rules are old; for a rail past its date."""
    day = isolate(date_text(rail.reviewed, language(), "long"))
    return _("These rules were last reviewed on {day} and may have changed since. Ask your bank.").format(day=day)


def ceiling_text(rail: Rail, amount: Money | None) -> str:
    """Say the greatest amount of the scheme; empty where there is none, or where this amount is far from it."""
    ceiling = rail.ceiling.amount
    if ceiling is None or amount is None or ceiling.currency != amount.currency:
        return ""
    if amount.minor * _NEAR < ceiling.minor:
        return ""
    limit = isolate(money_text(ceiling, language()))
    sentence = _("It carries {limit} at most; your bank's own limit may be lower.").format(limit=limit)
    return doubted(sentence, "ceiling" in rail.doubts)
