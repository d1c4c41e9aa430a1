"""Changes of governance that a newer version wrote and this one can't read: whoever can't stays in the old epoch.

The fold leaves out what it can't read (LEDGER rule 8), as it must: a later version judges the same events otherwise. So
this is asked beside it, of the rules by which somebody is about to sign or to send.
"""

from __future__ import annotations

from countersign.domain.canonical import Fields
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Governance, expiry_in
from countersign.domain.ledger.members import Role
from countersign.domain.ledger.rules import Rules


def is_unread(event: Event, rules: Rules) -> bool:
    """Tell whether an event is an administrator's change of the epoch in force that this version can't read.

    Whether enough others signed it can't be told without reading it. An administrator can hold up the sending by such a
    one, as by an emergency stop, until the others change the rules: then it follows the epoch in force no more. One
    whose body is not here is no matter of this.

    Args:
        event: An event about the workspace.
        rules: Governance by all that is known.
    """
    newest = rules.epochs[-1].state
    device, author = newest.device(event.header.device), newest.member_of(event.header.device)
    if event.kind != kinds.GOVERNANCE_CHANGED or event.body is None or device is None or device.closed:
        return False
    if author is None or Role.ADMINISTRATOR not in author.roles:
        return False
    return not _reads(event) and _follows(event, rules)


def _reads(event: Event) -> bool:
    fields = Fields(event.says(), event.kind)
    try:
        Governance.read(fields.mapping("state"))
        fields.texts("parents")
        fields.items("signatures")
        expiry_in(fields)
        fields.end()
    except SecurityError:
        return False
    return True


def _follows(event: Event, rules: Rules) -> bool:
    """Tell whether it names the newest epoch, or its rival successors; where nobody can tell, whether it came later."""
    newest = rules.epochs[-1]
    try:
        parents = Fields(event.says(), event.kind).texts("parents")
    except SecurityError:
        return event.order_key > newest.place
    return not {newest.event, *rules.contested}.isdisjoint(parents)
