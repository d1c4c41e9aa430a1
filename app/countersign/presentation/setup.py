"""The list of first tasks: connect a bank, and the user's own authenticator app. It can be left at any point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Protocol

from countersign.application.flows.script import Script, on_network, on_read, on_vault, run_script
from countersign.application.ports.bank import Authorisation, AuthorisationState, Bank, Consent, Reach
from countersign.application.ports.practice import AuthenticatorOffer, PhoneMessage, PracticeCustomer, PracticeWorld
from countersign.application.ports.tasks import Lane
from countersign.application.session import Session
from countersign.application.use_cases.connect_bank import connect_bank, keep_consent
from countersign.application.use_cases.enrol_authenticator import authenticator_enrolled, record_authenticator
from countersign.application.use_cases.refresh_accounts import fetch_statements, record_statements
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.ledger.governance import World
from countersign.domain.secret import SecretText
from countersign.presentation.error_texts import sentence, words_of
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.navigation import Navigate

_YEARS_BACK_MS = 3 * 366 * 86_400_000
_ON_PHONE = 3


class SetupStep(StrEnum):
    """What the page asks for."""

    LIST = "list"
    WORKING = "working"
    PASSWORD = "password"  # noqa: S105 - a step
    METHOD = "method"
    CODE = "code"
    AUTHENTICATOR = "authenticator"


@dataclass(frozen=True, slots=True)
class SetupTask:
    """A line of the list."""

    key: str
    title: str
    text: str
    done: bool
    action: str


@dataclass(frozen=True, slots=True)
class SetupState:
    """What the page shows.

    Attributes:
        methods: Ways to confirm, as (value, title).
        code_length: At most so many characters; 0 where the bank doesn't say.
        hint: A practice hint, shown since it protects nothing.
        people: Whose device this can be at the practice bank, as (PSU-ID, name, what they may do); empty where that is
            settled.
        person: Who is chosen.
        missing: What must be there before the list can be left; only where it can't be left yet.
        phone: What stands on the practice phone, as (sender, text), newest last.
    """

    step: SetupStep
    tasks: tuple[SetupTask, ...]
    heading: str
    lead: str
    working: str = ""
    methods: tuple[tuple[str, str], ...] = ()
    information: str = ""
    code_length: int = 0
    digits_only: bool = True
    hint: str = ""
    error: str = ""
    may_finish: bool = False
    missing: str = ""
    phone: tuple[tuple[str, str], ...] = ()
    people: tuple[tuple[str, str, str], ...] = ()
    person: str = ""


class SetupView(Protocol):
    """The page."""

    def show_state(self, state: SetupState) -> None:
        """Show the state."""

    def show_authenticator(self, uri: str, secret: str) -> None:
        """Show the QR code and the secret in fours; the view forgets them when the step ends."""


@dataclass(slots=True)
class _Known:
    credential: bool = False
    consent: bool = False
    authenticator: bool = False
    own_accounts: int = 0


class SetupPresenter:
    """Leads through the tasks."""

    def __init__(self, session: Session, view: SetupView, navigate: Navigate) -> None:
        self._session, self._view, self._navigate = session, view, navigate
        self._known = _Known()
        self._step = SetupStep.LIST
        self._handle = ""
        self._consent = ""
        self._authorisation: Authorisation | None = None
        self._offer: AuthenticatorOffer | None = None
        self._working = ""
        self._error = ""
        self._hint = ""
        self._people: Sequence[PracticeCustomer] = ()
        self._person = ""
        self._phone: tuple[tuple[str, str], ...] = ()
        self._looking = False
        self._closed = False

    def start(self) -> None:
        """Show the list."""
        self._run(self._look(), _("Looking at what is done"))

    def close(self) -> None:
        """Stop showing anything."""
        self._closed = True

    # — what the person does —

    def choose_person(self, person: str) -> None:
        """Choose whose device this is at the practice bank, before it is connected."""
        if person in {known.person for known in self._people} and not self._known.credential:
            self._person = person
            self._render()

    def connect(self) -> None:
        """Connect the practice bank, or go on with it."""
        self._run(self._connect(), _("Connecting the practice bank"))

    def authenticate(self, password: str) -> None:
        """Say who is there."""
        secret = SecretText(password)
        self._run(self._step_with(lambda bank: bank.authenticate(self._handle, secret.reveal())), _("Asking your bank"))

    def choose(self, method: str) -> None:
        """Choose how to confirm."""
        self._run(self._step_with(lambda bank: bank.choose_method(self._handle, method)), _("Asking your bank"))

    def poll_phone(self) -> None:
        """Look at the practice phone while a code is waited for."""
        practice = self._session.practice
        if practice is None or self._step is not SetupStep.CODE or self._looking:
            return
        self._looking = True

        def heard(messages: Sequence[PhoneMessage]) -> None:
            self._looking = False
            found = tuple((message.sender, message.text) for message in messages[-_ON_PHONE:])
            if found != self._phone:
                self._phone = found
                self._render()

        def not_heard(_error: Exception) -> None:
            self._looking = False  # the phone is an aid: the next look may find it

        self._session.tasks.run(Lane.NETWORK, partial(practice.phone, 0, self._session.customer), heard, not_heard)

    def answer(self, code: str) -> None:
        """Confirm that accounts may be read."""
        self._run(self._answer(SecretText(code)), _("Fetching your accounts"))

    def offer_authenticator(self) -> None:
        """Begin with the user's own authenticator app."""
        self._run(self._offer_authenticator(), _("Asking your bank for a secret"))

    def activate(self, code: str) -> None:
        """Prove the app with one code."""
        self._run(self._activate(SecretText(code)), _("Asking your bank"))

    def back_to_list(self) -> None:
        """Leave a task; it can be taken up again."""
        self._step, self._error = SetupStep.LIST, ""
        self._render()

    def add_account(self) -> None:
        """Add an own account."""
        self._navigate.open_add_account()

    def finish(self) -> None:
        """Leave the list."""
        self._navigate.open_home()

    # — scripts —

    def _look(self) -> Script[SetupStep]:
        kept = yield from on_vault(self._session.credential)
        self._known.credential = kept is not None
        self._known.consent = bool(kept and kept[1].get("consent_id"))
        self._known.authenticator = yield from on_vault(partial(authenticator_enrolled, self._session.vault))
        rows = yield from on_read(self._session.reader.accounts)
        self._known.own_accounts = sum(row.reach != Reach.XS2A.value for row in rows)
        if self._in_practice and not self._known.credential:
            self._people = yield from on_network(self._practice().customers)
            self._person = self._people[0].person if self._people else ""  # the person of this world
        return SetupStep.LIST

    def _connect(self) -> Script[SetupStep]:
        bank = self._session.bank
        if bank is None:
            practice = self._practice()
            name, credential = yield from on_network(partial(practice.enrol, self._person))
            bank = yield from on_network(partial(practice.connect, credential))
            profile = yield from on_network(bank.profile)
            session = self._session
            yield from on_vault(partial(connect_bank, session.vault, session.entropy, name, credential, profile))
            session.banks[name], session.has_door, session.customer = bank, True, self._person
            self._known.credential = True
        consent: Consent = yield from on_network(bank.start_consent)
        self._consent = consent.consent_id
        if consent.valid:
            return (yield from self._read_accounts(bank))
        opened = yield from on_network(partial(bank.start_authorisation, consent.handle))
        self._hint = yield from on_network(partial(self._practice().practice_password, self._session.customer))
        return self._wanted(opened)

    def _step_with(self, ask: Callable[[Bank], Authorisation]) -> Script[SetupStep]:
        bank = self._session.connected()
        return self._wanted((yield from on_network(partial(ask, bank))))

    def _answer(self, code: SecretText) -> Script[SetupStep]:
        bank, request_id = self._session.connected(), self._session.new_request_id()
        answered = yield from on_network(lambda: bank.answer(self._handle, code.reveal(), request_id))
        if answered.state is AuthorisationState.FAILED:
            self._error = sentence("bank.authorisation_failed", {})
            return SetupStep.LIST
        return (yield from self._read_accounts(bank))

    def _read_accounts(self, bank: Bank) -> Script[SetupStep]:
        session = self._session
        yield from on_vault(partial(keep_consent, session.vault, session.bank_id, self._consent))
        bank.use_consent(self._consent)
        since = max(session.clock.now_ms() - _YEARS_BACK_MS, 0)
        statements = yield from on_network(partial(fetch_statements, bank, since))
        yield from record_statements(session.vault, session.entropy, session.bank_id, statements)
        self._known.consent = True
        return SetupStep.LIST

    def _offer_authenticator(self) -> Script[SetupStep]:
        self._offer = yield from on_network(partial(self._practice().offer_authenticator, self._session.customer))
        return SetupStep.AUTHENTICATOR

    def _activate(self, code: SecretText) -> Script[SetupStep]:
        offer = self._offer
        if offer is None:
            return SetupStep.LIST
        yield from on_network(partial(self._practice().activate_authenticator, offer.authenticator, code))
        yield from on_vault(partial(record_authenticator, self._session.vault, self._session.entropy))
        self._offer, self._known.authenticator = None, True
        return SetupStep.LIST

    def _wanted(self, authorisation: Authorisation) -> SetupStep:
        self._handle, self._authorisation = authorisation.handle, authorisation
        if authorisation.challenge is not None:
            return SetupStep.CODE
        return SetupStep.METHOD if authorisation.methods else SetupStep.PASSWORD

    def _practice(self) -> PracticeWorld:
        practice = self._session.practice
        if practice is None:
            raise ConnectorError(FailureKind.RETRYABLE, "practice.not_running")
        return practice

    # — running and showing —

    def _run(self, script: Script[SetupStep], working: str) -> None:
        if self._working:
            script.close()
            return
        before = self._step
        self._step, self._working, self._error = SetupStep.WORKING, working, ""
        self._render()
        run_script(self._session.tasks, script, self._done, partial(self._failed, before))

    def _done(self, step: SetupStep) -> None:
        self._step, self._working = step, ""
        self._render()
        if step is SetupStep.CODE:
            self.poll_phone()  # at once: whoever waits for a code looks there first
        if step is SetupStep.AUTHENTICATOR and self._offer is not None and not self._closed:
            self._view.show_authenticator(self._offer.uri.reveal(), self._offer.secret.reveal())

    def _failed(self, before: SetupStep, error: Exception) -> None:
        self._working = ""
        self._step, self._error = before, words_of(error)
        self._render()

    def _render(self) -> None:
        if self._closed:
            return
        found = self._authorisation
        challenge = found.challenge if found else None
        state = SetupState(
            step=self._step,
            tasks=self._tasks(),
            heading=_("Set-up"),
            lead=_("A few minutes, once. You can leave at any point and go on later."),
            working=self._working,
            methods=tuple((method.method, method.name) for method in (found.methods if found else ())),
            error=self._error,
            may_finish=self._known.consent or bool(self._known.own_accounts),
            missing=self._missing(),
            phone=self._phone,
            people=() if self._known.credential else tuple(_choice(known) for known in self._people),
            person=self._person,
        )
        if self._step is SetupStep.PASSWORD and self._hint:
            state = replace(state, hint=_("The practice password is: {password}").format(password=self._hint))
        if challenge is not None:
            state = replace(
                state,
                information=challenge.information,
                code_length=challenge.otp_max_length,
                digits_only=challenge.otp_format == "integer",
            )
        self._view.show_state(state)

    def _tasks(self) -> tuple[SetupTask, ...]:
        known = self._known
        bank_text = _("Sign in once with a code from the practice phone, and let Countersign read your accounts.")
        app_text = _("Optional. Confirm transfers with codes from an app on your own phone, instead of text messages.")
        vault = SetupTask("vault", _("Your vault"), _("Made, and your recovery kit is proved."), done=True, action="")
        if not self._in_practice:
            return (vault, self._account_task())
        return (
            vault,
            SetupTask(
                "bank",
                _("The practice bank"),
                _("Connected. Its money is practice money.") if known.consent else bank_text,
                done=known.consent,
                action="" if known.consent else _("Connect"),
            ),
            SetupTask(
                "authenticator",
                _("Your authenticator app"),
                _("Ready.") if known.authenticator else app_text,
                done=known.authenticator,
                action="" if known.authenticator or not known.credential else _("Set it up"),
            ),
            self._account_task(),
        )

    def _account_task(self) -> SetupTask:
        """Offer an account that no connection lists: reached by file or by hand."""
        count = self._known.own_accounts
        text = _("Pay from the bank you have: by a payment file, or by hand in its app.")
        if self._in_practice:
            text = _(
                "Optional. Practise what you will do at the bank you have: by a payment file, or by hand in its app."
            )
        added = ngettext("{count} account is added.", "{count} accounts are added.", count).format(count=count)
        return SetupTask(
            "account",
            _("Your own account"),
            added if count else text,
            done=bool(count),
            action=_("Add another") if count else _("Add your account"),
        )

    def _missing(self) -> str:
        if self._in_practice:
            return _("Connect the practice bank first: without a bank there is nothing to pay from.")
        return _("Add an account first: without one there is nothing to pay from.")

    @property
    def _in_practice(self) -> bool:
        return self._session.vault.identity.world is World.PRACTICE


def _choice(known: PracticeCustomer) -> tuple[str, str, str]:
    if not known.company:
        return known.person, known.name, _("A private person with accounts of her own.")
    if not known.may_sign or known.alone_up_to is None:
        return known.person, known.name, _("Of {company}: prepares payments.").format(company=isolate(known.company))
    amount = isolate(money_text(known.alone_up_to, language()))
    text = _("Of {company}: signs alone up to {amount}, and above it together with another.")
    return known.person, known.name, text.format(company=isolate(known.company), amount=amount)
