"""Add an own account: its number, how its bank is reached, and trying that out without money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from countersign.application.flows.script import Script, on_network, on_read, on_vault, run_script
from countersign.application.ports.bank import Reach
from countersign.application.ports.practice import PortalDownload
from countersign.application.session import Session
from countersign.application.use_cases.add_account import (
    NewAccount,
    add_account,
    require_practice,
    require_unknown,
)
from countersign.domain.accounts import AccountFault, grouped
from countersign.domain.canonical import JsonObject
from countersign.domain.errors import CountersignError
from countersign.domain.ledger.governance import World
from countersign.domain.national_accounts import ReadAccount, read_account
from countersign.domain.unicode_safety import CleanText, clean_text
from countersign.presentation.add_account_state import AddAccountState, AddAccountView, AddStep
from countersign.presentation.add_account_words import (
    PRACTICE,
    countries,
    currencies,
    currency_of,
    reaches,
    usage_of,
    usages,
    versions,
)
from countersign.presentation.bank_file_words import read_through
from countersign.presentation.carry_practice import STATEMENT
from countersign.presentation.error_texts import sentence
from countersign.presentation.file_hands import FileHands
from countersign.presentation.formats import isolate, path_text
from countersign.presentation.messages import _
from countersign.presentation.national_account_texts import own_account_fault, understood
from countersign.presentation.navigation import Navigate
from countersign.presentation.sample_file import sample_payment
from countersign.presentation.transfer_desk import Fault
from countersign.presentation.transfer_fault_texts import name_fault

T = TypeVar("T")

NAME_LIMIT: Final = 70
_TEST_FOLDER: Final = "test"


@dataclass(slots=True)
class _Form:
    number: str = ""
    country: str = ""
    name: str = ""
    bank_name: str = ""
    bank_typed: bool = False
    currency: str = "EUR"
    currency_chosen: bool = False
    reach: str = Reach.FILES.value
    version: str = "pain.001.001.09"
    usage: str = "sepa_epc"
    usage_chosen: bool = False
    folder: str = ""


@dataclass(slots=True)
class _Added:
    account: NewAccount | None = None
    settings: JsonObject = field(default_factory=dict)
    tested: tuple[str, ...] = ()
    problem: str = ""


class AddAccountPresenter:
    """Leads through adding an account."""

    def __init__(self, session: Session, view: AddAccountView, go: Navigate, hands: FileHands) -> None:
        self._session, self._view, self._go, self._hands = session, view, go, hands
        self._form = _Form(folder=str(hands.home_folder()))
        self._added = _Added()
        self._pressed = False
        self._busy = self._problem = self._to_practise = ""
        self._closed = False

    def start(self, number: str = "") -> None:
        """Show the form; ``number`` where it is known already."""
        self.type_number(number)
        practice = self._session.practice
        if practice is not None and not self._session.has_door:  # else its accounts are known, and can't be added
            run_script(self._session.tasks, on_network(practice.downloads), self._offer, self._nothing_to_offer)

    def _offer(self, waiting: Sequence[PortalDownload]) -> None:
        self._to_practise = next((item.account for item in waiting if item.kind == STATEMENT), "")
        self._render()

    @staticmethod
    def _nothing_to_offer(error: Exception) -> None:
        """Name no account where the practice bank can't be asked."""
        if not isinstance(error, CountersignError):
            raise error

    def close(self) -> None:
        """Show nothing any more; what is under way still ends."""
        self._closed = True

    # — the form —

    def type_number(self, text: str) -> None:
        """Take the number as typed; bank, currency and rules follow it until they are chosen."""
        form = self._form
        form.number = text
        found = self._read()
        if isinstance(found, ReadAccount):
            if not form.bank_typed:
                form.bank_name = found.bank_name
            if not form.currency_chosen:
                form.currency = currency_of(found.country)
            if not form.usage_chosen:
                form.usage = usage_of(found.country)
        self._render()

    def choose_country(self, country: str) -> None:
        """Say which country's way of writing the number is meant."""
        self._form.country = country
        self.type_number(self._form.number)

    def type_name(self, text: str) -> None:
        """Take what the person calls the account."""
        self._form.name = text
        self._render()

    def type_bank(self, text: str) -> None:
        """Take the bank's name."""
        self._form.bank_name, self._form.bank_typed = text, True
        self._render()

    def choose_currency(self, currency: str) -> None:
        """Choose the account's currency."""
        self._form.currency, self._form.currency_chosen = currency, True
        self._render()

    def choose_reach(self, reach: str) -> None:
        """Choose how the bank is reached."""
        self._form.reach = reach
        self._render()

    def choose_version(self, version: str) -> None:
        """Choose the format of payment files."""
        self._form.version = version
        self._render()

    def choose_usage(self, usage: str) -> None:
        """Choose whose rules payment files follow."""
        self._form.usage, self._form.usage_chosen = usage, True
        self._render()

    def choose_folder(self) -> None:
        """Ask where payment files shall go."""
        self._hands.choose_folder(Path(self._form.folder), self._folder_chosen)

    def _folder_chosen(self, folder: Path) -> None:
        self._form.folder = str(folder)
        self._render()

    def add(self) -> None:
        """Add the account, or say what is missing."""
        if self._form.reach == PRACTICE:
            self._go.open_setup()
            return
        self._pressed = True
        account = self._read()
        if self._faults() or isinstance(account, AccountFault):
            self._render()
            return
        self._run(self._add(self._new(account)), _("Adding the account"), self._is_added)

    def _new(self, account: ReadAccount) -> NewAccount:
        form, reach = self._form, Reach(self._form.reach)
        settings = {"folder": form.folder, "version": form.version, "usage": form.usage}
        return NewAccount(
            number=account.account,
            scheme=account.scheme,
            agent=account.agent,
            agent_member=account.agent_member,
            name=form.name.strip(),
            currency=form.currency,
            reach=reach,
            bank_name=form.bank_name.strip(),
            settings=settings if reach is Reach.FILES else {},
        )

    def _add(self, new: NewAccount) -> Script[_Added]:
        session = self._session
        rows = yield from on_read(session.reader.accounts)
        require_unknown(tuple(rows), new)
        yield from self._require_practice(new)
        connection, settings = yield from on_vault(partial(add_account, session.vault, session.entropy, new))
        yield from on_network(partial(session.attach, connection, settings))
        session.accounts[new.number, new.agent_member] = connection
        return _Added(new, settings)

    def _require_practice(self, new: NewAccount) -> Script[None]:
        practice, world = self._session.practice, self._session.vault.identity.world
        if world is World.PRACTICE:
            waiting = (yield from on_network(practice.downloads)) if practice is not None else ()
            require_practice(world, {item.account for item in waiting if item.kind == STATEMENT}, new)

    def _is_added(self, added: _Added) -> None:
        self._added = added

    # — trying it out —

    def write_test(self) -> None:
        """Write a file that nobody is meant to carry out: 0.01 to the same account, in a folder of its own."""
        account = self._added.account
        if account is not None and account.reach is Reach.FILES:
            self._run(self._write_test(account), _("Writing a test file"), self._tested)

    def _write_test(self, account: NewAccount) -> Script[tuple[str, ...]]:
        session = self._session
        folder = str(Path(str(self._added.settings["folder"])) / _TEST_FOLDER)
        name = f"{account.reach.value}.test"
        bank = session.connector(name, {**self._added.settings, "folder": folder})
        payment = sample_payment(account, session.vault.identity.member_name, session.new_request_id())
        unfit = bank.not_carried(payment)
        if unfit:
            return (sentence("bank.not_carried", {"field": unfit}),)
        laid_out = yield from on_network(partial(bank.initiate, payment, session.new_request_id()))
        bank.close()
        path = laid_out.handover.path if laid_out.handover else None
        return (
            _("The test file is {path}.").format(path=isolate(path_text(str(path)))),
            _("It pays 0.01 from this account to itself and says TEST. Countersign does nothing more with it."),
            _("Give it to your bank's test tool, or upload it and release nothing: the portal shows whether it fits."),
        )

    def read_test(self) -> None:
        """Read a statement without keeping anything of it, and show what was understood."""
        self._hands.choose_file(_("Statements (*.xml *.sta *.mt940 *.940 *.txt)"), self._read_test)

    def _read_test(self, path: Path) -> None:
        account = self._added.account
        if account is not None:
            work = on_read(partial(read_through, self._session.files, path, account.number))
            self._run(work, _("Reading the file"), self._tested)

    def _tested(self, lines: tuple[str, ...]) -> None:
        self._added.tested = lines

    def bring_in(self) -> None:
        """Go to where statements are brought in."""
        self._go.open_bring_in()

    def another(self) -> None:
        """Begin anew with another account."""
        self._form = _Form(folder=self._form.folder)
        self._added, self._pressed, self._problem = _Added(), False, ""
        self._render()

    def leave(self) -> None:
        """Go home."""
        self._go.open_home()

    # — running —

    def _run(self, script: Script[T], busy: str, done: Callable[[T], None]) -> None:
        if self._busy:
            script.close()
            return
        self._busy, self._problem, self._added.problem = busy, "", ""

        def ended(found: T) -> None:
            self._busy = ""
            done(found)
            self._render()

        self._render()
        run_script(self._session.tasks, script, ended, self._failed)

    def _failed(self, error: Exception) -> None:
        self._busy = ""
        if not isinstance(error, CountersignError):
            raise error
        if self._added.account is None:
            self._problem = sentence(error.code, error.params)
        else:
            self._added.problem = sentence(error.code, error.params)
        self._render()

    # — showing —

    def _read(self) -> ReadAccount | AccountFault:
        return read_account(self._form.number, self._form.country)

    def _faults(self) -> tuple[Fault, ...]:
        form, found = self._form, []
        account = self._read()
        if isinstance(account, AccountFault):
            found.append(Fault("number", own_account_fault(account, form.number)))
        for key, text, missing in (
            ("name", form.name, _("Type what you call this account.")),
            ("bank", form.bank_name, _("Type the name of your bank.")),
        ):
            cleaned = clean_text(text, NAME_LIMIT)
            if not text.strip():
                found.append(Fault(key, missing))
            elif not isinstance(cleaned, CleanText):
                found.append(Fault(key, name_fault(cleaned)))
        return tuple(found)

    def _render(self) -> None:
        if self._closed:
            return
        self._view.show_state(self._added_state() if self._added.account else self._form_state())

    def _form_state(self) -> AddAccountState:
        form, account = self._form, self._read()
        faults = self._faults() if self._pressed else ()
        return AddAccountState(
            step=AddStep.FORM,
            heading=_("Add an account"),
            lead=self._lead(),
            number=form.number,
            understood=understood(account) if isinstance(account, ReadAccount) else "",
            number_fault=next((fault.text for fault in faults if fault.field == "number"), ""),
            countries=countries(),
            country=form.country,
            name=form.name,
            bank_name=form.bank_name,
            currencies=currencies(),
            currency=form.currency,
            reaches=reaches(practice=self._session.practice is not None),
            reach=form.reach,
            by_file=form.reach == Reach.FILES.value,
            versions=versions(),
            version=form.version,
            usages=usages(),
            usage=form.usage,
            folder=path_text(form.folder),
            faults=faults,
            busy=self._busy,
            problem=self._problem,
        )

    def _lead(self) -> str:
        lead = _("An account of your own that you pay from. Nothing is sent to your bank by adding it.")
        if not self._to_practise:
            return lead
        number = grouped(self._to_practise)
        return f"{lead} " + _("To practise, type your account at the practice bank: {number}.").format(number=number)

    def _added_state(self) -> AddAccountState:
        added = self._added
        account = added.account
        if account is None:
            raise RuntimeError("nothing added")
        words = {option.value: option.title for option in reaches(practice=False)}
        rows = [
            (_("Account"), grouped(account.number), True),
            (_("Bank"), account.bank_name, False),
            (_("Currency"), account.currency, True),
            (_("How it is reached"), words[account.reach.value], False),
        ]
        by_file = account.reach is Reach.FILES
        if by_file:
            rows.append((_("Format"), str(added.settings["version"]), True))
            rows.append((_("Folder for payment files"), path_text(str(added.settings["folder"])), True))
        return AddAccountState(
            step=AddStep.ADDED,
            heading=_("{name} is added").format(name=account.name),
            lead=_("You can pay from it now. Try it out first: that costs nothing and moves nothing."),
            by_file=by_file,
            added=tuple(rows),
            tested=added.tested,
            test_problem=added.problem,
            busy=self._busy,
        )
