"""What the standard (1.3.11) has no room for: name checks, and what the bank says of itself."""

from __future__ import annotations

from http import HTTPStatus

from practicebank.http_door import Reply
from practicebank.xs2a.bodies import read_payee
from practicebank.xs2a.call import Call


def verify_payee(call: Call) -> Reply:
    """Answer ``POST /v1/payee-verifications``."""
    name, iban = read_payee(call.json())
    return Reply(HTTPStatus.OK, call.bank.name_checks.verify(name, iban, call.request_id))


def profile(call: Call) -> Reply:
    """Answer ``GET /v1/bank-profile``."""
    return Reply(HTTPStatus.OK, call.bank.profile())
