"""Which changes of governance have ended by what was known, in a world of the adversary campaign (LEDGER rules 7 to 9).

Written against the rules, as ``adversary_truth`` is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.governance import Governance

if TYPE_CHECKING:
    from tests.security.adversary_truth import Fact, Truth

_CLOCKS_MS = 120_000


def is_over(truth: Truth, fact: Fact, state: Governance) -> bool:
    """Tell whether the time of a change was over, by its own or by what lies in its past."""
    end = fact.body.get("expires_at", 0)
    if not isinstance(end, int) or end == 0:
        return False
    states = [state, Governance.read(fact.body["state"])]
    gone = {item.device for each in states for item in each.devices if item.closed}
    without = {item.member for each in states for item in each.members if not item.roles}
    there = {item.device for item in state.devices if item.member not in without} - gone
    heard = (item.event.header.at for item in truth.numbered if fact.past & item.bit and item.device in there)
    return fact.event.header.at >= end or max(heard, default=0) - _CLOCKS_MS >= end


def signed_late(truth: Truth, fact: Fact, past: int) -> bool:
    """Tell whether something was signed beside a branch of a chain that was accepted when its device was closed."""
    return any(
        past & closing.bit
        and not closing.past & fact.bit
        and (end := _end(truth, closing, fact.device)) is not None
        and end.event.header.seq >= fact.event.header.seq
        for closing in truth.kinds.get(kinds.GOVERNANCE_CHANGED, ())
    )


def knowing(truth: Truth, fact: Fact, past: int) -> list[int]:
    """List what was known to those who closed the device of something that they knew."""
    known = (item for item in truth.kinds.get(kinds.GOVERNANCE_CHANGED, ()) if past & item.bit and item.past & fact.bit)
    return [item.past for item in known if _end(truth, item, fact.device) is not None]


def follows(truth: Truth, fact: Fact, first: Fact) -> bool:
    """Tell whether something is ``first``, or follows it on its branch of its chain."""
    at: Fact | None = fact if fact.device == first.device else None
    while at is not None and at.event.header.seq > first.event.header.seq:
        at = truth.facts.get(at.event.header.prev)
    return at is first


def _end(truth: Truth, closing: Fact, name: str) -> Fact | None:
    """Return where a change ended a device's chain, where it knew that end and closed the device by what it knew."""
    before = truth.standing(closing.past)
    known = next((item for item in before.state.devices if item.device == name), None)
    found = next((item for item in Governance.read(closing.body["state"]).devices if item.device == name), None)
    if known is None or known.closed or found is None or not found.closed:
        return None
    end = truth.facts.get(found.last_shared)
    if end is None or end.device != name or not closing.past & end.bit:
        return None
    follows_it = _parents(closing) == (before.contested or (before.line[-1][0],))
    return end if follows_it and truth.carried(before.state, before.rivals, closing) else None


def _parents(fact: Fact) -> tuple[str, ...]:
    found: Json = fact.body.get("parents", [])
    return tuple(str(item) for item in found) if isinstance(found, list) else ()
