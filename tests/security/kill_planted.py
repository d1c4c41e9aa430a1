"""Defects that are planted on purpose, in the campaign's workers only: each must turn the campaign red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from countersign.adapters.vault.anchor import Anchor, Reaches
from countersign.application.flows.order_run import OnScreen
from countersign.application.flows.progress import Progress
from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.flows.submission import Submission
from countersign.application.use_cases import record_submission as record
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from tests.security.kill_person import Person


@dataclass(slots=True)
class SendsBeforeIntent(Submission):
    """Hands the order to the bank, and writes down afterwards that it meant to."""

    def _begin(self, *, opens: bool = True) -> Script[Progress]:
        assert opens  # one order alone
        profile = yield from on_network(self.bank.profile)
        request_id = self.new_request_id()
        known = yield from self._order()
        initiation = yield from on_network(partial(self.bank.initiate, known.content.payment, request_id))
        yield from on_vault(partial(record.record_intent, self.vault, self.order, self.bank_id, profile, request_id))
        yield from on_vault(partial(record.record_initiation, self.vault, self.order, initiation))
        return (yield from self._start(partial(self.bank.start_authorisation, initiation.handle)))


@dataclass(slots=True)
class AnswersBeforeIntent(Submission):
    """Sends the code, and writes down afterwards that it meant to."""

    def _answer(self, code: SecretText, seen: OnScreen) -> Script[Progress]:
        request_id = self.new_request_id()
        answered = yield from on_network(partial(self.bank.answer, self._handle, code.reveal(), request_id))
        intend = partial(record.record_answer_intent, self.vault, self.order, self._authorisation, seen[1])
        yield from on_vault(intend)
        note = partial(record.record_authorised, self.vault, self.order, self._authorisation, answered.reply)
        yield from on_vault(note)
        return (yield from self._reconcile())


@dataclass(slots=True)
class StartsUnrecorded(Submission):
    """Has the bank start an authorisation of which nothing is on record before."""

    def _intend_start(self) -> None:
        """Do nothing."""


def resend_on_unknown(person: Person) -> None:
    """Pay again where nobody knows what became of the first time."""
    known = person.record()
    if known.state not in {OrderState.ANSWERING, OrderState.UNKNOWN}:
        return
    new_id = person.session.new_request_id
    initiation = person.bank.initiate(known.content.payment, new_id())
    opened = person.bank.start_authorisation(initiation.handle)
    password = str(person.control.call("GET", "/psu")["practice_password"])
    methods = person.bank.authenticate(opened.handle, password)
    by_phone = next(one.method for one in methods.methods if one.kind == "SMS_OTP")
    wanted = person.bank.choose_method(methods.handle, by_phone)
    messages = person.control.call("GET", "/phone/messages?after=0")["messages"]
    code = str(messages[-1]["code"]) if isinstance(messages, list) else ""
    person.bank.answer(wanted.handle, code, new_id())


def skip_the_anchor() -> None:
    """Leave the anchor where it is, in this process."""

    def stays(_self: Anchor, _reaches: Reaches) -> None:
        """Do nothing."""

    setattr(Anchor, "advance", stays)  # noqa: B010 - mypy forbids the plain assignment, and rightly so


def _nothing(_person: Person) -> None:
    """Come back as one should."""


@dataclass(frozen=True, slots=True)
class Defect:
    """What a worker is given instead of the real thing."""

    submission: Callable[..., Submission] = Submission
    on_return: Callable[[Person], None] = _nothing
    plant: Callable[[], None] = lambda: None


DEFECTS: Final = {
    "": Defect(),
    "send_before_intent": Defect(submission=SendsBeforeIntent),
    "answer_before_intent": Defect(submission=AnswersBeforeIntent),
    "start_unrecorded": Defect(submission=StartsUnrecorded),
    "resend_on_unknown": Defect(on_return=resend_on_unknown),
    "skip_the_anchor": Defect(plant=skip_the_anchor),
}
