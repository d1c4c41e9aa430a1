"""Who may ask for payments: told before anything is written, where the ledger would only leave it out."""

from __future__ import annotations

from countersign.domain.errors import SecurityError
from countersign.domain.ledger.authors import acting_member
from countersign.domain.ledger.members import Role
from countersign.domain.ledger.rules import Rules


def require_requester(rules: Rules, device: str, at: int) -> None:
    """Make sure that the person behind a device may ask for payments.

    Args:
        rules: Governance, as known.
        device: Whose.
        at: Milliseconds since the epoch.

    Raises:
        SecurityError: ``author.*``: why nothing that they ask for would count.
    """
    if Role.REQUESTER not in acting_member(rules.governance, device, at).roles:
        raise SecurityError("author.no_role")
