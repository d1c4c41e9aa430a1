"""Statements as SWIFT MT940, with field 86 in the structure of the German banks (subfields ?00 to ?63).

Signs are those of SWIFT's set X; whatever else a name or a text holds is written without its accents, or as a stop.
"""

from __future__ import annotations

import re
import unicodedata

from practicebank.amounts import standard
from practicebank.files.statements import Line, Statement
from practicebank.world.cast import OWN_BANK

KIND = "mt940"
_OTHER = re.compile(r"[^A-Za-z0-9/\-():.,'+ ]")
# What does not fall apart into a letter and its accent.
_LETTERS = str.maketrans({"ß": "ss", "Ø": "O", "ø": "o", "Æ": "AE", "æ": "ae", "Ł": "L", "ł": "l", "&": "+"})
_PIECE = 27
_LINE = 65
# Six lines, less a few signs for breaks that come early.
_LONGEST_INFORMATION = 6 * _LINE - 12
_PURPOSES = tuple(range(20, 30))
# Business transaction codes of the German banks, and SWIFT's three letters, by our bank transaction code.
_KINDS = {
    "PMNT-ICDT-ESCT": ("116", "NTRF", "CREDIT TRANSFER"),
    "PMNT-IRCT-ESCT": ("118", "NTRF", "INSTANT TRANSFER"),
    "PMNT-RCDT-ESCT": ("166", "NTRF", "CREDIT TRANSFER IN"),
    "PMNT-RDDT-ESDD": ("105", "NDDT", "DIRECT DEBIT"),
    "PMNT-CCRD-POSD": ("106", "NMSC", "CARD PAYMENT"),
    "PMNT-ICDT-RRTN": ("159", "NRTI", "RETURN"),
    "ACMT-MDOP-CHRG": ("808", "NCHG", "CHARGES"),
}
_OTHERWISE = ("117", "NTRF", "TRANSFER")


def write_mt940(statement: Statement) -> bytes:
    """Write the booked entries of a statement."""
    account = statement.account
    number = statement.last.timetuple().tm_yday
    lines = [
        f":20:ALD{statement.last:%y%m%d}{account.iban[-6:]}",
        f":25:{OWN_BANK.bic}/{account.iban}",
        f":28C:{number:05d}/001",
        f":60F:{_balance(statement, statement.opening_minor, opening=True)}",
    ]
    for line in statement.booked:
        lines += [_entry(line, account.currency), *_information(line)]
    lines += [
        f":62F:{_balance(statement, statement.closing_minor)}",
        f":64:{_balance(statement, statement.available_minor)}",
        "-",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _balance(statement: Statement, minor: int, *, opening: bool = False) -> str:
    day = statement.first if opening else statement.last
    currency = statement.account.currency
    return f"{'D' if minor < 0 else 'C'}{day:%y%m%d}{currency}{_amount(minor, currency)}"


def _entry(line: Line, currency: str) -> str:
    """Return field 61: days, sign, amount, kind, the payer's reference, the bank's."""
    sign = "D" if line.amount_minor < 0 else "C"
    _, kind, _ = _KINDS.get(line.code, _OTHERWISE)
    own = _plain(line.end_to_end_id)[:16].strip() or "NONREF"
    reference = (line.bank_reference or line.entry_id)[:16]
    return (
        f":61:{line.value_date:%y%m%d}{line.booking_date:%m%d}{sign}{_amount(line.amount_minor, currency)}"
        f"{kind}{own}//{reference}"
    )


def _information(line: Line) -> list[str]:
    """Return field 86, at most six lines of 65 signs."""
    code, _, words = _KINDS.get(line.code, _OTHERWISE)
    told = [f"EREF+{_plain(line.end_to_end_id) or 'NOTPROVIDED'}"]
    if line.message_id:
        told.append(f"KREF+{_plain(line.message_id)}")
    if line.return_code:
        told.append(f"SVWZ+RETURN {line.return_code} {_plain(line.remittance)}")
    elif line.remittance:
        told.append(f"SVWZ+{_plain(line.remittance)}")
    pieces = [text[start : start + _PIECE] for text in told for start in range(0, len(text), _PIECE)]
    parts = []
    if line.counter_bic:
        parts.append(f"?30{line.counter_bic}")
    if line.counter_iban:
        parts.append(f"?31{_plain(line.counter_iban)}")
    name = _plain(line.counter_name)
    parts += [f"?{place}{name[at : at + _PIECE]}" for place, at in ((32, 0), (33, _PIECE)) if name[at:]]
    head, tail = f":86:{code}?00{words}", "".join(parts)
    for place, piece in zip(_PURPOSES, pieces, strict=False):
        # Who it was is worth more than the end of a long text.
        if len(head) + len(tail) + len(piece) + 3 <= _LONGEST_INFORMATION:
            head += f"?{place}{piece}"
    return _folded(head + tail)


def _folded(text: str) -> list[str]:
    """Break a field into lines; a line that began with a colon or a hyphen would be read as another field."""
    lines = []
    while text:
        size = _LINE
        while text[size : size + 1] in (":", "-"):
            size -= 1
        lines.append(text[:size])
        text = text[size:]
    return lines


def _amount(minor: int, currency: str) -> str:
    """Write an amount with a comma, which SWIFT never leaves out."""
    whole, _, parts = str(standard(abs(minor), currency)["amount"]).partition(".")
    return f"{whole},{parts}"


def _plain(text: str) -> str:
    spelled = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return _OTHER.sub(".", "".join(sign for sign in spelled if not unicodedata.combining(sign)))
