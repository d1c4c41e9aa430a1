"""Defects that are planted on purpose, in the campaign's own processes only: each must turn it red.

A plant names what must show it: ``forged``, ``unnoticed``, and so on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from countersign.application.flows import exchange_round as exchange
from countersign.application.use_cases import publish_envelopes, record_submission, watch_relay
from countersign.domain.approval import judgement
from countersign.domain.approval.authority import Basis
from countersign.domain.approval.limits import nothing_spent
from countersign.domain.canonical import Json
from countersign.domain.ledger import order_fold, order_record, several_devices
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Device, Governance, GovernanceError
from countersign.domain.ledger.order_record import Approval, OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.testing import fake_workspace
from tests.security import adversary_world


def _put(where: object, name: str, value: object) -> None:
    setattr(where, name, value)


def count_twice() -> None:
    """Let one person's signature count as often as it is given."""
    for module in (judgement, order_record):
        _put(module, "repeats", lambda *_given: False)


def accept_closed() -> None:
    """Let a device go on after it was closed."""
    _put(Governance, "closings", property(lambda _self: {}))
    read = Governance.device

    def opened(self: Governance, device: str) -> Device | None:
        found = read(self, device)
        return found and _reopened(found)

    _put(Governance, "device", opened)


def _reopened(device: Device) -> Device:
    return Device(device.device, device.member, device.signing_public_key, device.exchange_public_key)


def ignore_rejection() -> None:
    """Go on with an order that somebody stopped."""
    steps: dict[str, Callable[..., object]] = dict(order_fold._STEPS)  # noqa: SLF001 - what is planted goes in where no door is
    steps["order.stopped"] = lambda record, *_given: record
    _put(order_fold, "_STEPS", steps)


def trust_the_store() -> None:
    """Believe that whatever the store holds was signed by whom it names."""
    for module in (fake_workspace, adversary_world):
        _put(module, "fake_verify", lambda *_given: True)


def skip_the_epoch() -> None:
    """Let an approval count whatever the rules were when it was given."""

    class Same:
        def __init__(self, basis: Basis) -> None:
            self.groups, self.limit = basis.groups, basis.limit

        def __eq__(self, _other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    for module in (judgement, order_record):
        basis_of = module.basis_of
        _put(module, "basis_of", lambda *given, real=basis_of: (basis := real(*given)) and Same(basis))


def ignore_withheld() -> None:
    """Say nothing of what others hold."""
    _put(watch_relay, "_withheld", lambda *_given: ())


def ignore_silence() -> None:
    """Let nothing be missed of anybody."""
    _put(watch_relay, "SILENCE_MS", 1 << 60)


def ignore_forks() -> None:
    """Say nothing of other histories."""
    _put(watch_relay, "_disagreements", lambda *_given: ())
    _put(watch_relay, "_proven", lambda first, _other: watch_relay.Forked("", 0, (first.id, first.id), proven=False))


def forget_the_store() -> None:
    """Don't look whether what was left is still there."""
    _put(exchange, "_note_listing", lambda *_given: False)


def approve_own() -> None:
    """Let whoever asked for a payment approve it."""
    for module in (judgement, order_record):
        _put(module, "is_own_request", lambda *_given: False)


def anybody_sends() -> None:
    """Let any device send, and as often as it likes."""
    judge = order_record.judge_intent

    def lenient(*given: object, **named: object) -> tuple[str, ...]:
        faults = judge(*given, **named)  # type: ignore[arg-type]
        return tuple(code for code in faults if code != "intent.not_the_sender")

    for module in (order_fold, several_devices):
        _put(module, "judge_intent", lenient)


def ignore_freeze() -> None:
    """Send while everything is stopped."""
    _put(Rules, "frozen_before", lambda *_given: False)
    _put(Rules, "frozen", property(lambda _self: False))


def publish_once() -> None:
    """Never send again what a store lost."""
    _put(publish_envelopes, "_lacking", lambda _desk: None)
    _put(publish_envelopes, "_answer", lambda _desk: None)
    _put(exchange, "_note_listing", lambda *_given: False)


def both_send() -> None:
    """Let the device that handed the sending over send all the same."""
    judge = order_record.judge_intent

    def lenient(record: OrderRecord, rules: Rules, author: str, *given: object) -> tuple[str, ...]:
        faults = judge(record, rules, author, *given)  # type: ignore[arg-type]
        first = author == record.content.sender_device
        return tuple(code for code in faults if not first or code != "intent.not_the_sender")

    for module in (order_fold, several_devices, record_submission):
        _put(module, "judge_intent", lenient)


def name_all_rivals() -> None:
    """Let a proof against a two-faced device rest on events that need not be in the past."""

    def resting(kind: str, subject: str, body: dict[str, Json]) -> EventDraft:
        named = body["events"]
        return EventDraft(
            kind, subject, body, refs=tuple(str(item) for item in named) if isinstance(named, list) else ()
        )

    _put(watch_relay, "EventDraft", resting)


def hold_the_first() -> None:
    """Let the first of several settlements of the same rivals hold, whatever the others say."""
    followed = Rules._followed  # noqa: SLF001 - what is planted goes in where no door is

    def only_now(self: Rules, parents: tuple[str, ...], history: object) -> object:
        if len(parents) > 1 and parents != self.contested:
            raise GovernanceError("governance.not_next")
        return followed(self, parents, history)  # type: ignore[arg-type]  # it is passed on as it comes

    _put(Rules, "_followed", only_now)


def fold_as_it_comes() -> None:
    """Fold events in the order of their arrival."""
    _put(fake_workspace, "_folding", list)


def send_unconfirmed() -> None:
    """Send without the confirmation that a rule asks for."""
    for module in (order_fold, order_record):
        _put(module, "is_confirmed", lambda *_given: True)


def confirm_anywhere() -> None:
    """Let any device's confirmation count, whoever's it is."""
    for module in (judgement, order_record):
        _put(module, "device_fault", lambda *_given: "")


def count_confirmations() -> None:
    """Count a confirmation as an approval of the requester's."""
    steps: dict[str, Callable[..., OrderRecord]] = dict(order_fold._STEPS)  # noqa: SLF001 - as above
    confirmed, approved = steps["order.confirmed"], order_fold._approved  # noqa: SLF001 - as above
    own = order_record.is_own_request

    def both(record: OrderRecord, *given: object) -> OrderRecord:
        return approved(confirmed(record, *given), *given, nothing_spent)  # type: ignore[arg-type, call-arg]

    def is_own(record: OrderRecord, governance: Governance, approval: Approval) -> bool:
        said = {item.event for item in record.confirmations}
        return approval.event not in said and own(record, governance, approval)

    steps["order.confirmed"] = both
    _put(order_fold, "_STEPS", steps)
    for module in (judgement, order_record):
        _put(module, "is_own_request", is_own)


@dataclass(frozen=True, slots=True)
class Defect:
    """What is planted, and which finding must show it."""

    plant: Callable[[], None]
    shows: str


DEFECTS: Final = {
    "count_twice": Defect(count_twice, "forged"),
    "accept_closed": Defect(accept_closed, "forged"),
    "ignore_rejection": Defect(ignore_rejection, "forged"),
    "trust_the_store": Defect(trust_the_store, "forged"),
    "skip_the_epoch": Defect(skip_the_epoch, "forged"),
    "ignore_withheld": Defect(ignore_withheld, "unnoticed"),
    "ignore_silence": Defect(ignore_silence, "unnoticed"),
    "ignore_forks": Defect(ignore_forks, "unnoticed"),
    "forget_the_store": Defect(forget_the_store, "unnoticed"),
    "approve_own": Defect(approve_own, "forged"),
    "anybody_sends": Defect(anybody_sends, "forged"),
    "ignore_freeze": Defect(ignore_freeze, "forged"),
    "publish_once": Defect(publish_once, "lost"),
    "both_send": Defect(both_send, "doubled"),
    "send_unconfirmed": Defect(send_unconfirmed, "forged"),
    "confirm_anywhere": Defect(confirm_anywhere, "forged"),
    "count_confirmations": Defect(count_confirmations, "forged"),
    "name_all_rivals": Defect(name_all_rivals, "broken"),
    "hold_the_first": Defect(hold_the_first, "apart"),
    "fold_as_it_comes": Defect(fold_as_it_comes, "apart"),
}
