"""One authorisation of the bank's, step by step: password, method, then a code, or the bank's own app decides.

The commit point is the code; and starting an authorisation, and choosing any method for which no code may be wanted
here: then that may be all that the bank still needs (LEDGER 16, 19). Whether a code is typed here, or the app is waited
for, what the bank answers decides, and not the method's name. After a lost reply nothing is sent again: the bank is
asked, and of a start of which nobody knows what it lists is taken up.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, TypeVar

from countersign.application.flows.progress import (
    DONE,
    LOOK_MOST_MS,
    LOOK_MS,
    OtherRun,
    Phase,
    Progress,
    asking,
    may_commit,
    weight,
)
from countersign.application.flows.script import Script, on_network, on_vault, run_script
from countersign.application.ports.bank import Authorisation, AuthorisationState, Bank, RawReply
from countersign.application.ports.tasks import Tasks
from countersign.application.ports.vault import Vault
from countersign.domain.errors import ConnectorError, CountersignError, FailureKind, UserFacingError
from countersign.domain.order import BindingError
from countersign.domain.secret import SecretText

Seen = TypeVar("Seen")


@dataclass(slots=True, kw_only=True)
class AuthorisingRun(ABC, Generic[Seen]):
    """What authorises something at a bank, one step at a time; ``Seen`` is what a page shows of it.

    Attributes:
        changed: Called on the owner's thread whenever ``progress`` is new.
        new_request_id: Makes an X-Request-ID: a UUID, version 4.
        others: Returns runs that have several orders signed at once, this one's among them: while one of them has
            something under way it alone says what becomes of that.
    """

    vault: Vault
    tasks: Tasks
    changed: Callable[[Progress], None]
    new_request_id: Callable[[], str]
    others: Callable[[], Iterable[OtherRun]] = lambda: ()
    progress: Progress = field(default_factory=Progress)
    _bank: Bank | None = None
    _busy: bool = False
    _looking: bool = False
    _handle: str = ""
    _authorisation: str = ""
    _elsewhere: bool = False  # it is on record that the bank's own app may decide, and nothing else was heard since
    _heard: bool = False  # when it was asked last, the bank said that its own app asks
    _words: str = ""  # the bank's, about that
    _look_ms: int = LOOK_MS

    @property
    def busy(self) -> bool:
        """Whether a record or an exchange is under way."""
        return self._busy

    @property
    def bank(self) -> Bank:
        """The bank.

        Raises:
            UserFacingError: ``bank.not_connected``.
        """
        if self._bank is None:
            raise UserFacingError("bank.not_connected")
        return self._bank

    # — what a person does; what the phase doesn't offer does nothing —

    def authenticate(self, password: SecretText) -> None:
        """Say who is there."""
        if self.progress.phase is Phase.PASSWORD:
            self._run(self._authorise(lambda: self.bank.authenticate(self._handle, password.reveal())), "authorisation")

    def reconcile(self) -> None:
        """Ask the bank what became of it. Sends nothing again."""
        self._look_ms = LOOK_MS  # a person asks: what they wait for may be near
        self._run(self._reconcile(), "status")

    def look(self) -> None:
        """Ask quietly, while its own app may ask the person, whether that is over; then ask about all of it.

        What a person does meanwhile goes first: this says nothing then. ``Progress.look_ms`` says when to look again.
        """
        if self.progress.elsewhere and not self._busy and not self._looking:
            self._looking = True
            run_script(self.tasks, self._stands(), self._looked, self._not_looked)

    def _chosen(self, method: str, seen: Seen) -> None:
        if self.progress.phase not in {Phase.METHOD, Phase.CODE}:
            return
        if may_commit(self.progress.methods, method):
            self._run(self._ask_for(method, seen), "answer")
        else:
            self._run(self._authorise(lambda: self.bank.choose_method(self._handle, method)), "authorisation")

    def _answered(self, code: SecretText, seen: Seen) -> None:
        if self.progress.phase is Phase.CODE:
            self._run(self._answer(code, seen), "answer")

    # — what differs between one order and several, and between a first and a further signature —

    @abstractmethod
    def _intend_start(self) -> None:
        """Judge anew whether an authorisation may be started, and record that this is next. VAULT lane."""

    @abstractmethod
    def _note_started(self, authorisation: str, *, asked: bool) -> None:
        """Record under which name the bank has begun one; ``asked``: its own app asks by it, or has decided. VAULT."""

    @abstractmethod
    def _note_not_started(self, reason: str) -> None:
        """Record that none was begun, or that the bank knows of none. VAULT lane."""

    @abstractmethod
    def _unheard(self) -> Script[tuple[str, ...]]:
        """Ask the bank for its authorisations; return those, oldest first, of which nothing is on record."""

    @abstractmethod
    def _asks(self, found: Authorisation) -> Script[bool]:
        """Tell of what was looked up whether the bank's own app may be asking."""

    @abstractmethod
    def _permit(self) -> None:
        """Judge anew whether a step may be taken. VAULT lane."""

    @abstractmethod
    def _require_shown(self, seen: Seen) -> Script[None]:
        """Hold what a page shows to what was agreed."""

    def _read_once_more(self) -> Script[Progress | None]:
        """Have the bank show, just before the commit point, what that will count for; where it stops, return that."""
        yield from ()  # one order needs none: its payment was read back when the authorisation was opened
        return None

    @abstractmethod
    def _intend(self, seen: Seen) -> None:
        """Record that the commit point is next, which ``_elsewhere`` says more of. VAULT lane."""

    @abstractmethod
    def _note_asked(self) -> None:
        """Record that the bank's own app asks, though nobody chose that: from here on only the bank can say. VAULT."""

    @abstractmethod
    def _note(self, outcome: str, reason: str, reply: RawReply | None = None) -> None:
        """Record what became of the answer: ``signed``, ``refused``, ``failed`` or ``unknown``. VAULT lane."""

    @abstractmethod
    def _stands(self) -> Script[Authorisation]:
        """Ask the bank how the authorisation stands: a lookup, of which nothing goes on record."""

    @abstractmethod
    def _now(self, phase: Phase) -> Script[Progress]:
        """Return what is shown of a phase, as the ledger has it."""

    @abstractmethod
    def _reconcile(self) -> Script[Progress]:
        """Ask the bank what became of it."""

    @abstractmethod
    def _refused_reply(self, stage: str, error: BindingError) -> Script[Progress]:
        """Stop: the bank holds, or speaks of, something else than what was agreed."""

    @abstractmethod
    def _note_refused_reply(self, stage: str, error: BindingError) -> Script[None]:
        """Record that a reply departed from what was agreed."""

    @abstractmethod
    def _truthful(self, script: Script[Progress], before: Progress) -> Script[Progress]:
        """Where a step fails, show what the ledger says: more may be on record than this step could say."""

    def _step_lost(self, error: ConnectorError) -> Script[Progress]:
        """Ask: a bank that exempts may have counted this very step, and any may ask in its own app since."""
        if not self._elsewhere:
            yield from on_vault(self._note_asked)
        found = yield from self._ended_as("unknown", error.code)
        return found if found.phase in {Phase.ACCEPTED, Phase.ENDED} else self._with_error(found, error)

    # — the steps —

    def _start(self, work: Callable[[], Authorisation]) -> Script[Progress]:
        """Start an authorisation, once that is on record: upon it the bank's own app may ask, or may have decided."""
        yield from on_vault(self._intend_start)
        self._begin_anew()
        try:
            opened = yield from on_network(work)
        except BindingError as error:
            return (yield from self._refused_reply("authorisation", error))
        except ConnectorError as error:
            if error.kind is not FailureKind.UNKNOWN:  # nothing went out, or the bank said no
                yield from on_vault(partial(self._note_not_started, error.code))
                raise
            yield from on_vault(partial(self._note, "unknown", error.code))
            found = yield from self._reconcile()
            return found if found.phase in {Phase.ACCEPTED, Phase.ENDED} else self._with_error(found, error)
        asked = opened.elsewhere or DONE.get(opened.state) == "signed"  # one that failed at once can move nothing
        yield from on_vault(partial(self._note_started, opened.authorisation_id, asked=asked))
        self._elsewhere = asked
        return (yield from self._step(opened))

    def _begin_anew(self) -> None:
        """Forget what was heard of an authorisation before this one: whether the bank's own app asked in that."""
        self._elsewhere, self._heard, self._words = False, False, ""
        self._look_ms = LOOK_MS

    def _take_up(self) -> Script[ConnectorError | None]:
        """Take up the authorisation of which only the start is on record; return an error where the bank knows of none.

        Absence proves nothing: it may still arrive. Going on with the same payment is safe all the same, since a
        payment executes once; giving it up is not, and stays refused.
        """
        try:
            unheard = yield from self._unheard()
        except ConnectorError as error:
            if error.code != "bank.not_found_proves_nothing":
                raise
            unheard = ()
        if not unheard:
            yield from on_vault(partial(self._note_not_started, "not_found"))
            return ConnectorError(FailureKind.RETRYABLE, "bank.start_not_found")
        found, asks = yield from self._most_telling(unheard)
        over = found.state is not AuthorisationState.OPEN
        yield from on_vault(partial(self._note_started, self._authorisation, asked=over or asks))
        self._heard, self._words = asks, found.message
        if over:
            yield from on_vault(partial(self._note, DONE[found.state], found.state.value, found.reply))
        return None

    def _most_telling(self, names: Sequence[str]) -> Script[tuple[Authorisation, bool]]:
        """Look at all, oldest first, and take up the newest of those that tell most; say whether the app asks by it."""
        shown: list[tuple[str, Authorisation, bool]] = []
        for name in names:
            self._authorisation = name
            found = yield from self._stands()
            shown.insert(0, (name, found, (yield from self._asks(found))))
        self._authorisation, best, asks = max(shown, key=lambda item: weight(item[1], asks=item[2]))
        return best, asks

    def _authorise(self, work: Callable[[], Authorisation]) -> Script[Progress]:
        yield from on_vault(self._permit)
        try:
            taken = yield from on_network(work)
        except BindingError as error:
            return (yield from self._refused_reply("authorisation", error))
        except ConnectorError as error:
            if error.kind is not FailureKind.UNKNOWN:
                raise
            return (yield from self._step_lost(error))
        return (yield from self._step(taken))

    def _step(self, taken: Authorisation) -> Script[Progress]:
        """Show what the bank wants next. What has ended, or is decided in the bank's own app, is put on record."""
        self._handle, self._authorisation = taken.handle, taken.authorisation_id
        if taken.state is not AuthorisationState.OPEN:
            return (yield from self._ended_as(DONE[taken.state], taken.state.value, taken.reply))
        if taken.elsewhere and not self._elsewhere:
            yield from on_vault(self._note_asked)
            self._elsewhere = True
        return (yield from self._wanted(taken))

    def _wanted(self, taken: Authorisation) -> Script[Progress]:
        """Ask for what can be typed here; wait where only the bank's own app can decide."""
        self._words = taken.message
        now = yield from self._now(Phase.UNKNOWN)
        if taken.challenge is None and self._elsewhere:
            return self._waiting(now, still=False)
        found = replace(asking(self.progress, taken), state=now.state, elsewhere=self._elsewhere)
        return replace(found, look_ms=self._look_ms)

    @property
    def _app_asks(self) -> bool:
        """Whether the bank's own app may have been asked by this program: by this run, or by one that has it signed."""
        return self._elsewhere or any(run.progress.elsewhere for run in self.others() if run is not self)

    def _waiting(self, shown: Progress, *, still: bool = True) -> Progress:
        """Have it said, where nobody knows yet, that the bank's own app may ask; ``still``: the bank was asked."""
        if shown.phase is not Phase.UNKNOWN or not (self._elsewhere or self._heard):
            return shown
        return replace(shown, message=self._words, elsewhere=True, look_ms=self._look_ms, still=still)

    def _answer(self, code: SecretText, seen: Seen) -> Script[Progress]:
        yield from self._require_shown(seen)
        stopped = yield from self._read_once_more()
        if stopped is not None:
            return stopped
        request_id = self.new_request_id()
        yield from on_vault(partial(self._intend, seen))
        self._elsewhere = False  # from here on it is the code of which nobody knows
        try:
            answered = yield from on_network(lambda: self.bank.answer(self._handle, code.reveal(), request_id))
        except (BindingError, ConnectorError) as error:
            return (yield from self._answer_failed(error, Phase.CODE))
        if answered.state is AuthorisationState.OPEN:  # one more step: its answer is as good as unknown until asked
            return (yield from self._ended_as("unknown", "bank.authorisation_open"))
        return (yield from self._ended_as(DONE[answered.state], answered.state.value, answered.reply))

    def _ask_for(self, method: str, seen: Seen) -> Script[Progress]:
        """Choose a method by which the bank's own app may decide: from here on money may move without another word."""
        yield from self._require_shown(seen)
        stopped = yield from self._read_once_more()
        if stopped is not None:
            return stopped
        yield from on_vault(partial(self._intend, seen))
        try:
            asked = yield from on_network(lambda: self.bank.choose_method(self._handle, method))
        except (BindingError, ConnectorError) as error:
            return (yield from self._answer_failed(error, Phase.METHOD))
        self._elsewhere = True
        return (yield from self._step(asked))

    def _answer_failed(self, error: BindingError | ConnectorError, back: Phase) -> Script[Progress]:
        if isinstance(error, BindingError):
            yield from self._note_refused_reply("answer", error)
            return (yield from self._ended_as("unknown", error.code))
        wrong = error.code == "bank.code_refused"
        if not wrong and error.kind is not FailureKind.RETRYABLE:
            return (yield from self._ended_as("unknown", error.code))
        yield from on_vault(partial(self._note, "refused", "code_refused" if wrong else "not_sent"))
        return self._with_error(replace(self.progress, phase=back), error)

    def _ended_as(self, outcome: str, reason: str, reply: RawReply | None = None) -> Script[Progress]:
        yield from on_vault(partial(self._note, outcome, reason, reply))
        self._elsewhere = False
        return (yield from self._reconcile())

    def _looked(self, found: Authorisation) -> None:
        self._looking = False
        silent = not (self._elsewhere or found.elsewhere or found.message)
        if found.state is not AuthorisationState.OPEN or (silent and self.progress.phase is Phase.UNKNOWN):
            self.reconcile()  # where a step is under way, nothing: that says more
        else:
            self._look_later()

    def _not_looked(self, error: Exception) -> None:
        self._looking = False
        if isinstance(error, BindingError):
            self.reconcile()  # which puts it on record
        elif not isinstance(error, CountersignError):
            raise error
        else:
            self._look_later()

    def _look_later(self) -> None:
        """Have the bank asked again after a longer while: it still waits for its own app, or says no more than that."""
        self._look_ms = min(2 * self._look_ms, LOOK_MOST_MS)
        if self.progress.elsewhere and not self._busy:
            self.progress = replace(self.progress, look_ms=self._look_ms, still=True)
            self.changed(self.progress)

    # — running —

    @staticmethod
    def _with_error(progress: Progress, error: CountersignError) -> Progress:
        return replace(progress, error=error.code, error_params=error.params)

    def _run(self, script: Script[Progress], stage: str) -> None:
        if self._busy:
            script.close()
            return
        if any(run is not self and run.busy for run in self.others()):
            script.close()
            self._ended(self._with_error(self.progress, UserFacingError("basket.under_way")))
            return
        self._busy = True
        before = self._working(stage)
        run_script(self.tasks, self._truthful(script, before), self._ended, partial(self._failed, before))

    def _working(self, stage: str) -> Progress:
        before = self.progress
        self.progress = replace(before, phase=Phase.WORKING, stage=stage, error="", error_params={})
        self.changed(self.progress)
        return before

    def _ended(self, progress: Progress) -> None:
        self._busy = False
        self.progress = progress
        self.changed(progress)

    def _failed(self, before: Progress, error: Exception) -> None:
        """Not even the ledger could be asked, or there is a mistake in the program: claim nothing."""
        known = error if isinstance(error, CountersignError) else CountersignError("submission.unexpected")
        self._ended(replace(before, phase=Phase.UNKNOWN, error=known.code, error_params=known.params))
        if known is not error:
            raise error
