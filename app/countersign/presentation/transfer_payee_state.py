"""What the first step of a transfer shows."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.application.ports.practice import Letter
from countersign.application.ports.vault import PayeeRow
from countersign.domain.money import Money, MoneyError
from countersign.domain.payee import DetailsSource, PayeeKind
from countersign.presentation.formats import iban_text, isolate
from countersign.presentation.messages import _, ngettext
from countersign.presentation.transfer_desk import Fault, Option

_EURO = "EUR"


@dataclass(frozen=True, slots=True)
class KnownPayee:
    """A payee in the list."""

    payee: str
    name: str
    account: str
    detail: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter in the practice mailbox."""

    letter: str
    subject: str
    sender: str
    date: str
    opened: bool


@dataclass(frozen=True, slots=True)
class OpenLetter:
    """A letter that is open, and what it asks for. All of it is untrusted."""

    sender: str
    address: str
    subject: str
    text: str
    asks: str
    warning: str


@dataclass(frozen=True, slots=True)
class PayeeState:
    """What the first step shows.

    Attributes:
        ready: The known payees are there; before, there is nothing to fill in yet.
        chosen: Name of the known payee that was chosen; empty while the form counts.
        account_note: What a good account number says of itself: country and bank.
        name_fault: Shown live.
        warnings: What a person should look at before going on; none of it stops.
        faults: Shown as a summary after Continue was pressed.
    """

    ready: bool
    search: str
    known: tuple[KnownPayee, ...]
    known_note: str
    chosen: str
    chosen_account: str
    name: str
    account: str
    account_note: str
    name_fault: str
    account_fault: str
    warnings: tuple[str, ...]
    kind: str
    kinds: tuple[Option, ...]
    source: str
    sources: tuple[Option, ...]
    letters: tuple[LetterLine, ...]
    letter: OpenLetter | None
    faults: tuple[Fault, ...]


def near_account(row: PayeeRow, places: int) -> str:
    """Warn of an account that is nearly a known one."""
    return ngettext(
        "This account differs in {count} place from that of {name}, {account}. Compare them.",
        "This account differs in {count} places from that of {name}, {account}. Compare them.",
        places,
    ).format(count=places, name=row.name, account=isolate(iban_text(row.account)))


def asked_amount(letter: Letter) -> Money | None:
    """Read the amount that a letter asks for, where it is one in euros."""
    if letter.currency != _EURO or not letter.amount:
        return None
    try:
        return Money.from_plain(letter.amount, letter.currency)
    except (MoneyError, ValueError):
        return None


def open_letter(letter: Letter) -> OpenLetter:
    """Show a letter and what it asks for."""
    asks = ""
    if letter.creditor_account:
        asks = _("It asks you to pay {currency} {amount} to {name}, account {account}.").format(
            currency=letter.currency,
            amount=letter.amount,
            name=letter.creditor_name,
            account=isolate(iban_text(letter.creditor_account)),
        )
    return OpenLetter(
        sender=letter.sender_name,
        address=letter.sender_address,
        subject=letter.subject,
        text=letter.text,
        asks=asks,
        warning=_("Anybody can have written this. A letter proves neither a name nor an account."),
    )


def payee_kinds() -> tuple[Option, ...]:
    """List the kinds of payees."""
    return (
        Option(PayeeKind.PERSON.value, _("A person")),
        Option(PayeeKind.COMPANY.value, _("A company")),
        Option(PayeeKind.ESCROW.value, _("A notary, solicitor or escrow account")),
        Option(PayeeKind.OWN_ACCOUNT.value, _("My own account elsewhere")),
    )


def details_sources() -> tuple[Option, ...]:
    """List where details can come from."""
    return (
        Option(DetailsSource.CONTRACT.value, _("A signed contract or letter in my hand")),
        Option(DetailsSource.IN_PERSON.value, _("They gave them to me in person")),
        Option(DetailsSource.EMAIL.value, _("An e-mail, or a document that came by e-mail")),
        Option(DetailsSource.PHONE_CALL.value, _("Somebody told me on the phone")),
        Option(DetailsSource.MESSAGE.value, _("A text or chat message")),
    )
