"""Two years of a private person's statements: salary, rent, groceries, works on a house."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from practicebank.seeded import Seeded
from practicebank.world.cast import EMPLOYER

DAYS = 730
_CARD = "PMNT-CCRD-POSD"
_OUT = "PMNT-ICDT-ESCT"
_IN = "PMNT-RCDT-ESCT"
_DEBIT = "PMNT-RDDT-ESDD"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of history; ``who`` is a key of the cast or, with a leading ``=``, a bare name."""

    day: date
    currency: str
    amount_minor: int
    who: str
    remittance: str
    code: str


_SHOPS = (
    ("=Bäckerei am Markt", 380, 1900, "Card payment"),
    ("=Café Les Capucins", 450, 2400, "Card payment"),
    ("=Green Grocer Limpertsberg", 900, 5200, "Card payment"),
    ("=Buchhandlung Ernster", 1200, 6400, "Card payment"),
    ("=Apotheke zum Löwen", 700, 4100, "Card payment"),
    ("=Tank & Rast Wasserbillig", 4200, 9100, "Card payment"),
    ("=Restaurant Am Bastion", 3100, 11800, "Card payment"),
    ("=Cinéma Utopie", 1050, 3150, "Card payment"),
)


def make_history(seed: int, end: date) -> Iterator[Line]:
    """Yield the lines of two years, oldest first; the last day is the one before ``end``."""
    choices = Seeded(seed, "history")
    for days_ago in range(DAYS, 0, -1):
        day = end - timedelta(days=days_ago)
        yield from _regular(day, choices)
        yield from _everyday(day, choices)
        yield from _works(days_ago, day, choices)


def _regular(day: date, choices: Seeded) -> Iterator[Line]:
    month = day.strftime("%m/%Y")
    if day.day == 1:
        yield Line(day, "EUR", -185_000, "gross", f"Miete {month}", _OUT)
    if day.day == 2:  # noqa: PLR2004 - days of the month
        yield Line(day, "GBP", -2_499, "=Chelsea Allotment Society", f"Plot rent {month}", _DEBIT)
    if day.day == 5:  # noqa: PLR2004
        amount = -choices.between(11_200, 23_900)
        yield Line(day, "EUR", amount, "stadtwerke", f"Strom und Gas {month}", _DEBIT)
    if day.day == 8:  # noqa: PLR2004
        yield Line(day, "EUR", -6_490, "lumiere", f"Abonnement {month}", _DEBIT)
    if day.day == 10:  # noqa: PLR2004
        yield Line(day, "CNY", -choices.between(150_000, 260_000), "=陈淑兰", "家用", _OUT)
    if day.day == 15:  # noqa: PLR2004
        yield Line(day, "CNY", choices.between(90_000, 310_000), "=苏州静苑书画社", "稿费", _IN)
    if day.day == 20:  # noqa: PLR2004
        yield Line(day, "EUR", -choices.between(8_000, 22_000), "orourke", "Shared costs", _OUT)
    if day.day == 28:  # noqa: PLR2004
        yield Line(day, "EUR", 548_000, f"={EMPLOYER}", f"Salary {month}", _IN)
    if day.day == 28 and day.month in (3, 6, 9, 12):  # noqa: PLR2004
        yield Line(day, "GBP", choices.between(21_000, 64_000), "=Thornbury Prints Ltd", "Royalties", _IN)


def _everyday(day: date, choices: Seeded) -> Iterator[Line]:
    if day.weekday() in (1, 5):
        yield Line(day, "EUR", -choices.between(2_300, 14_800), "fontaine", "Card payment", _CARD)
    for _ in range(choices.below(4)):
        name, low, high, text = choices.choose(_SHOPS)
        yield Line(day, "EUR", -choices.between(low, high), name, text, _CARD)
    if choices.chance(6):
        yield Line(day, "GBP", -choices.between(450, 8_900), "=Paddington Stationers", "Card payment", _CARD)
    if choices.chance(3):
        yield Line(day, "EUR", -choices.between(2_000, 15_000), "steiner", "Kinderbetreuung", _OUT)


def _works(days_ago: int, day: date, choices: Seeded) -> Iterator[Line]:
    """Yield what happens once: the flat is sold, the kitchen and roof are made and paid."""
    year = day.strftime("%y")
    once = {
        560: ("mueller", -1_284_000, "Rechnung 2231 Dachrinnen", _OUT),
        310: ("verhoeven", -410_000, f"Factuur {year}-0117 keuken, eerste termijn", _OUT),
        228: ("verhoeven", -655_000, f"Factuur {year}-0158 keuken, tweede termijn", _OUT),
        190: ("baldai", -238_500, "Sąskaita KB-7719 spinta", _OUT),
        151: ("verhoeven", -372_500, f"Factuur {year}-0021 plaatsing", _OUT),
        118: ("=Immobilière du Parc S.A.", 38_500_000, "Sale of flat, rue Aldringen", _IN),
        96: ("notariat", -184_000, f"Honorar {year}-331", _OUT),
        64: ("verhoeven", -290_000, f"Factuur {year}-0049 wandkast", _OUT),
        41: ("mueller", -763_000, "Rechnung 2407 Dachfenster", _OUT),
        23: ("hartwell", -120_000, "HS/4471 searches and fees", _OUT),
    }
    if days_ago in once:
        who, amount, text, code = once[days_ago]
        # Cents differ from world to world; the story doesn't.
        cents = choices.below(100) if amount < 0 else 0
        yield Line(day, "EUR", amount - cents, who, text, code)
