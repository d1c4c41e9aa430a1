"""What really happened in a world of the adversary campaign, and what an intent may rest on by it.

Written against LEDGER rules 7 to 13 and against nothing of the program's fold: the past is a closure over the parents
that events name, a signature is one that was really given, and a quorum is tried out by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Device, Governance, Member, Role, change_message
from countersign.domain.order import OrderContent
from tests.security.adversary_closings import follows, is_over, knowing, signed_late
from tests.security.adversary_terms import asks_twice, is_confirmed, terms


@dataclass(frozen=True, slots=True)
class Fact:
    """An event that its device really signed; ``past`` has a bit for each fact before it."""

    event: Event
    number: int
    past: int
    honest: bool

    @property
    def bit(self) -> int:
        return 1 << self.number

    @property
    def device(self) -> str:
        return self.event.header.device

    @property
    def body(self) -> dict[str, Json]:
        return self.event.says()


@dataclass(frozen=True, slots=True)
class Standing:
    """Governance by what a device knew: its line of epochs, and rivals where the next one is contested."""

    line: tuple[tuple[str, Governance], ...]
    contested: tuple[str, ...] = ()
    rivals: tuple[Governance, ...] = ()  # the newest of what each led to

    @property
    def state(self) -> Governance:
        return self.line[-1][1]

    def of_epoch(self, epoch: object) -> Governance | None:
        return next((state for _, state in reversed(self.line) if state.epoch == epoch), None)


@dataclass(frozen=True, slots=True)
class Carried:
    """A change that enough have signed, by the epoch that it follows."""

    fact: Fact
    base: str
    settles: frozenset[str]
    state: Governance

    @property
    def name(self) -> str:
        return self.fact.event.id


@dataclass
class Truth:
    """Everything that was really signed, by whoever holds the key."""

    facts: dict[str, Fact] = field(default_factory=dict)
    numbered: list[Fact] = field(default_factory=list)
    kinds: dict[str, list[Fact]] = field(default_factory=dict)
    subjects: dict[str, list[Fact]] = field(default_factory=dict)
    places: dict[tuple[str, int], list[Fact]] = field(default_factory=dict)
    doubled: dict[str, list[int]] = field(default_factory=dict)  # devices to the places that they signed twice
    signatures: set[tuple[str, bytes, str]] = field(default_factory=set)  # over changes of governance, in hex
    _standing: dict[int, Standing] = field(default_factory=dict)
    _changes: int = 0

    def note(self, event: Event, *, honest: bool) -> Fact:
        """Remember what somebody signed; whatever it rests on was signed before."""
        if event.id in self.facts:
            return self.facts[event.id]
        past = 0
        for parent in event.header.parents:
            known = self.facts.get(parent)  # nobody signed it where a defect lets a forgery in
            past |= known.past | known.bit if known else 0
        fact = Fact(event, len(self.numbered), past, honest)
        self.facts[event.id] = fact
        self.numbered.append(fact)
        self.kinds.setdefault(event.kind, []).append(fact)
        self.subjects.setdefault(event.header.subject, []).append(fact)
        place = self.places.setdefault((fact.device, event.header.seq), [])
        place.append(fact)
        if len(place) == 2:
            self.doubled.setdefault(fact.device, []).append(event.header.seq)
        if event.kind == kinds.GOVERNANCE_CHANGED:
            self._changes |= fact.bit
        return fact

    def forked(self, fact: Fact, past: int) -> bool:
        """Tell whether it stands at or after a place that is known to be signed twice.

        Beside a branch that a closing accepted nothing counts; nothing unknown to the closing undoes what it knew of.
        """
        found = self.doubled.get(fact.device, ())
        known = [[item for item in self.places[fact.device, at] if past & item.bit] for at in found]
        late = [item for each in known for item in each if signed_late(self, item, past)]
        if any(follows(self, fact, item) for item in late):
            return True
        early = [each for at, each in zip(found, known, strict=True) if at <= fact.event.header.seq]
        views = (past, *(knowing(self, fact, past) if early else ()))
        return all(any(sum(bool(told & item.bit) for item in each) > 1 for each in early) for told in views)

    def closed(self, fact: Fact, state: Governance) -> bool:
        """Tell whether its device is unknown, or was closed before it."""
        device = device_in(state, fact.device)
        if device is None:
            return True
        if not device.closed:
            return False
        last = self.facts.get(device.last_shared)
        return last is None or not (fact is last or last.past & fact.bit)

    def erased(self, fact: Fact, standing: Standing) -> bool:
        """Tell whether a closing voids what forbids: only where who closed its device didn't know of it (rule 9)."""
        if not self.closed(fact, standing.state):
            return False
        closings = (name for name, state in standing.line if (found := device_in(state, fact.device)) and found.closed)
        closing = self.facts.get(next(closings, ""))
        return closing is None or not closing.past & fact.bit

    def known(self, kind: str, subject: str, past: int, state: Governance) -> Iterator[Fact]:
        """List what counts of a kind about a subject (empty text: about any), in folding order."""
        found = self.subjects.get(subject, ()) if subject else self.kinds.get(kind, ())
        counting = (
            item
            for item in found
            if item.event.kind == kind
            and past & item.bit
            and not self.forked(item, past)
            and not self.closed(item, state)
        )
        return iter(sorted(counting, key=lambda item: item.event.order_key))

    def standing(self, past: int) -> Standing:
        """Work out governance from what was known: rule 8."""
        doubled = sum(
            item.bit for device, seqs in self.doubled.items() for at in seqs for item in self.places[device, at]
        )
        key = past & (self._changes | doubled)
        if key not in self._standing:
            self._standing[key] = self._line(past)
        return self._standing[key]

    def _line(self, past: int) -> Standing:
        """Take each change that was carried, in folding order, and walk from the genesis along what holds."""
        (first,) = self.kinds[kinds.WORKSPACE_CREATED]
        line = [(first.event.id, Governance.read(first.body))]
        accepted: dict[str, Carried] = {}
        changes = [item for item in self.kinds.get(kinds.GOVERNANCE_CHANGED, ()) if past & item.bit]
        for fact in sorted(changes, key=lambda item: item.event.order_key):
            found = None if self.forked(fact, past) else self._carried_by(fact, accepted, line[0])
            if found is not None:
                accepted[fact.event.id] = found
        while True:
            beside = [item for item in accepted.values() if item.base == line[-1][0]]
            rivals = [item.name for item in beside if not any(_settles(other, item, accepted) for other in beside)]
            if len(rivals) != 1:
                newest = (each.state for name in rivals for each in _newest(accepted[name], past, accepted))
                return Standing(tuple(line), tuple(sorted(rivals)), tuple(newest))
            line.append((rivals[0], accepted[rivals[0]].state))

    def _carried_by(
        self, fact: Fact, accepted: Mapping[str, Carried], genesis: tuple[str, Governance]
    ) -> Carried | None:
        """Tell what a change does beside those that came before it in folding order; None where it does nothing."""
        parents = [str(item) for item in _listed(fact.body["parents"])]
        rivals = [accepted[name] for name in parents if name in accepted] if len(parents) > 1 else []
        base, settles = parents[0], frozenset[str]()
        if len(parents) > 1:
            known = all(item.fact.bit & fact.past for item in rivals) and len({item.name for item in rivals})
            over = any(_settles(one, other, accepted) for one in rivals for other in rivals)
            if known != len(parents) or len({item.base for item in rivals}) > 1 or over:
                return None
            base = rivals[0].base
            settles = frozenset(parents).union(*(item.settles for item in rivals))
        if base not in accepted and base != genesis[0]:
            return None
        state = accepted[base].state if base in accepted else genesis[1]
        author, device = person_in(state, fact.device), device_in(state, fact.device)
        if author is None or Role.ADMINISTRATOR not in author.roles or device is None or device.closed:
            return None
        following = Governance.read(fact.body["state"])
        ended = device_in(following, fact.device)
        if is_over(self, fact, state) or (rivals and ended and ended.closed):
            return None
        beside = (item for item in accepted.values() if item.base == base and item.name not in settles)
        if any(fact.past & item.fact.bit for item in beside):
            return None
        newest = [item.state for rival in rivals for item in _newest(rival, fact.past, accepted)]
        return Carried(fact, base, settles, following) if self.carried(state, newest, fact) else None

    def _carried(self, state: Governance, fact: Fact, steps: int) -> bool:
        """Tell whether a strict majority of the administrators, and a second person, really signed a change."""
        following, signers = Governance.read(fact.body["state"]), self._signers(state, fact)
        governing = {item.member for item in state.members if Role.ADMINISTRATOR in item.roles}
        able = {item.member for item in state.members if {Role.ADMINISTRATOR, Role.APPROVER} & set(item.roles)}
        majority = 2 * len(signers & governing) > len(governing)
        only_closes = steps == 1 and (following.members, following.policy) == (state.members, state.policy)
        second = len(signers & able) > 1 or only_closes
        return following.epoch == state.epoch + steps and majority and second

    def carried(self, state: Governance, rivals: Sequence[Governance], fact: Fact) -> bool:
        """Tell whether enough signed a change that follows; of each rival that it settles a second person, too."""
        steps = max([state.epoch, *(rival.epoch for rival in rivals)]) + 1 - state.epoch
        return self._carried(state, fact, steps) and all(self._seconded(rival, state, fact) for rival in rivals)

    def _seconded(self, rival: Governance, state: Governance, fact: Fact) -> bool:
        able = {item.member for item in rival.members if {Role.ADMINISTRATOR, Role.APPROVER} & set(item.roles)}
        signed = (self._signers(rival, fact) | self._signers(state, fact)) & able
        return len(able) < 2 or len(signed) > 1

    def _signers(self, state: Governance, fact: Fact) -> set[str]:
        end = fact.body.get("expires_at", 0)
        parents = tuple(str(item) for item in _listed(fact.body["parents"]))
        message = change_message(parents, Governance.read(fact.body["state"]), end if isinstance(end, int) else 0)
        signers = set()
        for item in _listed(fact.body["signatures"]):
            given = item if isinstance(item, dict) else {}
            device = device_in(state, str(given.get("device")))
            signature = str(given.get("signature"))
            if device and not device.closed and (device.device, message, signature) in self.signatures:
                signers.add(device.member)
        return signers


def _built_on(rival: Carried, accepted: Mapping[str, Carried]) -> list[Carried]:
    """List a change and all that stands on it."""

    def stands(item: Carried) -> bool:
        return item is rival or (item.base in accepted and stands(accepted[item.base]))

    return [item for item in accepted.values() if stands(item)]


def _settles(one: Carried, other: Carried, accepted: Mapping[str, Carried]) -> bool:
    known = all(one.fact.past & item.fact.bit for item in _built_on(other, accepted))
    return other.name in one.settles and known


def _newest(rival: Carried, past: int, accepted: Mapping[str, Carried]) -> list[Carried]:
    """List what a rival led to, by what was known to who settles it."""
    known = [item for item in _built_on(rival, accepted) if past & item.fact.bit]
    return [item for item in known if not any(other.base == item.name for other in known)]


def device_in(state: Governance, name: str) -> Device | None:
    """Find a device."""
    return next((item for item in state.devices if item.device == name), None)


def member_in(state: Governance, name: str) -> Member | None:
    """Find a member."""
    return next((item for item in state.members if item.member == name), None)


def person_in(state: Governance, name: str) -> Member | None:
    """Find the person behind a device."""
    device = device_in(state, name)
    return member_in(state, device.member) if device else None


def judge(truth: Truth, intent: Fact) -> list[str]:
    """Return why an intent must not be accepted by anybody; empty where it may be (LEDGER rule 13)."""
    past, order, header = intent.past, intent.event.header.subject, intent.event.header
    standing = truth.standing(past)
    state, body = standing.state, intent.body
    frozen = next(
        (item for item in truth.known(kinds.ORDER_FROZEN, order, past, state) if _is_asked_for(item, body)), None
    )
    if frozen is None:
        return ["nothing of the kind was asked for"]
    content = OrderContent.read(frozen.body["content"])
    sender = content.sender_device
    for release in truth.known(kinds.ORDER_SENDER_RELEASED, order, past, state):
        sender = str(release.body["to"]) if release.device == sender else sender
    device, member = device_in(state, header.device), person_in(state, header.device)
    named = [truth.facts[str(item)] for item in _listed(body["approvals"]) if str(item) in truth.facts]
    counting = [item for item in named if _counts(truth, item, frozen, content, standing, intent)]
    earlier = truth.known(kinds.ORDER_SUBMISSION_INTENDED, order, past, state)
    faults = {
        "governance is contested": bool(standing.contested),
        "another device sends": header.device != sender,
        "the sender is closed": device is None or device.closed,
        "the sender has no role": member is None or not member.signs,
        "stopped": _frozen(truth, past, standing),
        "rejected": _rejected(truth, order, past, standing, content, sender),
        "sent before": any(not judge(truth, item) for item in earlier),
        "the payee is in conflict": not _payee_stands(truth, content, past, state),
        "no quorum": not _quorum(state, content, counting),
        "not confirmed": not is_confirmed(truth, intent, frozen, content, standing, sender),
    }
    return [name for name, fault in faults.items() if fault]


def _is_asked_for(frozen: Fact, intended: dict[str, Json]) -> bool:
    return frozen.body["digest"] == intended["digest"] == OrderContent.read(frozen.body["content"]).digest


def _frozen(truth: Truth, past: int, standing: Standing) -> bool:
    """Tell whether a stop is in force: nobody who administers and knew of it has lifted it."""
    frozen = [item for item in truth.kinds.get(kinds.WORKSPACE_FROZEN, ()) if past & item.bit]
    stops = [item for item in frozen if not truth.forked(item, past) and not truth.erased(item, standing)]
    lifted = [item for item in truth.kinds.get(kinds.WORKSPACE_UNFROZEN, ()) if past & item.bit]
    first = truth.numbered[0]

    def lifts(item: Fact, stop: Fact) -> bool:
        whenever = (standing.state, truth.standing(item.past).state, Governance.read(first.body))
        author = [person_in(each, item.device) for each in whenever]
        return bool(item.past & stop.bit) and any(each and Role.ADMINISTRATOR in each.roles for each in author)

    return any(not any(lifts(item, stop) for item in lifted) for stop in stops)


def _rejected(truth: Truth, order: str, past: int, standing: Standing, content: OrderContent, sender: str) -> bool:
    """Tell whether somebody who had a say, when they said so and still, stopped it."""
    stops = [
        item for item in truth.subjects.get(order, ()) if item.event.kind == kinds.ORDER_STOPPED and past & item.bit
    ]
    for stop in stops:
        if truth.forked(stop, past) or truth.erased(stop, standing):
            continue
        then = truth.standing(stop.past).state
        if all(_has_a_say(stop, state, content, sender) for state in (then, standing.state)):
            return True
    return False


def _has_a_say(stop: Fact, state: Governance, content: OrderContent, sender: str) -> bool:
    member = person_in(state, stop.device)
    if member is None or not member.signs:
        return False
    if member.member == content.requester:
        return True
    if str(stop.body["reason"]).startswith("rejected."):
        groups = {group for _, needs in terms(state.policy, content) for group, _ in needs}
        return Role.APPROVER in member.roles and ("" in groups or bool(groups & set(member.groups)))
    return Role.APPROVER in member.roles or stop.device == sender


def _payee_stands(truth: Truth, content: OrderContent, past: int, state: Governance) -> bool:
    """Tell whether the version that was agreed is the only one that nobody superseded."""
    writers = {Role.REQUESTER, Role.APPROVER}
    versions = [
        item
        for kind in (kinds.PAYEE_ADDED, kinds.PAYEE_CHANGED)
        for item in truth.known(kind, content.payee, past, state)
        if all(
            (author := person_in(each, item.device)) and writers & set(author.roles)
            for each in (state, truth.standing(item.past).state)
        )
    ]
    superseded = {str(name) for item in versions for name in _listed(item.body["supersedes"])}
    return not [item for item in versions if item.event.id not in {*superseded, content.payee_version}]


def _counts(
    truth: Truth, approval: Fact, frozen: Fact, content: OrderContent, standing: Standing, intent: Fact
) -> bool:
    """Tell whether an approval counts for an intent: rules 9 and 11, and that nobody approves what they asked for."""
    event, body, state = approval.event, approval.body, standing.state
    member = person_in(state, approval.device)
    given = standing.of_epoch(body["epoch"])
    if event.kind != kinds.ORDER_APPROVED or member is None or given is None:
        return False
    expires = body["expires_at"]
    return (
        event.header.subject == content.order
        and bool(intent.past & approval.bit)
        and not truth.forked(approval, intent.past)
        and not truth.closed(approval, state)
        and Role.APPROVER in member.roles
        and member.member != content.requester
        and approval.device != frozen.device
        and body["digest"] == content.digest
        and bool(approval.past & frozen.bit)
        and isinstance(expires, int)
        and expires > intent.event.header.at
        and given.epoch <= state.epoch
        and _basis(given, content, member.member) == _basis(state, content, member.member)
    )


def _basis(state: Governance, content: OrderContent, member: str) -> tuple[object, ...]:
    found = member_in(state, member)
    asked = terms(state.policy, content)
    groups = {group for _, needs in asked for group, _ in needs}
    if found is None or Role.APPROVER not in found.roles:
        return ()
    return (asked, asks_twice(state.policy, content), sorted(groups & set(found.groups)))


def _quorum(state: Governance, content: OrderContent, counting: Iterable[Fact]) -> bool:
    """Try every way of placing one approval of each person into what is asked."""
    persons: dict[str, list[Fact]] = {}
    for item in counting:
        member = person_in(state, item.device)
        if member is not None:
            persons.setdefault(member.member, []).append(item)
    return all(_placed(ordered, needs, persons, state) for ordered, needs in terms(state.policy, content))


def _placed(ordered: bool, needs: Sequence[tuple[str, int]], persons: dict[str, list[Fact]], state: Governance) -> bool:
    places = [group for group, count in needs for _ in range(count)]
    if len(places) > len(persons):
        return False
    return any(_fits(ordered, places, chosen, persons, state) for chosen in permutations(persons, len(places)))


def _fits(
    ordered: bool, places: Sequence[str], chosen: Sequence[str], persons: dict[str, list[Fact]], state: Governance
) -> bool:
    before: list[set[str]] = []
    for group, person in zip(places, chosen, strict=True):
        member = member_in(state, person)
        if member is None or (group and group not in member.groups):
            return False
        signed = persons[person]
        if ordered:  # each names one approval of everybody before
            signed = [item for item in signed if all(names & set(item.event.header.refs) for names in before)]
        if not signed:
            return False
        before.append({item.event.id for item in signed})
    return True


def _listed(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else []
