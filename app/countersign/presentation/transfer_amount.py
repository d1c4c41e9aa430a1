"""Step 3, amount and date: an amount read exactly or asked about, from which account, which way, and what for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from countersign.application.flows.script import Script, on_read
from countersign.application.flows.transfer import Step, TransferDraft, missing
from countersign.application.ports.vault import AccountRow
from countersign.application.use_cases.assess_transfer import assess_transfer
from countersign.domain.accounts import masked
from countersign.domain.amount_input import Choice, Exact, Offer, Unreadable, read_amount
from countersign.domain.money import Money
from countersign.domain.order import REMITTANCE_LIMIT
from countersign.domain.risk import Assessment
from countersign.domain.unicode_safety import CleanText, clean_text
from countersign.presentation.amount_words import amount_in_words
from countersign.presentation.file_hands import FileHands
from countersign.presentation.formats import decimal_mark, isolate, money_text, number_text
from countersign.presentation.messages import _, language
from countersign.presentation.transfer_desk import Fault, Option, TransferDesk
from countersign.presentation.transfer_documents import DocumentsPart, DocumentsState
from countersign.presentation.transfer_fault_texts import amount_fault, name_fault
from countersign.presentation.transfer_ways import WaysPart, WaysState

SEPA_CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class AmountState:
    """What the third step shows.

    Attributes:
        text: As it is typed, never changed by the program while it is.
        fault: What is wrong with it, live.
        question: Asked where what was typed has several meanings; ``options`` are the answers.
        offer: A reading that the person should see first; ``options`` then holds just that one.
        words: The amount in words, with ``magnitude`` beside it.
        balance_after: What is left in the account; ``short`` where it would be less than nothing.
        other_accounts: Accounts that can't pay this, each with its reason.
        ways: Which way to pay, and when.
        documents: What is attached.
    """

    text: str
    currency: str
    fault: str
    question: str
    offer: str
    options: tuple[Option, ...]
    words: str
    magnitude: str
    balance_after: str
    short: bool
    accounts: tuple[Option, ...]
    account: str
    other_accounts: tuple[str, ...]
    accounts_note: str
    ways: WaysState
    remittance: str
    remittance_fault: str
    remittance_left: str
    faults: tuple[Fault, ...]
    documents: DocumentsState


class AmountStep:
    """Leads through the third step.

    Attributes:
        ways: The choice of a way to pay within it.
        documents: Attaching documents within it.
    """

    def __init__(self, desk: TransferDesk, hands: FileHands | None = None) -> None:
        self._desk = desk
        self._accounts: Sequence[AccountRow] = ()
        self._loaded = False
        self._text = ""
        self._remittance = ""
        self._pressed = False
        self.ways = WaysPart(desk)
        self.documents = DocumentsPart(desk, hands)

    # — what a person does —

    def enter(self) -> None:
        """Load own accounts."""
        draft = self._desk.draft
        self._text = number_text(draft.amount, language()) if draft.amount else ""
        self._remittance, self._pressed = draft.remittance, False
        self.ways.enter()
        self._desk.run(on_read(self._desk.session.reader.accounts), self._take_accounts)

    def type_amount(self, text: str) -> None:
        """Take the amount as typed."""
        self._text = text
        reading = self._reading()
        self._desk.change(replace(self._desk.draft, amount=reading.money if isinstance(reading, Exact) else None))
        self._desk.render()

    def grouped(self, text: str) -> str | None:
        """Group the digits of an amount that has one meaning; for the field, when it is left."""
        reading = read_amount(text, SEPA_CURRENCY, decimal_mark(language()))
        return number_text(reading.money, language()) if isinstance(reading, Exact) else None

    def accept(self, minor: str) -> None:
        """Take one of the meanings offered."""
        reading = self._reading()
        offered = reading.options if isinstance(reading, Choice) else ()
        offered = (reading.money,) if isinstance(reading, Offer) else offered
        money = next((item for item in offered if str(item.minor) == minor), None)
        if money is not None:
            self.type_amount(number_text(money, language()))

    def choose_account(self, value: str) -> None:
        """Choose the account to pay from, by the value of its option."""
        member, _space, number = value.rpartition(" ")
        self._desk.change(replace(self._desk.draft, debtor_account=number, debtor_member=member))
        self.ways.follow_account()
        self._desk.render()

    def type_remittance(self, text: str) -> None:
        """Take the reference as typed."""
        self._remittance = text
        found = clean_text(text, REMITTANCE_LIMIT)
        if isinstance(found, CleanText):
            self._desk.change(replace(self._desk.draft, remittance=found.text))
        self._desk.render()

    def go_on(self) -> None:
        """Assess the transfer and go to the risk check, or past it where nothing fired."""
        self._pressed = True
        if not self.documents.require_read() or self._faults() or missing(self._desk.draft, Step.AMOUNT):
            self._desk.render()
            return
        busy = _("Comparing this payment with your own…")
        self._desk.run(assess(self._desk), self._take_assessment, busy=busy)

    def _take_assessment(self, assessment: Assessment) -> None:
        self._desk.assessment = assessment
        self._desk.forward()

    def _take_accounts(self, accounts: Sequence[AccountRow]) -> None:
        self._accounts, self._loaded = accounts, True
        usable = self._usable()
        draft = self._desk.draft
        if usable and self._chosen() not in usable:
            self._desk.change(_paying_from(draft, usable[0] if len(usable) == 1 else None))
        self.ways.follow_account()
        self._desk.render()

    def _chosen(self) -> AccountRow | None:
        draft = self._desk.draft
        own = (draft.debtor_account, draft.debtor_member)
        return next((row for row in self._accounts if (row.iban, row.agent_member) == own), None)

    def _usable(self) -> list[AccountRow]:
        payee = self._desk.draft.account
        return [row for row in self._accounts if row.balance.currency == SEPA_CURRENCY and row.iban != payee]

    def _reading(self) -> Exact | Choice | Offer | Unreadable:
        return read_amount(self._text, SEPA_CURRENCY, decimal_mark(language()))

    # — showing —

    def state(self) -> AmountState:
        """Say what is to be shown."""
        draft, reading = self._desk.draft, self._reading()
        chosen = self._chosen()
        after = chosen.available - draft.amount if chosen and chosen.as_of and draft.amount else None
        return AmountState(
            text=self._text,
            currency=SEPA_CURRENCY,
            fault=self._live_fault(reading),
            question=_("This can be read in two ways. Which do you mean?") if isinstance(reading, Choice) else "",
            offer=_offer_text(reading) if isinstance(reading, Offer) else "",
            options=_meanings(reading),
            words=amount_in_words(draft.amount, language()) if draft.amount else "",
            magnitude=magnitude(draft.amount) if draft.amount else "",
            balance_after=_balance_text(after, chosen) if after and chosen else "",
            short=after is not None and after.minor < 0,
            accounts=tuple(account_option(row) for row in self._usable()),
            account=option_of(chosen) if chosen else "",
            other_accounts=self._others(),
            accounts_note=self._accounts_note(),
            ways=self.ways.state(),
            remittance=self._remittance,
            remittance_fault=self._remittance_fault(),
            remittance_left=_("{used} of {limit} characters").format(
                used=len(self._remittance), limit=REMITTANCE_LIMIT
            ),
            faults=self._faults() if self._pressed else (),
            documents=self.documents.state(),
        )

    def _live_fault(self, reading: object) -> str:
        if isinstance(reading, Unreadable) and (reading.code != "empty" or self._pressed):
            return amount_fault(reading)
        return ""

    def _remittance_fault(self) -> str:
        found = clean_text(self._remittance, REMITTANCE_LIMIT)
        return "" if isinstance(found, CleanText) else name_fault(found)

    def _others(self) -> tuple[str, ...]:
        usable = self._usable()
        return tuple(_reason_against(row, self._desk.draft.account) for row in self._accounts if row not in usable)

    def _accounts_note(self) -> str:
        if not self._loaded or self._usable():
            return ""
        return _("None of your accounts can pay in euros. Connect a bank under Set-up; your draft is kept.")

    def _faults(self) -> tuple[Fault, ...]:
        reading, found = self._reading(), []
        if isinstance(reading, Unreadable):
            found.append(Fault("amount", amount_fault(reading)))
        elif not isinstance(reading, Exact):
            found.append(Fault("amount", _("Choose which amount you mean.")))
        if not self._desk.draft.debtor_account:
            found.append(Fault("account", _("Choose the account to pay from.")))
        if fault := self._remittance_fault():
            found.append(Fault("remittance", fault))
        found += self.ways.faults()
        return tuple(found)


def assess(desk: TransferDesk) -> Script[Assessment]:
    """Assess the draft as it stands. READ lane."""
    session, draft = desk.session, desk.draft
    now, name = session.clock.now_ms(), session.vault.identity.member_name
    return (yield from on_read(lambda: assess_transfer(session.reader, draft, now, session.zone, name)))


def option_of(row: AccountRow) -> str:
    """Return the value of an own account's option: the same number may be one account at each of two banks."""
    return f"{row.agent_member} {row.iban}".strip()


def _paying_from(draft: TransferDraft, row: AccountRow | None) -> TransferDraft:
    return replace(draft, debtor_account=row.iban if row else "", debtor_member=row.agent_member if row else "")


def account_option(row: AccountRow) -> Option:
    """Show an own account to choose from; its number is masked."""
    known = _("{amount} available").format(amount=isolate(money_text(row.available, language())))
    available = known if row.as_of else _("No statement yet")
    return Option(option_of(row), f"{row.name} {masked(row.iban)}", available)


def magnitude(money: Money) -> str:
    """Say of what order an amount is, to catch a slip of the decimal mark."""
    units = money.minor // 10**money.exponent
    bands = (
        (1_000_000, _("Millions")),
        (100_000, _("Hundreds of thousands")),
        (10_000, _("Tens of thousands")),
        (1_000, _("Thousands")),
        (100, _("Hundreds")),
    )
    return next((words for limit, words in bands if units >= limit), _("Less than a hundred"))


def _offer_text(offer: Offer) -> str:
    return _("Did you mean {amount} by “{written}”?").format(
        amount=isolate(money_text(offer.money, language())), written=offer.written
    )


def _meanings(reading: object) -> tuple[Option, ...]:
    if isinstance(reading, Offer):
        return (Option(str(reading.money.minor), _("Yes, use this amount")),)
    options = reading.options if isinstance(reading, Choice) else ()
    return tuple(Option(str(item.minor), isolate(money_text(item, language()))) for item in options)


def _balance_text(after: Money, account: AccountRow) -> str:
    if after.minor < 0:
        available = isolate(money_text(account.available, language()))
        return _("That is more than {name} has: {amount} are available.").format(name=account.name, amount=available)
    left = isolate(money_text(after, language()))
    return _("{amount} will be left in {name}.").format(amount=left, name=account.name)


def _reason_against(row: AccountRow, payee_account: str) -> str:
    label = f"{row.name} {masked(row.iban)}"
    if row.iban == payee_account:
        return _("{account}: it is the payee's own account.").format(account=label)
    return _("{account}: it holds {currency}, and SEPA payments are in EUR.").format(
        account=label, currency=row.balance.currency
    )
