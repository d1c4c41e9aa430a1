"""The transactions within an entry (camt TxDtls), and what they share with it: other amounts, charges, references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from countersign.adapters.banks.files.amounts import money_of
from countersign.adapters.banks.files.hardened_xml import Element, unreadable
from countersign.adapters.banks.files.reading.pieces import NOBODY, lines, one_line, party
from countersign.application.ports.bank_files import Charge, EntryDetail, Party
from countersign.domain.money import Money

DIRECTIONS: Final = frozenset({"CRDT", "DBIT"})
_AMOUNTS: Final = ("InstdAmt", "TxAmt", "CntrValAmt", "AnncdPstngAmt")
_ROLES: Final = ("InitgPty", "UltmtDbtr", "UltmtCdtr", "TradgPty")


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction before anybody knows which of its parties is the other one."""

    amount: Money | None
    direction: str
    debtor: Party
    creditor: Party
    end_to_end_id: str
    remittance: str
    return_reason: str
    return_text: str
    references: tuple[tuple[str, str], ...]
    amounts: tuple[tuple[str, Money], ...]
    charges: tuple[Charge, ...]
    text: str

    def detail(self, own: str, *, left: bool) -> EntryDetail:
        """Return it as seen from an account.

        Args:
            own: Number of that account.
            left: Whether money left it; what a reversal takes back counts as what it was.
        """
        return EntryDetail(
            amount=self.amount,
            other=self._other(own, left=left),
            end_to_end_id=self.end_to_end_id,
            remittance=self.remittance,
            return_reason=self.return_reason,
            references=self.references,
            direction=self.direction,
            amounts=self.amounts,
            charges=self.charges,
            return_text=self.return_text,
            text=self.text,
        )

    def _other(self, own: str, *, left: bool) -> Party:
        if own and self.debtor.account != self.creditor.account and own in {self.debtor.account, self.creditor.account}:
            return self.creditor if own == self.debtor.account else self.debtor
        first, second = (self.creditor, self.debtor) if left else (self.debtor, self.creditor)
        return first if first != NOBODY or second.account == own else second


def transaction(element: Element) -> Transaction:
    """Read a TxDtls.

    Raises:
        UserFacingError: ``file.unreadable``.
    """
    parties, agents = element.one("RltdPties"), element.one("RltdAgts")
    end_to_end, references = _references(element.one("Refs"))
    unstructured, structured = _remittance(element.one("RmtInf"))
    return_reason, return_text = _returned(element.one("RtrInf"))
    return Transaction(
        amount=_amount(element),
        direction=direction(element.one("CdtDbtInd")),
        debtor=_party("Dbtr", parties, agents),
        creditor=_party("Cdtr", parties, agents),
        end_to_end_id=end_to_end,
        remittance=unstructured or " ".join(text for _, text in structured),
        return_reason=return_reason,
        return_text=return_text,
        references=(*references, *structured, *_roles(parties)),
        amounts=amounts(element),
        charges=charges(element),
        text=one_line(element.value("AddtlTxInf")),
    )


def direction(element: Element | None) -> str:
    """Return CRDT, DBIT or nothing.

    Raises:
        UserFacingError: ``file.unreadable``, ``direction``.
    """
    if element is None:
        return ""
    if element.text not in DIRECTIONS:
        raise unreadable(element.line, "direction", element.name)
    return element.text


def amounts(element: Element) -> tuple[tuple[str, Money], ...]:
    """Return the other amounts of an entry or a transaction: as instructed, before exchange, interest, remitted."""
    found: list[tuple[str, Money]] = []
    if (details := element.one("AmtDtls")) is not None:
        found += [(name, money_of(amount)) for name in _AMOUNTS if (amount := details.at(f"{name}/Amt")) is not None]
        found += [
            (f"PrtryAmt/{one_line(own.value('Tp'))}", money_of(own.needed("Amt"))) for own in details.all("PrtryAmt")
        ]
    for interest in element.all("Intrst"):
        found += [(total.name, money_of(total)) for total in interest.all("TtlIntrstAndTaxAmt")]
        found += [
            ("Intrst", money_of(amount)) for record in (interest, *interest.all("Rcrd")) for amount in record.all("Amt")
        ]
    if (remittance := element.one("RmtInf")) is not None:
        for document in (amount for one in remittance.all("Strd") for amount in one.all("RfrdDocAmt")):
            found += _stated(document)
    return tuple(found)


def _stated(element: Element) -> list[tuple[str, Money]]:
    """Return the amounts right below an element, and those that have a type beside them."""
    found = []
    for child in (child for children in element.children.values() for child in children):
        if "Ccy" in child.attributes:
            found.append((child.name, money_of(child)))
        elif (amount := child.one("Amt")) is not None and "Ccy" in amount.attributes:
            found.append((child.name, money_of(amount)))
    return found


def charges(element: Element) -> tuple[Charge, ...]:
    """Return the fees; the total is one of them only where the bank doesn't break it down."""
    found: list[Charge] = []
    for one in element.all("Chrgs"):
        records = one.all("Rcrd") or ([one] if one.one("Amt") is not None else [])
        found += [_charge(record) for record in records]
        if not records and (total := one.one("TtlChrgsAndTaxAmt")) is not None:
            found.append(Charge(money_of(total)))
    return tuple(found)


def _charge(record: Element) -> Charge:
    included = record.value("ChrgInclInd")
    return Charge(
        amount=money_of(record.needed("Amt")),
        bearer=record.value("Br"),
        included=is_true(included) if included else None,
        returned=direction(record.one("CdtDbtInd")) == "CRDT",
    )


def is_true(text: str) -> bool:
    """Read an xs:boolean; anything else is false."""
    return text in {"true", "1"}


def _amount(element: Element) -> Money | None:
    found = element.one("Amt") or element.at("AmtDtls/TxAmt/Amt")
    return None if found is None else money_of(found)


def _party(role: str, parties: Element | None, agents: Element | None) -> Party:
    return party(
        None if parties is None else parties.one(role),
        None if parties is None else parties.one(f"{role}Acct"),
        None if agents is None else agents.one(f"{role}Agt"),
    )


def _references(refs: Element | None) -> tuple[str, list[tuple[str, str]]]:
    """Return the end-to-end identification, and the other references by name."""
    if refs is None:
        return "", []
    end_to_end = ""
    found = []
    for name, elements in refs.children.items():
        for element in elements:
            if name == "EndToEndId":
                end_to_end = refs.needed(name).text
            elif name == "Prtry":
                found.append((f"Prtry/{one_line(element.value('Tp'))}", element.value("Ref")))
            else:
                found.append((name, element.text))
    return "" if end_to_end == "NOTPROVIDED" else end_to_end, [pair for pair in found if pair[1]]


def _remittance(remittance: Element | None) -> tuple[str, list[tuple[str, str]]]:
    """Return the unstructured lines, and the references of the structured ones."""
    if remittance is None:
        return "", []
    structured: list[tuple[str, str]] = []
    for one in remittance.all("Strd"):
        structured += [("RfrdDoc", document.first("Nb", "RfrdDocNb")) for document in one.all("RfrdDocInf")]
        structured.append(("CdtrRef", one.first("CdtrRefInf/Ref", "CdtrRefInf/CdtrRef")))
        structured.append(("AddtlRmtInf", lines(one.all("AddtlRmtInf"))))
    return lines(remittance.all("Ustrd")), [pair for pair in structured if pair[1]]


def _returned(found: Element | None) -> tuple[str, str]:
    if found is None:
        return "", ""
    reason = found.first("Rsn/Cd", "Rsn/Prtry", "RtrRsn/Cd", "RtrRsn/Prtry")
    return reason or "NARR", lines(found.all("AddtlInf") + found.all("AddtlRtrRsnInf"))


def _roles(parties: Element | None) -> list[tuple[str, str]]:
    """Return the names of those who stand behind the parties."""
    if parties is None:
        return []
    names = [(role, parties.one(role)) for role in _ROLES]
    return [(role, text) for role, who in names if who is not None and (text := one_line(who.first("Nm", "Pty/Nm")))]
