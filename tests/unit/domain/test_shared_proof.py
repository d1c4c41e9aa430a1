"""Evidence of an order of several people: who let it be sent is judged from the file alone, and no edit gets past."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from countersign.application.use_cases import gather_evidence as gathering
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.gather_evidence import gather_evidence
from countersign.application.use_cases.hand_in_order import hand_in_order
from countersign.application.use_cases.look_at_order import look_at_order
from countersign.application.use_cases.reject_order import reject_order
from countersign.domain.approval.rule import ApprovalRule, Need, PayeeStanding
from countersign.domain.canonical import Json, canonical_bytes, parse_canonical
from countersign.domain.disclosure import Disclosure, headers_between, judge
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.event import Body, Event
from countersign.domain.order import OrderContent, last_digits
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy
from countersign.domain.proof import Evidence, EvidenceError, Finding, SharedPart, check_evidence
from countersign.domain.quorum import quorum_of
from countersign.testing.fake_team import QUIET
from countersign.testing.fake_workspace import MemoryWorkspace, fake_verify
from tests.integration.vault.story import Story
from tests.unit.application.workspace.several import Several, several


@dataclass(frozen=True)
class _Statement:
    message: bytes


class Office:
    """Three devices: the first asks and sends, two must approve."""

    def __init__(self) -> None:
        self.some: Several = several(3, policy=Policy(approvals=2, requester_may_approve=False))

    def vault(self, place: int) -> MemoryWorkspace:
        return self.some[place].vault

    def share(self) -> None:
        """Let everybody hear everything."""
        self.some.later()
        for here in self.some.desks:
            for there in self.some.desks:
                events = [e for d in there.vault.heads() for e in there.vault.shared_events(d, 0, 1_000)]
                assert here.vault.take_in(events).refused == ()

    def asked(self, number: int = 1) -> OrderContent:
        vault = self.vault(0)
        story = Story(vault, self.some[0].tools.entropy)  # type: ignore[arg-type]  # the fake one
        payee, version = story.payee()
        content = story.content(payee, version, f"CS{number:04}")
        body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
        story.add(kinds.ORDER_FROZEN, content.order, body, (version,))
        hand_in_order(vault, content.order, content.payment, content.digest, _digits(content), QUIET)
        self.share()
        return content

    def approve(self, place: int, content: OrderContent) -> Event:
        return approve_order(self.vault(place), content.order, content.payment, content.digest, _digits(content))

    def approved(self, number: int = 1) -> OrderContent:
        content = self.asked(number)
        look_at_order(self.vault(1), content.order, content.digest)
        for place in (1, 2):
            self.approve(place, content)
        self.share()
        return content

    def send(self, content: OrderContent) -> None:
        Story(self.vault(0), self.some[0].tools.entropy).intent(content)  # type: ignore[arg-type]  # the fake one

    def sent(self, number: int = 1) -> OrderContent:
        content = self.approved(number)
        self.send(content)
        self.share()
        return content


def _digits(content: OrderContent) -> str:
    return last_digits(content.payment.creditor_account)


@pytest.fixture(scope="module")
def office() -> Office:
    return Office()


@pytest.fixture(scope="module")
def content(office: Office) -> OrderContent:
    return office.sent()


@pytest.fixture(scope="module")
def evidence(office: Office, content: OrderContent) -> Evidence:
    return gather_evidence(office.vault(0), content.order)


def found(evidence: Evidence) -> Finding:
    return check_evidence(evidence, fake_verify)


def shared(evidence: Evidence) -> SharedPart:
    assert evidence.shared is not None
    return evidence.shared


def signed_again(office: Office, evidence: Evidence, **changes: object) -> Evidence:
    """Return a file as the device that made it would sign it: a forger may be that device."""
    part = replace(shared(evidence), **changes)  # type: ignore[arg-type]
    part = replace(part, signature=office.vault(0).sign(_Statement(replace(evidence, shared=part).message)))
    return replace(evidence, shared=part)


def test_who_approved_is_told_from_the_file_alone(office: Office, content: OrderContent, evidence: Evidence) -> None:
    read = Evidence.parse(evidence.content())
    assert read == evidence
    finding = found(read)
    assert finding.faults == ()
    assert finding.record is not None
    assert finding.record.state is OrderState.INTENDED
    assert finding.record.content == content
    quorum = finding.quorum
    assert quorum is not None
    assert quorum.met
    assert sorted(item.name for item in quorum.approvals) == ["device 1", "device 2"]
    assert {item.fault for item in quorum.approvals} == {""}
    assert (quorum.requester.name, quorum.sender.name) == ("device 0", "device 0")
    assert [name for name, _ in quorum.opened] == ["device 1"]
    assert quorum.left_out == ()
    assert not quorum.limited
    assert read.disclosure is not None
    assert read.disclosure.shows_what_was_known
    assert finding.trusted(office.vault(0).identity.device)


def test_every_device_can_make_the_file(office: Office, content: OrderContent) -> None:
    finding = found(gather_evidence(office.vault(2), content.order))
    assert finding.faults == ()
    assert finding.signer == "device 2"


def test_one_device_alone_still_writes_format_1() -> None:
    alone = several(1)[0].vault
    office = Office()
    office.some = several(1)
    content = office.asked()
    made = gather_evidence(office.vault(0), content.order)
    assert made.shared is None
    assert made.disclosure is None
    assert parse_canonical(made.content())["v"] == 1
    assert alone.may_sign


def _leaves(value: Json, path: tuple[str | int, ...] = ()) -> Sequence[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(item, (*path, key))]
    if isinstance(value, list):
        return [leaf for at, item in enumerate(value) for leaf in _leaves(item, (*path, at))]
    return [path]


def _edited(value: Json, path: tuple[str | int, ...]) -> Json:
    if not path:
        if isinstance(value, int):
            return value + 1
        assert isinstance(value, str)
        letter = "A" if value[:1] != "A" else "B"
        return letter + value[1:]
    first, *rest = path
    if isinstance(value, dict):
        return {key: _edited(item, tuple(rest)) if key == first else item for key, item in value.items()}
    assert isinstance(value, list)
    return [_edited(item, tuple(rest)) if at == first else item for at, item in enumerate(value)]


def test_no_edited_field_is_believed(evidence: Evidence) -> None:
    value = parse_canonical(evidence.content())
    leaves = _leaves(value)
    assert len(leaves) > 60
    for path in leaves:
        changed = _edited(value, path)
        assert isinstance(changed, dict)
        try:
            read = Evidence.parse(canonical_bytes(changed))
        except SecurityError:
            continue
        assert found(read).faults, path


def _without(kind: str, place: int) -> Callable[[Sequence[Event]], tuple[Event, ...]]:
    def left(events: Sequence[Event]) -> tuple[Event, ...]:
        names = [event.id for event in events if event.kind == kind]
        return tuple(event for event in events if event.id != names[place])

    return left


def test_a_removed_approval_is_noticed_whoever_signs_the_file(office: Office, evidence: Evidence) -> None:
    for place in (0, 1):
        others = _without(kinds.ORDER_APPROVED, place)(shared(evidence).others)
        assert found(signed_again(office, evidence, others=others)).faults


def test_a_removed_approval_is_noticed_where_its_header_stays(office: Office, evidence: Evidence) -> None:
    others = _without(kinds.ORDER_APPROVED, 0)(shared(evidence).others)
    gone = next(event for event in shared(evidence).others if event not in others)
    between = (*shared(evidence).between, gone.header)
    finding = found(signed_again(office, evidence, others=others, between=between))
    assert "evidence.withheld" in finding.faults


def _with(events: Sequence[Event], old: Event, new: Event) -> tuple[Event, ...]:
    return tuple(sorted((new if event is old else event for event in events), key=lambda event: event.order_key))


def _approval(office: Office, evidence: Evidence) -> Event:
    approvals = (event for event in shared(evidence).others if event.kind == kinds.ORDER_APPROVED)
    return next(event for event in approvals if event.header.device == office.vault(1).identity.device)


def _written(office: Office, place: int, old: Event, **changes: object) -> Event:
    """Sign a changed header or body with the key of the device at a place."""
    body = old.body
    assert body is not None
    said = changes.pop("body", None)
    if isinstance(said, dict):
        body = Body.of({**body.value, **said}, body.salt)
    header = replace(old.header, body_hash=body.hash, **changes)  # type: ignore[arg-type]
    return Event(header, office.vault(place).sign(_Statement(bytes.fromhex(header.id))), body)


@pytest.mark.parametrize("said", [{"digest": "00" * 32}, {"epoch": 7}, {"assessment": "00" * 32}, {"expires_at": 1}])
def test_an_edited_approval_is_refuted_even_with_its_own_signature(
    office: Office, evidence: Evidence, said: dict[str, Json]
) -> None:
    old = _approval(office, evidence)
    new = _written(office, 1, old, body=said)
    assert found(signed_again(office, evidence, others=_with(shared(evidence).others, old, new))).faults


def test_a_swapped_signer_is_refuted(office: Office, evidence: Evidence) -> None:
    old = _approval(office, evidence)
    for new in (
        _written(office, 0, old, device=office.vault(2).identity.device),
        replace(old, signature=office.vault(2).sign(_Statement(bytes.fromhex(old.id)))),
    ):
        assert found(signed_again(office, evidence, others=_with(shared(evidence).others, old, new))).faults


def test_an_approval_of_another_order_does_not_count(office: Office, evidence: Evidence) -> None:
    other = office.approved(2)
    foreign = next(e for e in office.vault(1).events_of(other.order) if e.kind == kinds.ORDER_APPROVED)
    old = _approval(office, evidence)
    assert found(signed_again(office, evidence, others=_with(shared(evidence).others, old, foreign))).faults


def test_a_missing_header_is_noticed(office: Office) -> None:
    content = office.sent(3)
    made = gather_evidence(office.vault(0), content.order)
    assert found(made).faults == ()
    assert shared(made).between
    for place in range(len(shared(made).between)):
        fewer = tuple(header for at, header in enumerate(shared(made).between) if at != place)
        assert found(signed_again(office, made, between=fewer)).faults


def test_a_rejection_that_the_sender_knew_of_can_not_be_left_out(office: Office) -> None:
    content = office.approved(4)
    reject_order(office.vault(2), content.order, content.digest, "rejected.twice", "Paid in May")
    office.share()
    made = gather_evidence(office.vault(0), content.order)
    finding = found(made)
    assert finding.faults == ()
    assert finding.quorum is not None
    assert [(item.name, item.fault) for item in finding.quorum.rejections] == [("device 2", "rejected.twice")]
    others = _without(kinds.ORDER_STOPPED, 0)(shared(made).others)
    assert found(signed_again(office, made, others=others)).record is not None  # nothing was sent after it


def test_what_was_not_known_when_it_was_sent_does_not_undo_it(office: Office) -> None:
    content = office.approved(5)
    office.some.later()
    reject_order(office.vault(2), content.order, content.digest, "rejected.twice", "Paid in May")
    office.some.later()
    office.send(content)
    office.share()
    finding = found(gather_evidence(office.vault(1), content.order))
    assert finding.faults == ()
    assert finding.record is not None
    assert finding.record.state is OrderState.INTENDED
    assert finding.record.sent_before_known


def test_too_much_in_between_leaves_open_what_was_known(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sent, waiting = office.sent(6), office.approved(7)
    monkeypatch.setattr(gathering, "BETWEEN_LIMIT", 0)
    made = gather_evidence(office.vault(0), sent.order)
    assert found(made).faults == ()
    assert made.disclosure is not None
    assert not made.disclosure.shows_what_was_known
    with pytest.raises(UserFacingError, match=r"evidence\.too_long"):
        gather_evidence(office.vault(0), waiting.order)


def test_a_file_signed_by_somebody_else_is_refuted(office: Office, evidence: Evidence) -> None:
    part = replace(shared(evidence), signature=office.vault(1).sign(_Statement(evidence.message)))
    assert found(replace(evidence, shared=part)).faults == ("evidence.statement",)


def test_a_checkpoint_has_to_be_the_makers_and_to_know_every_event(office: Office, evidence: Evidence) -> None:
    known = shared(evidence).checkpoint.checkpoint

    def stated(checkpoint: Checkpoint, place: int = 0) -> tuple[str, ...]:
        made = SignedCheckpoint(checkpoint, office.vault(place).sign(checkpoint))
        return found(signed_again(office, evidence, checkpoint=made)).faults

    assert stated(known, 1) == ("evidence.checkpoint",)
    assert stated(replace(known, device=office.vault(1).identity.device), 1) == ("evidence.checkpoint",)
    assert stated(replace(known, heads=known.heads[1:])) == ("evidence.beyond_checkpoint",)
    first = known.heads[0]
    assert stated(replace(known, heads=(first._replace(size=1), *known.heads[1:]))) == ("evidence.beyond_checkpoint",)
    other = tuple(head._replace(event="00" * 32) for head in known.heads)
    assert stated(replace(known, heads=other)) == ("evidence.beyond_checkpoint",)


def test_without_a_founding_record_nothing_is_said(office: Office, evidence: Evidence) -> None:
    kept = tuple(item for item in evidence.disclosed if item.event.kind != kinds.WORKSPACE_CREATED)
    assert found(signed_again(office, replace(evidence, disclosed=kept))).faults == ("governance.genesis",)


def test_a_file_of_a_stranger_is_refuted(office: Office, evidence: Evidence) -> None:
    head = replace(evidence.head, head=replace(evidence.head.head, device="ab" * 32))
    assert found(signed_again(office, replace(evidence, head=head))).faults == ("evidence.unknown_device",)


def test_two_events_at_one_place_are_refuted(office: Office, evidence: Evidence) -> None:
    twin = _written(office, 1, _approval(office, evidence), at=_approval(office, evidence).header.at + 1)
    others = tuple(sorted((*shared(evidence).others, twin), key=lambda event: event.order_key))
    assert "evidence.two_faced" in found(signed_again(office, evidence, others=others)).faults
    twice = (*shared(evidence).others, shared(evidence).others[-1])
    assert "evidence.order_of_events" in found(signed_again(office, evidence, others=twice)).faults


def test_another_order_is_not_in_it(office: Office, evidence: Evidence) -> None:
    changed = signed_again(office, replace(evidence, order="0f" * 16))
    assert found(changed).faults == ("evidence.no_order",)


def test_a_path_beside_somebody_elses_event_is_no_evidence(evidence: Evidence) -> None:
    value = parse_canonical(evidence.content())
    others = value["others"]
    assert isinstance(others, list)
    assert isinstance(others[0], dict)
    others[0]["path"] = ["A" * 43 + "="]
    with pytest.raises(EvidenceError, match=r"evidence\.path"):
        Evidence.parse(canonical_bytes(value))


def test_an_order_that_waits_says_what_is_missing(office: Office) -> None:
    content = office.asked(8)
    office.approve(1, content)
    office.share()
    quorum = found(gather_evidence(office.vault(0), content.order)).quorum
    assert quorum is not None
    assert not quorum.met
    assert [step.missing for step in quorum.progress.steps] == [1]


def test_a_height_above_the_beginning_says_that_something_may_be_missing(evidence: Evidence) -> None:
    whole = evidence.disclosure
    assert whole is not None
    intent = next(event for event in whole.events if event.kind == kinds.ORDER_SUBMISSION_INTENDED)
    short = replace(whole, between=(), floor=intent.header.lamport - 1)
    judged = judge(short, fake_verify)
    assert judged.faults == ()
    assert not short.shows_what_was_known
    assert not Disclosure("00" * 16, whole.events, (), 0).shows_what_was_known


def test_a_say_of_nobody_has_no_name(evidence: Evidence) -> None:
    finding, shown = found(evidence), evidence.disclosure
    assert finding.record is not None
    assert shown is not None
    judged = judge(shown, fake_verify)
    assert judged.rules is not None
    record = replace(finding.record, released_to="cd" * 32)
    assert quorum_of(record, judged.rules, evidence.events, 0).sender.name == ""


def test_a_header_that_is_nowhere_to_be_found_is_a_gap(evidence: Evidence) -> None:
    shown = evidence.disclosure
    assert shown is not None
    kept = tuple(event for event in shown.events if event.kind != kinds.ORDER_APPROVED)
    with pytest.raises(SecurityError, match=r"evidence\.gap"):
        headers_between(replace(shown, events=kept), lambda _name: None, 10)
    assert judge(replace(shown, events=kept), fake_verify).faults == ("evidence.gap",)


def test_another_workspace_and_another_key_have_no_say(office: Office, evidence: Evidence) -> None:
    old, others = _approval(office, evidence), shared(evidence).others
    foreign = _written(office, 1, old, workspace="0b" * 16)
    assert (
        "evidence.other_workspace" in found(signed_again(office, evidence, others=_with(others, old, foreign))).faults
    )
    stranger = _written(office, 1, old, device="0b" * 32)
    assert (
        "evidence.unknown_device" in found(signed_again(office, evidence, others=_with(others, old, stranger))).faults
    )


def test_a_stop_that_says_nothing_readable_is_told_without_a_reason(office: Office, evidence: Evidence) -> None:
    finding, shown = found(evidence), evidence.disclosure
    assert finding.record is not None
    assert shown is not None
    judged = judge(shown, fake_verify)
    assert judged.rules is not None
    old = _approval(office, evidence)
    stop = Event(replace(old.header, kind=kinds.ORDER_STOPPED), b"", Body(bytes(16), b"?"))
    quorum = quorum_of(finding.record, judged.rules, [*evidence.events, stop], 0)
    assert [item.fault for item in quorum.rejections] == [""]


def test_a_payee_that_was_newer_to_its_sender_than_it_says_is_judged_as_it_was() -> None:
    """By its own time it stood for a month; nobody else had seen it, and the rule for new payees held."""
    office = Office()
    rules = (
        ApprovalRule("new", payees=(PayeeStanding.NEW,), needs=(Need("", 2),)),
        ApprovalRule("standing", payees=(PayeeStanding.STANDING, PayeeStanding.CHANGED), needs=(Need("Board", 1),)),
    )
    office.some = several(3, policy=Policy(requester_may_approve=False, rules=rules))
    story = Story(office.vault(0), office.some[0].tools.entropy)  # type: ignore[arg-type]  # the fake one
    payee, version = story.payee()
    office.some.later(31 * 86_400_000)
    content = story.content(payee, version, "CS0001")
    body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
    story.add(kinds.ORDER_FROZEN, content.order, body, (version,))
    hand_in_order(office.vault(0), content.order, content.payment, content.digest, _digits(content), QUIET)
    office.share()
    for place in (1, 2):
        office.approve(place, content)
    office.share()
    office.send(content)
    office.share()
    finding = found(gather_evidence(office.vault(0), content.order))
    assert finding.faults == ()
    assert finding.record is not None
    assert (finding.record.state, finding.record.standing) == (OrderState.INTENDED, PayeeStanding.NEW)
    assert finding.quorum is not None
    assert finding.quorum.met
