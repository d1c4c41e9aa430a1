"""Writes payments as pain.001, reads its own bytes back, and hands over only what says exactly what was agreed.

Source: ISO 20022 CustomerCreditTransferInitiation, pain.001.001.03 and .09.

"As soon as possible" (an empty date) has no form in the message: ReqdExctnDt must be a date, so the day on which the
file is made stands there, counted where the rail's day is (``rails.earliest_date``). Reading back, a payment that was
agreed without a date must carry exactly the day of the file's own CreDtTm, and then counts as without one; one that was
agreed with a date must carry that date. In the same way a Swiss payer's bank, which the rules want named, is named by
the clearing number that the payer's IBAN itself holds, and then counts as not named beyond that.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from countersign.adapters.banks.files.hardened_xml import open_xml
from countersign.adapters.banks.files.pain001 import forms
from countersign.adapters.banks.files.pain001.pieces import (
    BIC,
    BICFI,
    account,
    agent,
    amount,
    instant,
    named,
    totals,
    unnamed_agent,
)
from countersign.adapters.banks.files.pain001.rails import earliest_date, payment_type
from countersign.adapters.banks.files.pain001.reader import Header, Transaction, walk
from countersign.adapters.banks.files.pain001.usage import (
    UsageRules,
    charset_for,
    check_identification,
    check_payment,
    check_text,
    not_carried,
)
from countersign.adapters.banks.files.pain001.versions import MESSAGE, NAMESPACE, Pain001Version
from countersign.adapters.banks.files.pain001.xml_text import Element, document, element, text
from countersign.domain.errors import UserFacingError
from countersign.domain.order import NAME_LIMIT, BindingError, require_same
from countersign.domain.payment import PaymentFields

_BIC_TAGS: Final = {Pain001Version.V03: BIC, Pain001Version.V09: BICFI}
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9\-]")
_SWISS_ACCOUNT: Final = re.compile(r"(?:CH|LI)[0-9]{2}([0-9]{5}).*")


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file that was read back and says what was agreed.

    Attributes:
        name: A file name made from the message's identification.
        version: Such as ``pain.001.001.09``.
        sha256: Of ``content``, 64 hex digits.
    """

    name: str
    message_id: str
    version: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class _Message:
    """What is the same for all payments of a file."""

    payments: Sequence[PaymentFields]
    initiating_party: str
    debtor_name: str
    message_id: str
    created_at: int
    version: Pain001Version
    usage: UsageRules


def write_pain001(
    payments: Sequence[PaymentFields],
    *,
    initiating_party: str,
    debtor_name: str,
    message_id: str,
    created_at: int,
    version: Pain001Version,
    usage: UsageRules,
) -> PaymentFile:
    """Write payments into one file, and hold what it says to what was agreed.

    Args:
        payments: Of one payer. They share a PmtInf only where account, date, product and charge bearer agree.
        initiating_party: Who sends the file.
        debtor_name: Whose accounts are debited.
        message_id: Unique for the bank; at most 35 characters of the SEPA set.
        created_at: Milliseconds since the epoch.
        version: As the bank takes it.
        usage: Whose rules the file follows beyond the schema.

    Raises:
        UserFacingError: Before anything is written: ``file.empty``, ``file.cannot_carry``, ``file.needs``,
            ``file.too_long``, ``file.characters``; see ``usage.check_payment``.
        BindingError: ``binding.message``: what was written doesn't say what was agreed.
    """
    message = _Message(payments, initiating_party, debtor_name, message_id, created_at, version, usage)
    _check(message)
    groups = _groups(message)
    content = document(_initiation(message, groups), f"{NAMESPACE}{version}")
    _require_agreed(content, message, [payment for group in groups for payment in group])
    return PaymentFile(
        name=f"pain001-{_NOT_IN_NAMES.sub('_', message_id)}.xml",
        message_id=message_id,
        version=version.value,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _check(message: _Message) -> None:
    if not message.payments:
        raise UserFacingError("file.empty")
    check_identification("message_id", message.message_id)
    for field, name in (("initiating_party", message.initiating_party), ("debtor_name", message.debtor_name)):
        if not name:
            raise UserFacingError("file.needs", field=field)
        for charset in {charset_for(payment.product, message.usage): None for payment in message.payments}:
            check_text(field, name, NAME_LIMIT, charset)
    for payment in message.payments:
        check_payment(payment, message.version, message.usage)


def _groups(message: _Message) -> list[list[PaymentFields]]:
    """Put together what may share a PmtInf: the same payer, date, payment type and charge bearer."""
    groups: dict[tuple[object, ...], list[PaymentFields]] = {}
    for payment in message.payments:
        key = (
            payment.debtor_account,
            payment.debtor_account_scheme,
            payment.debtor_agent,
            payment.debtor_agent_member,
            _execution_date(payment, message.created_at),
            payment.product,
            payment.arrival,
            payment.charge_bearer,
        )
        groups.setdefault(key, []).append(payment)
    return list(groups.values())


def _execution_date(payment: PaymentFields, created_at: int) -> str:
    return payment.requested_execution_date or earliest_date(payment, created_at)


def _initiation(message: _Message, groups: list[list[PaymentFields]]) -> Element:
    return element(
        MESSAGE,
        element(
            "GrpHdr",
            text("MsgId", message.message_id),
            text("CreDtTm", instant(message.created_at)),
            *totals([payment.instructed_amount for payment in message.payments]),
            element("InitgPty", text("Nm", message.initiating_party)),
        ),
        *(_payment_information(message, number, group) for number, group in enumerate(groups, 1)),
    )


def _payment_information(message: _Message, number: int, group: list[PaymentFields]) -> Element:
    first = group[0]
    suffix = f"-{number}"
    day = _execution_date(first, message.created_at)
    return element(
        "PmtInf",
        text("PmtInfId", message.message_id[: forms.IDENTIFICATION_LIMIT - len(suffix)] + suffix),
        text("PmtMtd", "TRF"),
        text("BtchBookg", "false" if len(group) > 1 else ""),  # so that each order meets its own entry of a statement
        *totals([payment.instructed_amount for payment in group]),
        _type(first),
        text("ReqdExctnDt", day) if message.version is Pain001Version.V03 else element("ReqdExctnDt", text("Dt", day)),
        element("Dbtr", text("Nm", message.debtor_name)),
        account("DbtrAcct", first.debtor_account, first.debtor_account_scheme),
        _debtor_agent(message, first),
        text("ChrgBr", first.charge_bearer.value),
        *(_transaction(message, payment) for payment in group),
    )


def _type(payment: PaymentFields) -> Element:
    found = payment_type(payment)
    return element(
        "PmtTpInf",
        *(element("SvcLvl", text("Cd", level)) for level in found.service_levels),
        element("LclInstrm", text("Cd", found.instrument), text("Prtry", found.own_instrument)),
    )


def _transaction(message: _Message, payment: PaymentFields) -> Element:
    return element(
        "CdtTrfTxInf",
        element("PmtId", text("EndToEndId", payment.end_to_end_id), text("UETR", payment.uetr)),
        element("Amt", amount("InstdAmt", payment.instructed_amount)),
        named("UltmtDbtr", payment.ultimate_debtor),
        agent("CdtrAgt", payment.creditor_agent, payment.creditor_agent_member, _BIC_TAGS[message.version]),
        element(
            "Cdtr",
            text("Nm", payment.creditor_name),
            element("PstlAdr", text("TwnNm", payment.creditor_town), text("Ctry", payment.creditor_country)),
        ),
        account("CdtrAcct", payment.creditor_account, payment.creditor_account_scheme),
        named("UltmtCdtr", payment.ultimate_creditor),
        element("Purp", text("Cd", payment.purpose)),
        element("RmtInf", *_remittance(message.usage, payment)),
    )


def _remittance(usage: UsageRules, payment: PaymentFields) -> Iterator[Element]:
    if usage is UsageRules.SWISS and forms.is_qr_iban(payment.creditor_account):
        kind = element("Tp", element("CdOrPrtry", text("Prtry", "QRR")))
        yield element("Strd", element("CdtrRefInf", kind, text("Ref", payment.remittance)))
    else:
        yield text("Ustrd", payment.remittance)


def _debtor_agent(message: _Message, payment: PaymentFields) -> Element:
    bic, member = payment.debtor_agent, _debtor_member(payment, message.usage)
    if bic or member:
        return agent("DbtrAgt", bic, member, _BIC_TAGS[message.version])
    return unnamed_agent("DbtrAgt")


def _debtor_member(payment: PaymentFields, usage: UsageRules) -> str:
    """Return the payer's bank's clearing number; within Swiss rules the one in the IBAN where none is given."""
    found = _SWISS_ACCOUNT.fullmatch(payment.debtor_account)
    if usage is not UsageRules.SWISS or payment.debtor_agent or payment.debtor_agent_member or found is None:
        return payment.debtor_agent_member
    return f"CHBCC:{found[1]}"


def _require_agreed(content: bytes, message: _Message, agreed: list[PaymentFields]) -> None:
    """Read the written bytes again as a stranger's, and compare everything."""
    items = walk(open_xml(io.BytesIO(content), len(content)))
    header = next(items)
    if not isinstance(header, Header):
        raise BindingError("binding.message", field="message_id", count=1)
    said = {
        "message_id": (header.head.identification, message.message_id),
        "version": (header.head.version, message.version.value),
        "created_at": (header.head.created, instant(message.created_at)),
        "payments": (header.head.stated_count, len(agreed)),
        "initiating_party": (header.initiating_party, message.initiating_party),
    }
    _require_equal(said)
    found = [item for item in items if isinstance(item, Transaction)]
    _require_equal({"payments": (len(found), len(agreed))})
    for item, payment in zip(found, agreed, strict=True):
        _require_equal({"debtor_name": (item.above.debtor_name, message.debtor_name)})
        if item.payment is None or item.faults:
            raise BindingError("binding.message", field=item.faults[0][0], count=len(item.faults))
        require_same(payment, _as_agreed(item.payment, payment, message), "message")


def _require_equal(said: Mapping[str, tuple[object, object]]) -> None:
    for field, (found, agreed) in said.items():
        if found != agreed:
            raise BindingError("binding.message", field=field, count=1)


def _as_agreed(claimed: PaymentFields, agreed: PaymentFields, message: _Message) -> PaymentFields:
    """Take back what the message had to add, if it says exactly that and the agreement says nothing."""
    if not agreed.requested_execution_date and claimed.requested_execution_date == earliest_date(
        agreed, message.created_at
    ):
        claimed = replace(claimed, requested_execution_date="")
    added = _debtor_member(agreed, message.usage)
    if not agreed.debtor_agent_member and claimed.debtor_agent_member == added:
        claimed = replace(claimed, debtor_agent_member="")
    return claimed


__all__ = ["Pain001Version", "PaymentFile", "UsageRules", "not_carried", "write_pain001"]
