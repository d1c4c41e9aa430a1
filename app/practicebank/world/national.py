"""Accounts in China and Taiwan, by their national numbers. Every bank code belongs to no real bank."""

from __future__ import annotations

from dataclasses import dataclass

from practicebank.ibans import with_luhn_digit
from practicebank.seeded import Seeded
from practicebank.store import Store

_DONE = "national_directory"


@dataclass(frozen=True, slots=True)
class NationalBank:
    """A bank known by a national code: twelve digits of CNAPS, or three in Taiwan."""

    name: str
    country: str
    member_id: str


@dataclass(frozen=True, slots=True)
class NationalHolder:
    """One account with a national number.

    Attributes:
        holder: Its holder's name as the bank has it.
        bank: Where it is kept.
        kind: ``person`` or ``company``.
        card: Whether the number is a card's, with a check digit.
        answers: Whether the bank answers name checks.
    """

    holder: str
    bank: NationalBank
    kind: str
    card: bool = False
    answers: bool = True


_SUHE = NationalBank("苏河实践银行", "CN", "999290000018")
_YUEHAI = NationalBank("粤海实践银行", "CN", "999581000026")
_JADE = NationalBank("玉山溪練習銀行", "TW", "990")
_DAMSUI = NationalBank("淡水河練習銀行", "TW", "991")

HOLDERS = (
    NationalHolder("陈淑兰", _SUHE, "person", card=True),
    NationalHolder("上海张江置业有限公司", _SUHE, "company"),
    NationalHolder("欧阳文华", _YUEHAI, "person", card=True),
    NationalHolder("苏州静苑书画社", _YUEHAI, "company", answers=False),
    NationalHolder("王小明", _JADE, "person"),
    NationalHolder("陳美", _JADE, "person"),
    NationalHolder("歐陽文華", _DAMSUI, "person"),
    NationalHolder("台灣山海儀器股份有限公司", _DAMSUI, "company"),
    NationalHolder("林雨桐", _DAMSUI, "person", answers=False),
)
# No bank issues cards under this number.
_CARD_PREFIX = "629999"


def populate_directory(store: Store, seed: int) -> None:
    """Write the national accounts down, once; into older worlds too.

    Args:
        store: The bank's memory.
        seed: The world's seed.
    """
    if store.get(_DONE) is not None:
        return
    choices = Seeded(seed, _DONE)
    with store.transaction():
        for position, holder in enumerate(HOLDERS, start=1):
            store.run(
                "INSERT INTO national_directory VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                _number(holder, choices),
                holder.bank.member_id,
                holder.holder,
                holder.bank.name,
                holder.bank.country,
                holder.kind,
                int(holder.answers),
                position,
            )
        store.put(_DONE, {"accounts": len(HOLDERS)})


def _number(holder: NationalHolder, choices: Seeded) -> str:
    if holder.card:
        return with_luhn_digit(_CARD_PREFIX + choices.digits(12))
    if holder.bank.country == "CN":
        return "9" + choices.digits(18)
    return choices.digits(14)


def describe_directory(store: Store) -> list[dict[str, object]]:
    """Return the national accounts for the control interface."""
    rows = store.all("SELECT * FROM national_directory ORDER BY position")
    return [{**dict(row), "answers": bool(row["answers"])} for row in rows]
