"""What every error code means to the person: what happened, and how to go on.

One table for all codes, in blocks by page. To add a code, add it to the block of its page; a new block joins
``_BLOCKS``. A code that nobody wrote a sentence for gets a plain one that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from countersign.domain.errors import CountersignError
from countersign.presentation.error_texts import (
    approving,
    bank,
    bank_signing,
    baskets,
    batches,
    confirming,
    documents,
    exports,
    file_reading,
    files,
    own_bank,
    reading,
    relays,
    rules,
    sending,
    transfer,
    vault,
    workspace,
)
from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _

_BLOCKS: Final[tuple[Callable[[], Block], ...]] = (
    transfer.transfer,
    transfer.order,
    sending.binding,
    sending.approval,
    approving.approving,
    confirming.confirming,
    batches.batches,
    rules.signing,
    sending.intent,
    rules.authors,
    rules.changing,
    own_bank.own_bank,
    bank.bank,
    bank_signing.signing_at_the_bank,
    baskets.signing_together,
    bank.practice,
    vault.vault,
    reading.reading,
    reading.records,
    file_reading.file_reading,
    files.writing,
    files.faults,
    relays.envelopes,
    relays.relays,
    relays.codes_in_pictures,
    workspace.joining,
    workspace.changes,
    workspace.sender,
    exports.exports,
    documents.refused,
    documents.opening,
)


def ours(error: Exception) -> CountersignError:
    """Return an error that there are words for; any other comes to light.

    Raises:
        Exception: ``error`` itself where it is none of ours: nobody wrote words for it, so it must be noticed.
    """
    if not isinstance(error, CountersignError):
        raise error
    return error


def words_of(error: Exception) -> str:
    """Say what happened and how to go on; raises as ``ours`` does."""
    found = ours(error)
    return sentence(found.code, found.params)


def sentence(code: str, params: Mapping[str, str | int] | None = None) -> str:
    """Say what happened and how to go on.

    Args:
        code: From a ``CountersignError``.
        params: Its parameters; one that a sentence names and that is missing reads as "?".
    """
    found = _find(code)
    if found is None:
        return _(
            "Something unexpected happened, and the program stopped there. Nothing was sent because of it. "
            "For a report, the code is {code}."
        ).format(code=code)
    given = _Given({"code": code} | dict(params or {}))
    if "field" in given:
        given["field"] = field_name(str(given["field"]))
    if code == "file.unreadable":
        given.update(file_reading.place_and_reason(params or {}))
    return found.sentence.format_map(given)


def place_text(params: Mapping[str, str | int]) -> str:
    """Say where a file can't be read, and why (the parameters of ``file.unreadable``)."""
    found = file_reading.place_and_reason(params)
    return _("{place}, {reason}").format(place=found["place"], reason=found["reason"])


def title(code: str) -> str:
    """Name what happened in a few words."""
    found = _find(code)
    return found.title if found else _("Something unexpected happened")


def codes() -> tuple[str, ...]:
    """List the codes and families (``bank.*``) that somebody wrote a sentence for."""
    return tuple(code for block in _BLOCKS for code in block())


def is_known(code: str) -> bool:
    """Tell whether somebody wrote a sentence for exactly this code or its family."""
    return _find(code) is not None


class _Given(dict[str, str | int]):
    """Parameters for a sentence; none of them can be missing."""

    def __missing__(self, key: str) -> str:
        """Stand in for a parameter that wasn't given."""
        return "?"


def field_name(field: str) -> str:
    """Name a part of an order in the person's language; an unknown one as it is."""
    names = {
        "instructed_amount": _("amount"),
        "debtor_account": _("your account"),
        "creditor_name": _("payee"),
        "creditor_account": _("payee account"),
        "creditor_agent": _("payee bank"),
        "end_to_end_id": _("end-to-end identification"),
        "remittance": _("reference"),
        "requested_execution_date": _("date"),
        "product": _("how it travels"),
        "debtor_name": _("your name"),
        "debtor_agent": _("your bank"),
        "debtor_agent_member": _("your bank's code"),
        "creditor_agent_member": _("payee bank's code"),
        "creditor_town": _("payee's town"),
        "creditor_country": _("payee's country"),
        "charge_bearer": _("who pays the fees"),
        "purpose": _("purpose"),
        "uetr": _("tracking reference"),
        "ultimate_debtor": _("on whose behalf you pay"),
        "ultimate_creditor": _("for whom the payee receives it"),
        "arrival": _("when it is to arrive"),
        "initiating_party": _("who sends the file"),
        "message_id": _("name of the message"),
        "created_at": _("when the file was made"),
        "payments": _("number of payments"),
        "qr_reference": _("QR reference"),
        "note": _("note"),
        "version": _("version of the message"),
        "digest": _("fingerprint"),
        "authorisation_id": _("confirmation"),
        "request_id": _("request number"),
        "link": _("link"),
        "host": _("server"),
        "port": _("port"),
        "database": _("database"),
        "schema": _("schema"),
        "user": _("user name"),
        "password": _("password"),
    }
    return names.get(field, field)


def _find(code: str) -> ErrorText | None:
    """Find a code, or the nearest family it belongs to: ``vault.damaged.slot``, ``vault.damaged.*``, ``vault.*``."""
    parts = code.split(".")
    families = (".".join([*parts[:depth], "*"]) for depth in range(len(parts) - 1, 0, -1))
    for name in (code, *families):
        for block in _BLOCKS:
            if found := block().get(name):
                return found
    return None
