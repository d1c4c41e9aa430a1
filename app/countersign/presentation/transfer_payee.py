"""Step 1, the payee: one that is known, a new one by form, or one from a letter in the practice mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from countersign.application.flows.script import Script, on_network, on_read
from countersign.application.flows.transfer import missing, with_payee
from countersign.application.ports.practice import Letter, PracticeWorld
from countersign.application.ports.vault import PayeeRow
from countersign.domain.accounts import AccountFault, Iban, looks_like_account, read_iban
from countersign.domain.errors import CountersignError
from countersign.domain.money import Money
from countersign.domain.names import look_alike, mixed_scripts, same_name
from countersign.domain.order import NAME_LIMIT
from countersign.domain.payee import DetailsSource, PayeeKind, PayeeRecord, VopOutcome
from countersign.domain.unicode_safety import CleanText, clean_text
from countersign.presentation.amount_words import amount_in_words
from countersign.presentation.formats import iban_text, isolate
from countersign.presentation.messages import _, language
from countersign.presentation.transfer_barred import barred
from countersign.presentation.transfer_desk import Fault, TransferDesk
from countersign.presentation.transfer_fault_texts import account_fault, country_name, name_fault
from countersign.presentation.transfer_payee_state import (
    KnownPayee,
    LetterLine,
    PayeeState,
    asked_amount,
    details_sources,
    near_account,
    open_letter,
    payee_kinds,
)


class PayeeStep:
    """Leads through the first step."""

    def __init__(self, desk: TransferDesk) -> None:
        self._desk = desk
        self._search = ""
        self._known: Sequence[PayeeRow] = ()
        self._all_known: Sequence[PayeeRow] = ()
        self._letters: Sequence[Letter] = ()
        self._letter: Letter | None = None
        self._chosen = ""
        self._name = desk.draft.name
        self._account = iban_text(desk.draft.account)
        self._agent = desk.draft.agent
        self._pressed = False
        self._loaded = False

    # — what a person does —

    def enter(self) -> None:
        """Load known payees and letters."""
        draft = self._desk.draft
        self._name, self._account, self._agent = draft.name, iban_text(draft.account), draft.agent
        self._pressed = False
        self._desk.run(self._load(), self._take_known_payees)

    def search(self, text: str) -> None:
        """Narrow the list of known payees."""
        self._search = text
        wanted, spaceless = text.casefold().strip(), "".join(text.split()).casefold()
        self._known = [
            row
            for row in self._all_known
            if wanted in row.name.casefold() or (spaceless and spaceless in row.account.casefold())
        ]
        self._desk.render()

    def choose(self, payee: str) -> None:
        """Pay somebody who is known: their details are taken as they are kept."""
        self._desk.run(on_read(lambda: self._desk.session.reader.payee(payee)), self._take_known)

    def pay_from_list(self) -> None:
        """Make many payments from a list instead."""
        self._desk.navigate.open_batch()

    def repeat(self) -> None:
        """Repeat a payment that is kept as a template."""
        self._desk.navigate.open_templates()

    def pay_someone_new(self) -> None:
        """Go back to an empty form."""
        self._chosen, self._letter = "", None
        self._name = self._account = self._agent = ""
        self._pressed = False
        self._desk.change(with_payee(self._desk.draft, payee="", name="", account="", agent="", source=None))
        self._desk.render()

    def type_name(self, text: str) -> None:
        """Take the name as typed."""
        self._name = text
        self._take_form()

    def type_account(self, text: str) -> None:
        """Take the account as typed."""
        if "".join(text.split()) != "".join(self._account.split()):
            self._agent = ""
        self._account = text
        self._take_form()

    def choose_kind(self, kind: str) -> None:
        """Say what sort of payee it is."""
        self._desk.change(replace(self._desk.draft, kind=PayeeKind(kind)))
        self._desk.render()

    def choose_source(self, source: str) -> None:
        """Say where the details came from."""
        self._desk.change(replace(self._desk.draft, source=DetailsSource(source)))
        self._desk.render()

    def open_letter(self, letter: str) -> None:
        """Read a letter; what it asks for fills the form, as something that came by e-mail."""
        found = next((item for item in self._letters if item.letter == letter), None)
        if found is None:
            return
        self._letter = found
        if found.creditor_account:
            self._chosen, self._pressed = "", False
            self._name, self._account, self._agent = found.creditor_name, found.creditor_account, found.creditor_agent
            self._account = iban_text("".join(found.creditor_account.split()))
            draft = replace(self._desk.draft, source=DetailsSource.EMAIL, remittance=found.reference)
            self._desk.change(replace(draft, amount=asked_amount(found) or draft.amount))
            self._take_form()
            return
        self._desk.render()

    def close_letter(self) -> None:
        """Put the letter away; what it filled in stays."""
        self._letter = None
        self._desk.render()

    def go_on(self) -> None:
        """Go to the name check, or say what is missing."""
        self._pressed = True
        if self._desk.barred.text or self._faults() or missing(self._desk.draft, self._desk.step):
            self._desk.render()
            return
        self._desk.forward()

    # — work —

    def _load(self) -> Script[Sequence[PayeeRow]]:
        session = self._desk.session
        known = yield from on_read(session.reader.payees)
        rules = yield from on_read(session.reader.rules)
        self._desk.barred = barred(rules, session.vault.identity.device, self._desk.now_ms())
        yield from on_read(_warm_up)
        return known

    def _read_mailbox(self, world: PracticeWorld) -> Script[Sequence[Letter]]:
        try:
            return (yield from on_network(world.mailbox))
        except CountersignError:  # the mailbox is an offer: without it the form still works
            return ()

    def _take_letters(self, letters: Sequence[Letter]) -> None:
        self._letters = letters
        self._desk.render()

    def _take_known_payees(self, known: Sequence[PayeeRow]) -> None:
        self._all_known, self._loaded = known, True
        draft = self._desk.draft
        kept = next((row for row in self._all_known if row.payee == draft.payee), None)
        self._chosen = kept.payee if kept and (kept.name, kept.account) == (draft.name, draft.account) else ""
        self.search(self._search)
        world = self._desk.session.practice
        if world is not None and not self._letters:
            self._desk.run(self._read_mailbox(world), self._take_letters)

    def _take_known(self, record: PayeeRecord | None) -> None:
        if record is None:
            return
        details = record.version.details
        row = next((item for item in self._all_known if item.payee == record.payee), None)
        paid_before = row is not None and row.paid_count > 0
        source = DetailsSource.BANK_RECORDS if paid_before else details.source
        draft = with_payee(
            self._desk.draft,
            payee=record.payee,
            name=details.name,
            account=details.account,
            agent=details.agent,
            kind=details.kind,
            source=source,
        )
        self._chosen, self._letter, self._pressed = record.payee, None, False
        self._name, self._account, self._agent = details.name, iban_text(details.account), details.agent
        self._desk.change(draft)
        self._desk.render()

    def _take_form(self) -> None:
        """Take name and account into the draft where they have a form that can be kept."""
        self._chosen = ""
        name, account = clean_text(self._name, NAME_LIMIT), self._read()
        draft = with_payee(
            self._desk.draft,
            payee=self._kept_payee(name.text if isinstance(name, CleanText) else "", account),
            name=name.text if isinstance(name, CleanText) else "",
            account=account.value if isinstance(account, Iban) else "",
            agent=self._agent or (account.bic if isinstance(account, Iban) else ""),
        )
        self._desk.change(draft)
        self._desk.render()

    def _kept_payee(self, name: str, account: object) -> str:
        """Find the known payee that has exactly this account and this name: nobody is kept twice."""
        if not isinstance(account, Iban):
            return ""
        rows = (row for row in self._all_known if row.account == account.value and same_name(row.name, name))
        return next((row.payee for row in rows), "")

    # — showing —

    def state(self) -> PayeeState:
        """Say what is to be shown."""
        draft, chosen = self._desk.draft, self._chosen_row()
        account = self._read()
        return PayeeState(
            ready=self._loaded,
            search=self._search,
            known=tuple(self._known_line(row) for row in self._known),
            known_note=self._known_note(),
            chosen=chosen.name if chosen else "",
            chosen_account=iban_text(chosen.account) if chosen else "",
            name=self._name,
            account=self._account,
            account_note=self._account_note(account),
            name_fault=self._live_name_fault(),
            account_fault=self._live_account_fault(),
            warnings=() if chosen else self._warnings(account),
            kind=draft.kind.value,
            kinds=payee_kinds(),
            source=draft.source.value if draft.source else "",
            sources=details_sources(),
            letters=tuple(self._letter_line(item) for item in self._letters),
            letter=open_letter(self._letter) if self._letter else None,
            faults=self._faults() if self._pressed else (),
        )

    def _read(self) -> Iban | AccountFault:
        """Read the account, once the tables for it are there."""
        return read_iban(self._account) if self._loaded else AccountFault("empty")

    def _chosen_row(self) -> PayeeRow | None:
        return next((row for row in self._all_known if row.payee == self._chosen), None)

    def _known_line(self, row: PayeeRow) -> KnownPayee:
        paid = (
            _("Last paid {date}").format(date=self._desk.day(row.last_paid_at))
            if row.last_paid_at
            else _("Never paid from here")
        )
        return KnownPayee(
            row.payee, row.name, iban_text(row.account), f"{paid} · {self._checked(row)}", row.payee == self._chosen
        )

    def _checked(self, row: PayeeRow) -> str:
        if row.last_check == VopOutcome.MATCH.value:
            return _("name confirmed by the bank {date}").format(date=self._desk.day(row.checked_at))
        if row.last_check in {"", VopOutcome.NOT_DONE.value}:
            return _("name not checked yet")
        return _("name not confirmed")

    def _known_note(self) -> str:
        if self._known or not self._loaded:
            return ""
        if not self._all_known:
            return _("Payees are kept here once you have paid them.")
        return _("No payee you know has “{text}” in name or account.").format(text=self._search.strip())

    def _account_note(self, account: object) -> str:
        if not isinstance(account, Iban):
            return ""
        country = country_name(account.country)
        if account.bank_name:
            return _("{bank}, {country}. The number is well formed.").format(bank=account.bank_name, country=country)
        return _("An account in {country}. The number is well formed.").format(country=country)

    def _live_name_fault(self) -> str:
        found = clean_text(self._name, NAME_LIMIT)
        return "" if isinstance(found, CleanText) else name_fault(found)

    def _live_account_fault(self) -> str:
        """Judge while typing only what no further typing can mend; the rest when Continue is pressed."""
        found = self._read()
        if isinstance(found, Iban) or found.code == "empty":
            return ""
        expected = found.params.get("expected", 0)
        unfinished = found.code == "length" and int(found.params["found"]) < int(expected)
        short = len("".join(self._account.split())) <= len("DE00")
        return "" if (unfinished or short) and not self._pressed else account_fault(found, self._account)

    def _faults(self) -> tuple[Fault, ...]:
        if self._chosen:
            return ()
        draft, account = self._desk.draft, self._read()
        found = []
        name = self._live_name_fault() or ("" if draft.name else _("Type the payee's name as the bank has it."))
        if name:
            found.append(Fault("name", name))
        if not isinstance(account, Iban):
            found.append(Fault("account", account_fault(account, self._account)))
        elif account.value == draft.debtor_account:
            found.append(Fault("account", _("This is the account you pay from. Type the payee's account.")))
        if draft.source is None:
            found.append(Fault("source", _("Say where these details came from.")))
        return tuple(found)

    def _warnings(self, account: object) -> tuple[str, ...]:
        draft, found = self._desk.draft, []
        others = [row for row in self._all_known if row.account != draft.account]
        if isinstance(account, Iban):
            for miss in looks_like_account(account.value, [row.account for row in others])[:1]:
                row = next(item for item in others if item.account == miss.account)
                found.append(near_account(row, len(miss.places)))
        named = [row for row in others if draft.name and draft.account and same_name(row.name, draft.name)]
        found.extend(
            _("You know {name} with another account, {account}. Call them on a number you already had.").format(
                name=row.name, account=isolate(iban_text(row.account))
            )
            for row in named[:1]
        )
        alike = look_alike(draft.name, [row.name for row in others if row not in named]) if draft.name else ()
        found.extend(
            _("This name is nearly that of {name}, whom you know. Compare every letter.").format(name=item.name)
            for item in alike[:1]
        )
        found.extend(
            _("The word “{word}” mixes letters of several alphabets. Somebody may imitate a name.").format(
                word=item.word
            )
            for item in mixed_scripts(draft.name)[:1]
        )
        return tuple(found)

    def _letter_line(self, letter: Letter) -> LetterLine:
        opened = self._letter is not None and self._letter.letter == letter.letter
        return LetterLine(letter.letter, letter.subject, letter.sender_name, letter.date, opened)


def _warm_up() -> None:
    """Load the tables of banks, countries and number words off the window's thread: they take 200 ms."""
    read_iban("LU000000000000000000")
    country_name("LU")
    amount_in_words(Money(100, "EUR"), language())
