"""Why somebody can't ask for payments, and who can: for the first step of a transfer."""

from __future__ import annotations

from countersign.application.use_cases.require_requester import require_requester
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.members import Role
from countersign.domain.ledger.rules import Rules
from countersign.presentation.formats import isolate
from countersign.presentation.inbox_words import either
from countersign.presentation.messages import _
from countersign.presentation.transfer_desk import Problem


def barred(rules: Rules, device: str, at: int) -> Problem:
    """Say why; nothing where they can."""
    try:
        require_requester(rules, device, at)
    except SecurityError as error:
        if error.code != "author.no_role":
            return Problem.of(error)
        members = rules.governance.members
        able = sorted(isolate(item.name) for item in members if Role.REQUESTER in item.roles and item.has_access(at))
        return Problem(
            _("Your role doesn't ask for payments"),
            _("What you write here could not be requested. Ask {names} to do it.").format(names=either(able)),
        )
    return Problem()
