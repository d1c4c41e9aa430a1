"""*Check these details now* as a window uses it: three ways in, and what they need put together once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from countersign.application.ports.bank_files import Reading
from countersign.application.use_cases.check_details import check_account, check_message
from countersign.application.use_cases.check_file import ReadParts, check_file
from countersign.domain.errors import UserFacingError
from countersign.domain.national_accounts import ModulusTable
from countersign.domain.vetting import DetailsCheck

_NOT_YET: Final = object()


class Vetter:
    """Vets details, messages and files; keeps nothing of them. Any lane but VAULT."""

    def __init__(
        self, read: ReadParts, read_message: Callable[[Path], str], load_table: Callable[[], ModulusTable | None]
    ) -> None:
        """Take what reads files; the UK's table is loaded when something is vetted for the first time.

        Args:
            read: Reads lists of payments.
            read_message: Reads a text file whole.
            load_table: Reads Pay.UK's table, if the user has it.
        """
        self._read, self._read_message, self._load_table = read, read_message, load_table
        self._table: ModulusTable | object | None = _NOT_YET

    def details(self, account: str, name: str, country: str) -> DetailsCheck:
        """Vet an account and a name."""
        return check_account(account, name, country=country, uk_table=self._uk_table())

    def message(self, text: str) -> DetailsCheck:
        """Vet a message."""
        return check_message(text, uk_table=self._uk_table())

    def file(self, path: Path, progress: Reading) -> DetailsCheck:
        """Vet a file; what ``progress`` raises ends it."""
        return check_file(path, self._read, self._read_message, uk_table=self._uk_table(), progress=progress)

    def _uk_table(self) -> ModulusTable | None:
        if self._table is _NOT_YET:
            try:
                self._table = self._load_table()
            except UserFacingError:
                self._table = None  # each UK account then says that its check digits were not checked
        return self._table if isinstance(self._table, ModulusTable) else None
