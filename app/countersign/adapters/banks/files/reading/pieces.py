"""Pieces that ISO 20022's messages share: parties, accounts, banks, reasons, dates."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from countersign.adapters.banks.files.xml_element import Element, unreadable
from countersign.application.ports.bank_files import Party, StatusReason

_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_COUNT: Final = re.compile(r"[0-9]{1,15}")
_AGENTS: Final = ("FinInstnId/BICFI", "FinInstnId/BIC", "FinInstnId/CmbndId/BIC")
_MEMBERS: Final = ("FinInstnId/ClrSysMmbId", "FinInstnId/CmbndId/ClrSysMmbId")
NOBODY: Final = Party()


def one_line(text: str) -> str:
    """Return a text with every run of blanks and line ends as one blank."""
    return _BLANKS.sub(" ", text) if "\n" in text or "  " in text or "\t" in text or "\r" in text else text


def lines(elements: list[Element]) -> str:
    """Return the texts of several elements, joined by blanks."""
    return one_line(" ".join(text for element in elements if (text := element.text)))


def account(element: Element | None) -> tuple[str, str]:
    """Return the number of an account without blanks, and ``IBAN`` or ``BBAN``; nothing where there is none.

    Sources: AccountIdentification4Choice; AccountIdentification3Choice of version .01.
    """
    if element is None:
        return "", ""
    if iban := element.value("Id/IBAN"):
        return "".join(iban.split()), "IBAN"
    other = element.first("Id/Othr/Id", "Id/BBAN", "Id/UPIC", "Id/PrtryAcct/Id", "Prxy/Id")
    return "".join(other.split()), "BBAN" if other else ""


def bank_code(agent: Element | None) -> str:
    """Return the BIC of a bank, or nothing."""
    return "" if agent is None else agent.first(*_AGENTS)


def bank_member(agent: Element | None) -> str:
    """Return a bank's number in its national clearing as ``CODE:MEMBER``, or another of its numbers, or nothing."""
    if agent is None:
        return ""
    for path in _MEMBERS:
        member = agent.at(path)
        if member is not None and (number := member.first("MmbId", "Id", "Prtry")):
            system = member.first("ClrSysId/Cd", "ClrSysId/Prtry")
            return f"{system}:{number}" if system else number
    if number := agent.value("FinInstnId/Othr/Id"):
        system = agent.first("FinInstnId/Othr/SchmeNm/Cd", "FinInstnId/Othr/SchmeNm/Prtry")
        return f"{system}:{number}" if system else number
    return ""


def party(who: Element | None, account_of: Element | None, agent: Element | None) -> Party:
    """Put together one side of a payment."""
    if who is None and account_of is None and agent is None:
        return NOBODY
    number, scheme = account(account_of)
    name = "" if who is None else one_line(who.first("Nm", "Pty/Nm", "Agt/FinInstnId/Nm"))
    if not name and account_of is not None:
        name = one_line(account_of.value("Nm"))
    return Party(name, number, scheme, bank_code(agent), bank_member(agent))


def reasons(parent: Element, name: str) -> tuple[StatusReason, ...]:
    """Return the reasons of a status (StsRsnInf; CxlStsRsnInf). Version .02 calls its pieces otherwise."""
    return tuple(
        StatusReason(
            reason.first("Rsn/Cd", "Rsn/Prtry", "StsRsn/Cd", "StsRsn/Prtry"),
            lines(reason.all("AddtlInf") + reason.all("AddtlStsRsnInf")),
        )
        for reason in parent.all(name)
    )


def day(element: Element | None) -> str:
    """Return the ISO 8601 date of a choice of Dt and DtTm, or nothing.

    Raises:
        UserFacingError: ``file.unreadable``, ``date``.
    """
    if element is None:
        return ""
    said = element.first("Dt", "DtTm")[:10]
    if not said:
        return ""
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        raise unreadable(element.line, "date", element.name) from None


def count(element: Element | None) -> int | None:
    """Return a stated count, or None where there is none.

    Raises:
        UserFacingError: ``file.unreadable``, ``count``.
    """
    if element is None:
        return None
    if _COUNT.fullmatch(element.text) is None:
        raise unreadable(element.line, "count", element.name)
    return int(element.text)
