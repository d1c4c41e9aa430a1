"""The world's company: accounts that need more than one signature, and the people who sign.

Filled apart from the person's own life, and into older worlds too: what was there stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from practicebank.accounts import FIRST_OF_COMPANY, Accounts, Entry
from practicebank.seeded import Seeded
from practicebank.store import Store
from practicebank.world import cast

_DONE = "company"
NAME = "Kestrel & Vogt Instruments S.à r.l."
_MONTHS_AS_DAYS = 365


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who acts for the company.

    Attributes:
        psu_id: Their PSU-ID.
        name: Their name.
        password: Their practice password.
        phone: Their practice phone.
        role: What they are.
        may_sign: Whether they sign; otherwise they prepare only.
        alone_major: The most they pay alone, in whole units of an account's currency.
    """

    psu_id: str
    name: str
    password: str
    phone: str
    role: str
    may_sign: bool
    alone_major: int


_SIGNS, _PREPARES = True, False
OFFICERS = (
    Officer("ines.vogt", "Ines Vogt", "green-harbour-practice", "+352 621 000 031", "director", _SIGNS, 50_000),
    Officer("daniel.okoye", "Daniel Okoye", "amber-lantern-practice", "+352 621 000 032", "finance", _SIGNS, 10_000),
    Officer("lena.sauber", "Lena Sauber", "silver-orchard-practice", "+352 621 000 033", "bookkeeper", _PREPARES, 0),
)
# Currency, minor units in one whole, name, opening balance and ceiling in minor units.
_ACCOUNTS = (
    ("EUR", 100, "Company account", 128_450_000, 200_000_000),
    ("USD", 100, "Dollar account", 41_022_075, 100_000_000),
    ("JPY", 1, "Yen account", 38_400_000, 300_000_000),
)


def populate_company(store: Store, seed: int, start: date) -> None:
    """Add the bank's customers and the company, once.

    Args:
        store: A store with the person's own world.
        seed: The world's seed.
        start: The world's first day of practice.
    """
    if store.get(_DONE) is not None:
        return
    with store.transaction():
        person = (cast.PSU_ID, cast.PERSON, cast.PRACTICE_PASSWORD, cast.PHONE, 0)
        store.run("INSERT INTO customers VALUES (?, ?, ?, ?, ?)", *person)
        store.run(
            "INSERT INTO signatories SELECT resource_id, ?, 1, NULL FROM accounts",
            cast.PSU_ID,
        )
        for position, officer in enumerate(OFFICERS, start=1):
            row = (officer.psu_id, officer.name, officer.password, officer.phone, position)
            store.run("INSERT INTO customers VALUES (?, ?, ?, ?, ?)", *row)
        choices = Seeded(seed, _DONE)
        for position, account in enumerate(_ACCOUNTS, start=FIRST_OF_COMPANY):
            _open(store, choices, account, position, start)
        store.put(_DONE, {"name": NAME})


def _open(store: Store, choices: Seeded, account: tuple[str, int, str, int, int], position: int, start: date) -> None:
    currency, unit, name, balance, ceiling = account
    resource_id = choices.identifier()
    iban = cast.make_iban(cast.OWN_BANK, choices)
    store.run(
        "INSERT INTO accounts (resource_id, iban, currency, name, product, owner, position,"
        " opening_minor, booked_minor) VALUES (?, ?, ?, ?, 'Business account', ?, ?, ?, ?)",
        resource_id,
        iban,
        currency,
        name,
        NAME,
        position,
        balance,
        balance,
    )
    store.run(
        "INSERT INTO directory VALUES (?, ?, ?, ?, ?, 'company', 0, 0)",
        iban,
        f'["{NAME}"]',
        cast.OWN_BANK.bic,
        cast.OWN_BANK.name,
        cast.OWN_BANK.country,
    )
    store.run("INSERT INTO companies VALUES (?, ?)", resource_id, ceiling)
    for officer in OFFICERS:
        row = (resource_id, officer.psu_id, int(officer.may_sign), officer.alone_major * unit)
        store.run("INSERT INTO signatories VALUES (?, ?, ?, ?)", *row)
    accounts = Accounts(store)
    for day, minor, who, text, code in _history(choices, currency, start):
        entry = Entry(
            amount_minor=minor * unit,
            currency=currency,
            counter_name=who,
            counter_iban=None,
            counter_bic=None,
            remittance=text,
            end_to_end_id=None,
            code=code,
            entry_id=choices.identifier().replace("-", ""),
        )
        accounts.write(resource_id, entry, day, "booked")


def _history(choices: Seeded, currency: str, start: date) -> Iterator[tuple[date, int, str, str, str]]:
    """Yield a year of the company's entries in whole units: rent, wages, customers who pay."""
    for days_ago in range(_MONTHS_AS_DAYS, 0, -1):
        day = start - timedelta(days=days_ago)
        month = day.strftime("%m/%Y")
        if currency == "EUR" and day.day == 1:
            yield day, -4_850, "Immobilière du Parc S.A.", f"Loyer {month}", "PMNT-ICDT-ESCT"
        if currency == "EUR" and day.day == 26:  # noqa: PLR2004 - a day of the month
            yield day, -choices.between(41_000, 47_000), "Salaries", f"Salaires {month}", "PMNT-ICDT-ESCT"
        if day.day in (9, 19):
            whole = choices.between(18_000, 52_000) * (100 if currency == "JPY" else 1)
            yield day, whole, "Tamar Optical Works Ltd", f"Invoice {choices.digits(5)}", "PMNT-RCDT-XBCT"


def describe_company(store: Store) -> dict[str, object]:
    """Return the company, its accounts and who signs, for the control interface."""
    officers = {officer.psu_id: officer.role for officer in OFFICERS}
    people = store.all("SELECT psu_id, name, password, phone FROM customers WHERE position > 0 ORDER BY position")
    rows = store.all(
        "SELECT a.*, c.ceiling_minor FROM accounts a JOIN companies c USING (resource_id) ORDER BY position"
    )
    return {
        "name": NAME,
        "officers": [
            {
                "psu_id": row["psu_id"],
                "name": row["name"],
                "role": officers.get(row["psu_id"], ""),
                "practice_password": row["password"],
                "phone": row["phone"],
            }
            for row in people
        ],
        "accounts": [
            {
                "resource_id": row["resource_id"],
                "iban": row["iban"],
                "currency": row["currency"],
                "name": row["name"],
                "opening_minor": row["opening_minor"],
                "closing_minor": row["booked_minor"],
                "available_minor": row["booked_minor"] - row["reserved_minor"],
                "ceiling_minor": row["ceiling_minor"],
                "signatories": [
                    {
                        "psu_id": right["psu_id"],
                        "may_sign": bool(right["may_sign"]),
                        "alone_minor": right["alone_minor"],
                    }
                    for right in store.all(
                        "SELECT s.* FROM signatories s JOIN customers c USING (psu_id)"
                        " WHERE resource_id = ? ORDER BY c.position",
                        row["resource_id"],
                    )
                ],
            }
            for row in rows
        ],
    }
