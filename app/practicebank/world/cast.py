"""Who lives in a practice world. Every name, bank and account is invented."""

from __future__ import annotations

from dataclasses import dataclass

from practicebank import ibans
from practicebank.seeded import Seeded


@dataclass(frozen=True, slots=True)
class PracticeBank:
    """A bank of the practice world; its bank code belongs to no real bank."""

    name: str
    bic: str
    country: str
    code: str


@dataclass(frozen=True, slots=True)
class Holder:
    """One account at some bank, with its holders and what it is for.

    Attributes:
        key: How the rest of the world's making refers to it.
        holders: Its holders' names as their bank has them.
        bank: Where it is kept.
        kind: person, company, notary, landlord, supplier, shop, utility or stranger.
        payee: Whether the person of this world has it as a payee.
    """

    key: str
    holders: tuple[str, ...]
    bank: PracticeBank
    kind: str
    payee: bool = True


OWN_BANK = PracticeBank("Alder Practice Bank", "ALDPLU2L", "LU", "990")
SEVERN = PracticeBank("Severn Vale Practice Bank", "SVVPGB2L", "GB", "SVVP990017")
PUDONG = PracticeBank("Pudong Practice Bank, Frankfurt", "PUDPDEF2", "DE", "99930010")
ISARTAL = PracticeBank("Isartal Practice Bank", "ISAPDEM2", "DE", "99970020")
AMSTEL = PracticeBank("Amstel Practice Bank", "AMSPNL2A", "NL", "AMSP")
NERIS = PracticeBank("Neris Practice Bank", "NERPLT2V", "LT", "99910")
LIFFEY = PracticeBank("Liffey Practice Bank", "LFFPIE2D", "IE", "LFFP990011")
DANUBE = PracticeBank("Danube Practice Bank", "DANPATW2", "AT", "99620")
SENNE = PracticeBank("Senne Practice Bank", "SENPBE2B", "BE", "999")
LIMMAT = PracticeBank("Limmat Practice Bank", "LIMPCHZ2", "CH", "99985")

PERSON = "Mei Hartmann"
PSU_ID = "mei.hartmann"
PHONE = "+352 621 000 017"
PRACTICE_PASSWORD = "blue-kettle-practice"  # noqa: S105 - a practice password, shown to the person
EMPLOYER = "Northgate Optics S.A."

HOLDERS = (
    Holder("hartwell", ("Hartwell & Stone Solicitors LLP",), SEVERN, "notary"),
    Holder("zhangjiang", ("上海张江置业有限公司",), PUDONG, "company"),
    Holder("gross", ("Jürgen Groß",), ISARTAL, "landlord"),
    Holder("mueller", ("Müller & Söhne Dachbau GmbH",), ISARTAL, "supplier"),
    Holder("verhoeven", ("Atelier Verhoeven B.V.",), AMSTEL, "supplier"),
    Holder("stadtwerke", ("Stadtwerke Mosel Énergie S.A.",), OWN_BANK, "utility"),
    Holder("fontaine", ("Épicerie Fontaine SRL",), SENNE, "shop"),
    Holder("orourke", ("Siobhán O'Rourke",), LIFFEY, "person"),
    Holder("steiner", ("Anna-Lucia Steiner", "Paul Steiner"), DANUBE, "person"),
    Holder("notariat", ("Notariat Zürichberg AG",), LIMMAT, "notary"),
    Holder("lumiere", ("Lumière Télécom S.A.",), OWN_BANK, "utility"),
    Holder("baldai", ("Kauno Baldai UAB",), NERIS, "supplier"),
    # Known to name checks only: where the redirected invoice would send the money.
    Holder("stranger", ("Tomas Venckus",), NERIS, "stranger", payee=False),
)

OWN_ACCOUNTS = (
    ("EUR", "Main account", "Current account", 41_200_000),
    ("GBP", "Account in pounds", "Currency account", 2_384_517),
    ("CNY", "人民币账户", "Currency account", 16_805_240),
)


def make_iban(bank: PracticeBank, choices: Seeded) -> str:
    """Return an account number at a bank, with right check digits."""
    account = {
        "LU": lambda: choices.digits(13),
        "GB": lambda: choices.digits(8),
        "DE": lambda: choices.digits(10),
        "NL": lambda: _dutch_account(choices),
        "LT": lambda: choices.digits(11),
        "IE": lambda: choices.digits(8),
        "AT": lambda: choices.digits(11),
        "CH": lambda: choices.digits(12),
    }
    if bank.country == "BE":
        return ibans.with_check_digits("BE", ibans.belgian_bban(bank.code + choices.digits(7)))
    return ibans.with_check_digits(bank.country, bank.code + account[bank.country]())


def _dutch_account(choices: Seeded) -> str:
    """Return ten digits that pass the Dutch test of eleven."""
    while True:
        digits = choices.digits(10)
        if sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11 == 0:
            return digits
