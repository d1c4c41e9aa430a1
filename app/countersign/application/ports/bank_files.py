"""What banks say in files: payment status reports, and statements. The shapes, and who reads them.

Sources: ISO 20022 pain.002 (CustomerPaymentStatusReport), camt.052, camt.053 and camt.054 (account report, statement,
debit and credit notification); SWIFT MT940. Files are untrusted: every text in these values stays untrusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

from countersign.domain.money import Money
from countersign.domain.payment import PaymentFields


class FileKind(StrEnum):
    """What a file turned out to be."""

    PAIN_001 = "pain.001"
    PAIN_002 = "pain.002"
    CAMT_029 = "camt.029"
    CAMT_052 = "camt.052"
    CAMT_053 = "camt.053"
    CAMT_054 = "camt.054"
    CAMT_055 = "camt.055"
    MT940 = "MT940"
    CSV = "CSV"
    XLSX = "XLSX"


@dataclass(frozen=True, slots=True)
class FileHead:
    """The first part of every file.

    Attributes:
        version: The message's full name, such as ``camt.053.001.08``; ``MT940`` for that.
        identification: The message's own identification (GrpHdr/MsgId), or empty.
        created: GrpHdr/CreDtTm as written, or empty.
        stated_count: GrpHdr/NbOfTxs where the file states it; None otherwise.
        stated_sum: GrpHdr/CtrlSum as written, or empty: currencies may be mixed, so that it is no money.
    """

    kind: FileKind
    version: str
    identification: str
    created: str
    stated_count: int | None = None
    stated_sum: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """The other side of an entry, or a party of a payment; every text may be empty.

    Attributes:
        account: Without spaces: an IBAN where ``scheme`` says so.
        agent: BIC.
        agent_member: ``CODE:MEMBER``, see ``domain.payment``.
    """

    name: str = ""
    account: str = ""
    scheme: str = ""
    agent: str = ""
    agent_member: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """A fee that the bank reports (camt Chrgs). The amount is positive.

    Attributes:
        bearer: ISO 20022 ChargeBearerType1Code, or empty.
        included: Whether the entry's amount has it taken off or added already; None where the bank doesn't say.
        returned: Whether it was given back (CdtDbtInd is CRDT).
    """

    amount: Money
    bearer: str = ""
    included: bool | None = None
    returned: bool = False


@dataclass(frozen=True, slots=True)
class EntryDetail:
    """One transaction within an entry (camt NtryDtls/TxDtls; MT940 field 86). Amounts are positive.

    Attributes:
        end_to_end_id: Empty also where the bank writes NOTPROVIDED.
        remittance: Unstructured lines joined by blanks; where there are none, the structured references.
        return_reason: ISO 20022 ExternalReturnReason1Code where the entry gives a payment back, or empty; ``NARR``
            where the bank has words for it and no code.
        references: Other references by their ISO name (``AcctSvcrRef``, ``InstrId``, ``PmtInfId``, ``UETR``;
            ``CdtrRef`` and ``RfrdDoc`` for structured remittance; ``Prtry/`` and the type for a proprietary one).
        direction: ``CRDT`` or ``DBIT`` where the bank says it of the transaction, or empty.
        amounts: Other amounts by their ISO name: ``InstdAmt``, ``TxAmt``, ``CntrValAmt``, ``RmtdAmt`` …
        return_text: The bank's words on a return.
        text: AddtlTxInf.
    """

    amount: Money | None
    other: Party
    end_to_end_id: str = ""
    remittance: str = ""
    return_reason: str = ""
    references: tuple[tuple[str, str], ...] = ()
    direction: str = ""
    amounts: tuple[tuple[str, Money], ...] = ()
    charges: tuple[Charge, ...] = ()
    return_text: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class StatementHead:
    """Begins the entries of one account: a statement, report or notification.

    Attributes:
        identification: Of the statement within the file.
        account: Without spaces.
        scheme: ``IBAN`` or ``BBAN``.
        currency: Of the account, or empty where the bank leaves it out.
        servicer: The bank: its BIC, else its number in a national clearing (``CODE:MEMBER``, or in MT940 as written),
            else its name, or empty.
        sequence: Electronic or legal sequence number as written, or empty.
        from_date: ISO 8601 date or date and time as written, or empty.
        to_date: As ``from_date``.
        copy: ``COPY``, ``DUPL`` or ``CODU`` where the statement repeats another (CpyDplctInd), or empty.
    """

    identification: str
    account: str
    scheme: str
    currency: str
    owner: str
    servicer: str
    sequence: str
    created: str
    from_date: str
    to_date: str
    copy: str = ""


@dataclass(frozen=True, slots=True)
class StatementBalance:
    """A balance: ``code`` is ISO 20022 BalanceType12Code (OPBD, CLBD, CLAV, ITBD, PRCD …) or the bank's own; signed.

    Attributes:
        at: Date or date and time as written.
        credit_lines: What the bank would lend beside it, or within it.
    """

    code: str
    amount: Money
    at: str
    credit_lines: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """A line of an account.

    Attributes:
        entry: The bank's reference of it (AcctSvcrRef, or NtryRef, which may be a mere number), or empty.
        status: ``BOOK``, ``PDNG``, ``INFO`` or ``FUTR``.
        amount: Signed: negative for money that left. A reversal of a debit is positive.
        reversal: Whether it takes an earlier entry back.
        booked_on: ISO 8601 date, or empty.
        value_on: ISO 8601 date, or empty.
        code: Bank transaction code: ``PMNT.ICDT.ESCT``, or the proprietary one.
        text: AddtlNtryInf or what MT940's field 86 says as a whole.
        references: By their ISO name: ``NtryRef``, ``AcctSvcrRef``; of a batch ``MsgId``, ``PmtInfId``, ``NbOfTxs``.
        amounts: Other amounts by their ISO name, as in ``EntryDetail``; ``TtlAmt`` of a batch.
    """

    entry: str
    status: str
    amount: Money
    reversal: bool
    booked_on: str
    value_on: str
    code: str
    text: str
    details: tuple[EntryDetail, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    amounts: tuple[tuple[str, Money], ...] = ()
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementEnd:
    """Ends the entries of one account.

    Attributes:
        differences: What in the statement doesn't agree with itself, as codes: ``balance`` where the closing balance is
            not the opening one plus the booked entries; ``count``, ``sum`` where a stated total is not what was found.
    """

    identification: str
    entries: int
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusReason:
    """Why (StsRsnInf): a code of ExternalStatusReason1Code or the bank's own, and its words."""

    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class GroupStatus:
    """What a pain.002 says of a whole message, or of one payment information block (``payment_information`` set).

    Attributes:
        status: As written: ``ACCP``, ``RJCT``, ``PART``, ``RCVC`` …; empty where only transactions have one.
        stated_count: How many transactions the bank says the message or block had, or None.
        stated_sum: OrgnlCtrlSum as written, or empty.
        per_status: How many transactions the bank says have which status (NbOfTxsPerSts).
    """

    original_message: str
    payment_information: str
    status: str
    reasons: tuple[StatusReason, ...] = ()
    stated_count: int | None = None
    stated_sum: str = ""
    per_status: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """What a pain.002 says of one transaction (TxInfAndSts). It decides, not its group.

    Attributes:
        status: As written, or the block's or group's where the transaction has none of its own.
        name_check: ``RCVC``, ``RVMC``, ``RVNM`` or ``RVNA`` where the bank reports a name check; empty otherwise.
        checked_name: The name that the bank has, with a close match.
        amount: As the bank repeats it, or None.
        creditor: As the bank repeats it.
        references: By their ISO name: ``StsId``, ``UETR``, ``AcctSvcrRef``, ``ClrSysRef``.
        charges: What the bank says it takes (ChrgsInf).
    """

    original_message: str
    payment_information: str
    instruction_id: str
    end_to_end_id: str
    status: str
    reasons: tuple[StatusReason, ...]
    amount: Money | None
    creditor: Party
    debtor: Party
    name_check: str = ""
    checked_name: str = ""
    references: tuple[tuple[str, str], ...] = ()
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True)
class FilePayment:
    """One payment of a pain.001 file or of a list.

    Attributes:
        line: Line of the file on which it begins, from 1.
        faults: What is wrong with it, as (field, code); ``payment`` is then what could be read, or None.
        category: ISO 20022 ExternalCategoryPurpose1Code of the payment, or of all with which it stands; or the bank's
            own words, or empty. It is said to the payer's bank, where ``PaymentFields.purpose`` is for the payee's.
    """

    line: int
    payment_information: str
    instruction_id: str
    payment: PaymentFields | None
    faults: tuple[tuple[str, str], ...] = ()
    category: str = ""


@dataclass(frozen=True, slots=True)
class ListColumns:
    """Which column of a list is what.

    Attributes:
        places: Field (``LIST_FIELDS``) → column from 0.
        currency: Of all amounts where no column says it; or empty.
    """

    places: Mapping[str, int]
    currency: str = ""


@dataclass(frozen=True, slots=True)
class ListPreview:
    """The beginning of a list: what was taken for what. Every text is untrusted.

    Attributes:
        head: The cells of the line that names the columns.
        rows: The first rows under it.
        columns: What was recognised.
    """

    kind: FileKind
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: ListColumns


LIST_FIELDS = (
    *("name", "account", "bank", "bic", "amount", "currency", "remittance", "end_to_end", "date", "country", "debtor"),
)
"""What a column of a list can be: ``bank`` is a sort code or another number of the payee's bank."""

FilePart: TypeAlias = (
    FileHead
    | StatementHead
    | StatementBalance
    | StatementEntry
    | StatementEnd
    | GroupStatus
    | PaymentStatus
    | FilePayment
)

Reading: TypeAlias = Callable[[int, int], None]
"""Told how far the reading is: bytes read, bytes in all."""


class BankFiles(Protocol):
    """Reads what banks and others write. Any lane but VAULT; memory doesn't grow with the file."""

    def read(self, path: Path, progress: Reading | None = None) -> Iterator[FilePart]:
        """Recognise a file by its content and read it part by part.

        Args:
            path: The file.
            progress: Called now and then; what it raises ends the reading, which is how a reading is cancelled.

        Parts that come before a refusal were given already: use nothing of a file that wasn't read to its end.

        Raises:
            UserFacingError: ``file.unknown_kind``, ``file.unreadable`` (``line``, ``reason``, ``element``),
                ``file.too_large``, ``file.forbidden`` (``what``: a DTD, an entity …), ``file.unknown_version``
                (``version``), ``file.absent``.
        """

    def preview(self, path: Path) -> ListPreview | None:
        """Return how a CSV or XLSX list begins; None where the file is of another kind.

        Raises:
            UserFacingError: As ``read``; ``file.unknown_kind`` where there is no table in it.
        """

    def read_list(self, path: Path, columns: ListColumns, progress: Reading | None = None) -> Iterator[FilePart]:
        """Read a CSV or XLSX list by columns that a person has chosen; otherwise as ``read``."""

    def fingerprint(self, path: Path) -> str:
        """Return a file's SHA-256 in hex, reading it piece by piece.

        Raises:
            UserFacingError: ``file.absent``.
        """
