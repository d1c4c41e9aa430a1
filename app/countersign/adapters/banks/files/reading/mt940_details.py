"""Field 86 of MT940: who, why and which references, in the three ways banks write it.

German banks number its pieces (``166?00…?20…?32…``) and mark references within (``EREF+``, ``SVWZ+``): the library
reads these. Dutch and others mark with slashes (``/EREF/…/REMI/…``): read here. The rest is a text.

Sources: Deutsche Kreditwirtschaft, Anlage 3 chapter 8.2.3 (structured field 86); SWIFT, field 86 codes of the European
"MT940 structured" usage (EREF, REMI, NAME, IBAN, BIC, CNTP, RTRN).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from countersign.application.ports.bank_files import EntryDetail, Party
from countersign.domain.money import Money

_SLASHED: Final = re.compile(
    r"/(EREF|REMI|SVWZ|IBAN|BIC|NAME|CNTP|RTRN|MARF|CSID|KREF|PREF|IREF|TRTP|PURP|ULTB|ULTD|ADDR|ISDT|ORDP|BENM|TRCD)/"
)
_RETURN: Final = re.compile(r"[A-Z]{2}[0-9]{2}|NARR")
# Within a text: the families of ExternalReturnReason1Code, because an IBAN begins alike.
_RETURN_WITHIN: Final = re.compile(
    r"\b(?:AC|AG|AM|BE|CN|CU|DN|DT|DU|ED|ER|FF|FO|FR|MD|MS|NO|RC|RF|RR|RU|SL|SV|TM|TS|UP)[0-9]{2}\b"
)
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")
_BIC: Final = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_BLZ: Final = re.compile(r"[1-8][0-9]{7}")
_RETURN_CODES: Final = frozenset({"108", "109", "159", "181", "184"})
"""Business transaction codes of German banks for what is given back."""
_NOTHING: Final = frozenset({"NONREF", "NOTPROVIDED", "NOTAVAIL"})
_REFERENCES: Final = (
    ("AcctSvcrRef", "bank_reference"),
    ("AcctOwnrTxId", "customer_reference"),
    ("MndtId", "additional_position_reference"),
    ("CdtrSchmeId", "applicant_creditor_id"),
    ("Purp", "purpose_code"),
)
_SLASHED_REFERENCES: Final = (
    ("MndtId", "MARF"),
    ("CdtrSchmeId", "CSID"),
    ("AcctOwnrTxId", "KREF"),
    ("PmtInfId", "PREF"),
    ("InstrId", "IREF"),
    ("Purp", "PURP"),
)


def detail(found: Mapping[str, object], amount: Money, text: str) -> EntryDetail:
    """Read what an entry says of its transaction.

    Args:
        found: By the library's names.
        amount: Positive.
        text: Field 86 as a whole, without line ends.
    """
    if not _value(found, "transaction_code") and (slashed := _slashed(text)):
        return _from_slashed(found, slashed, amount, text)
    code = _value(found, "transaction_code")
    remittance = _value(found, "purpose") + _value(found, "additional_purpose")
    returned = code in _RETURN_CODES
    reason = _RETURN_WITHIN.search(remittance)
    account = _value(found, "applicant_iban") or _value(found, "gvc_applicant_iban")
    return EntryDetail(
        amount=amount,
        other=_party(_value(found, "applicant_name"), account, _value(found, "applicant_bin")),
        end_to_end_id=_reference(_value(found, "end_to_end_reference")),
        remittance=remittance if code else text,
        return_reason=(reason[0] if reason else "NARR") if returned else "",
        references=_references(found),
        return_text=_value(found, "posting_text") if returned else "",
        text=_value(found, "posting_text"),
    )


def _from_slashed(found: Mapping[str, object], slashed: Mapping[str, str], amount: Money, text: str) -> EntryDetail:
    account, bank, name = slashed.get("IBAN", ""), slashed.get("BIC", ""), slashed.get("NAME", "")
    if party := slashed.get("CNTP"):
        pieces = [*party.split("/"), "", "", ""]
        account, bank, name = pieces[0], pieces[1], pieces[2]
    given_back = slashed.get("RTRN", "")
    reason = _RETURN.match(given_back)
    remittance = slashed.get("REMI") or slashed.get("SVWZ", "")
    pairs = [(name, _reference(slashed.get(code, ""))) for name, code in _SLASHED_REFERENCES]
    return EntryDetail(
        amount=amount,
        other=_party(name, account, bank),
        end_to_end_id=_reference(slashed.get("EREF", "")),
        remittance=remittance.removeprefix("USTD//").removeprefix("STRD/CUR/").strip("/ "),
        return_reason=(reason[0] if reason else "NARR") if "RTRN" in slashed else "",
        references=(*_references(found), *(pair for pair in pairs if pair[1])),
        return_text=given_back.strip("/ "),
        text=text,
    )


def _slashed(text: str) -> dict[str, str]:
    """Return the pieces between slashed codes; of several with one code the first counts."""
    pieces: dict[str, str] = {}
    places = list(_SLASHED.finditer(text))
    for place, following in zip(places, [*places[1:], None], strict=False):
        value = text[place.end() : following.start() if following else len(text)]
        pieces.setdefault(place[1], value.strip("/ ") if place[1] not in {"REMI", "CNTP"} else value.strip())
    return pieces


def _party(name: str, account: str, bank: str) -> Party:
    number = "".join(account.split())
    scheme = "IBAN" if _IBAN.fullmatch(number) else "BBAN" if number else ""
    code = "".join(bank.split())
    is_bic = _BIC.fullmatch(code) is not None and not code.isdigit()
    member = f"DEBLZ:{code}" if _BLZ.fullmatch(code) else ""
    return Party(name.strip(), number, scheme, code if is_bic else "", "" if is_bic else member)


def _references(found: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    pairs = [(name, _reference(_value(found, key))) for name, key in _REFERENCES]
    return tuple(pair for pair in pairs if pair[1])


def _reference(text: str) -> str:
    """Return the first line that is a reference: banks write NONREF and the like where there is none."""
    said = (line.strip() for line in text.split("\n"))
    return next((line for line in said if line and line.upper() not in _NOTHING), "")


def _value(found: Mapping[str, object], name: str) -> str:
    value = found.get(name)
    return value.strip() if isinstance(value, str) else ""
