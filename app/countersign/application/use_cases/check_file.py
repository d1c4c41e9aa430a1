"""*Check these details now*, from a file: a list of payments, or a message that was saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from countersign.application.ports.bank_files import FilePart, Reading
from countersign.application.use_cases.check_details import check_message
from countersign.application.use_cases.check_payments import check_payments
from countersign.domain.errors import UserFacingError
from countersign.domain.national_accounts import ModulusTable
from countersign.domain.vetting import DetailsCheck, Subject, Verdict

ReadParts: TypeAlias = Callable[[Path, Reading | None], Iterator[FilePart]]
"""``BankFiles.read``."""


def check_file(
    path: Path,
    read: ReadParts,
    read_message: Callable[[Path], str],
    *,
    uk_table: ModulusTable | None = None,
    progress: Reading | None = None,
) -> DetailsCheck:
    """Vet a pain.001 or CSV list payment by payment; any other text as a message. Any lane but VAULT.

    Args:
        path: The file; untrusted.
        read: Reads lists of payments.
        read_message: Reads a text file whole; raises ``UserFacingError`` where it is none.
        uk_table: Pay.UK's tables, if the user has them.
        progress: See ``BankFiles.read``: what it raises ends the check.
    """
    try:
        return check_payments(read(path, progress), uk_table=uk_table)
    except UserFacingError as error:
        refused = error
    if refused.code == "file.unknown_kind":
        try:
            return check_message(read_message(path), uk_table=uk_table)
        except UserFacingError as error:
            refused = error
    return DetailsCheck(Subject.FILE, Verdict.UNREADABLE, fault=refused.code, fault_params=refused.params)
