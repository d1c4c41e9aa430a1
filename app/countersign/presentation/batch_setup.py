"""What is asked before a list is checked: its columns, the account that pays, where the details come from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from countersign.application.flows.script import Script, on_network, on_read, on_vault
from countersign.application.ports.bank_files import LIST_FIELDS, ListColumns, ListPreview
from countersign.application.ports.vault import AccountRow, LocalSpace, Vault
from countersign.application.session import Session
from countersign.domain.canonical import Json
from countersign.domain.currencies import EXPONENTS
from countersign.domain.payee import DetailsSource
from countersign.presentation.batch_state import ColumnChoice, Setup
from countersign.presentation.batch_words import field_options
from countersign.presentation.check_texts import printable
from countersign.presentation.formats import iban_text, isolate, money_text
from countersign.presentation.messages import _, language
from countersign.presentation.transfer_payee_state import details_sources

_NEEDED: Final = frozenset({"name", "account", "amount"})
_REMEMBERED: Final = "list_columns."
_CELL: Final = 40
_TAIL: Final = 4


@dataclass(slots=True)
class BatchSetup:
    """The answers, as far as they were given."""

    path: Path
    preview: ListPreview | None
    accounts: Sequence[AccountRow]
    places: dict[str, int] = field(default_factory=dict)
    currency: str = ""
    account: str = ""
    source: str = ""
    pressed: bool = False
    shared: bool = False
    payroll: bool = False

    @classmethod
    def of(
        cls,
        path: Path,
        preview: ListPreview | None,
        accounts: Sequence[AccountRow],
        kept: Mapping[str, object] | None,
    ) -> BatchSetup:
        """Begin with what was recognised, or with what was chosen for such a list the last time."""
        found = cls(path, preview, accounts)
        if preview is not None:
            found.places, found.currency = dict(preview.columns.places), preview.columns.currency
            places = kept.get("places") if kept else None
            if isinstance(places, Mapping):
                found.places = {
                    name: at
                    for name, at in places.items()
                    if name in LIST_FIELDS and isinstance(at, int) and 0 <= at < len(preview.head)
                }
                found.currency = str(kept.get("currency", "")) if kept else ""
        if len(accounts) == 1:
            found.account = accounts[0].account
        return found

    @property
    def columns(self) -> ListColumns | None:
        """Which column is what; None where the file is no list."""
        if self.preview is None:
            return None
        return ListColumns(self.places, "" if "currency" in self.places else self.currency)

    @property
    def paying(self) -> tuple[str, str]:
        """The account that pays, and its bank within a national clearing."""
        row = next((row for row in self.accounts if row.account == self.account), None)
        return (row.iban, row.agent_member) if row is not None else ("", "")

    def choose_column(self, name: str, place: str) -> None:
        """Say which column a field is taken from; empty for none. A column is one thing only."""
        self.places.pop(name, None)
        if place:
            at = int(place)
            self.places = {known: known_at for known, known_at in self.places.items() if known_at != at}
            self.places[name] = at

    def faults(self) -> tuple[tuple[str, str], ...]:
        """Say what is missing."""
        found = []
        if self.preview is not None and not self.places.keys() >= _NEEDED:
            found.append(("columns", _("Say which columns hold the payee's name, the account and the amount.")))
        elif self.preview is not None and "currency" not in self.places and not self.currency:
            found.append(("currency", _("No column says the currency: choose the one of all amounts.")))
        if not self.account:
            found.append(("account", _("Choose the account that pays.")))
        if not self.source:
            found.append(("source", _("Say where these details came from.")))
        return tuple(found)

    def state(self) -> Setup:
        """Say what is to be shown."""
        preview = self.preview
        head = preview.head if preview else ()
        options = (
            ("", _("No column")),
            *(
                (str(at), printable(text)[:_CELL] or _("Column {number}").format(number=at + 1))
                for at, text in enumerate(head)
            ),
        )
        choices = tuple(
            ColumnChoice(name, label, str(self.places[name]) if name in self.places else "", name in _NEEDED)
            for name, label in field_options()
        )
        asks_currency = preview is not None and "currency" not in self.places
        return Setup(
            name=isolate(printable(self.path.name)),
            kind=preview.kind.value if preview else "pain.001",
            columns=choices if preview else (),
            options=options if preview else (),
            head=tuple(printable(text)[:_CELL] for text in head),
            rows=tuple(_row(row, len(head)) for row in preview.rows) if preview else (),
            currency=self.currency,
            currencies=(("", _("Choose")), *((code, code) for code in sorted(EXPONENTS))) if asks_currency else (),
            account=self.account,
            accounts=(("", _("Choose")), *((row.account, _account(row)) for row in self.accounts)),
            short_accounts=(("", _("Choose")), *((row.account, _short(row)) for row in self.accounts)),
            source=self.source,
            sources=(*details_sources(),),
            asks_payroll=self.shared,
            payroll=self.payroll,
            faults=self.faults() if self.pressed else (),
        )


def _row(cells: Sequence[str], width: int) -> tuple[str, ...]:
    shown = [printable(cell)[:_CELL] for cell in cells[:width]]
    return (*shown, *[""] * (width - len(shown)))


def _account(row: AccountRow) -> str:
    return f"{row.name} · {iban_text(row.iban)} · {money_text(row.balance, language())}"


def _short(row: AccountRow) -> str:
    return f"{row.name} · …{row.iban[-_TAIL:]}"


def look_at_file(session: Session, path: Path) -> Script[BatchSetup]:
    """Read the beginning of a file, and what was chosen for such a list before."""
    preview = yield from on_network(lambda: session.files.preview(path))
    accounts = yield from on_read(session.reader.accounts)
    rules = yield from on_read(session.reader.rules)
    kept = None
    if preview is not None:
        key = _key(preview)
        kept = yield from on_vault(lambda: session.vault.local_item(LocalSpace.SETTING, key))
    setup = BatchSetup.of(path, preview, accounts, kept)
    setup.shared = not rules.governance.approves_own
    return setup


def remember_columns(vault: Vault, setup: BatchSetup) -> None:
    """Remember which column is what, for the next list with this head. VAULT lane."""
    columns = setup.columns
    if setup.preview is None or columns is None:
        return
    with vault.transaction() as change:
        value: dict[str, Json] = {"places": dict(columns.places), "currency": columns.currency}
        change.put(LocalSpace.SETTING, _key(setup.preview), value)


def source_of(setup: BatchSetup) -> DetailsSource:
    """Return where the payees' details come from."""
    return DetailsSource(setup.source)


def _key(preview: ListPreview) -> str:
    return _REMEMBERED + hashlib.sha256("\x1f".join(preview.head).encode("utf-8", "replace")).hexdigest()[:32]
